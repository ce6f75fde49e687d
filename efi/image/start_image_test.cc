// SPDX-License-Identifier: Apache-2.0

// StartImage and Exit. [uefi-2.10 7.4.2, 7.4.5]

#include <string>
#include <vector>

#include "efi/abi/status.h"
#include "efi/image/image_test_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsNull;
using ::testing::NotNull;

constexpr EFI_GUID kSomeProtocol =
    EFI_GUID::Of("01234567-89ab-cdef-0123-456789abcdef");

/// What the images below are told and tell.
struct Scene {
  EFI_BOOT_SERVICES* boot = nullptr;
  EFI_HANDLE image = nullptr;  // the last one entered
  EFI_SYSTEM_TABLE* system = nullptr;
  EFI_HANDLE child = nullptr;
  EFI_STATUS child_status = 0;
  std::vector<std::string> log;
};
Scene* g_scene = nullptr;

class StartImageTest : public ImageTest {
 protected:
  StartImageTest() {
    g_scene = &scene_;
    scene_.boot = &boot_;
  }
  ~StartImageTest() override { g_scene = nullptr; }

  EFI_HANDLE LoadDriver(EFI_IMAGE_ENTRY_POINT entry) {
    pe::ImageBuilder builder = ImageCalling(entry);
    builder.subsystem =
        static_cast<uint16_t>(pe::Subsystem::kBootServiceDriver);
    return Load(builder);
  }

  Scene scene_;
  UINTN exit_data_size_ = 77;
  CHAR16* exit_data_ = const_cast<CHAR16*>(u"untouched");
};

EFI_STATUS EFIAPI Succeed(EFI_HANDLE image, EFI_SYSTEM_TABLE* system) {
  g_scene->image = image;
  g_scene->system = system;
  return EFI_SUCCESS;
}

EFI_STATUS EFIAPI ReturnAborted(EFI_HANDLE, EFI_SYSTEM_TABLE*) {
  return EFI_ABORTED;
}

TEST_F(StartImageTest, EntersTheImageWithItsHandleAndTheSystemTable) {
  const EFI_HANDLE image = Load(Succeed);

  EXPECT_EQ(boot_.StartImage(image, &exit_data_size_, &exit_data_),
            EFI_SUCCESS);

  EXPECT_EQ(scene_.image, image);
  EXPECT_EQ(scene_.system, &system_);
  EXPECT_EQ(exit_data_size_, 0u);
  EXPECT_THAT(exit_data_, IsNull());
}

TEST_F(StartImageTest, ReturnsTheImagesStatus) {
  EXPECT_EQ(Start(Load(ReturnAborted)), EFI_ABORTED);
}

TEST_F(StartImageTest, RefusesWhatIsNoImage) {
  const EFI_HANDLE handle = Install(kSomeProtocol, nullptr);

  EXPECT_EQ(Start(nullptr), EFI_INVALID_PARAMETER);
  EXPECT_EQ(Start(&scene_), EFI_INVALID_PARAMETER);
  EXPECT_EQ(Start(handle), EFI_INVALID_PARAMETER);
  EXPECT_EQ(Start(firmware_), EFI_INVALID_PARAMETER);
}

TEST_F(StartImageTest, UnloadsApplicationsThatReturn) {
  for (const EFI_IMAGE_ENTRY_POINT entry : {Succeed, ReturnAborted}) {
    const EFI_HANDLE image = Load(entry);

    Start(image);

    EXPECT_FALSE(IsImage(image));
    EXPECT_EQ(PagesOf(EfiLoaderCode), 0u);
    EXPECT_EQ(Start(image), EFI_INVALID_PARAMETER);
    EXPECT_EQ(boot_.UnloadImage(image), EFI_INVALID_PARAMETER);
  }
}

TEST_F(StartImageTest, KeepsDriversThatSucceed) {
  const EFI_HANDLE driver = LoadDriver(Succeed);

  EXPECT_EQ(Start(driver), EFI_SUCCESS);

  EXPECT_TRUE(IsImage(driver));
  EXPECT_EQ(Start(driver), EFI_INVALID_PARAMETER);
}

