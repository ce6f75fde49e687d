// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/io/fake_cpu.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/io/fake_register_io.h"
#include "drivers/power/power.h"
#include "drivers/rtc/fake_cmos.h"

namespace flint::efi {

/// The machine that the program runs on in tests: one at a time, while the
/// object lives. Nothing ends it.
class FakeMachine final : public power::Processor {
 public:
  FakeMachine();
  ~FakeMachine() override;
  FakeMachine(const FakeMachine&) = delete;
  FakeMachine& operator=(const FakeMachine&) = delete;

  io::FakeRegisterIo ports{0x1'0000};
  rtc::FakeCmos cmos{ports};
  io::FakeCpu cpu;
  io::FakeDeviceMapper devices;
  /// What the processor was asked for.
  std::vector<std::string> ends;

  void TripleFault() override { ends.emplace_back("triple fault"); }
  void Halt() override { ends.emplace_back("halt"); }
};

}  // namespace flint::efi
