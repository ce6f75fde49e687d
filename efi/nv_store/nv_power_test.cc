// SPDX-License-Identifier: Apache-2.0

// The power fails at every write, half way through it, and again while what was
// interrupted is being finished.

#include <functional>
#include <string>

#include "efi/nv_store/nv_store_fixture.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using Tear = flash::FakeFlash::Tear;
using ::testing::AnyOf;
using ::testing::Eq;

/// A change of a store, which `prepare` made.
struct Change {
  std::function<Status(NvFlash&)> prepare;
  std::function<Status(NvFlash&)> change;
};

class Sweep {
 public:
  explicit Sweep(const Change& change) : change_(change) {
    EXPECT_OK(change.prepare(prepared_));
    old_ = *prepared_.List();
    NvFlash changed = prepared_;
    EXPECT_OK(change.change(changed));
    new_ = *changed.List();
    writes_ = changed.flash.write_count() - prepared_.flash.write_count();
  }

  int writes() const { return writes_; }

  /// Cuts at every `stride`th write, and then, in the recovery, at every
  /// `second_stride`th.
  void Run(int stride, int second_stride) {
    for (int at = 0; at < writes_; at += stride) {
      for (const auto tear : flash::FakeFlash::kTears) {
        NvFlash cut = prepared_;
        cut.flash.CutPowerAfter(at, tear);
        EXPECT_FALSE(change_.change(cut).has_value());
        cut.flash.RestorePower();
        ExpectOldOrNew(cut, at);
        if (tear == Tear::kScattered) Recover(cut, at, second_stride);
      }
    }
  }

 private:
  void ExpectOldOrNew(NvFlash cut, int at) {
    const auto found = cut.Restart();
    ASSERT_OK(found) << "cut at " << at;
    EXPECT_THAT(*found, AnyOf(Eq(old_), Eq(new_))) << "cut at " << at;
    // It still works, and does not change any more.
    EXPECT_OK(cut.Set(u"After", "works"));
    Variables after = *found;
    after[u"After"] = "works";
    EXPECT_THAT(cut.List(), flint::testing::IsOkAndHolds(after));
  }

  void Recover(const NvFlash& cut, int at, int stride) {
    NvFlash whole = cut;
    ASSERT_OK(whole.Start());
    const int writes = whole.flash.write_count() - cut.flash.write_count();
    for (int again = 0; again < writes; again += stride) {
      NvFlash twice = cut;
      twice.flash.CutPowerAfter(again, Tear::kScattered);
      (void)twice.Start();
      twice.flash.RestorePower();
      ExpectOldOrNew(twice, at);
    }
  }

  const Change& change_;
  NvFlash prepared_;
  Variables old_;
  Variables new_;
  int writes_ = 0;
};

Status Fill(NvFlash& flash) {
  TRY(flash.Start());
  TRY(flash.Set(u"Other", "untouched"));
  return flash.Set(u"A", "old value");
}

/// As many old values that nothing more goes in without compaction.
Status FillUp(NvFlash& flash) {
  TRY(Fill(flash));
  for (int i = 0; i < 6; ++i) TRY(flash.Set(u"Big", std::string(9000, 'x')));
  return {};
}

TEST(NvPower, ChangesAVariableOrDoesNot) {
  const Change change{
      Fill, [](NvFlash& flash) { return flash.Set(u"A", "new value"); }};
  Sweep(change).Run(1, 1);
}

TEST(NvPower, AddsAVariableOrDoesNot) {
  const Change change{Fill,
                      [](NvFlash& flash) { return flash.Set(u"B", "new"); }};
  Sweep(change).Run(1, 1);
}

TEST(NvPower, RemovesAVariableOrDoesNot) {
  const Change change{Fill, [](NvFlash& flash) { return flash.Remove(u"A"); }};
  Sweep(change).Run(1, 1);
}

TEST(NvPower, RemovesAVariableWhoseChangeWasInterrupted) {
  const Change change{[](NvFlash& flash) -> Status {
                        TRY(Fill(flash));
                        // Before the old one is marked as deleted.
                        flash.flash.CutPowerAfter(5, Tear::kNothing);
                        (void)flash.Set(u"A", "new value");
                        flash.flash.RestorePower();
                        return {};
                      },
                      [](NvFlash& flash) { return flash.Remove(u"A"); }};
  Sweep sweep(change);
  EXPECT_EQ(sweep.writes(), 2);
  sweep.Run(1, 1);
}

TEST(NvPower, ChangesAVariableWhoseChangeWasInterrupted) {
  for (const int interrupted_at : {1, 2, 3, 4, 5}) {
    const Change change{
        [=](NvFlash& flash) -> Status {
          TRY(Fill(flash));
          flash.flash.CutPowerAfter(interrupted_at, Tear::kScattered);
          (void)flash.Set(u"A", "new value");
          flash.flash.RestorePower();
          return {};
        },
        [](NvFlash& flash) { return flash.Set(u"A", "newest value"); }};
    Sweep(change).Run(1, 40);
  }
}

TEST(NvPower, CompactsOrDoesNot) {
  const Change change{FillUp, [](NvFlash& flash) {
                        return flash.Set(u"Big", std::string(9000, 'y'));
                      }};
  Sweep sweep(change);
  // Two blocks of notes, and all blocks in both places, each erased first.
  EXPECT_GT(sweep.writes(), 2 * 2 * 14);
  sweep.Run(1, 30);
}

TEST(NvPower, FormatsOrDoesNot) {
  for (const std::byte blank : {std::byte{0xFF}, std::byte{0}}) {
    NvFlash prepared;
    std::ranges::fill(prepared.flash.contents(), blank);
    NvFlash whole = prepared;
    ASSERT_OK(whole.Start());
    for (int at = 0; at < whole.flash.write_count(); ++at) {
      for (const auto tear : flash::FakeFlash::kTears) {
        NvFlash cut = prepared;
        cut.flash.CutPowerAfter(at, tear);
        (void)cut.Start();
        cut.flash.RestorePower();
        EXPECT_THAT(cut.Restart(), flint::testing::IsOkAndHolds(Variables{}))
            << at;
      }
    }
  }
}

}  // namespace
}  // namespace flint::efi