TEST_F(StartImageTest, UnloadsDriversThatFail) {
  const EFI_HANDLE driver = LoadDriver(ReturnAborted);

  EXPECT_EQ(Start(driver), EFI_ABORTED);

  EXPECT_FALSE(IsImage(driver));
}

EFI_STATUS EFIAPI ReturnWarning(EFI_HANDLE, EFI_SYSTEM_TABLE*) {
  return EFI_WARN_STALE_DATA;
}

TEST_F(StartImageTest, KeepsDriversThatWarn) {
  const EFI_HANDLE driver = LoadDriver(ReturnWarning);

  EXPECT_EQ(Start(driver), EFI_WARN_STALE_DATA);

  EXPECT_TRUE(IsImage(driver));
}

EFI_STATUS EFIAPI RaiseAndReturn(EFI_HANDLE, EFI_SYSTEM_TABLE*) {
  g_scene->boot->RaiseTPL(TPL_NOTIFY);
  return EFI_SUCCESS;
}

EFI_STATUS EFIAPI LowerAndReturn(EFI_HANDLE, EFI_SYSTEM_TABLE*) {
  g_scene->boot->RestoreTPL(TPL_APPLICATION);
  return EFI_SUCCESS;
}

TEST_F(StartImageTest, ReturnsToTheTaskPriorityOfTheCaller) {
  Start(Load(RaiseAndReturn));
  EXPECT_EQ(host_.environment().events().current_tpl(), TPL_APPLICATION);

  const EFI_TPL before = boot_.RaiseTPL(TPL_CALLBACK);
  Start(Load(LowerAndReturn));
  EXPECT_EQ(host_.environment().events().current_tpl(), TPL_CALLBACK);
  boot_.RestoreTPL(before);
}

[[gnu::noinline]] void ExitFromDepth(int depth) {
  if (depth > 0) {
    ExitFromDepth(depth - 1);
    g_scene->log.push_back("returned");
  }
  CHAR16 reason[] = u"because";
  g_scene->boot->RaiseTPL(TPL_CALLBACK);
  g_scene->boot->Exit(g_scene->image, EFI_TIMEOUT, sizeof(reason), reason);
}

EFI_STATUS EFIAPI ExitWithReason(EFI_HANDLE image, EFI_SYSTEM_TABLE*) {
  g_scene->image = image;
  ExitFromDepth(10);
  return EFI_SUCCESS;
}

TEST_F(StartImageTest, ExitEndsTheImageWithItsStatusAndData) {
  const EFI_HANDLE image = Load(ExitWithReason);

  EXPECT_EQ(boot_.StartImage(image, &exit_data_size_, &exit_data_),
            EFI_TIMEOUT);

  EXPECT_THAT(scene_.log, ElementsAre());
  EXPECT_EQ(exit_data_size_, 16u);
  ASSERT_THAT(exit_data_, NotNull());
  EXPECT_EQ(std::u16string(exit_data_), u"because");
  EXPECT_EQ(boot_.FreePool(exit_data_), EFI_SUCCESS);
  EXPECT_FALSE(IsImage(image));
  EXPECT_EQ(host_.environment().events().current_tpl(), TPL_APPLICATION);
}

TEST_F(StartImageTest, ExitDataMayBeOfNoInterest) {
  EXPECT_EQ(Start(Load(ExitWithReason)), EFI_TIMEOUT);
  EXPECT_EQ(boot_.StartImage(Load(ExitWithReason), &exit_data_size_, nullptr),
            EFI_TIMEOUT);
  EXPECT_EQ(exit_data_size_, 16u);
}

EFI_STATUS EFIAPI ExitSuccessfully(EFI_HANDLE image, EFI_SYSTEM_TABLE*) {
  CHAR16 reason[] = u"none";
  g_scene->boot->Exit(image, EFI_SUCCESS, sizeof(reason), reason);
  return EFI_ABORTED;
}

