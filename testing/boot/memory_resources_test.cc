// SPDX-License-Identifier: Apache-2.0
#include "testing/boot/memory_resources.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using ::testing::HasSubstr;

constexpr ExpectedMemory kExpected = {
    .low_end = 0x80000000, .high_end = 0x200000000, .ecam = 0xb0000000};

/// A q35 machine with 6 GiB.
std::vector<MemoryResource> Sample() {
  return {{0x0, 0xfff, "Reserved", 0},
          {0x1000, 0x9fbff, "System RAM", 0},
          {0x9fc00, 0x9ffff, "Reserved", 0},
          {0xf0000, 0xfffff, "Reserved", 0},
          {0x100000, 0x7ffdcfff, "System RAM", 0},
          {0x1000000, 0x1ffffff, "Kernel code", 1},
          {0x7ffdd000, 0x7ffdffff, "Reserved", 0},
          {0x7ffe0000, 0x7ffe0fff, "ACPI Non-volatile Storage", 0},
          {0x7ffe1000, 0x7ffe2fff, "ACPI Tables", 0},
          {0x7ffe3000, 0x7fffffff, "Reserved", 0},
          {0xb0000000, 0xbfffffff, "PCI MMCONFIG 0000 [bus 00-ff]", 0},
          {0xb0000000, 0xbfffffff, "Reserved", 1},
          {0x100000000, 0x1ffffffff, "System RAM", 0}};
}

TEST(MemoryResource, IsRead) {
  ASSERT_OK_AND_ASSIGN(
      const MemoryResource resource,
      ParseMemoryResource("  01000000-01ffffff : Kernel code"));

  EXPECT_EQ(resource.first, 0x1000000u);
  EXPECT_EQ(resource.last, 0x1ffffffu);
  EXPECT_EQ(resource.name, "Kernel code");
  EXPECT_EQ(resource.depth, 1);
}

TEST(MemoryResource, RejectsOtherLines) {
  for (const char* line : {"", "hello", "1000", "1000-", "1000-1fff", "  -"}) {
    EXPECT_FALSE(ParseMemoryResource(line).ok()) << line;
  }
}

TEST(CheckMemory, AcceptsWhatTheMachineHas) {
  EXPECT_OK(CheckMemory(Sample(), kExpected));
}

TEST(CheckMemory, AcceptsRamToItsEndIfNobodyKeepsTablesThere) {
  auto resources = Sample();
  resources[4].last = 0x7fffffff;
  ExpectedMemory expected = kExpected;
  expected.has_tables_at_low_end = false;

  EXPECT_OK(CheckMemory(resources, expected));
}

TEST(CheckMemory, NoticesMissingRam) {
  auto resources = Sample();
  resources.pop_back();

  EXPECT_THAT(CheckMemory(resources, kExpected),
              qemu::IsFailure(absl::StatusCode::kFailedPrecondition,
                              HasSubstr("2 ranges of RAM instead of 3")));
}

TEST(CheckMemory, NoticesRamThatIsCutShort) {
  auto resources = Sample();
  resources[4].last = 0x7fedcfff;
  EXPECT_FALSE(CheckMemory(resources, kExpected).ok());

  resources = Sample();
  resources[12].last -= 0x1000;
  EXPECT_FALSE(CheckMemory(resources, kExpected).ok());

  resources = Sample();
  resources[1].last = 0x7ffff;
  EXPECT_FALSE(CheckMemory(resources, kExpected).ok());
}

TEST(CheckMemory, NoticesRamThatIsHandedOutTwice) {
  auto resources = Sample();
  resources[4].last = 0x7fffffff;

  EXPECT_FALSE(CheckMemory(resources, kExpected).ok());
}

TEST(CheckMemory, NoticesAWindowThatIsNotReserved) {
  auto resources = Sample();
  resources.erase(resources.begin() + 10, resources.begin() + 12);

  EXPECT_THAT(CheckMemory(resources, kExpected),
              qemu::IsFailure(absl::StatusCode::kFailedPrecondition,
                              HasSubstr("configuration window")));
}

TEST(CheckMemory, NoticesAGapInWhatTheVmmKeeps) {
  auto resources = Sample();
  resources.erase(resources.begin() + 8);

  EXPECT_THAT(CheckMemory(resources, kExpected),
              qemu::IsFailure(absl::StatusCode::kFailedPrecondition,
                              HasSubstr("what the VMM keeps")));
}

TEST(CheckMemory, NoticesAKernelOutsideOfRam) {
  auto resources = Sample();
  resources[5].first = 0x90000000;
  resources[5].last = 0x90ffffff;

  EXPECT_THAT(CheckMemory(resources, kExpected),
              qemu::IsFailure(absl::StatusCode::kFailedPrecondition,
                              HasSubstr("does not lie in RAM")));
}

}  // namespace
}  // namespace flint::boot_test
