// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "efi/abi/protocol/device_path.h"
#include "efi/handles/handles_fixture.h"
#include "gmock/gmock.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class InstallTest : public HandlesFixture {
 protected:
  std::vector<abi::EFI_GUID> ProtocolsOn(abi::EFI_HANDLE handle) {
    abi::EFI_GUID** guids = nullptr;
    abi::UINTN count = 0;
    EXPECT_EQ(services_.ProtocolsPerHandle(handle, &guids, &count),
              abi::EFI_SUCCESS);
    std::vector<abi::EFI_GUID> all;
    for (abi::UINTN i = 0; i < count; ++i) all.push_back(*guids[i]);
    EXPECT_EQ(services_.FreePool(guids), abi::EFI_SUCCESS);
    return all;
  }
};

TEST_F(InstallTest, MakesAHandleAndAddsToIt) {
  abi::EFI_HANDLE handle = nullptr;
  Install(&handle, guid_a_, &interface_1_);
  ASSERT_NE(handle, nullptr);
  const abi::EFI_HANDLE before = handle;
  Install(&handle, guid_b_, nullptr);

  EXPECT_EQ(handle, before);
  EXPECT_THAT(ProtocolsOn(handle), ElementsAre(guid_a_, guid_b_));
  EXPECT_EQ(services_.HandleProtocol(handle, &guid_a_, &opened_),
            abi::EFI_SUCCESS);
  EXPECT_EQ(opened_, &interface_1_);
  EXPECT_EQ(services_.HandleProtocol(handle, &guid_b_, &opened_),
            abi::EFI_SUCCESS);
  EXPECT_EQ(opened_, nullptr);
}

