// SPDX-License-Identifier: Apache-2.0
#include "drivers/serial/debug_port.h"

#include <cstdint>
#include <vector>

#include "drivers/console/switched_output.h"
#include "drivers/io/fake_register_io.h"
#include "gtest/gtest.h"

namespace flint::serial {
namespace {

constexpr uint64_t kPortSpace = 0x1'0000;

using io::FakeRegisterIo;

TEST(DebugPort, IsFoundByItsNumber) {
  FakeRegisterIo ports(kPortSpace, FakeRegisterIo::Empty::kReadsAllOnes);
  DebugPort port(ports);

  EXPECT_FALSE(port.IsPresent());
  ports.AddRegister(0xE9, 8, 0xE9);
  EXPECT_TRUE(port.IsPresent());
}

TEST(DebugPort, TakesBytesOnceItIsSwitchedTo) {
  FakeRegisterIo ports(kPortSpace);
  ports.AddRegister(0xE9, 8);
  FakeRegisterIo others(kPortSpace);
  others.AddRegister(0xE9, 8);
  DebugPort first(others);
  DebugPort second(ports);
  console::SwitchedOutput output(first, second);

  output.Write("1");
  output.UseSecond();
  output.Write("ab");

  EXPECT_EQ(others.writes(), (std::vector{io::DidWrite(8, 0xE9, '1')}));
  EXPECT_EQ(
      ports.writes(),
      (std::vector{io::DidWrite(8, 0xE9, 'a'), io::DidWrite(8, 0xE9, 'b')}));
}

}  // namespace
}  // namespace flint::serial
