// SPDX-License-Identifier: Apache-2.0
#include "boot/paging/paging_features.h"

#include "drivers/io/fake_cpu.h"
#include "gtest/gtest.h"

namespace flint::paging {
namespace {

TEST(PagingFeatures, ReadsWhatTheProcessorHas) {
  io::FakeCpu cpu;
  cpu.SetLeaf(0x8000'0000, {.eax = 0x8000'0008});
  cpu.SetLeaf(0x8000'0001, {.edx = 1 << 20 | 1 << 26});
  cpu.SetLeaf(0x8000'0008, {.eax = 0x3030'302E});

  const PagingFeatures features = ReadPagingFeatures(cpu);

  EXPECT_TRUE(features.no_execute);
  EXPECT_TRUE(features.gigabyte_pages);
  EXPECT_EQ(features.physical_limit(), uint64_t{1} << 46);
  EXPECT_EQ(features.identity_limit(), uint64_t{1} << 46);
}

TEST(PagingFeatures, ReadsEachBitByItself) {
  io::FakeCpu cpu;
  cpu.SetLeaf(0x8000'0000, {.eax = 0x8000'0008});
  cpu.SetLeaf(0x8000'0001, {.edx = ~(1u << 20)});
  EXPECT_FALSE(ReadPagingFeatures(cpu).no_execute);
  EXPECT_TRUE(ReadPagingFeatures(cpu).gigabyte_pages);

  cpu.SetLeaf(0x8000'0001, {.edx = ~(1u << 26)});
  EXPECT_TRUE(ReadPagingFeatures(cpu).no_execute);
  EXPECT_FALSE(ReadPagingFeatures(cpu).gigabyte_pages);
}

TEST(PagingFeatures, AsksNoLeafThatIsNotThere) {
  io::FakeCpu cpu;
  cpu.SetLeaf(0x8000'0000, {.eax = 0x8000'0000});

  const PagingFeatures features = ReadPagingFeatures(cpu);

  EXPECT_FALSE(features.no_execute);
  EXPECT_FALSE(features.gigabyte_pages);
  EXPECT_EQ(features.physical_address_bits, 36);
}

TEST(PagingFeatures, DoesNotBelieveAnImpossibleWidth) {
  io::FakeCpu cpu;
  cpu.SetLeaf(0x8000'0000, {.eax = 0x8000'0008});
  cpu.SetLeaf(0x8000'0001, {});
  for (const uint32_t bits : {0u, 35u, 53u, 64u, 255u}) {
    cpu.SetLeaf(0x8000'0008, {.eax = bits});
    EXPECT_EQ(ReadPagingFeatures(cpu).physical_address_bits, 36) << bits;
  }
  cpu.SetLeaf(0x8000'0008, {.eax = 52});
  EXPECT_EQ(ReadPagingFeatures(cpu).physical_limit(), uint64_t{1} << 52);
  EXPECT_EQ(ReadPagingFeatures(cpu).identity_limit(), uint64_t{1} << 47);
}

}  // namespace
}  // namespace flint::paging
