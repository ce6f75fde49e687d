// SPDX-License-Identifier: Apache-2.0
#include "boot/processors/processors.h"

#include <array>
#include <string_view>
#include <vector>

#include "boot/memory/memory_map.h"
#include "boot/processors/trampoline_format.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/io/fake_cpu.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/io/fake_register_io.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::processors {
namespace {

using memory::E820Entry;
using memory::E820Type;
using testing::IsError;

constexpr uint64_t kApic = 0xFEE0'0000;
constexpr uint64_t kInterruptCommand = 0x300;
constexpr uint32_t kInit = 0xC'4500;
constexpr uint32_t kStartUp = 0xC'4600;

constexpr std::string_view kCode = "sixteen bits   .";
constexpr std::array<mtrr::MsrValue, 2> kMsrs{
    mtrr::MsrValue{.index = 0x250, .value = 0x0606'0606'0606'0606},
    mtrr::MsrValue{.index = 0x2FF, .value = 0xC06}};

class Processors : public ::testing::Test {
 protected:
  Processors() {
    const std::array ram{
        E820Entry{0, 0x20'0000, E820Type::kRam},
    };
    map_.Build(ram, uint64_t{1} << 40);
    cpu_.SetLeaf(1, {.edx = 1 << 5 | 1 << 9});
    cpu_.AddMsr(0x1B, kApic | 1 << 11 | 1 << 8);
    mapper_.AddWindow(kApic, apic_);
    apic_.AddRegister(kInterruptCommand, 32);
    apic_.OnWrite(kInterruptCommand,
                  [this](uint32_t value) { commands_.push_back(value); });
    // The others count themselves while we wait.
    clock_.OnRelax([this] {
      if (commands_.size() < 2 || running_ == 0) return;
      --running_;
      const uint64_t page = (commands_[1] & 0xFF) << 12;
      const auto bytes = memory_.Map(page + kCode.size(), 2);
      ASSERT_OK(bytes);
      const uint16_t count = *ReadWire<Le16>(*bytes);
      ASSERT_OK(WriteWire(*bytes, 0, Le16(static_cast<uint16_t>(count + 1))));
    });
  }

  Status ParkOthers(uint16_t count) {
    return Park({.cpu = cpu_,
                 .mapper = mapper_,
                 .clock = clock_,
                 .pages = map_,
                 .memory = memory_,
                 .trampoline = AsBytes(kCode)},
                count,
                kMsrs);
  }

  std::array<memory::MemoryRange, 32> ranges_;
  memory::MemoryMap map_{ranges_};
  FakeGuestMemory memory_;
  MutableBytes low_memory_ = memory_.AddRegion(0, 0xA'0000);
  io::FakeCpu cpu_;
  io::FakeRegisterIo apic_{0x1000};
  io::FakeDeviceMapper mapper_;
  clock::FakeClock clock_;
  std::vector<uint32_t> commands_;
  int running_ = 3;
};

TEST_F(Processors, StartAllAtOnceOnAPageBelow1MiB) {
  ASSERT_OK(ParkOthers(3));

  ASSERT_EQ(commands_.size(), 2u);
  EXPECT_EQ(commands_[0], kInit);
  EXPECT_EQ(commands_[1] & ~0xFFu, kStartUp);
  const uint64_t page = (commands_[1] & 0xFF) << 12;
  EXPECT_EQ(AsText(low_memory_.subspan(page, kCode.size())), kCode);
}

TEST_F(Processors, FindTheirValuesBehindTheCode) {
  ASSERT_OK(ParkOthers(3));

  const uint64_t page = (commands_.at(1) & 0xFF) << 12;
  const Bytes data = low_memory_.subspan(page + kCode.size());
  EXPECT_EQ(ReadWire<TrampolineHeader>(data)->msr_count, 2);
  const auto last = *ReadWire<TrampolineMsr>(
      data, sizeof(TrampolineHeader) + sizeof(TrampolineMsr));
  EXPECT_EQ(last.index, 0x2FFu);
  EXPECT_EQ(last.value, 0xC06u);
}

TEST_F(Processors, KeepTheirPage) {
  ASSERT_OK(ParkOthers(3));

  const uint64_t page = (commands_.at(1) & 0xFF) << 12;
  EXPECT_EQ(map_.Find(page)->type, memory::MemoryType::kFirmware);
}

TEST_F(Processors, AreNotWaitedForForever) {
  running_ = 2;

  EXPECT_THAT(ParkOthers(3), IsError(ErrorCode::kTimedOut));
}

TEST_F(Processors, NeedALocalApic) {
  cpu_.SetLeaf(1, {.edx = 0});

  EXPECT_THAT(ParkOthers(3), IsError(ErrorCode::kUnsupported));
}

TEST_F(Processors, NeedMemoryBelow1MiB) {
  map_.Claim(0, 0xA'0000, memory::MemoryType::kImage);

  EXPECT_THAT(ParkOthers(3), IsError(ErrorCode::kNoMemory));
  EXPECT_TRUE(commands_.empty());
}

}  // namespace
}  // namespace flint::processors
