// SPDX-License-Identifier: Apache-2.0
#include "boot/platform/ram_discovery.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "boot/memory/e820.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/fw_cfg/fake_fw_cfg.h"
#include "drivers/io/fake_register_io.h"
#include "drivers/rtc/fake_cmos.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::platform {
namespace {

using memory::E820Entry;
using memory::E820Type;
using testing::IsError;

std::string Entry(uint64_t address, uint64_t size_bytes, uint32_t type) {
  std::string text(AsText(AsBytes(Le64(address))));
  text += AsText(AsBytes(Le64(size_bytes)));
  text += AsText(AsBytes(Le32(type)));
  return text;
}

class RamDiscovery : public ::testing::Test {
 protected:
  /// Where the stack is part of the guest's memory.
  class StackMemory final : public GuestMemory {
   public:
    Result<std::span<std::byte>> Map(uint64_t address,
                                     uint64_t size_bytes) override {
      return std::span(reinterpret_cast<std::byte*>(address), size_bytes);
    }
    uint64_t AddressOf(const std::byte* bytes) override {
      return reinterpret_cast<uint64_t>(bytes);
    }
  };

  Status DiscoverFromFiles() {
    auto files = fw_cfg::FwCfg::Create({.ports = ports_,
                                        .memory = memory_,
                                        .clock = clock_,
                                        .scratch = scratch_});
    EXPECT_OK(files);
    return DiscoverRam(&*files, ports_, memory_, *info_);
  }

  std::vector<E820Entry> Found() const {
    return {info_->memory().begin(), info_->memory().end()};
  }

  io::FakeRegisterIo ports_{0x1'0000, io::FakeRegisterIo::Empty::kReadsAllOnes};
  StackMemory memory_;
  std::vector<std::byte> scratch_ =
      std::vector<std::byte>(fw_cfg::FwCfg::kScratchBytes);
  clock::FakeClock clock_;
  fw_cfg::FakeFwCfg fake_{ports_, memory_};
  rtc::FakeCmos cmos_{ports_};
  std::unique_ptr<boot::BootInfo> info_ = std::make_unique<boot::BootInfo>();
};

TEST_F(RamDiscovery, TakesTheListOfTheVmm) {
  fake_.AddFile("etc/e820",
                Entry(0xFEFF'C000, 0x4000, 2) + Entry(0, 0x8000'0000, 1) +
                    Entry(0x1'0000'0000, 0x1'0000'0000, 1));

  ASSERT_OK(DiscoverFromFiles());

  EXPECT_EQ(info_->door(), boot::DoorKind::kResetVector);
  EXPECT_EQ(
      Found(),
      (std::vector<E820Entry>{{0xFEFF'C000, 0x4000, E820Type::kReserved},
                              {0, 0x8000'0000, E820Type::kRam},
                              {0x1'0000'0000, 0x1'0000'0000, E820Type::kRam}}));
}

TEST_F(RamDiscovery, TakesALongList) {
  std::string list;
  for (uint64_t i = 0; i < 200; ++i) list += Entry(i << 20, 1 << 20, 1);
  fake_.AddFile("etc/e820", list);

  ASSERT_OK(DiscoverFromFiles());

  ASSERT_EQ(Found().size(), 200u);
  EXPECT_EQ(Found()[199], (E820Entry{199 << 20, 1 << 20, E820Type::kRam}));
}

TEST_F(RamDiscovery, RefusesAListThatEndsWithinAnEntry) {
  fake_.AddFile("etc/e820", Entry(0, 1 << 30, 1).substr(0, 19));

  EXPECT_THAT(DiscoverFromFiles(), IsError(ErrorCode::kCorrupt));
}

TEST_F(RamDiscovery, RefusesAListThatIsTooLong) {
  std::string list;
  for (int i = 0; i < 1025; ++i) list += Entry(0, 1 << 30, 1);
  fake_.AddFile("etc/e820", list);

  EXPECT_THAT(DiscoverFromFiles(), IsError(ErrorCode::kCorrupt));
}

TEST_F(RamDiscovery, DoesNotGuessWhenTheVmmFails) {
  fake_.AddFile("etc/e820", Entry(0, 1 << 30, 1));
  fake_.FailTransfers();

  EXPECT_THAT(DiscoverFromFiles(), IsError(ErrorCode::kDeviceError));
}

TEST_F(RamDiscovery, AddsUpTheSizesInTheCmos) {
  // 1 GiB below 4 GiB, 4.5 GiB above.
  cmos_.memory(0x35) = 0x3F;
  cmos_.memory(0x5B) = 0x00;
  cmos_.memory(0x5C) = 0x20;
  cmos_.memory(0x5D) = 0x01;

  ASSERT_OK(DiscoverRam(nullptr, ports_, memory_, *info_));

  EXPECT_EQ(
      Found(),
      (std::vector<E820Entry>{{0, 0xA'0000, E820Type::kRam},
                              {0x10'0000, 0x3FF0'0000, E820Type::kRam},
                              {0x1'0000'0000, 0x1'2000'0000, E820Type::kRam}}));
}

TEST_F(RamDiscovery, AddsUpTheSizesOfASmallMachine) {
  // 8 MiB: nothing above 16.
  cmos_.memory(0x31) = 0x1C;

  ASSERT_OK(DiscoverRam(nullptr, ports_, memory_, *info_));

  EXPECT_EQ(Found()[1], (E820Entry{0x10'0000, 7 << 20, E820Type::kRam}));
}

TEST_F(RamDiscovery, FindsNothingWithoutACmos) {
  cmos_.Remove();

  EXPECT_THAT(DiscoverRam(nullptr, ports_, memory_, *info_),
              IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace flint::platform
