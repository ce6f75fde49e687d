// SPDX-License-Identifier: Apache-2.0
#include "efi/handles/handles_fixture.h"
#include "gmock/gmock.h"

namespace flint::efi {
namespace {

using abi::EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER;
using abi::EFI_OPEN_PROTOCOL_BY_DRIVER;
using abi::EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL;
using abi::EFI_OPEN_PROTOCOL_EXCLUSIVE;
using abi::EFI_OPEN_PROTOCOL_GET_PROTOCOL;
using abi::EFI_OPEN_PROTOCOL_TEST_PROTOCOL;

constexpr abi::UINT32 kDriverExclusive =
    EFI_OPEN_PROTOCOL_BY_DRIVER | EFI_OPEN_PROTOCOL_EXCLUSIVE;

class OpenTest : public HandlesFixture {
 protected:
  abi::EFI_STATUS OpenDisk(abi::EFI_HANDLE agent,
                           abi::EFI_HANDLE controller,
                           abi::UINT32 attributes) {
    return Open(disk_, guid_a_, agent, controller, attributes);
  }

  abi::EFI_HANDLE disk_ = Install(guid_a_, &interface_1_);
  abi::EFI_HANDLE agent_ = Install(guid_b_, nullptr);
  abi::EFI_HANDLE other_agent_ = Install(guid_b_, nullptr);
  abi::EFI_HANDLE child_ = Install(guid_c_, nullptr);
};

TEST_F(OpenTest, RefusesIllegalAttributes) {
  for (const abi::UINT32 attributes :
       {0u, 3u, 6u, 0x18u, 0x28u, 0x21u, 0x40u, 0x8000'0000u, 0xFFFF'FFFFu}) {
    EXPECT_EQ(OpenDisk(agent_, child_, attributes), abi::EFI_INVALID_PARAMETER)
        << attributes;
  }
}

TEST_F(OpenTest, RefusesBadParameters) {
  EXPECT_EQ(services_.OpenProtocol(disk_,
                                   nullptr,
                                   &opened_,
                                   nullptr,
                                   nullptr,
                                   EFI_OPEN_PROTOCOL_GET_PROTOCOL),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.OpenProtocol(disk_,
                                   &guid_a_,
                                   nullptr,
                                   nullptr,
                                   nullptr,
                                   EFI_OPEN_PROTOCOL_GET_PROTOCOL),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.OpenProtocol(disk_,
                                   &guid_a_,
                                   nullptr,
                                   nullptr,
                                   nullptr,
                                   EFI_OPEN_PROTOCOL_TEST_PROTOCOL),
            abi::EFI_SUCCESS);
  EXPECT_EQ(
      Open(nullptr, guid_a_, nullptr, nullptr, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
      abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      Open(&opened_, guid_a_, nullptr, nullptr, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
      abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.HandleProtocol(disk_, &guid_a_, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.HandleProtocol(disk_, nullptr, &opened_),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(OpenTest, RefusesMissingAgentsAndControllers) {
  EXPECT_EQ(OpenDisk(nullptr, child_, EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(OpenDisk(agent_, disk_, EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER),
            abi::EFI_INVALID_PARAMETER);
  for (const abi::UINT32 attributes :
       {EFI_OPEN_PROTOCOL_BY_DRIVER, kDriverExclusive}) {
    EXPECT_EQ(OpenDisk(nullptr, disk_, attributes), abi::EFI_INVALID_PARAMETER);
    EXPECT_EQ(OpenDisk(agent_, nullptr, attributes),
              abi::EFI_INVALID_PARAMETER);
    EXPECT_EQ(OpenDisk(agent_, &opened_, attributes),
              abi::EFI_INVALID_PARAMETER);
  }
  EXPECT_EQ(OpenDisk(nullptr, disk_, EFI_OPEN_PROTOCOL_EXCLUSIVE),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Information(disk_, guid_a_).size(), 0u);
}

TEST_F(OpenTest, AnUnsupportedProtocolGivesNull) {
  opened_ = &opened_;

  EXPECT_EQ(
      Open(disk_, guid_b_, agent_, nullptr, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
      abi::EFI_UNSUPPORTED);
  EXPECT_EQ(opened_, nullptr);
  opened_ = &opened_;
  EXPECT_EQ(services_.HandleProtocol(disk_, &guid_b_, &opened_),
            abi::EFI_UNSUPPORTED);
  EXPECT_EQ(opened_, nullptr);
  opened_ = &opened_;
  EXPECT_EQ(
      Open(disk_, guid_b_, agent_, nullptr, EFI_OPEN_PROTOCOL_TEST_PROTOCOL),
      abi::EFI_UNSUPPORTED);
  EXPECT_EQ(opened_, &opened_);
}

TEST_F(OpenTest, CountsRepeatedUses) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
              abi::EFI_SUCCESS);
    EXPECT_EQ(opened_, &interface_1_);
  }
  EXPECT_EQ(OpenDisk(agent_, child_, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
            abi::EFI_SUCCESS);
  EXPECT_EQ(OpenDisk(nullptr, nullptr, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
            abi::EFI_SUCCESS);

  const auto information = Information(disk_, guid_a_);
  ASSERT_EQ(information.size(), 2u);
  EXPECT_EQ(information[0].AgentHandle, agent_);
  EXPECT_EQ(information[0].ControllerHandle, nullptr);
  EXPECT_EQ(information[0].Attributes, EFI_OPEN_PROTOCOL_GET_PROTOCOL);
  EXPECT_EQ(information[0].OpenCount, 3u);
  EXPECT_EQ(information[1].ControllerHandle, child_);
  EXPECT_EQ(information[1].OpenCount, 1u);
}

TEST_F(OpenTest, HandleProtocolIsAUseByTheFirmware) {
  host_.environment().handles().set_firmware_image(agent_);

  EXPECT_EQ(services_.HandleProtocol(disk_, &guid_a_, &opened_),
            abi::EFI_SUCCESS);

  const auto information = Information(disk_, guid_a_);
  ASSERT_EQ(information.size(), 1u);
  EXPECT_EQ(information[0].AgentHandle, agent_);
  EXPECT_EQ(information[0].Attributes, EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL);
}

TEST_F(OpenTest, OneDriverManagesAProtocol) {
  EXPECT_EQ(OpenDisk(agent_, disk_, EFI_OPEN_PROTOCOL_BY_DRIVER),
            abi::EFI_SUCCESS);
  opened_ = nullptr;
  EXPECT_EQ(OpenDisk(agent_, disk_, EFI_OPEN_PROTOCOL_BY_DRIVER),
            abi::EFI_ALREADY_STARTED);
  EXPECT_EQ(opened_, &interface_1_);
  opened_ = nullptr;
  EXPECT_EQ(OpenDisk(other_agent_, disk_, EFI_OPEN_PROTOCOL_BY_DRIVER),
            abi::EFI_ACCESS_DENIED);
  EXPECT_EQ(opened_, nullptr);
  EXPECT_EQ(OpenDisk(other_agent_, nullptr, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
            abi::EFI_SUCCESS);
}

TEST_F(OpenTest, ExclusiveUseExcludesDriversAndItsLike) {
  EXPECT_EQ(OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_EXCLUSIVE),
            abi::EFI_SUCCESS);

  for (const abi::UINT32 attributes : {EFI_OPEN_PROTOCOL_EXCLUSIVE,
                                       EFI_OPEN_PROTOCOL_BY_DRIVER,
                                       kDriverExclusive}) {
    for (const abi::EFI_HANDLE agent : {agent_, other_agent_}) {
      EXPECT_EQ(OpenDisk(agent, disk_, attributes), abi::EFI_ACCESS_DENIED);
    }
  }
  EXPECT_EQ(OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_GET_PROTOCOL),
            abi::EFI_SUCCESS);
}

TEST_F(OpenTest, AnExclusiveDriverKnowsItself) {
  EXPECT_EQ(OpenDisk(agent_, disk_, kDriverExclusive), abi::EFI_SUCCESS);

  EXPECT_EQ(OpenDisk(agent_, disk_, kDriverExclusive),
            abi::EFI_ALREADY_STARTED);
  EXPECT_EQ(OpenDisk(other_agent_, disk_, kDriverExclusive),
            abi::EFI_ACCESS_DENIED);
  EXPECT_EQ(OpenDisk(agent_, disk_, EFI_OPEN_PROTOCOL_BY_DRIVER),
            abi::EFI_ACCESS_DENIED);
  EXPECT_EQ(OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_EXCLUSIVE),
            abi::EFI_ACCESS_DENIED);
}

TEST_F(OpenTest, ExclusiveUseFailsIfTheDriverCannotBeStopped) {
  // The agent has no driver binding.
  ASSERT_EQ(OpenDisk(agent_, disk_, EFI_OPEN_PROTOCOL_BY_DRIVER),
            abi::EFI_SUCCESS);

  EXPECT_EQ(OpenDisk(other_agent_, nullptr, EFI_OPEN_PROTOCOL_EXCLUSIVE),
            abi::EFI_ACCESS_DENIED);

  EXPECT_EQ(Information(disk_, guid_a_).size(), 1u);
}

TEST_F(OpenTest, ClosingEndsAllUsesOfAPair) {
  OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_GET_PROTOCOL);
  OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_EXCLUSIVE);
  OpenDisk(agent_, child_, EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);

  EXPECT_EQ(Close(disk_, guid_a_, agent_, nullptr), abi::EFI_SUCCESS);
  EXPECT_EQ(Close(disk_, guid_a_, agent_, nullptr), abi::EFI_NOT_FOUND);
  EXPECT_EQ(Information(disk_, guid_a_).size(), 1u);
  EXPECT_EQ(Close(disk_, guid_a_, agent_, child_), abi::EFI_SUCCESS);

  EXPECT_EQ(Information(disk_, guid_a_).size(), 0u);
}

TEST_F(OpenTest, ClosingRefusesBadParameters) {
  OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_GET_PROTOCOL);

  EXPECT_EQ(Close(nullptr, guid_a_, agent_, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Close(&opened_, guid_a_, agent_, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Close(disk_, guid_a_, nullptr, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Close(disk_, guid_a_, agent_, &opened_),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.CloseProtocol(disk_, nullptr, agent_, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Close(disk_, guid_b_, agent_, nullptr), abi::EFI_NOT_FOUND);
  EXPECT_EQ(Close(disk_, guid_a_, other_agent_, nullptr), abi::EFI_NOT_FOUND);
}

TEST_F(OpenTest, InformationRefusesBadParameters) {
  abi::EFI_OPEN_PROTOCOL_INFORMATION_ENTRY* entries = nullptr;
  abi::UINTN count = 0;

  EXPECT_EQ(services_.OpenProtocolInformation(disk_, nullptr, &entries, &count),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.OpenProtocolInformation(disk_, &guid_a_, nullptr, &count),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      services_.OpenProtocolInformation(disk_, &guid_a_, &entries, nullptr),
      abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      services_.OpenProtocolInformation(disk_, &guid_b_, &entries, &count),
      abi::EFI_NOT_FOUND);
  EXPECT_EQ(
      services_.OpenProtocolInformation(nullptr, &guid_a_, &entries, &count),
      abi::EFI_NOT_FOUND);
}

TEST_F(OpenTest, UninstallingEndsUsesThatDoNotHold) {
  OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_GET_PROTOCOL);
  OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_TEST_PROTOCOL);
  OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_BY_HANDLE_PROTOCOL);

  EXPECT_EQ(Uninstall(disk_, guid_a_, &interface_1_), abi::EFI_SUCCESS);
}

TEST_F(OpenTest, UninstallingIsDeniedToHoldersUses) {
  ASSERT_EQ(OpenDisk(agent_, child_, EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER),
            abi::EFI_SUCCESS);
  EXPECT_EQ(Uninstall(disk_, guid_a_, &interface_1_), abi::EFI_ACCESS_DENIED);
  ASSERT_EQ(Close(disk_, guid_a_, agent_, child_), abi::EFI_SUCCESS);
  ASSERT_EQ(OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_EXCLUSIVE),
            abi::EFI_SUCCESS);
  EXPECT_EQ(Uninstall(disk_, guid_a_, &interface_1_), abi::EFI_ACCESS_DENIED);
  EXPECT_EQ(services_.ReinstallProtocolInterface(
                disk_, &guid_a_, &interface_1_, &interface_2_),
            abi::EFI_ACCESS_DENIED);
  ASSERT_EQ(Close(disk_, guid_a_, agent_, nullptr), abi::EFI_SUCCESS);

  EXPECT_EQ(Uninstall(disk_, guid_a_, &interface_1_), abi::EFI_SUCCESS);
}

TEST_F(OpenTest, AnAgentsUsesCanBeClosedTogether) {
  OpenDisk(agent_, nullptr, EFI_OPEN_PROTOCOL_GET_PROTOCOL);
  OpenDisk(agent_, disk_, EFI_OPEN_PROTOCOL_BY_DRIVER);
  OpenDisk(other_agent_, nullptr, EFI_OPEN_PROTOCOL_GET_PROTOCOL);

  host_.environment().handles().CloseAllOpenedBy(agent_);

  const auto information = Information(disk_, guid_a_);
  ASSERT_EQ(information.size(), 1u);
  EXPECT_EQ(information[0].AgentHandle, other_agent_);
}

}  // namespace
}  // namespace flint::efi
