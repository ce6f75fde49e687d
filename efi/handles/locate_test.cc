// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "efi/abi/protocol/device_path.h"
#include "efi/handles/handles_fixture.h"
#include "gmock/gmock.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void EFIAPI Count(abi::EFI_EVENT, abi::VOID* context) {
  ++*static_cast<int*>(context);
}

class LocateTest : public HandlesFixture {
 protected:
  void* Register(abi::EFI_GUID guid) {
    abi::VOID* key = nullptr;
    EXPECT_EQ(services_.CreateEvent(abi::EVT_NOTIFY_SIGNAL,
                                    abi::TPL_CALLBACK,
                                    Count,
                                    &notified_,
                                    &event_),
              abi::EFI_SUCCESS);
    EXPECT_EQ(services_.RegisterProtocolNotify(&guid, event_, &key),
              abi::EFI_SUCCESS);
    return key;
  }

  int notified_ = 0;
  abi::EFI_EVENT event_ = nullptr;
};

TEST_F(LocateTest, FindsByEachSearchType) {
  const abi::EFI_HANDLE a = Install(guid_a_, &interface_1_);
  const abi::EFI_HANDLE b = Install(guid_b_, &interface_1_);
  abi::EFI_HANDLE both = nullptr;
  Install(&both, guid_b_, &interface_1_);
  Install(&both, guid_a_, &interface_1_);

  EXPECT_THAT(Locate(abi::AllHandles), ElementsAre(a, b, both));
  EXPECT_THAT(Locate(abi::ByProtocol, &guid_a_), ElementsAre(a, both));
  EXPECT_THAT(Locate(abi::ByProtocol, &guid_b_), ElementsAre(b, both));
  EXPECT_THAT(Locate(abi::ByProtocol, &guid_c_), IsEmpty());
}

TEST_F(LocateTest, LocateHandleTellsTheSizeItNeeds) {
  const abi::EFI_HANDLE a = Install(guid_a_, nullptr);
  const abi::EFI_HANDLE b = Install(guid_a_, nullptr);
  abi::EFI_HANDLE buffer[3]{};
  abi::UINTN size = sizeof(abi::EFI_HANDLE);

  EXPECT_EQ(
      services_.LocateHandle(abi::ByProtocol, &guid_a_, nullptr, &size, buffer),
      abi::EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, 16u);
  EXPECT_EQ(buffer[0], nullptr);
  EXPECT_EQ(services_.LocateHandle(
                abi::ByProtocol, &guid_a_, nullptr, &size, nullptr),
            abi::EFI_INVALID_PARAMETER);
  size = sizeof(buffer);
  EXPECT_EQ(
      services_.LocateHandle(abi::ByProtocol, &guid_a_, nullptr, &size, buffer),
      abi::EFI_SUCCESS);
  EXPECT_EQ(size, 16u);
  EXPECT_THAT(buffer, ElementsAre(a, b, nullptr));
}

