// SPDX-License-Identifier: Apache-2.0
#include "drivers/serial/uart16550.h"

#include <string>

#include "drivers/clock/fake_clock.h"
#include "drivers/io/fake_register_io.h"
#include "drivers/serial/fake_uart16550.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::serial {
namespace {

using clock::FakeClock;
using io::DidRead;
using io::DidWrite;
using io::FakeRegisterIo;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

constexpr uint64_t kData = 0;
constexpr uint64_t kLineStatus = 5;

constexpr FakeUart16550::Options kSlow{.accesses_per_character = 7};
constexpr FakeUart16550::Options kNoFifo{.has_fifo = false};
constexpr FakeUart16550::Options kSlowNoFifo{.has_fifo = false,
                                             .accesses_per_character = 7};

TEST(Uart16550, InitializesInThePrescribedOrder) {
  FakeUart16550 device;
  FakeClock clock;
  Uart16550 uart(device.io(), clock);

  EXPECT_TRUE(uart.Initialize());

  EXPECT_THAT(device.io().accesses(),
              ElementsAre(DidWrite(8, 7, 0x5A),  // is it there?
                          DidWrite(8, 3, 0x83),
                          DidRead(8, 7, 0x5A),
                          DidRead(8, 5, 0x60),
                          DidWrite(8, 0, 0x01),  // divisor 1
                          DidWrite(8, 1, 0x00),
                          DidWrite(8, 3, 0x03),  // 8N1
                          DidWrite(8, 1, 0x00),  // interrupts off
                          DidWrite(8, 2, 0x01),  // FIFO on
                          DidWrite(8, 4, 0x03),
                          DidRead(8, 2, 0xC1)));
  EXPECT_EQ(device.divisor(), 1);
  EXPECT_EQ(device.line_control(), 0x03);
  EXPECT_EQ(device.interrupt_enable(), 0);
}

TEST(Uart16550, KeepsWhatWasTypedBeforeInitialization) {
  FakeUart16550 device;
  FakeClock clock;
  Uart16550 uart(device.io(), clock);
  device.Receive('x');

  uart.Initialize();

  EXPECT_THAT(uart.ReadByte(), Optional('x'));
}

TEST(Uart16550, IsSilentBeforeInitialization) {
  FakeUart16550 device;
  FakeClock clock;
  Uart16550 uart(device.io(), clock);

  uart.Write("lost");
  uart.Flush();

  EXPECT_EQ(uart.ReadByte(), std::nullopt);
  EXPECT_THAT(device.io().accesses(), IsEmpty());
}

TEST(Uart16550, IsSilentWhereNoDeviceAnswers) {
  FakeRegisterIo bus(8, FakeRegisterIo::Empty::kReadsAllOnes);
  FakeClock clock;
  Uart16550 uart(bus, clock);

  EXPECT_FALSE(uart.Initialize());

  EXPECT_FALSE(uart.present());
  bus.ForgetAccesses();
  uart.Write("lost");
  uart.Flush();
  EXPECT_EQ(uart.ReadByte(), std::nullopt);
  EXPECT_THAT(bus.accesses(), IsEmpty());
}

TEST(Uart16550, IsSilentWhereTheBusReadsZero) {
  FakeRegisterIo bus(8);
  for (uint64_t offset = 0; offset < 8; ++offset) bus.AddRegister(offset, 8);
  bus.OnRead(7, [] { return 0; });
  FakeClock clock;

  EXPECT_FALSE(Uart16550(bus, clock).Initialize());
}

TEST(Uart16550, IsSilentWhereTheBusRepeatsItsLastByte) {
  FakeRegisterIo bus(8);
  uint32_t last = 0;
  for (uint64_t offset = 0; offset < 8; ++offset) {
    bus.AddRegister(offset, 8);
    bus.OnWrite(offset, [&last](uint32_t value) { last = value; });
    bus.OnRead(offset, [&last] { return last; });
  }
  FakeClock clock;

  EXPECT_FALSE(Uart16550(bus, clock).Initialize());
}

TEST(Uart16550, IsSilentWhereOnlyScratchAnswers) {
  FakeRegisterIo bus(8);
  for (uint64_t offset = 0; offset < 8; ++offset) bus.AddRegister(offset, 8);
  bus.OnRead(kLineStatus, [] { return 0xFF; });
  FakeClock clock;

  EXPECT_FALSE(Uart16550(bus, clock).Initialize());
}

TEST(Uart16550, AsksOncePerFifoFill) {
  FakeUart16550 device;
  FakeClock clock;
  Uart16550 uart(device.io(), clock);
  uart.Initialize();
  device.io().ForgetAccesses();

  uart.Write(std::string(33, 'a'));

  EXPECT_EQ(device.sent(), std::string(33, 'a'));
  EXPECT_EQ(device.io().read_count(kLineStatus), 3);
  EXPECT_EQ(device.io().write_count(kData), 33);
}

TEST(Uart16550, UsesTheRoomLeftByTheLastWrite) {
  FakeUart16550 device;
  FakeClock clock;
  Uart16550 uart(device.io(), clock);
  uart.Initialize();
  device.io().ForgetAccesses();

  for (int line = 0; line < 4; ++line) uart.Write("abcd");

  EXPECT_EQ(device.io().read_count(kLineStatus), 1);
}

TEST(Uart16550, AsksForEveryCharacterWithoutFifo) {
  FakeUart16550 device(kNoFifo);
  FakeClock clock;
  Uart16550 uart(device.io(), clock);
  uart.Initialize();
  device.io().ForgetAccesses();

  uart.Write("abc");

  EXPECT_EQ(device.sent(), "abc");
  EXPECT_EQ(device.io().read_count(kLineStatus), 3);
}

// The fake fails the test for a character that finds no room.
TEST(Uart16550, NeverOverrunsASlowLine) {
  const std::string text = "the quick brown fox jumps over the lazy dog";
  for (const auto& options : {kSlow, kSlowNoFifo}) {
    FakeUart16550 device(options);
    FakeClock clock(/*ticks_per_read=*/1'000);
    Uart16550 uart(device.io(), clock);
    uart.Initialize();

    uart.Write(text);
    uart.Flush();

    EXPECT_EQ(device.sent(), text);
  }
}

TEST(Uart16550, WaitsForAStuckLineOnceOnly) {
  FakeUart16550 device;
  FakeClock clock(/*ticks_per_read=*/100'000);
  Uart16550 uart(device.io(), clock);
  uart.Initialize();
  device.set_stopped(true);
  const uint64_t start_ns = clock.now_ns();

  uart.Write(std::string(100, 'x'));
  const uint64_t first_ns = clock.now_ns() - start_ns;
  for (int line = 0; line < 100; ++line) uart.Write("and more");
  uart.Flush();
  const uint64_t all_ns = clock.now_ns() - start_ns;

  EXPECT_GE(first_ns, 1000 * clock::kNanosecondsPerMillisecond);
  EXPECT_LT(first_ns, 1001 * clock::kNanosecondsPerMillisecond);
  EXPECT_LT(all_ns - first_ns, 100 * clock::kNanosecondsPerMillisecond);
  EXPECT_EQ(device.io().write_count(kData), 1 + 16);  // divisor, one FIFO
}

TEST(Uart16550, ComesBackWhenAStuckLineGoesOn) {
  FakeUart16550 device(kSlow);
  FakeClock clock(/*ticks_per_read=*/1'000'000);
  Uart16550 uart(device.io(), clock);
  uart.Initialize();
  device.set_stopped(true);
  uart.Write(std::string(20, 'x'));
  device.set_stopped(false);
  while (device.sent().size() < 16) device.io().Read8(kLineStatus);

  uart.Write("back");
  uart.Flush();

  EXPECT_EQ(device.sent(), std::string(16, 'x') + "back");
}

TEST(Uart16550, ReadsWhatWasTyped) {
  FakeUart16550 device;
  FakeClock clock;
  Uart16550 uart(device.io(), clock);
  uart.Initialize();

  EXPECT_EQ(uart.ReadByte(), std::nullopt);
  device.Receive('o');
  device.Receive(0xFF);

  EXPECT_THAT(uart.ReadByte(), Optional('o'));
  EXPECT_THAT(uart.ReadByte(), Optional(0xFF));
  EXPECT_EQ(uart.ReadByte(), std::nullopt);
}

TEST(Uart16550, ReadsNothingFromADeviceThatWentAway) {
  FakeUart16550 device;
  FakeClock clock;
  Uart16550 uart(device.io(), clock);
  uart.Initialize();
  device.io().OnRead(kLineStatus, [] { return 0xFF; });

  EXPECT_EQ(uart.ReadByte(), std::nullopt);
}

}  // namespace
}  // namespace flint::serial
