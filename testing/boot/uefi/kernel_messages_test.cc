// SPDX-License-Identifier: Apache-2.0
#include "testing/boot/uefi/kernel_messages.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::IsFailure;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint64_t kMib = 1 << 20;

/// 2 MiB of RAM as Linux prints them.
std::vector<std::string> Map() {
  return {
      "[    0.0] efi: mem00: [Boot Data   |   |  |  |  |  |  |  |  |WB| |UC] "
      "range=[0x0000000000000000-0x000000000009ffff] (0MB)",
      "[    0.0] efi: mem01: [Conventional|   |  |  |  |  |  |  |  |WB| |UC] "
      "range=[0x0000000000100000-0x000000000017ffff] (0MB)",
      "[    0.0] efi: mem02: [Runtime Code|RUN|  |  |  |  |  |  |  |WB| |UC] "
      "range=[0x0000000000180000-0x00000000001fffff] (0MB)",
  };
}

TEST(Complaints, AreFound) {
  const std::vector<std::string> bad = {
      "[    0.0] [Firmware Bug]: TSC ADJUST: CPU0: 5",
      "[    0.1] x86/mm: Checked W+X mappings: FAILED, 1 W+X pages found.",
      "[    0.2] efi: memattr: Failed to map EFI Memory Attributes table",
      "[    0.3] WARNING: CPU: 0 PID: 1 at arch/x86/platform/efi/quirks.c"};

  EXPECT_THAT(Complaints(bad), ElementsAre(bad[0], bad[1], bad[2], bad[3]));
}

TEST(Complaints, AreNotSeenInGoodNews) {
  EXPECT_THAT(
      Complaints({"[    0.0] efi: EFI v2.100 by Flint",
                  "[    0.1] x86/mm: Checked W+X mappings: passed, no W+X "
                  "pages found.",
                  "[    0.2] tsc: Fast TSC calibration failed",
                  "[    0.3] ..MP-BIOS bug: 8254 timer not connected to "
                  "IO-APIC"}),
      IsEmpty());
}

TEST(EfiMemoryMap, CoversAllRam) {
  EXPECT_OK(CheckEfiMemoryMap(Map(), 2 * kMib, 0));
}

TEST(EfiMemoryMap, IsTheFirstThatLinuxPrints) {
  auto messages = Map();
  const auto again = Map();
  messages.insert(messages.end(), again.begin(), again.begin() + 1);

  EXPECT_OK(CheckEfiMemoryMap(messages, 2 * kMib, 0));
}

TEST(EfiMemoryMap, MustBeThere) {
  EXPECT_THAT(CheckEfiMemoryMap({}, 2 * kMib, 0),
              IsFailure(absl::StatusCode::kFailedPrecondition,
                        HasSubstr("no EFI memory map")));
}

TEST(EfiMemoryMap, MustHaveNoHole) {
  auto map = Map();
  map.erase(map.begin() + 1);

  EXPECT_THAT(CheckEfiMemoryMap(map, 2 * kMib, 0),
              IsFailure(absl::StatusCode::kFailedPrecondition,
                        HasSubstr("RAM below 4 GiB has holes")));
}

TEST(EfiMemoryMap, MustReachTheEndOfRam) {
  EXPECT_THAT(CheckEfiMemoryMap(Map(), 2 * kMib + 1, 0),
              IsFailure(absl::StatusCode::kFailedPrecondition,
                        HasSubstr("RAM below 4 GiB has holes")));
  EXPECT_THAT(CheckEfiMemoryMap(Map(), 2 * kMib, 5ull << 30),
              IsFailure(absl::StatusCode::kFailedPrecondition,
                        HasSubstr("RAM above 4 GiB has holes")));
}

TEST(EfiMemoryMap, MustNotOverlap) {
  auto map = Map();
  map.push_back(map.back());

  EXPECT_THAT(CheckEfiMemoryMap(map, 2 * kMib, 0),
              IsFailure(absl::StatusCode::kFailedPrecondition,
                        HasSubstr("180000 is described twice")));
}

}  // namespace
}  // namespace flint::boot_test
