// SPDX-License-Identifier: Apache-2.0
#include "boot/info/start_info.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::boot {
namespace {

using memory::E820Entry;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using ::testing::SizeIs;

// As QEMU's option ROM lays things out: all below 12 KiB.
constexpr uint64_t kStartInfo = 0x21E0;
constexpr uint64_t kMemoryMap = 0x5A8;
constexpr uint64_t kCommandLine = 0x11C0;
constexpr uint64_t kModules = 0x21C0;

struct Fields {
  uint32_t magic = 0x336EC578;
  uint32_t version = 1;
  uint32_t module_count = 1;
  uint64_t modules = kModules;
  uint64_t command_line = kCommandLine;
  uint64_t rsdp = 0xF'59E0;
  uint64_t memory_map = kMemoryMap;
  uint32_t memory_count = 2;
};

class StartInfoTest : public ::testing::Test {
 protected:
  StartInfoTest() {
    Put(kMemoryMap, MemoryEntry(0, 0x9'FC00, 1));
    Put(kMemoryMap + 24, MemoryEntry(0x9'FC00, 0x400, 2));
    Put(kModules, ModuleEntry(0x10'0000, 0x5000, 0));
    PutText(kCommandLine, "flint.log=debug");
    PutStartInfo({});
  }

  template <size_t kCount>
  static std::array<Le64, kCount> Words(const uint64_t (&values)[kCount]) {
    std::array<Le64, kCount> words;
    std::copy_n(values, kCount, words.begin());
    return words;
  }
  static std::array<Le64, 3> MemoryEntry(uint64_t address,
                                         uint64_t size,
                                         uint32_t type) {
    // The padding is the VMM's to fill: garbage.
    return Words({address, size, type | uint64_t{0xBAD} << 32});
  }
  static std::array<Le64, 4> ModuleEntry(uint64_t address,
                                         uint64_t size,
                                         uint64_t command_line) {
    return Words({address, size, command_line, 0xBAD});
  }

  template <WireType T>
  void Put(uint64_t address, const T& value) {
    ASSERT_OK(WriteWire(low_, address, value));
  }
  void PutText(uint64_t address, const std::string& text) {
    std::ranges::copy(AsBytes(text), low_.begin() + ptrdiff_t(address));
    low_[address + text.size()] = std::byte{0};
  }
  void PutStartInfo(const Fields& fields) {
    Put(kStartInfo,
        Words({fields.magic | uint64_t{fields.version} << 32,
               uint64_t{fields.module_count} << 32,
               fields.modules,
               fields.command_line,
               fields.rsdp,
               fields.memory_map,
               fields.memory_count | uint64_t{0xBAD} << 32}));
  }

  Status Read(uint64_t address = kStartInfo) {
    info_ = std::make_unique<BootInfo>();
    return ReadStartInfo(memory_, address, *info_);
  }

  FakeGuestMemory memory_;
  MutableBytes low_ = memory_.AddRegion(0, 0x3000);
  std::unique_ptr<BootInfo> info_;
};

TEST_F(StartInfoTest, CopiesAllThatTheVmmSays) {
  Put(0x40E, Le16(0x9FC0));
  ASSERT_OK(Read());
  std::ranges::fill(low_, std::byte{0xFF});

  EXPECT_EQ(info_->door(), DoorKind::kPvh);
  EXPECT_EQ(info_->command_line(), "flint.log=debug");
  EXPECT_FALSE(info_->command_line_truncated());
  EXPECT_EQ(info_->rsdp_address(), 0xF'59E0u);
  EXPECT_EQ(info_->bios_data_address(), 0x9'FC00u);
  EXPECT_THAT(
      info_->memory(),
      ElementsAre(E820Entry{0, 0x9'FC00, 1}, E820Entry{0x9'FC00, 0x400, 2}));
  ASSERT_THAT(info_->modules(), SizeIs(1));
  EXPECT_EQ(info_->modules()[0].address, 0x10'0000u);
  EXPECT_EQ(info_->modules()[0].size_bytes, 0x5000u);
  EXPECT_EQ(info_->modules()[0].command_line.view(), "");
  EXPECT_EQ(info_->dropped_module_count(), 0u);
}

TEST_F(StartInfoTest, RefusesAWrongMagic) {
  PutStartInfo({.magic = 0x336EC579});

  EXPECT_THAT(Read(), IsError(ErrorCode::kCorrupt));
}

TEST_F(StartInfoTest, RefusesVersion0WhichHasNoMemoryMap) {
  PutStartInfo({.version = 0});

  EXPECT_THAT(Read(), IsError(ErrorCode::kUnsupported));
}

TEST_F(StartInfoTest, ReadsLaterVersionsAsVersion1) {
  PutStartInfo({.version = 7});

  ASSERT_OK(Read());

  EXPECT_THAT(info_->memory(), SizeIs(2));
}

TEST_F(StartInfoTest, NeedsNeitherCommandLineNorModulesNorRsdp) {
  PutStartInfo(
      {.module_count = 0, .modules = UINT64_MAX, .command_line = 0, .rsdp = 0});

  ASSERT_OK(Read());

  EXPECT_EQ(info_->command_line(), "");
  EXPECT_EQ(info_->rsdp_address(), 0u);
  EXPECT_THAT(info_->modules(), IsEmpty());
}

TEST_F(StartInfoTest, RefusesStructuresOutsideMemory) {
  EXPECT_THAT(Read(0x9'0000'0000), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(Read(UINT64_MAX - 8), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(Read(0x3000 - 39), IsError(ErrorCode::kOutOfRange));

  PutStartInfo({.memory_map = 0x3000 - 47});
  EXPECT_THAT(Read(), IsError(ErrorCode::kOutOfRange));
  PutStartInfo({.memory_map = UINT64_MAX});
  EXPECT_THAT(Read(), IsError(ErrorCode::kOutOfRange));
}

TEST_F(StartInfoTest, DropsAModuleListThatIsNotThere) {
  for (const uint64_t modules : {uint64_t{0x3000 - 31}, UINT64_MAX - 16}) {
    PutStartInfo({.modules = modules});
    ASSERT_OK(Read());
    EXPECT_THAT(info_->modules(), IsEmpty());
    EXPECT_EQ(info_->dropped_module_count(), 1u);
  }
  // What QEMU's PVH ROM has there when it gives no modules is what memory had
  // before.
  PutStartInfo({.module_count = 0xA5A5'A5A5, .modules = 0xA5A5'A5A5'A5A5'A5A5});
  ASSERT_OK(Read());
  EXPECT_THAT(info_->modules(), IsEmpty());
  EXPECT_EQ(info_->dropped_module_count(), 0xA5A5'A5A5u);
}

TEST_F(StartInfoTest, IsRefusedWhereverMemoryEndsWithinIt) {
  PutStartInfo({});
  const std::vector<std::byte> whole(low_.begin() + kStartInfo,
                                     low_.begin() + kStartInfo + 56);
  for (size_t size = 0; size < whole.size(); ++size) {
    memory_.AddRegion(0x10'0000 + size * 0x1000, std::span(whole).first(size));

    EXPECT_THAT(Read(0x10'0000 + size * 0x1000),
                IsError(ErrorCode::kOutOfRange))
        << size;
  }
}

TEST_F(StartInfoTest, RefusesMoreMemoryEntriesThanItKeeps) {
  const MutableBytes table =
      memory_.AddRegion(0x10'0000, (kMaxMemoryEntries + 1) * 24);
  ASSERT_OK(WriteWire(table, 0, MemoryEntry(0x1000, 0x1000, 1)));

  PutStartInfo({.memory_map = 0x10'0000, .memory_count = kMaxMemoryEntries});
  ASSERT_OK(Read());
  EXPECT_THAT(info_->memory(), SizeIs(kMaxMemoryEntries));

  PutStartInfo(
      {.memory_map = 0x10'0000, .memory_count = kMaxMemoryEntries + 1});
  EXPECT_THAT(Read(), IsError(ErrorCode::kCorrupt));
  PutStartInfo({.memory_map = 0x10'0000, .memory_count = UINT32_MAX});
  EXPECT_THAT(Read(), IsError(ErrorCode::kCorrupt));
}

TEST_F(StartInfoTest, DropsImpossibleAndSurplusModules) {
  const uint64_t table = 0x10'0000;
  const MutableBytes modules = memory_.AddRegion(table, (kMaxModules + 2) * 32);
  for (uint64_t i = 0; i < kMaxModules + 2; ++i) {
    ASSERT_OK(WriteWire(
        modules, i * 32, ModuleEntry(0x100'0000 * (i + 1), 0x1000, 0)));
  }
  ASSERT_OK(WriteWire(modules, 0, ModuleEntry(UINT64_MAX, 2, 0)));
  ASSERT_OK(WriteWire(modules, 32, ModuleEntry(0x1000, 0, 0)));
  PutStartInfo({.module_count = kMaxModules + 2, .modules = table});

  ASSERT_OK(Read());

  EXPECT_THAT(info_->modules(), SizeIs(kMaxModules - 2));
  EXPECT_EQ(info_->modules()[0].address, 0x300'0000u);
  EXPECT_EQ(info_->dropped_module_count(), 4u);
}

TEST_F(StartInfoTest, CopiesAModulesCommandLineUpToItsBound) {
  PutText(0x2800, std::string(kMaxModuleCommandLineBytes + 1, 'm'));
  Put(kModules, ModuleEntry(0x10'0000, 0x5000, 0x2800));

  ASSERT_OK(Read());

  EXPECT_EQ(info_->modules()[0].command_line.view(),
            std::string(kMaxModuleCommandLineBytes, 'm'));
  EXPECT_TRUE(info_->modules()[0].command_line.truncated());
}

TEST_F(StartInfoTest, CopiesACommandLineAcrossPagesUpToItsBound) {
  const MutableBytes text =
      memory_.AddRegion(0x10'0F00, kMaxCommandLineBytes + 0x2000);
  std::ranges::fill(text, std::byte{'c'});
  PutStartInfo({.command_line = 0x10'0F00});

  text[kMaxCommandLineBytes] = std::byte{0};
  ASSERT_OK(Read());
  EXPECT_EQ(info_->command_line(), std::string(kMaxCommandLineBytes, 'c'));
  EXPECT_FALSE(info_->command_line_truncated());

  text[kMaxCommandLineBytes] = std::byte{'c'};
  ASSERT_OK(Read());
  EXPECT_EQ(info_->command_line(), std::string(kMaxCommandLineBytes, 'c'));
  EXPECT_TRUE(info_->command_line_truncated());
}

TEST_F(StartInfoTest, TakesAnUnreadableCommandLineForEmpty) {
  PutStartInfo({.command_line = 0x5'0000'0000});
  ASSERT_OK(Read());
  EXPECT_EQ(info_->command_line(), "");

  PutStartInfo({.command_line = UINT64_MAX});
  ASSERT_OK(Read());
  EXPECT_EQ(info_->command_line(), "");
}

TEST(BootInfo, NamesItsDoors) {
  EXPECT_EQ(ToString(DoorKind::kPvh), "PVH");
  EXPECT_EQ(ToString(DoorKind::kLinux64), "Linux 64-bit");
  EXPECT_EQ(ToString(DoorKind{}), "unknown");
}

}  // namespace
}  // namespace flint::boot
