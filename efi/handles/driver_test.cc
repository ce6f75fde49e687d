// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <string>

#include "efi/abi/protocol/driver_binding.h"
#include "efi/handles/fake_driver.h"
#include "efi/handles/handles_fixture.h"
#include "gmock/gmock.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DriverTest : public HandlesFixture {
 protected:
  FakeDriver& Driver(std::string name, uint32_t version) {
    drivers_.push_back(std::make_unique<FakeDriver>(
        services_, &journal_, std::move(name), version));
    return *drivers_.back();
  }

  abi::EFI_STATUS Connect(bool recursive = false) {
    journal_.clear();
    return services_.ConnectController(
        controller_, nullptr, nullptr, recursive ? abi::TRUE : abi::FALSE);
  }

  // Only the starts and stops.
  std::vector<std::string> Actions() {
    std::vector<std::string> actions;
    for (const std::string& entry : journal_) {
      if (!entry.ends_with("?")) actions.push_back(entry);
    }
    journal_.clear();
    return actions;
  }

  std::vector<abi::EFI_HANDLE> Managers() {
    std::vector<abi::EFI_HANDLE> agents;
    for (const auto& entry : Information(controller_, kIoGuid)) {
      if ((entry.Attributes & abi::EFI_OPEN_PROTOCOL_BY_DRIVER) != 0) {
        agents.push_back(entry.AgentHandle);
      }
    }
    return agents;
  }

  abi::EFI_HANDLE controller_ = Install(kIoGuid, &interface_1_);
  std::vector<std::string> journal_;
  std::vector<std::unique_ptr<FakeDriver>> drivers_;
};