TEST_F(InstallTest, RefusesBadParameters) {
  abi::EFI_HANDLE handle = Install(guid_a_, &interface_1_);
  abi::EFI_HANDLE none = nullptr;
  abi::EFI_HANDLE hostile = &hostile;
  const auto install = [&](abi::EFI_HANDLE* on,
                           abi::EFI_GUID* guid,
                           uint32_t type) {
    return services_.InstallProtocolInterface(
        on, guid, static_cast<abi::EFI_INTERFACE_TYPE>(type), &interface_2_);
  };

  EXPECT_EQ(install(nullptr, &guid_b_, 0), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(install(&none, nullptr, 0), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(install(&none, &guid_b_, 1), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(install(&hostile, &guid_b_, 0), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(install(&handle, &guid_a_, 0), abi::EFI_INVALID_PARAMETER);

  EXPECT_EQ(none, nullptr);
  EXPECT_THAT(Locate(abi::AllHandles), ElementsAre(handle));
}

TEST_F(InstallTest, UninstallingTheLastProtocolEndsTheHandle) {
  abi::EFI_HANDLE handle = nullptr;
  Install(&handle, guid_a_, &interface_1_);
  Install(&handle, guid_b_, &interface_2_);

  EXPECT_EQ(Uninstall(handle, guid_a_, &interface_1_), abi::EFI_SUCCESS);
  EXPECT_EQ(Uninstall(handle, guid_a_, &interface_1_), abi::EFI_NOT_FOUND);
  EXPECT_EQ(Uninstall(handle, guid_b_, &interface_1_), abi::EFI_NOT_FOUND);
  EXPECT_THAT(Locate(abi::AllHandles), ElementsAre(handle));
  EXPECT_EQ(Uninstall(handle, guid_b_, &interface_2_), abi::EFI_SUCCESS);

  EXPECT_THAT(Locate(abi::AllHandles), IsEmpty());
  EXPECT_EQ(Uninstall(handle, guid_b_, &interface_2_),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.UninstallProtocolInterface(
                Install(guid_a_, nullptr), nullptr, nullptr),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(InstallTest, ReinstallingChangesTheInterfaceAndMakesItNew) {
  const abi::EFI_HANDLE first = Install(guid_a_, &interface_1_);
  const abi::EFI_HANDLE second = Install(guid_a_, &interface_1_);

  EXPECT_EQ(services_.ReinstallProtocolInterface(
                first, &guid_a_, &interface_1_, &interface_2_),
            abi::EFI_SUCCESS);

  EXPECT_EQ(services_.HandleProtocol(first, &guid_a_, &opened_),
            abi::EFI_SUCCESS);
  EXPECT_EQ(opened_, &interface_2_);
  EXPECT_THAT(Locate(abi::ByProtocol, &guid_a_), ElementsAre(second, first));
  EXPECT_EQ(services_.ReinstallProtocolInterface(
                first, &guid_a_, &interface_1_, &interface_2_),
            abi::EFI_NOT_FOUND);
  EXPECT_EQ(
      services_.ReinstallProtocolInterface(first, &guid_b_, nullptr, nullptr),
      abi::EFI_NOT_FOUND);
  EXPECT_EQ(services_.ReinstallProtocolInterface(
                first, nullptr, &interface_2_, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.ReinstallProtocolInterface(
                &opened_, &guid_a_, &interface_2_, nullptr),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(InstallTest, MultipleInstallsAllOrNothing) {
  abi::EFI_HANDLE handle = nullptr;
  EXPECT_EQ(
      services_.InstallMultipleProtocolInterfaces(
          &handle, &guid_a_, &interface_1_, &guid_b_, &interface_2_, nullptr),
      abi::EFI_SUCCESS);
  EXPECT_THAT(ProtocolsOn(handle), ElementsAre(guid_a_, guid_b_));

  EXPECT_EQ(
      services_.InstallMultipleProtocolInterfaces(
          &handle, &guid_c_, &interface_1_, &guid_a_, &interface_2_, nullptr),
      abi::EFI_INVALID_PARAMETER);
  EXPECT_THAT(ProtocolsOn(handle), ElementsAre(guid_a_, guid_b_));

  abi::EFI_HANDLE fresh = nullptr;
  EXPECT_EQ(services_.InstallMultipleProtocolInterfaces(
                &fresh, &guid_c_, &interface_1_, &guid_c_, nullptr, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(fresh, nullptr);
  EXPECT_THAT(Locate(abi::AllHandles), ElementsAre(handle));
  EXPECT_EQ(services_.InstallMultipleProtocolInterfaces(
                nullptr, &guid_c_, nullptr, nullptr),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(InstallTest, MultipleTakesMoreArgumentsThanRegisters) {
  abi::EFI_GUID guids[8];
  for (uint8_t i = 0; i < 8; ++i) guids[i] = TestGuid(uint8_t(0x40 + i));
  abi::EFI_HANDLE handle = nullptr;

  EXPECT_EQ(services_.InstallMultipleProtocolInterfaces(&handle,
                                                        &guids[0],
                                                        &guids[0],
                                                        &guids[1],
                                                        &guids[1],
                                                        &guids[2],
                                                        &guids[2],
                                                        &guids[3],
                                                        &guids[3],
                                                        &guids[4],
                                                        &guids[4],
                                                        &guids[5],
                                                        &guids[5],
                                                        &guids[6],
                                                        &guids[6],
                                                        &guids[7],
                                                        &guids[7],
                                                        nullptr),
            abi::EFI_SUCCESS);

  for (abi::EFI_GUID& guid : guids) {
    EXPECT_EQ(services_.HandleProtocol(handle, &guid, &opened_),
              abi::EFI_SUCCESS);
    EXPECT_EQ(opened_, &guid);
  }
}

TEST_F(InstallTest, MultipleUninstallsAllOrNothing) {
  abi::EFI_HANDLE handle = nullptr;
  Install(&handle, guid_a_, &interface_1_);
  Install(&handle, guid_b_, &interface_2_);

  EXPECT_EQ(
      services_.UninstallMultipleProtocolInterfaces(
          handle, &guid_a_, &interface_1_, &guid_b_, &interface_1_, nullptr),
      abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(ProtocolsOn(handle).size(), 2u);
  // One that is still in use is found out late.
  ASSERT_EQ(
      Open(handle, guid_b_, handle, nullptr, abi::EFI_OPEN_PROTOCOL_EXCLUSIVE),
      abi::EFI_SUCCESS);
  EXPECT_EQ(
      services_.UninstallMultipleProtocolInterfaces(
          handle, &guid_a_, &interface_1_, &guid_b_, &interface_2_, nullptr),
      abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(ProtocolsOn(handle).size(), 2u);
  ASSERT_EQ(Close(handle, guid_b_, handle, nullptr), abi::EFI_SUCCESS);
  EXPECT_EQ(
      services_.UninstallMultipleProtocolInterfaces(
          handle, &guid_b_, &interface_2_, &guid_a_, &interface_1_, nullptr),
      abi::EFI_SUCCESS);
  EXPECT_THAT(Locate(abi::AllHandles), IsEmpty());
}

struct EndedPath {
  abi::CONTROLLER_DEVICE_PATH node;
  abi::EFI_DEVICE_PATH_PROTOCOL end;
};

EndedPath MakePath(uint32_t controller) {
  return {{{abi::HARDWARE_DEVICE_PATH, abi::HW_CONTROLLER_DP, 8}, controller},
          {abi::END_DEVICE_PATH_TYPE, abi::END_ENTIRE_DEVICE_PATH_SUBTYPE, 4}};
}

TEST_F(InstallTest, MultipleRefusesADevicePathThatIsThereAlready) {
  abi::EFI_GUID path_guid = abi::EFI_DEVICE_PATH_PROTOCOL_GUID;
  EndedPath path = MakePath(1);
  EndedPath same = MakePath(1);
  EndedPath other = MakePath(2);
  abi::EFI_HANDLE first = nullptr;
  abi::EFI_HANDLE second = nullptr;
  ASSERT_EQ(services_.InstallMultipleProtocolInterfaces(
                &first, &path_guid, &path, nullptr),
            abi::EFI_SUCCESS);

  EXPECT_EQ(services_.InstallMultipleProtocolInterfaces(
                &second, &guid_a_, nullptr, &path_guid, &same, nullptr),
            abi::EFI_ALREADY_STARTED);
  EXPECT_EQ(second, nullptr);
  EXPECT_EQ(services_.InstallMultipleProtocolInterfaces(
                &second, &guid_a_, nullptr, &path_guid, &other, nullptr),
            abi::EFI_SUCCESS);
}

TEST_F(InstallTest, ProtocolsPerHandleRefusesBadParameters) {
  const abi::EFI_HANDLE handle = Install(guid_a_, nullptr);
  abi::EFI_GUID** guids = nullptr;
  abi::UINTN count = 0;

  EXPECT_EQ(services_.ProtocolsPerHandle(nullptr, &guids, &count),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.ProtocolsPerHandle(&count, &guids, &count),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.ProtocolsPerHandle(handle, nullptr, &count),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.ProtocolsPerHandle(handle, &guids, nullptr),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(InstallTest, ManyHandlesAndProtocolsAreStillFound) {
  std::vector<abi::EFI_HANDLE> handles;
  for (uint32_t i = 0; i < 20'000; ++i) {
    abi::EFI_GUID guid = TestGuid(uint8_t(i));
    guid.bytes[0] = uint8_t(i >> 8 & 3);
    handles.push_back(Install(guid, &handles));
  }

  EXPECT_EQ(Locate(abi::AllHandles), handles);
  for (uint32_t i = 0; i < 20'000; i += 97) {
    abi::EFI_GUID guid = TestGuid(uint8_t(i));
    guid.bytes[0] = uint8_t(i >> 8 & 3);
    ASSERT_EQ(services_.HandleProtocol(handles[i], &guid, &opened_),
              abi::EFI_SUCCESS);
    ASSERT_EQ(Uninstall(handles[i], guid, &handles), abi::EFI_SUCCESS);
    ASSERT_EQ(services_.HandleProtocol(handles[i], &guid, &opened_),
              abi::EFI_INVALID_PARAMETER);
  }
}

}  // namespace
}  // namespace flint::efi
