// SPDX-License-Identifier: Apache-2.0
#include "drivers/power/power.h"

#include <optional>
#include <string>
#include <vector>

#include "drivers/acpi/fadt.h"
#include "drivers/acpi/generic_address.h"
#include "drivers/acpi/sleep_type.h"
#include "drivers/clock/clock.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/io/fake_register_io.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::power {
namespace {

using acpi::AddressSpace;
using acpi::Fadt;
using acpi::GenericAddress;
using acpi::SleepType;
using clock::FakeClock;
using io::DidRead;
using io::DidWrite;
using io::FakeDeviceMapper;
using io::FakeRegisterIo;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class FakeProcessor final : public Processor {
 public:
  void TripleFault() override { events.emplace_back("triple fault"); }
  void Halt() override { events.emplace_back("halt"); }

  std::vector<std::string> events;
};

GenericAddress Port(uint64_t port) { return {AddressSpace::kSystemIo, port}; }

GenericAddress Memory(uint64_t address) {
  return {AddressSpace::kSystemMemory, address};
}

// A machine that nothing can end, so that every way is tried.
class PowerTest : public ::testing::Test {
 protected:
  static constexpr auto kReadsAllOnes = FakeRegisterIo::Empty::kReadsAllOnes;

  FakeRegisterIo ports_{0x10000, kReadsAllOnes};
  FakeDeviceMapper mapper_;
  FakeClock clock_{/*ticks_per_read=*/1'000'000};
  FakeProcessor processor_;
  Power power_{ports_, clock_, processor_};
};

TEST_F(PowerTest, ResetsWithoutAcpiByEveryKnownPort) {
  power_.Reset();

  EXPECT_THAT(ports_.accesses(),
              ElementsAre(DidWrite(8, 0xCF9, 0x06),
                          DidWrite(8, 0x64, 0xFE),
                          DidWrite(8, 0x600, 0x01)));
  EXPECT_THAT(processor_.events, ElementsAre("triple fault", "halt"));
}

TEST_F(PowerTest, ResetsByAcpisRegisterFirst) {
  Fadt fadt;
  fadt.reset_register = Port(0x600);
  fadt.reset_value = 0x01;
  power_.UseAcpi(fadt, std::nullopt, mapper_);

  power_.Reset();

  EXPECT_THAT(ports_.accesses(),
              ElementsAre(DidWrite(8, 0x600, 0x01),
                          DidWrite(8, 0xCF9, 0x06),
                          DidWrite(8, 0x64, 0xFE)));
  EXPECT_THAT(processor_.events, ElementsAre("triple fault", "halt"));
}

TEST_F(PowerTest, ResetsByARegisterInMemory) {
  FakeRegisterIo device(4);
  device.AddRegister(2, 8);
  mapper_.AddWindow(0xFEA0'0200, device);
  Fadt fadt;
  fadt.reset_register = Memory(0xFEA0'0202);
  fadt.reset_value = 0x42;
  power_.UseAcpi(fadt, std::nullopt, mapper_);

  power_.Reset();

  EXPECT_THAT(device.accesses(), ElementsAre(DidWrite(8, 2, 0x42)));
}

TEST_F(PowerTest, ResetsWithoutARegisterThatCannotBeReached) {
  Fadt fadt;
  fadt.reset_register = Memory(0x1000);  // RAM: nobody's register
  power_.UseAcpi(fadt, std::nullopt, mapper_);

  power_.Reset();

  EXPECT_THAT(ports_.accesses(),
              ElementsAre(DidWrite(8, 0xCF9, 0x06), DidWrite(8, 0x64, 0xFE)));
}

TEST_F(PowerTest, LeavesEachWayTimeToWork) {
  std::vector<uint64_t> times_ns;
  ports_.OnAccess([&] { times_ns.push_back(clock_.now_ns()); });

  power_.Reset();
  times_ns.push_back(clock_.now_ns());

  ASSERT_EQ(times_ns.size(), 4U);
  for (size_t index = 1; index < times_ns.size(); ++index) {
    const uint64_t waited_ns = times_ns[index] - times_ns[index - 1];
    EXPECT_GE(waited_ns, 250 * clock::kNanosecondsPerMillisecond);
    EXPECT_LT(waited_ns, 300 * clock::kNanosecondsPerMillisecond);
  }
}

TEST_F(PowerTest, SwitchesOffWithoutAcpiByEveryKnownPort) {
  power_.PowerOff();

  EXPECT_THAT(
      ports_.accesses(),
      ElementsAre(DidWrite(16, 0x604, 0x2000), DidWrite(8, 0x600, 0x34)));
  EXPECT_THAT(processor_.events, ElementsAre("halt"));
}

TEST_F(PowerTest, SwitchesOffThroughPm1Control) {
  ports_.AddRegister(0x604, 16, 0x1C01);  // another type, SCI_EN
  Fadt fadt;
  fadt.pm1a_control = Port(0x604);
  power_.UseAcpi(fadt, SleepType{.pm1a = 5, .pm1b = 2}, mapper_);

  power_.PowerOff();

  EXPECT_THAT(ports_.accesses(),
              ElementsAre(DidRead(16, 0x604, 0x1C01),
                          DidWrite(16, 0x604, 0x1401),
                          DidWrite(16, 0x604, 0x3401)));
  EXPECT_THAT(processor_.events, ElementsAre("halt"));
}

TEST_F(PowerTest, SwitchesOffThroughBothPm1Controls) {
  ports_.AddRegister(0x604, 16, 0x0001);
  ports_.AddRegister(0x704, 16, 0x0000);
  Fadt fadt;
  fadt.pm1a_control = Port(0x604);
  fadt.pm1b_control = Port(0x704);
  power_.UseAcpi(fadt, SleepType{.pm1a = 5, .pm1b = 2}, mapper_);

  power_.PowerOff();

  EXPECT_THAT(ports_.writes(),
              ElementsAre(DidWrite(16, 0x604, 0x1401),
                          DidWrite(16, 0x704, 0x0800),
                          DidWrite(16, 0x604, 0x3401),
                          DidWrite(16, 0x704, 0x2800)));
}

TEST_F(PowerTest, SwitchesOffReducedHardwareThroughSleepControl) {
  Fadt fadt;
  fadt.hardware_reduced = true;
  fadt.sleep_control = Port(0x600);
  fadt.pm1a_control = Port(0x60C);  // a dummy, as Cloud Hypervisor can have
  power_.UseAcpi(fadt, SleepType{.pm1a = 5, .pm1b = 5}, mapper_);

  power_.PowerOff();

  EXPECT_THAT(ports_.accesses(), ElementsAre(DidWrite(8, 0x600, 0x34)));
  EXPECT_THAT(processor_.events, ElementsAre("halt"));
}

TEST_F(PowerTest, PrefersPm1ControlOnFullHardware) {
  ports_.AddRegister(0x604, 16);
  Fadt fadt;
  fadt.sleep_control = Port(0x600);
  fadt.pm1a_control = Port(0x604);
  power_.UseAcpi(fadt, SleepType{}, mapper_);

  power_.PowerOff();

  EXPECT_THAT(ports_.writes(),
              ElementsAre(DidWrite(16, 0x604, 0), DidWrite(16, 0x604, 0x2000)));
}

TEST_F(PowerTest, UsesNoPm1ControlOfReducedHardware) {
  Fadt fadt;
  fadt.hardware_reduced = true;
  fadt.pm1a_control = Port(0x604);
  power_.UseAcpi(fadt, SleepType{}, mapper_);

  power_.PowerOff();

  EXPECT_THAT(ports_.accesses(), IsEmpty());
  EXPECT_THAT(processor_.events, ElementsAre("halt"));
}

TEST_F(PowerTest, HaltsIfAcpiDoesNotSayHowToSwitchOff) {
  Fadt fadt;
  fadt.pm1a_control = Port(0x604);
  power_.UseAcpi(fadt, std::nullopt, mapper_);

  power_.PowerOff();

  EXPECT_THAT(ports_.accesses(), IsEmpty());
  EXPECT_THAT(processor_.events, ElementsAre("halt"));
}

}  // namespace
}  // namespace flint::power
