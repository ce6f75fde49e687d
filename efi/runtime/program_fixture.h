// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "efi/abi/runtime_services.h"
#include "efi/abi/status.h"
#include "efi/runtime/fake_machine.h"
#include "efi/runtime/handoff.h"
#include "efi/runtime/handoff_fixture.h"
#include "efi/runtime/runtime_program.h"
#include "gtest/gtest.h"

namespace flint::efi {

/// The program, compiled for the host, on a fake machine: called through its
/// table, as an operating system would.
class ProgramTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kAreaBytes = 4 * abi::EFI_PAGE_SIZE;

  ProgramTest() {
    FillHandoff(memory_.handoff,
                reinterpret_cast<uint64_t>(memory_.variables.data()),
                kAreaBytes);
    handoff.clock.kind = RuntimeClockKind::kCmos;
    handoff.clock.century_register = 0x32;
    handoff.clock.has_alarm = 1;
    handoff.clock.counter_hz = 1'000'000'000;
    EXPECT_EQ(flint_runtime_start(&handoff), abi::EFI_SUCCESS);
  }

 private:
  struct alignas(abi::EFI_PAGE_SIZE) Memory {
    RuntimeHandoff handoff;
    std::array<std::byte, 2 * kAreaBytes> variables;
  };
  Memory memory_;

 protected:
  FakeMachine machine;
  RuntimeHandoff& handoff = memory_.handoff;
  abi::EFI_RUNTIME_SERVICES& services = handoff.services;
};

}  // namespace flint::efi
