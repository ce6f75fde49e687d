// SPDX-License-Identifier: Apache-2.0
#include "drivers/mtrr/mtrr.h"

#include <map>
#include <optional>

#include "drivers/io/fake_cpu.h"
#include "gtest/gtest.h"

namespace flint::mtrr {
namespace {

constexpr uint64_t kWriteBack = 6;
constexpr uint64_t kUncached = 0;

class MemoryTypesTest : public ::testing::Test {
 protected:
  MemoryTypesTest() {
    cpu_.SetLeaf(1, {.edx = 1 << 12});
    cpu_.SetLeaf(0x8000'0000, {.eax = 0x8000'0008});
    cpu_.SetLeaf(0x8000'0008, {.eax = 0x3028});
    cpu_.AddMsr(0xFE, 0x508);
  }

  /// What a processor makes of the registers, one after the other.
  /// [sdm 3A 11.11.4.1]
  static std::optional<uint64_t> TypeOf(const MemoryTypes& types,
                                        uint64_t address) {
    std::map<uint32_t, uint64_t> msrs;
    for (const MsrValue& msr : types.Values()) msrs[msr.index] = msr.value;
    const uint64_t control = msrs[0x2FF];
    if ((control & 1 << 11) == 0) return std::nullopt;
    if (address < 0x10'0000 && (control & 1 << 10) != 0) {
      if (address < 0x8'0000) return msrs[0x250] >> address / 0x1'0000 * 8 & 7;
      if (address < 0xC'0000) {
        const uint64_t range = (address - 0x8'0000) / 0x4000;
        return msrs[static_cast<uint32_t>(0x258 + range / 8)] >> range % 8 * 8 &
               7;
      }
      const uint64_t range = (address - 0xC'0000) / 0x1000;
      return msrs[static_cast<uint32_t>(0x268 + range / 8)] >> range % 8 * 8 &
             7;
    }
    for (uint32_t i = 0x200; i < 0x210; i += 2) {
      const uint64_t mask = msrs[i + 1];
      if ((mask & 1 << 11) == 0) continue;
      if ((address & mask & ~uint64_t{0xFFF}) ==
          (msrs[i] & mask & ~uint64_t{0xFFF})) {
        return msrs[i] & 7;
      }
    }
    return control & 7;
  }

  io::FakeCpu cpu_;
};

TEST_F(MemoryTypesTest, CachesRamAndNotDevices) {
  for (const uint64_t start :
       {0x8000'0000u, 0xA000'0000u, 0xC000'0000u, 0xE000'0000u, 0xF010'0000u}) {
    const MemoryTypes types(cpu_, start);

    for (const uint64_t ram : {uint64_t{0},
                               uint64_t{0x9'FFFF},
                               uint64_t{0xC'0000},
                               uint64_t{0xF'FFFF},
                               uint64_t{0x10'0000},
                               start - 1,
                               uint64_t{1} << 32,
                               uint64_t{1} << 39}) {
      EXPECT_EQ(TypeOf(types, ram), kWriteBack) << std::hex << ram;
    }
    for (const uint64_t device : {uint64_t{0xA'0000},
                                  uint64_t{0xB'FFFF},
                                  start,
                                  uint64_t{0xFEE0'0000},
                                  uint64_t{0xFFFF'FFFF}}) {
      EXPECT_EQ(TypeOf(types, device), kUncached) << std::hex << device;
    }
  }
}

TEST_F(MemoryTypesTest, MasksAddressesThatTheProcessorHas) {
  const MemoryTypes types(cpu_, 0xC000'0000);

  EXPECT_EQ(types.Values()[11],
            (MsrValue{.index = 0x201, .value = 0xFF'C000'0800}));
}

TEST_F(MemoryTypesTest, EnablesLast) {
  const MemoryTypes types(cpu_, 0xC000'0000);

  EXPECT_EQ(types.Values().back(), (MsrValue{.index = 0x2FF, .value = 0xC06}));
}

TEST_F(MemoryTypesTest, IsEmptyWithoutMtrrs) {
  cpu_.SetLeaf(1, {.edx = 0});

  EXPECT_TRUE(MemoryTypes(cpu_, 0xC000'0000).Values().empty());
}

TEST_F(MemoryTypesTest, IsEmptyIfThereAreTooFew) {
  cpu_.SetMsr(0xFE, 0x501);

  EXPECT_FALSE(MemoryTypes(cpu_, 0xC000'0000).Values().empty());
  EXPECT_TRUE(MemoryTypes(cpu_, 0xA000'0000).Values().empty());
}

TEST_F(MemoryTypesTest, IsEmptyWithoutFixedRanges) {
  cpu_.SetMsr(0xFE, 0x408);

  EXPECT_TRUE(MemoryTypes(cpu_, 0xC000'0000).Values().empty());
}

}  // namespace
}  // namespace flint::mtrr