TEST_F(DriverTest, ConnectingWithoutDriversFindsNone) {
  EXPECT_EQ(Connect(), abi::EFI_NOT_FOUND);
  Driver("a", 1).io_guid = guid_a_;
  EXPECT_EQ(Connect(), abi::EFI_NOT_FOUND);
  EXPECT_THAT(journal_, ElementsAre("a?"));
  EXPECT_EQ(services_.ConnectController(nullptr, nullptr, nullptr, 0),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.ConnectController(&journal_, nullptr, nullptr, 0),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(DriverTest, AnEndedRemainingPathIsSuccess) {
  abi::EFI_DEVICE_PATH_PROTOCOL end{
      abi::END_DEVICE_PATH_TYPE, abi::END_ENTIRE_DEVICE_PATH_SUBTYPE, 4};
  abi::EFI_DEVICE_PATH_PROTOCOL node{
      abi::HARDWARE_DEVICE_PATH, abi::HW_CONTROLLER_DP, 8};

  EXPECT_EQ(services_.ConnectController(controller_, nullptr, &end, 0),
            abi::EFI_SUCCESS);
  EXPECT_EQ(services_.ConnectController(controller_, nullptr, &node, 0),
            abi::EFI_NOT_FOUND);
}

TEST_F(DriverTest, HigherVersionsGoFirstAndOneManages) {
  Driver("old", 1);
  FakeDriver& latest = Driver("new", 20);
  Driver("mid", 10);

  EXPECT_EQ(Connect(), abi::EFI_SUCCESS);

  EXPECT_EQ(journal_.front(), "new?");
  EXPECT_THAT(Actions(), ElementsAre("new+"));
  EXPECT_THAT(Managers(), ElementsAre(latest.DriverBindingHandle));
  EXPECT_EQ(Connect(), abi::EFI_NOT_FOUND);
}

TEST_F(DriverTest, ADriverThatFailsToStartLeavesItToTheNext) {
  Driver("old", 1);
  Driver("new", 2).refuses_to_start = true;

  EXPECT_EQ(Connect(), abi::EFI_SUCCESS);

  EXPECT_THAT(Actions(), ElementsAre("new+", "old+"));
}

TEST_F(DriverTest, DriversTheCallerNamesGoFirst) {
  Driver("new", 20);
  FakeDriver& second = Driver("second", 5);
  FakeDriver& first = Driver("first", 1);
  abi::EFI_HANDLE named[]{first.DriverBindingHandle,
                          controller_,
                          second.DriverBindingHandle,
                          nullptr};
  for (const auto& driver : drivers_) driver->refuses_to_start = true;

  EXPECT_EQ(services_.ConnectController(controller_, named, nullptr, 0),
            abi::EFI_NOT_FOUND);

  EXPECT_THAT(Actions(), ElementsAre("first+", "second+", "new+"));
}

TEST_F(DriverTest, OverridesComeInTheOrderOfTheSpecification) {
  FakeDriver& newest = Driver("newest", 100);
  FakeDriver& bus = Driver("bus", 1);
  FakeDriver& family = Driver("family", 2);
  FakeDriver& platform = Driver("platform", 3);
  FakeDriver& context = Driver("context", 4);
  for (const auto& driver : drivers_) driver->refuses_to_start = true;
  FakeOverrides overrides;
  overrides.platform_choice = platform.ImageHandle;
  overrides.bus_choice = bus.ImageHandle;
  Install(abi::EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL_GUID,
          static_cast<FakeOverrides::Platform*>(&overrides));
  Install(&controller_,
          abi::EFI_BUS_SPECIFIC_DRIVER_OVERRIDE_PROTOCOL_GUID,
          static_cast<FakeOverrides::Bus*>(&overrides));
  Install(&family.DriverBindingHandle,
          abi::EFI_DRIVER_FAMILY_OVERRIDE_PROTOCOL_GUID,
          static_cast<FakeOverrides::Family*>(&overrides));
  abi::EFI_HANDLE named[]{context.DriverBindingHandle, nullptr};

  EXPECT_EQ(services_.ConnectController(controller_, named, nullptr, 0),
            abi::EFI_NOT_FOUND);

  EXPECT_THAT(
      Actions(),
      ElementsAre("context+", "platform+", "family+", "bus+", "newest+"));
  static_cast<void>(newest);
}

TEST_F(DriverTest, AnOverrideThatNeverEndsIsCut) {
  Driver("a", 1);
  FakeOverrides overrides;
  overrides.FakeOverrides::Platform::GetDriver =
      [](FakeOverrides::Platform*, abi::EFI_HANDLE, abi::EFI_HANDLE*)
          EFIAPI { return abi::EFI_SUCCESS; };
  Install(abi::EFI_PLATFORM_DRIVER_OVERRIDE_PROTOCOL_GUID,
          static_cast<FakeOverrides::Platform*>(&overrides));

  EXPECT_EQ(Connect(), abi::EFI_SUCCESS);
}

TEST_F(DriverTest, RecursionConnectsTheWholeTree) {
  FakeDriver& bus = Driver("bus", 1);
  bus.children_to_make = 2;
  FakeDriver& disk = Driver("disk", 1);
  disk.io_guid = kChildGuid;
  disk.child_protocol = guid_a_;
  disk.children_to_make = 1;
  Driver("partition", 1).io_guid = guid_a_;

  EXPECT_EQ(Connect(/*recursive=*/true), abi::EFI_SUCCESS);

  EXPECT_THAT(
      Actions(),
      ElementsAre("bus+", "disk+", "partition+", "disk+", "partition+"));
}

TEST_F(DriverTest, ARingOfChildrenEnds) {
  const abi::EFI_HANDLE agent = Install(guid_c_, nullptr);
  const abi::EFI_HANDLE other = Install(kIoGuid, nullptr);
  ASSERT_EQ(Open(controller_,
                 kIoGuid,
                 agent,
                 other,
                 abi::EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER),
            abi::EFI_SUCCESS);
  ASSERT_EQ(Open(other,
                 kIoGuid,
                 agent,
                 controller_,
                 abi::EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER),
            abi::EFI_SUCCESS);

  EXPECT_EQ(Connect(/*recursive=*/true), abi::EFI_NOT_FOUND);
}

TEST_F(DriverTest, DisconnectingRefusesBadParameters) {
  FakeDriver& driver = Driver("a", 1);
  ASSERT_EQ(Connect(), abi::EFI_SUCCESS);
  const auto disconnect = services_.DisconnectController;

  EXPECT_EQ(disconnect(nullptr, nullptr, nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(disconnect(&journal_, nullptr, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(disconnect(controller_, &journal_, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(disconnect(controller_, controller_, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(disconnect(controller_, nullptr, &journal_),
            abi::EFI_INVALID_PARAMETER);

  EXPECT_THAT(Managers(), ElementsAre(driver.DriverBindingHandle));
}

TEST_F(DriverTest, DisconnectingWhatIsNotManagedSucceeds) {
  FakeDriver& driver = Driver("a", 1);
  EXPECT_EQ(services_.DisconnectController(controller_, nullptr, nullptr),
            abi::EFI_SUCCESS);
  EXPECT_EQ(services_.DisconnectController(
                controller_, driver.DriverBindingHandle, nullptr),
            abi::EFI_SUCCESS);
  EXPECT_THAT(journal_, IsEmpty());
}

TEST_F(DriverTest, DisconnectingStopsChildrenThenTheController) {
  FakeDriver& bus = Driver("bus", 1);
  bus.children_to_make = 3;
  ASSERT_EQ(Connect(), abi::EFI_SUCCESS);
  journal_.clear();

  EXPECT_EQ(services_.DisconnectController(controller_, nullptr, nullptr),
            abi::EFI_SUCCESS);

  EXPECT_THAT(journal_, ElementsAre("bus-3", "bus-0"));
  EXPECT_THAT(bus.children, IsEmpty());
  EXPECT_THAT(Information(controller_, kIoGuid), IsEmpty());
}

TEST_F(DriverTest, DisconnectingTheLastChildStopsTheDriver) {
  FakeDriver& bus = Driver("bus", 1);
  bus.children_to_make = 2;
  ASSERT_EQ(Connect(), abi::EFI_SUCCESS);
  journal_.clear();
  const std::vector<abi::EFI_HANDLE> children = bus.children;

  EXPECT_EQ(services_.DisconnectController(controller_, nullptr, controller_),
            abi::EFI_NOT_FOUND);
  EXPECT_EQ(services_.DisconnectController(controller_, nullptr, children[0]),
            abi::EFI_SUCCESS);
  EXPECT_THAT(journal_, ElementsAre("bus-1"));
  EXPECT_EQ(services_.DisconnectController(controller_, nullptr, children[1]),
            abi::EFI_SUCCESS);

  EXPECT_THAT(journal_, ElementsAre("bus-1", "bus-1", "bus-0"));
  EXPECT_THAT(Managers(), IsEmpty());
}

TEST_F(DriverTest, ADriverThatCannotStopIsADeviceError) {
  Driver("a", 1).refuses_to_stop = true;
  ASSERT_EQ(Connect(), abi::EFI_SUCCESS);

  EXPECT_EQ(services_.DisconnectController(controller_, nullptr, nullptr),
            abi::EFI_DEVICE_ERROR);
}

TEST_F(DriverTest, UninstallingStopsTheDriver) {
  Driver("a", 1);
  ASSERT_EQ(Connect(), abi::EFI_SUCCESS);
  journal_.clear();

  EXPECT_EQ(Uninstall(controller_, kIoGuid, &interface_1_), abi::EFI_SUCCESS);

  EXPECT_THAT(journal_, ElementsAre("a-0"));
}

TEST_F(DriverTest, UninstallingIsDeniedByADriverThatCannotStop) {
  FakeDriver& driver = Driver("a", 1);
  ASSERT_EQ(Connect(), abi::EFI_SUCCESS);
  driver.refuses_to_stop = true;

  EXPECT_EQ(Uninstall(controller_, kIoGuid, &interface_1_),
            abi::EFI_ACCESS_DENIED);
  driver.refuses_to_stop = false;
  driver.forgets_to_close = true;
  EXPECT_EQ(Uninstall(controller_, kIoGuid, &interface_1_),
            abi::EFI_ACCESS_DENIED);

  EXPECT_EQ(services_.HandleProtocol(controller_, &driver.io_guid, &opened_),
            abi::EFI_SUCCESS);
}

TEST_F(DriverTest, DriversStoppedInVainAreStartedAgain) {
  FakeDriver& driver = Driver("a", 1);
  ASSERT_EQ(Connect(), abi::EFI_SUCCESS);
  const abi::EFI_HANDLE agent = Install(guid_c_, nullptr);
  const abi::EFI_HANDLE child = Install(guid_c_, nullptr);
  ASSERT_EQ(Open(controller_,
                 kIoGuid,
                 agent,
                 child,
                 abi::EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER),
            abi::EFI_SUCCESS);
  journal_.clear();

  EXPECT_EQ(Uninstall(controller_, kIoGuid, &interface_1_),
            abi::EFI_ACCESS_DENIED);

  EXPECT_THAT(Actions(), ElementsAre("a-0", "a+"));
  EXPECT_THAT(Managers(), ElementsAre(driver.DriverBindingHandle));
}

TEST_F(DriverTest, ReinstallingStopsAndStartsDrivers) {
  Driver("a", 1);
  ASSERT_EQ(Connect(), abi::EFI_SUCCESS);
  journal_.clear();
  abi::EFI_GUID guid = kIoGuid;

  EXPECT_EQ(services_.ReinstallProtocolInterface(
                controller_, &guid, &interface_1_, &interface_2_),
            abi::EFI_SUCCESS);

  EXPECT_THAT(Actions(), ElementsAre("a-0", "a+"));
}

TEST_F(DriverTest, ExclusiveUseStopsTheDriver) {
  FakeDriver& driver = Driver("a", 1);
  ASSERT_EQ(Connect(), abi::EFI_SUCCESS);
  const abi::EFI_HANDLE agent = Install(guid_c_, nullptr);
  journal_.clear();
  driver.refuses_to_stop = true;
  EXPECT_EQ(Open(controller_,
                 kIoGuid,
                 agent,
                 nullptr,
                 abi::EFI_OPEN_PROTOCOL_EXCLUSIVE),
            abi::EFI_ACCESS_DENIED);
  driver.refuses_to_stop = false;

  EXPECT_EQ(Open(controller_,
                 kIoGuid,
                 agent,
                 nullptr,
                 abi::EFI_OPEN_PROTOCOL_EXCLUSIVE),
            abi::EFI_SUCCESS);

  EXPECT_THAT(Managers(), IsEmpty());
  EXPECT_THAT(Actions(), ElementsAre("a-0", "a-0"));
}

TEST_F(DriverTest, ADriverMayRemoveItselfAndTheControllerWhileItRuns) {
  FakeDriver& driver = Driver("a", 1);
  Driver("b", 0);
  driver.Supported = [](FakeDriver::Binding* binding,
                        abi::EFI_HANDLE controller,
                        abi::EFI_DEVICE_PATH_PROTOCOL*) EFIAPI {
    FakeDriver& self = FakeDriver::From(binding);
    abi::VOID* io = nullptr;
    EXPECT_EQ(self.services.HandleProtocol(controller, &self.io_guid, &io),
              abi::EFI_SUCCESS);
    EXPECT_EQ(
        self.services.UninstallProtocolInterface(controller, &self.io_guid, io),
        abi::EFI_SUCCESS);
    abi::EFI_GUID guid = abi::EFI_DRIVER_BINDING_PROTOCOL_GUID;
    EXPECT_EQ(self.services.UninstallProtocolInterface(
                  self.DriverBindingHandle, &guid, binding),
              abi::EFI_SUCCESS);
    return abi::EFI_SUCCESS;
  };

  EXPECT_EQ(Connect(/*recursive=*/true), abi::EFI_NOT_FOUND);

  EXPECT_THAT(journal_, IsEmpty());
}

}  // namespace
}  // namespace flint::efi
