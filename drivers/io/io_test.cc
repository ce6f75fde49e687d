// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>

#include "drivers/io/fake_register_io.h"
#include "drivers/io/mmio.h"
#include "drivers/io/register_io.h"
#include "drivers/io/register_window.h"
#include "gmock/gmock.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace flint::io {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Status : Register<uint8_t, 0x14> {};
struct QueueSize : Register<uint16_t, 0x18> {};
struct Features : Register<uint32_t, 0x1C> {};
struct QueueAddress : Register<uint64_t, 0x20> {};

FakeRegisterIo FourRegisters() {
  FakeRegisterIo io(0x28);
  io.AddRegister(0x14, 8, 0x11);
  io.AddRegister(0x18, 16, 0x2222);
  io.AddRegister(0x1C, 32, 0x3333'3333);
  io.AddRegister(0x20, 32, 0x4444'4444);
  io.AddRegister(0x24, 32, 0x5555'5555);
  return io;
}

TEST(RegisterIo, ReadsTypedRegistersWithTheirOwnWidth) {
  FakeRegisterIo io = FourRegisters();

  EXPECT_EQ(io.Read<Status>(), 0x11);
  EXPECT_EQ(io.Read<QueueSize>(), 0x2222);
  EXPECT_EQ(io.Read<Features>(), 0x3333'3333U);

  EXPECT_THAT(io.accesses(),
              ElementsAre(DidRead(8, 0x14, 0x11),
                          DidRead(16, 0x18, 0x2222),
                          DidRead(32, 0x1C, 0x3333'3333)));
}

TEST(RegisterIo, WritesTypedRegistersWithTheirOwnWidth) {
  FakeRegisterIo io = FourRegisters();

  io.Write<Status>(1);
  io.Write<QueueSize>(2);
  io.Write<Features>(3);

  EXPECT_THAT(
      io.accesses(),
      ElementsAre(
          DidWrite(8, 0x14, 1), DidWrite(16, 0x18, 2), DidWrite(32, 0x1C, 3)));
}

TEST(RegisterIo, SplitsSixtyFourBitsLowHalfFirst) {
  FakeRegisterIo io = FourRegisters();

  EXPECT_EQ(io.Read<QueueAddress>(), 0x5555'5555'4444'4444U);
  io.Write<QueueAddress>(0x7777'7777'6666'6666);

  EXPECT_THAT(io.accesses(),
              ElementsAre(DidRead(32, 0x20, 0x4444'4444),
                          DidRead(32, 0x24, 0x5555'5555),
                          DidWrite(32, 0x20, 0x6666'6666),
                          DidWrite(32, 0x24, 0x7777'7777)));
}

TEST(RegisterWindow, MovesEveryAccessByItsStart) {
  FakeRegisterIo io = FourRegisters();
  RegisterWindow window(io, 0x14, 0x14);

  EXPECT_EQ(window.Read8(0), 0x11);
  EXPECT_EQ(window.Read16(4), 0x2222);
  EXPECT_EQ(window.Read32(8), 0x3333'3333U);
  window.Write8(0, 1);
  window.Write16(4, 2);
  window.Write32(8, 3);

  EXPECT_EQ(window.size_bytes(), 0x14U);
  EXPECT_THAT(
      io.writes(),
      ElementsAre(
          DidWrite(8, 0x14, 1), DidWrite(16, 0x18, 2), DidWrite(32, 0x1C, 3)));
}

TEST(Mmio, TouchesOnlyTheBytesAskedFor) {
  alignas(8) std::array<uint8_t, 16> device{};
  device.fill(0xAA);
  Mmio mmio(reinterpret_cast<uint64_t>(device.data()), device.size());

  mmio.Write8(1, 0x11);
  mmio.Write16(4, 0x3322);
  mmio.Write32(8, 0x7766'5544);

  EXPECT_THAT(device,
              ElementsAre(0xAA,
                          0x11,
                          0xAA,
                          0xAA,
                          0x22,
                          0x33,
                          0xAA,
                          0xAA,
                          0x44,
                          0x55,
                          0x66,
                          0x77,
                          0xAA,
                          0xAA,
                          0xAA,
                          0xAA));
  EXPECT_EQ(mmio.Read8(9), 0x55);
  EXPECT_EQ(mmio.Read16(10), 0x7766);
  EXPECT_EQ(mmio.Read32(4), 0xAAAA'3322U);
}

TEST(FakeRegisterIo, FillsUnimplementedBitsWithChangingGarbage) {
  FakeRegisterIo io(4);
  io.AddRegister(0, 32, 0xFFFF'FF05, /*implemented=*/0x0F);

  const uint32_t first = io.Read32(0);
  const uint32_t second = io.Read32(0);

  EXPECT_EQ(first & 0x0F, 5U);
  EXPECT_EQ(second & 0x0F, 5U);
  EXPECT_NE(first, second);
  io.Write32(0, 0xABCD'EF0A);
  EXPECT_EQ(io.value(0), 0x0AU);
}

TEST(FakeRegisterIo, FailsTheTestOnAWrongWidth) {
  static FakeRegisterIo io(8);
  io.AddRegister(0, 32);

  EXPECT_NONFATAL_FAILURE(io.Read16(0), "read16(0x0, 0x0), but the register");
  EXPECT_NONFATAL_FAILURE(io.Write8(0, 1), "but the register has 32 bits");
}

TEST(FakeRegisterIo, FailsTheTestOutsideTheWindow) {
  static FakeRegisterIo io(6);

  EXPECT_NONFATAL_FAILURE(io.Read32(4), "outside the window");
  EXPECT_NONFATAL_FAILURE(io.Read8(UINT64_MAX), "outside the window");
}

TEST(FakeRegisterIo, FailsTheTestWhereThereIsNoRegister) {
  static FakeRegisterIo io(8);

  EXPECT_NONFATAL_FAILURE(io.Write8(3, 1), "there is no register");
}

TEST(FakeRegisterIo, ReadsAllOnesFromAnEmptyBus) {
  FakeRegisterIo bus(0x10000, FakeRegisterIo::Empty::kReadsAllOnes);

  bus.Write8(0x3F8, 'x');

  EXPECT_EQ(bus.Read8(0x3F8), 0xFF);
  EXPECT_EQ(bus.Read16(0x3F8), 0xFFFF);
  EXPECT_EQ(bus.Read32(0xCFC), 0xFFFF'FFFFU);
}

TEST(FakeRegisterIo, RunsHooks) {
  FakeRegisterIo io(8);
  io.AddRegister(0, 8);
  io.AddRegister(4, 8);
  uint32_t seen = 0;
  int accesses = 0;
  io.OnWrite(0, [&](uint32_t value) { seen = value; });
  io.OnRead(4, [&] { return seen + 1; });
  io.OnAccess([&] { ++accesses; });

  io.Write8(0, 6);

  EXPECT_EQ(io.Read8(4), 7);
  EXPECT_EQ(accesses, 2);
}

TEST(FakeRegisterIo, CountsAndForgetsAccesses) {
  FakeRegisterIo io(8);
  io.AddRegister(0, 8);

  io.Write8(0, 1);
  io.Write8(0, 2);
  io.Read8(0);

  EXPECT_EQ(io.write_count(0), 2);
  EXPECT_EQ(io.read_count(0), 1);
  EXPECT_EQ(io.read_count(4), 0);
  io.ForgetAccesses();
  EXPECT_THAT(io.accesses(), IsEmpty());
}

}  // namespace
}  // namespace flint::io
