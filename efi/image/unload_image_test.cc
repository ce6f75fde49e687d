// SPDX-License-Identifier: Apache-2.0

// UnloadImage. [uefi-2.10 7.4.3]

#include "efi/abi/status.h"
#include "efi/image/image_test_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;

constexpr EFI_GUID kSomeProtocol =
    EFI_GUID::Of("01234567-89ab-cdef-0123-456789abcdef");

/// What the images below are told and tell.
struct Scene {
  EFI_BOOT_SERVICES* boot = nullptr;
  EFI_STATUS status = 0;
  EFI_STATUS unload_status = EFI_SUCCESS;
  EFI_HANDLE unloaded = nullptr;
};
Scene* g_scene = nullptr;

class UnloadImageTest : public ImageTest {
 protected:
  UnloadImageTest() {
    g_scene = &scene_;
    scene_.boot = &boot_;
  }
  ~UnloadImageTest() override { g_scene = nullptr; }

  EFI_HANDLE LoadDriver(EFI_IMAGE_ENTRY_POINT entry) {
    pe::ImageBuilder builder = ImageCalling(entry);
    builder.subsystem =
        static_cast<uint16_t>(pe::Subsystem::kBootServiceDriver);
    return Load(builder);
  }

  Scene scene_;
};

EFI_STATUS EFIAPI Succeed(EFI_HANDLE, EFI_SYSTEM_TABLE*) { return EFI_SUCCESS; }

EFI_STATUS EFIAPI UnloadItself(EFI_HANDLE image, EFI_SYSTEM_TABLE*) {
  g_scene->status = g_scene->boot->UnloadImage(image);
  return EFI_SUCCESS;
}

TEST_F(UnloadImageTest, ARunningImageIsNotUnloaded) {
  EXPECT_EQ(Start(Load(UnloadItself)), EFI_SUCCESS);

  EXPECT_EQ(scene_.status, EFI_UNSUPPORTED);
}

TEST_F(UnloadImageTest, UnloadsImagesThatWereNotStarted) {
  const EFI_HANDLE image = Load(Succeed);

  EXPECT_EQ(boot_.UnloadImage(image), EFI_SUCCESS);

  EXPECT_FALSE(IsImage(image));
  EXPECT_EQ(PagesOf(EfiLoaderCode), 0u);
}

TEST_F(UnloadImageTest, UnloadRefusesWhatIsNoImage) {
  EXPECT_EQ(boot_.UnloadImage(nullptr), EFI_INVALID_PARAMETER);
  EXPECT_EQ(boot_.UnloadImage(Install(kSomeProtocol, nullptr)),
            EFI_INVALID_PARAMETER);
}

TEST_F(UnloadImageTest, UnloadsNoDriverThatCannotBe) {
  const EFI_HANDLE driver = LoadDriver(Succeed);
  Start(driver);

  EXPECT_EQ(boot_.UnloadImage(driver), EFI_UNSUPPORTED);
  EXPECT_EQ(boot_.UnloadImage(firmware_), EFI_UNSUPPORTED);

  EXPECT_TRUE(IsImage(driver));
}

EFI_STATUS EFIAPI RecordUnload(EFI_HANDLE image) {
  g_scene->unloaded = image;
  return g_scene->unload_status;
}

EFI_STATUS EFIAPI InstallUnload(EFI_HANDLE image, EFI_SYSTEM_TABLE* system) {
  EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
  VOID* interface = nullptr;
  const EFI_STATUS status =
      system->BootServices->HandleProtocol(image, &guid, &interface);
  static_cast<EFI_LOADED_IMAGE_PROTOCOL*>(interface)->Unload = RecordUnload;
  return status;
}

TEST_F(UnloadImageTest, AsksADriverToBeUnloaded) {
  const EFI_HANDLE driver = LoadDriver(InstallUnload);
  Start(driver);

  scene_.unload_status = EFI_ACCESS_DENIED;
  EXPECT_EQ(boot_.UnloadImage(driver), EFI_ACCESS_DENIED);
  EXPECT_EQ(scene_.unloaded, driver);
  EXPECT_TRUE(IsImage(driver));

  scene_.unload_status = EFI_SUCCESS;
  EXPECT_EQ(boot_.UnloadImage(driver), EFI_SUCCESS);
  EXPECT_FALSE(IsImage(driver));
}

}  // namespace
}  // namespace flint::efi
