// SPDX-License-Identifier: Apache-2.0
//
// Debian's kernel boots from a disk on every machine, with every amount of
// memory, by every way a virtio disk is attached.
#include <cstdint>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Machine;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr uint64_t kGib = uint64_t{1} << 30;
/// What a quiet boot may print.
constexpr size_t kMostLines = 3;

enum class Board { kQ35, kPc };
enum class Attachment { kTransitional, kModern, kBehindBridge };

using Parameters = std::tuple<Board, int, Attachment>;

std::string NameOf(const ::testing::TestParamInfo<Parameters>& parameters) {
  const auto [board, mebibytes, attachment] = parameters.param;
  const char* const way = attachment == Attachment::kTransitional
                              ? "Transitional"
                          : attachment == Attachment::kModern ? "Modern"
                                                              : "BehindBridge";
  return absl::StrCat(
      board == Board::kQ35 ? "Q35" : "Pc", "_", mebibytes, "M_", way);
}

/// Where QEMU puts RAM. [qemu pc_q35.c, pc_piix.c]
ExpectedMemory MemoryOf(Board board, int mebibytes) {
  const uint64_t size = static_cast<uint64_t>(mebibytes) << 20;
  const uint64_t split = board == Board::kQ35 ? 2 * kGib : 3 * kGib;
  ExpectedMemory memory{.low_end = size};
  if (size > split) {
    memory.low_end = split;
    memory.high_end = 4 * kGib + (size - split);
  }
  if (board == Board::kQ35) memory.ecam = 0xb0000000;
  return memory;
}

using ::testing::Le;
class Machines : public BootTest,
                 public ::testing::WithParamInterface<Parameters> {};

TEST_P(Machines, BootDebian) {
  const auto [board, mebibytes, attachment] = GetParam();

  ASSERT_OK_AND_ASSIGN(
      const GuestReport guest,
      Boot(WithFirmware(board == Board::kQ35 ? Machine::Q35() : Machine::Pc())
               // One model has pages of 1 GiB, the other has not.
               .WithCpu(board == Board::kQ35 ? "max" : "qemu64")
               .WithMemoryMib(mebibytes)
               .WithDisk({.image = Image("fat16.img"),
                          .disable_legacy = attachment == Attachment::kModern,
                          .behind_bridge =
                              attachment == Attachment::kBehindBridge})));

  EXPECT_EQ(guest.command_line, kDebianCommandLine);
  EXPECT_EQ(guest.overlay, kOverlay);
  EXPECT_OK(CheckMemory(guest.memory, MemoryOf(board, mebibytes)));
  EXPECT_THAT(guest.disks, ElementsAre("vda 512 EFI PART"));
  EXPECT_THAT(FirmwareLines(machine().serial()), SizeIs(Le(kMostLines)));
}

INSTANTIATE_TEST_SUITE_P(
    ,
    Machines,
    ::testing::Combine(::testing::Values(Board::kQ35, Board::kPc),
                       ::testing::Values(256, 1024, 6144),
                       ::testing::Values(Attachment::kTransitional,
                                         Attachment::kModern,
                                         Attachment::kBehindBridge)),
    NameOf);

}  // namespace
}  // namespace flint::boot_test