TEST_F(StartImageTest, ExitDataOfASuccessIsIgnored) {
  EXPECT_EQ(
      boot_.StartImage(Load(ExitSuccessfully), &exit_data_size_, &exit_data_),
      EFI_SUCCESS);

  EXPECT_EQ(exit_data_size_, 0u);
  EXPECT_THAT(exit_data_, IsNull());
}

TEST_F(StartImageTest, ExitKeepsDriversThatSucceed) {
  const EFI_HANDLE driver = LoadDriver(ExitSuccessfully);

  EXPECT_EQ(Start(driver), EFI_SUCCESS);

  EXPECT_TRUE(IsImage(driver));
  EXPECT_EQ(boot_.Exit(driver, EFI_SUCCESS, 0, nullptr), EFI_INVALID_PARAMETER);
}

TEST_F(StartImageTest, ExitUnloadsAnImageThatWasNotStarted) {
  const EFI_HANDLE image = Load(Succeed);

  EXPECT_EQ(boot_.Exit(image, EFI_SUCCESS, 0, nullptr), EFI_SUCCESS);

  EXPECT_FALSE(IsImage(image));
  EXPECT_EQ(boot_.Exit(image, EFI_SUCCESS, 0, nullptr), EFI_INVALID_PARAMETER);
}

TEST_F(StartImageTest, ExitRefusesWhatIsNoImage) {
  EXPECT_EQ(boot_.Exit(nullptr, EFI_SUCCESS, 0, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(boot_.Exit(firmware_, EFI_SUCCESS, 0, nullptr),
            EFI_INVALID_PARAMETER);
}

EFI_STATUS EFIAPI ExitItsParent(EFI_HANDLE, EFI_SYSTEM_TABLE*) {
  g_scene->child_status =
      g_scene->boot->Exit(g_scene->image, EFI_SUCCESS, 0, nullptr);
  return EFI_SUCCESS;
}

EFI_STATUS EFIAPI StartChild(EFI_HANDLE image, EFI_SYSTEM_TABLE*) {
  g_scene->image = image;
  g_scene->log.push_back("parent");
  const EFI_STATUS status =
      g_scene->boot->StartImage(g_scene->child, nullptr, nullptr);
  g_scene->log.push_back("parent again");
  g_scene->boot->Exit(image, status, 0, nullptr);
  return EFI_ABORTED;
}

EFI_STATUS EFIAPI ExitChild(EFI_HANDLE image, EFI_SYSTEM_TABLE*) {
  g_scene->log.push_back("child");
  g_scene->boot->Exit(image, EFI_CRC_ERROR, 0, nullptr);
  return EFI_ABORTED;
}

TEST_F(StartImageTest, ImagesNest) {
  const EFI_HANDLE parent = Load(StartChild);
  scene_.child = Load(ExitChild);

  EXPECT_EQ(Start(parent), EFI_CRC_ERROR);

  EXPECT_THAT(scene_.log, ElementsAre("parent", "child", "parent again"));
  EXPECT_FALSE(IsImage(parent));
  EXPECT_FALSE(IsImage(scene_.child));
  EXPECT_THAT(loader_.current(), IsNull());
}

TEST_F(StartImageTest, ExitIsForTheInnermostImageOnly) {
  const EFI_HANDLE parent = Load(StartChild);
  scene_.child = Load(ExitItsParent);

  EXPECT_EQ(Start(parent), EFI_SUCCESS);

  EXPECT_EQ(scene_.child_status, EFI_INVALID_PARAMETER);
}

VOID EFIAPI ExitInNotification(EFI_EVENT, VOID*) {
  g_scene->boot->Exit(g_scene->image, EFI_NO_RESPONSE, 0, nullptr);
}

EFI_STATUS EFIAPI SignalEventThatExits(EFI_HANDLE image, EFI_SYSTEM_TABLE*) {
  g_scene->image = image;
  EFI_EVENT event = nullptr;
  g_scene->boot->CreateEvent(
      EVT_NOTIFY_SIGNAL, TPL_NOTIFY, ExitInNotification, nullptr, &event);
  g_scene->boot->SignalEvent(event);
  return EFI_SUCCESS;
}

TEST_F(StartImageTest, ExitWorksInANotification) {
  EXPECT_EQ(Start(Load(SignalEventThatExits)), EFI_NO_RESPONSE);

  EXPECT_EQ(host_.environment().events().current_tpl(), TPL_APPLICATION);
}

EFI_STATUS EFIAPI OpenByDriver(EFI_HANDLE image, EFI_SYSTEM_TABLE*) {
  EFI_GUID guid = kSomeProtocol;
  VOID* interface = nullptr;
  return g_scene->boot->OpenProtocol(g_scene->child,
                                     &guid,
                                     &interface,
                                     image,
                                     g_scene->child,
                                     EFI_OPEN_PROTOCOL_EXCLUSIVE);
}

TEST_F(StartImageTest, ClosesWhatTheImageLeftOpen) {
  scene_.child = Install(kSomeProtocol, &scene_);
  ASSERT_EQ(Start(Load(OpenByDriver)), EFI_SUCCESS);

  EFI_GUID guid = kSomeProtocol;
  UINTN count = 77;
  EFI_OPEN_PROTOCOL_INFORMATION_ENTRY* entries = nullptr;
  ASSERT_EQ(
      boot_.OpenProtocolInformation(scene_.child, &guid, &entries, &count),
      EFI_SUCCESS);
  EXPECT_EQ(count, 0u);
}

EFI_STATUS EFIAPI InstallOnItself(EFI_HANDLE image, EFI_SYSTEM_TABLE*) {
  EFI_GUID guid = kSomeProtocol;
  return g_scene->boot->InstallProtocolInterface(
      &image, &guid, EFI_NATIVE_INTERFACE, g_scene);
}

TEST_F(StartImageTest, LeavesProtocolsThatTheImageInstalledOnItsHandle) {
  const EFI_HANDLE image = Load(InstallOnItself);

  EXPECT_EQ(Start(image), EFI_SUCCESS);

  EXPECT_FALSE(IsImage(image));
  EXPECT_TRUE(HasProtocol(image, kSomeProtocol));
  EXPECT_EQ(boot_.UnloadImage(image), EFI_INVALID_PARAMETER);
}

struct RecordingConnector final : ControllerConnector {
  EFI_STATUS ConnectController(EFI_HANDLE controller,
                               EFI_HANDLE*,
                               abi::EFI_DEVICE_PATH_PROTOCOL*,
                               abi::BOOLEAN recursive) override {
    EXPECT_EQ(recursive, abi::TRUE);
    connected.push_back(controller);
    // What a driver does to the handle is not followed again.
    EFI_GUID of_driver = EFI_GUID::Of("9d2c1c5d-2c66-4d2b-8c0f-6f1f0f0b6f11");
    return g_scene->boot->InstallProtocolInterface(
        &controller, &of_driver, EFI_NATIVE_INTERFACE, nullptr);
  }
  EFI_STATUS DisconnectController(EFI_HANDLE, EFI_HANDLE, EFI_HANDLE) override {
    return EFI_SUCCESS;
  }

  std::vector<EFI_HANDLE> connected;
};

TEST_F(StartImageTest, ConnectsDriversToWhatTheImageInstalled) {
  // The environment disconnects drivers until its end.
  static RecordingConnector connector;
  host_.environment().handles().set_connector(connector);
  const EFI_HANDLE untouched = Load(Succeed);
  const EFI_HANDLE image = Load(InstallOnItself);

  EXPECT_EQ(Start(untouched), EFI_SUCCESS);
  EXPECT_THAT(connector.connected, IsEmpty());
  EXPECT_EQ(Start(image), EFI_SUCCESS);
  EXPECT_THAT(connector.connected, ElementsAre(image));
}

TEST_F(StartImageTest, StartsAThousandImagesInTheSameMemory) {
  const uint64_t pages_before = PagesOf(EfiConventionalMemory);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(Start(Load(ExitWithReason)), EFI_TIMEOUT);
  }

  EXPECT_GE(PagesOf(EfiConventionalMemory) + 64, pages_before);
}

}  // namespace
}  // namespace flint::efi
