// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_menu/plan_menu.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "efi/boot_menu/boot_menu.h"
#include "efi/console/fake_terminal.h"
#include "loader/bls/entry.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using boot_plan::Candidate;
using boot_plan::CandidateKind;
using testing::IsError;

class PlanMenuTest : public ::testing::Test {
 protected:
  PlanMenuTest() {
    debian_.options = "root=/dev/vda1";
    image_.options = "built in";
    Add({.kind = CandidateKind::kLoadOption,
         .name = "Boot0001",
         .title = "Hidden",
         .is_hidden = true});
    Add({.place = {.disk = "virtio-blk", .partition = 2},
         .name = "debian.conf",
         .title = "Debian",
         .bls_entry = &debian_,
         .load_options = debian_.options});
    Add({.kind = CandidateKind::kUefiProgram,
         .place = {.disk = "virtio-blk"},
         .name = "linux.efi",
         .bls_entry = &image_});
  }

  void Add(const Candidate& candidate) { EXPECT_OK(plan_.Add(candidate)); }

  Status Choose(std::string_view keys, uint32_t seconds = BootMenu::kForever) {
    terminal_.Type(keys);
    clock_.OnRelax([this] {
      if (const std::string row = terminal_.Row(2); !row.empty()) {
        first_row_ = row;
        second_row_ = terminal_.Row(3);
        detail_ = terminal_.Row(21);
      }
    });
    return ChooseByMenu({.in = terminal_, .out = terminal_, .clock = clock_},
                        seconds,
                        arena_,
                        plan_);
  }

  FakeTerminal terminal_{80, 25};
  clock::FakeClock clock_{1'000'000};
  bls::Entry debian_ = bls::MakeEntry(bls::EntryType::kText, "debian.conf");
  bls::Entry image_ =
      bls::MakeEntry(bls::EntryType::kUnifiedImage, "linux.efi");
  std::vector<std::byte> memory_{size_t{1} << 16};
  Arena arena_{memory_};
  boot_plan::BootPlan plan_{arena_};
  std::string first_row_;
  std::string second_row_;
  std::string detail_;
};

TEST_F(PlanMenuTest, OffersWhatIsNotHidden) {
  ASSERT_OK(Choose("\r"));

  EXPECT_EQ(first_row_, "> Debian");
  EXPECT_EQ(second_row_, "  linux.efi");
  EXPECT_EQ(detail_, "  debian.conf, virtio-blk, partition 2");
  EXPECT_EQ(plan_.first()->name, "debian.conf");
  EXPECT_EQ(plan_.first()->load_options, "root=/dev/vda1");
}

TEST_F(PlanMenuTest, LeavesThePlanAloneIfNobodyIsThere) {
  ASSERT_OK(Choose("", 3));

  EXPECT_EQ(first_row_, "> Debian");
  EXPECT_EQ(plan_.first()->name, "Boot0001");
}

TEST_F(PlanMenuTest, TakesAnEditedCommandLine) {
  ASSERT_OK(Choose("e ro\r"));

  EXPECT_EQ(plan_.first()->name, "debian.conf");
  EXPECT_EQ(plan_.first()->load_options, "root=/dev/vda1 ro");
}

TEST_F(PlanMenuTest, EditsWhatIsBuiltIntoAnImage) {
  ASSERT_OK(Choose("\x1b[Be, and more\r"));

  EXPECT_EQ(plan_.first()->name, "linux.efi");
  EXPECT_EQ(plan_.first()->load_options, "built in, and more");
}

TEST_F(PlanMenuTest, GivesAnImageNothingUnlessItIsEdited) {
  ASSERT_OK(Choose("\x1b[B\r"));

  EXPECT_EQ(plan_.first()->name, "linux.efi");
  EXPECT_EQ(plan_.first()->load_options, "");
}

TEST_F(PlanMenuTest, ShowsNothingWithoutTimeOrChoice) {
  ASSERT_OK(Choose("", 0));
  boot_plan::BootPlan empty(arena_);
  ASSERT_OK(ChooseByMenu({.in = terminal_, .out = terminal_, .clock = clock_},
                         BootMenu::kForever,
                         arena_,
                         empty));

  EXPECT_EQ(terminal_.TakeSent(), "");
}

TEST_F(PlanMenuTest, KeepsThePlanForWantOfMemory) {
  while (arena_.AllocateArray<std::byte>(64)) {
  }

  EXPECT_THAT(Choose("\r"), IsError(ErrorCode::kNoMemory));
  EXPECT_EQ(plan_.first()->name, "Boot0001");
}

}  // namespace
}  // namespace flint::efi
