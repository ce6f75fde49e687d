// SPDX-License-Identifier: Apache-2.0

// ResetSystem, through the table, on a machine that nothing ends.
// [uefi-2.10 8.5.1]

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/io/fake_register_io.h"
#include "efi/abi/status.h"
#include "efi/runtime/program_fixture.h"
#include "gmock/gmock.h"

namespace flint::efi {
namespace {

using io::DidWrite;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

class ResetServicesTest : public ProgramTest {
 protected:
  ResetServicesTest() {
    machine.ports.AddRegister(0xCF9, 8);
    machine.ports.AddRegister(0x64, 8);
    machine.ports.AddRegister(0x600, 8);
    machine.ports.AddRegister(0x604, 16);
    machine.ports.AddRegister(0xB000, 16);
  }

  void UseAcpi() {
    handoff.power.has_acpi = 1;
    handoff.power.reset_value = 0x0E;
    handoff.power.reset = {RuntimeSpace::kPort, 0, 0xCF9};
    handoff.power.pm1a_control = {RuntimeSpace::kPort, 0, 0xB000};
    handoff.power.has_soft_off = 1;
    handoff.power.soft_off_a = 3;
  }

  void Reset(abi::EFI_RESET_TYPE type) {
    services.ResetSystem(type, abi::EFI_SUCCESS, 0, nullptr);
  }
};

TEST_F(ResetServicesTest, ColdWarmAndPlatformSpecificResetByAcpi) {
  UseAcpi();
  for (const auto type :
       {abi::EfiResetCold, abi::EfiResetWarm, abi::EfiResetPlatformSpecific}) {
    machine.ports.ForgetAccesses();
    machine.ends.clear();

    Reset(type);

    EXPECT_THAT(machine.ports.writes(),
                ElementsAre(DidWrite(8, 0xCF9, 0x0E),
                            DidWrite(8, 0xCF9, 0x06),
                            DidWrite(8, 0x64, 0xFE)));
    EXPECT_THAT(machine.ends, ElementsAre("triple fault", "halt"));
  }
}

TEST_F(ResetServicesTest, ShutdownSwitchesOffByAcpi) {
  UseAcpi();

  Reset(abi::EfiResetShutdown);

  EXPECT_EQ(machine.ports.value(0xB000), 3u << 10 | 1u << 13);
  EXPECT_EQ(machine.ports.write_count(0xCF9), 0);
  EXPECT_THAT(machine.ends, ElementsAre("halt"));
}

TEST_F(ResetServicesTest, KnownPortsServeWithoutAcpi) {
  Reset(abi::EfiResetCold);
  EXPECT_THAT(machine.ports.writes(), Contains(DidWrite(8, 0x600, 0x01)));
  machine.ports.ForgetAccesses();

  Reset(abi::EfiResetShutdown);

  EXPECT_THAT(
      machine.ports.writes(),
      ElementsAre(DidWrite(16, 0x604, 0x2000), DidWrite(8, 0x600, 0x34)));
}

TEST_F(ResetServicesTest, RegistersMayBeInMemory) {
  constexpr uint64_t kRegisters = 0xFED8'0000;
  io::FakeRegisterIo registers(16);
  registers.AddRegister(0, 8);
  registers.AddRegister(8, 8);
  machine.devices.AddWindow(kRegisters, registers);
  handoff.power.has_acpi = 1;
  handoff.power.hardware_reduced = 1;
  handoff.power.reset_value = 0x42;
  handoff.power.reset = {RuntimeSpace::kMemory, 0, kRegisters};
  handoff.power.sleep_control = {RuntimeSpace::kMemory, 0, kRegisters + 8};
  handoff.power.has_soft_off = 1;
  handoff.power.soft_off_a = 5;

  Reset(abi::EfiResetCold);
  Reset(abi::EfiResetShutdown);

  EXPECT_EQ(registers.value(0), 0x42u);
  EXPECT_EQ(registers.value(8), 5u << 2 | 1 << 5);
}

TEST_F(ResetServicesTest, TellTheFirmwareFirst) {
  struct Told {
    int count = 0;
    abi::EFI_RESET_TYPE type{};
    abi::EFI_STATUS status = 0;
    std::string data;
    size_t writes = 99;
    FakeMachine* machine = nullptr;
  } told;
  told.machine = &machine;
  handoff.hooks = {.context = &told,
                   .on_nonvolatile_change = nullptr,
                   .on_reset = [](void* context,
                                  abi::EFI_RESET_TYPE type,
                                  abi::EFI_STATUS status,
                                  abi::UINTN data_size,
                                  abi::VOID* data) {
                     auto& to = *static_cast<Told*>(context);
                     ++to.count;
                     to.type = type;
                     to.status = status;
                     to.data.assign(static_cast<const char*>(data), data_size);
                     to.writes = to.machine->ports.writes().size();
                   }};
  char data[] = "why";

  services.ResetSystem(abi::EfiResetWarm, abi::EFI_ABORTED, 3, data);

  EXPECT_EQ(told.count, 1);
  EXPECT_EQ(told.type, abi::EfiResetWarm);
  EXPECT_EQ(told.status, abi::EFI_ABORTED);
  EXPECT_EQ(told.data, "why");
  EXPECT_EQ(told.writes, 0u);
  EXPECT_THAT(machine.ports.writes(), Not(::testing::IsEmpty()));
}

}  // namespace
}  // namespace flint::efi