TEST_F(LocateTest, RefusesBadParameters) {
  Install(guid_a_, nullptr);
  abi::EFI_HANDLE buffer[3]{};
  abi::UINTN size = sizeof(buffer);
  abi::UINTN count = 0;
  abi::EFI_HANDLE* allocated = nullptr;
  const auto bad_type = static_cast<abi::EFI_LOCATE_SEARCH_TYPE>(3);

  for (const auto& [type, guid, key] :
       {std::tuple<abi::EFI_LOCATE_SEARCH_TYPE, abi::EFI_GUID*, void*>{
            bad_type, &guid_a_, nullptr},
        {abi::ByProtocol, nullptr, nullptr},
        {abi::ByRegisterNotify, &guid_a_, nullptr},
        {abi::ByRegisterNotify, &guid_a_, &count}}) {
    EXPECT_EQ(services_.LocateHandle(type, guid, key, &size, buffer),
              abi::EFI_INVALID_PARAMETER);
    EXPECT_EQ(services_.LocateHandleBuffer(type, guid, key, &count, &allocated),
              abi::EFI_INVALID_PARAMETER);
  }
  EXPECT_EQ(services_.LocateHandle(
                abi::ByProtocol, &guid_a_, nullptr, nullptr, buffer),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.LocateHandleBuffer(
                abi::ByProtocol, &guid_a_, nullptr, nullptr, &allocated),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.LocateHandleBuffer(
                abi::ByProtocol, &guid_a_, nullptr, &count, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.LocateProtocol(&guid_a_, nullptr, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.LocateProtocol(nullptr, nullptr, &opened_),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.LocateProtocol(&guid_a_, &count, &opened_),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(LocateTest, LocateProtocolFindsTheFirst) {
  opened_ = &opened_;
  EXPECT_EQ(services_.LocateProtocol(&guid_a_, nullptr, &opened_),
            abi::EFI_NOT_FOUND);
  EXPECT_EQ(opened_, nullptr);
  Install(guid_a_, &interface_1_);
  Install(guid_a_, &interface_2_);

  EXPECT_EQ(services_.LocateProtocol(&guid_a_, nullptr, &opened_),
            abi::EFI_SUCCESS);
  EXPECT_EQ(opened_, &interface_1_);
}

TEST_F(LocateTest, RegistrationRefusesBadParameters) {
  abi::VOID* key = nullptr;
  ASSERT_EQ(services_.CreateEvent(0, 0, nullptr, nullptr, &event_),
            abi::EFI_SUCCESS);

  EXPECT_EQ(services_.RegisterProtocolNotify(nullptr, event_, &key),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.RegisterProtocolNotify(&guid_a_, nullptr, &key),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.RegisterProtocolNotify(&guid_a_, &key, &key),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.RegisterProtocolNotify(&guid_a_, event_, nullptr),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(LocateTest, ARegistrationFindsWhatIsNewOneByOne) {
  Install(guid_a_, &interface_1_);
  void* const key = Register(guid_a_);
  EXPECT_EQ(notified_, 0);
  const abi::EFI_HANDLE first = Install(guid_a_, &interface_1_);
  EXPECT_EQ(notified_, 1);
  const abi::EFI_HANDLE second = Install(guid_a_, &interface_2_);
  Install(guid_b_, nullptr);
  EXPECT_EQ(notified_, 2);

  abi::UINTN size = 0;
  EXPECT_EQ(services_.LocateHandle(
                abi::ByRegisterNotify, nullptr, key, &size, nullptr),
            abi::EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, sizeof(abi::EFI_HANDLE));
  EXPECT_THAT(Locate(abi::ByRegisterNotify, nullptr, key), ElementsAre(first));
  EXPECT_EQ(services_.LocateProtocol(&guid_a_, key, &opened_),
            abi::EFI_SUCCESS);
  EXPECT_EQ(opened_, &interface_2_);
  EXPECT_THAT(Locate(abi::ByRegisterNotify, nullptr, key), IsEmpty());
  EXPECT_EQ(services_.LocateProtocol(&guid_a_, key, &opened_),
            abi::EFI_NOT_FOUND);
  ASSERT_EQ(services_.ReinstallProtocolInterface(
                first, &guid_a_, &interface_1_, &interface_2_),
            abi::EFI_SUCCESS);
  EXPECT_EQ(notified_, 3);
  EXPECT_THAT(Locate(abi::ByRegisterNotify, nullptr, key), ElementsAre(first));
  static_cast<void>(second);
}

TEST_F(LocateTest, ARegistrationSurvivesTheRemovalOfItsPosition) {
  const abi::EFI_HANDLE before = Install(guid_a_, &interface_1_);
  void* const key = Register(guid_a_);
  const abi::EFI_HANDLE seen = Install(guid_a_, &interface_1_);
  ASSERT_THAT(Locate(abi::ByRegisterNotify, nullptr, key), ElementsAre(seen));
  const abi::EFI_HANDLE unseen = Install(guid_a_, &interface_1_);

  ASSERT_EQ(Uninstall(seen, guid_a_, &interface_1_), abi::EFI_SUCCESS);
  ASSERT_EQ(Uninstall(before, guid_a_, &interface_1_), abi::EFI_SUCCESS);

  EXPECT_THAT(Locate(abi::ByRegisterNotify, nullptr, key), ElementsAre(unseen));
}

TEST_F(LocateTest, ClosingTheEventEndsTheRegistration) {
  void* const key = Register(guid_a_);
  ASSERT_EQ(services_.CloseEvent(event_), abi::EFI_SUCCESS);

  Install(guid_a_, nullptr);

  EXPECT_EQ(notified_, 0);
  EXPECT_EQ(services_.LocateProtocol(&guid_a_, key, &opened_),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(LocateTest, NotificationsFindAllThatWasInstalledTogether) {
  struct Context {
    abi::EFI_BOOT_SERVICES* services;
    abi::EFI_GUID* other;
    abi::EFI_STATUS status = abi::EFI_ABORTED;
  } context{&services_, &guid_b_};
  const auto look = [](abi::EFI_EVENT, abi::VOID* to) EFIAPI {
    auto& looked = *static_cast<Context*>(to);
    abi::VOID* interface = nullptr;
    looked.status =
        looked.services->LocateProtocol(looked.other, nullptr, &interface);
  };
  abi::VOID* key = nullptr;
  ASSERT_EQ(
      services_.CreateEvent(
          abi::EVT_NOTIFY_SIGNAL, abi::TPL_NOTIFY, look, &context, &event_),
      abi::EFI_SUCCESS);
  ASSERT_EQ(services_.RegisterProtocolNotify(&guid_a_, event_, &key),
            abi::EFI_SUCCESS);
  abi::EFI_HANDLE handle = nullptr;

  ASSERT_EQ(services_.InstallMultipleProtocolInterfaces(
                &handle, &guid_a_, nullptr, &guid_b_, nullptr, nullptr),
            abi::EFI_SUCCESS);

  EXPECT_EQ(context.status, abi::EFI_SUCCESS);
}

/// A path of up to three controller nodes.
struct Path {
  explicit Path(std::initializer_list<uint32_t> controllers) {
    for (const uint32_t controller : controllers) {
      const abi::CONTROLLER_DEVICE_PATH node{
          {abi::HARDWARE_DEVICE_PATH, abi::HW_CONTROLLER_DP, 8}, controller};
      std::memcpy(bytes + size, &node, sizeof(node));
      size += sizeof(node);
    }
    const abi::EFI_DEVICE_PATH_PROTOCOL end{
        abi::END_DEVICE_PATH_TYPE, abi::END_ENTIRE_DEVICE_PATH_SUBTYPE, 4};
    std::memcpy(bytes + size, &end, sizeof(end));
  }
  abi::EFI_DEVICE_PATH_PROTOCOL* get() {
    return static_cast<abi::EFI_DEVICE_PATH_PROTOCOL*>(
        static_cast<void*>(bytes));
  }
  size_t size = 0;
  uint8_t bytes[32]{};
};

class DevicePathTest : public LocateTest {
 protected:
  abi::EFI_HANDLE InstallPath(Path& path, bool with_protocol) {
    abi::EFI_HANDLE handle =
        Install(abi::EFI_DEVICE_PATH_PROTOCOL_GUID, path.get());
    if (with_protocol) Install(&handle, guid_a_, nullptr);
    return handle;
  }

  Path bus_{1};
  Path disk_{1, 2};
  Path partition_{1, 2, 3};
  Path other_{9};
};

TEST_F(DevicePathTest, TheLongestPrefixWithTheProtocolWins) {
  InstallPath(partition_, false);
  InstallPath(other_, true);
  const abi::EFI_HANDLE disk = InstallPath(disk_, true);
  InstallPath(bus_, true);
  Path wanted{1, 2, 3};
  abi::EFI_DEVICE_PATH_PROTOCOL* path = wanted.get();
  abi::EFI_HANDLE device = nullptr;

  EXPECT_EQ(services_.LocateDevicePath(&guid_a_, &path, &device),
            abi::EFI_SUCCESS);

  EXPECT_EQ(device, disk);
  EXPECT_EQ(static_cast<void*>(path), wanted.bytes + 16);
}

TEST_F(DevicePathTest, AnExactMatchLeavesTheEnd) {
  const abi::EFI_HANDLE disk = InstallPath(disk_, true);
  abi::EFI_DEVICE_PATH_PROTOCOL* path = disk_.get();
  abi::EFI_HANDLE device = nullptr;

  EXPECT_EQ(services_.LocateDevicePath(&guid_a_, &path, &device),
            abi::EFI_SUCCESS);

  EXPECT_EQ(device, disk);
  EXPECT_EQ(path->Type, abi::END_DEVICE_PATH_TYPE);
}

TEST_F(DevicePathTest, FindsNothingOrRefuses) {
  InstallPath(disk_, true);
  abi::EFI_DEVICE_PATH_PROTOCOL* path = bus_.get();
  abi::EFI_HANDLE device = nullptr;

  EXPECT_EQ(services_.LocateDevicePath(&guid_a_, &path, &device),
            abi::EFI_NOT_FOUND);
  EXPECT_EQ(path, bus_.get());
  EXPECT_EQ(services_.LocateDevicePath(&guid_b_, &path, &device),
            abi::EFI_NOT_FOUND);
  path = disk_.get();
  EXPECT_EQ(services_.LocateDevicePath(nullptr, &path, &device),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.LocateDevicePath(&guid_a_, nullptr, &device),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.LocateDevicePath(&guid_a_, &path, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(path, disk_.get());
  path = nullptr;
  EXPECT_EQ(services_.LocateDevicePath(&guid_a_, &path, &device),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(DevicePathTest, ANodeTooShortEndsThePath) {
  InstallPath(bus_, true);
  Path hostile{1, 2};
  hostile.bytes[8 + 2] = 0;  // length of the second node
  abi::EFI_DEVICE_PATH_PROTOCOL* path = hostile.get();
  abi::EFI_HANDLE device = nullptr;

  EXPECT_EQ(services_.LocateDevicePath(&guid_a_, &path, &device),
            abi::EFI_SUCCESS);

  EXPECT_EQ(static_cast<void*>(path), hostile.bytes + 8);
}

}  // namespace
}  // namespace flint::efi
