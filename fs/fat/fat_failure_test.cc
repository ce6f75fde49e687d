// SPDX-License-Identifier: Apache-2.0
// What is left if any request of an operation fails.
#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "fs/fat/fat_checker.h"
#include "fs/fat/mounted_volume.h"
#include "fs/fat/recording_disk.h"
#include "fs/fat/writable_volume.h"
#include "fs/fat/write_test_fixture.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::fat {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOkAndHolds;
using Fault = RecordingDisk::Fault;

/// No step needs as many requests of a kind.
constexpr size_t kMaxRequests = 1000;

class FailureTest
    : public ::testing::TestWithParam<std::tuple<VolumeKind, Fault>> {
 protected:
  static const VolumeKind& kind() { return std::get<0>(GetParam()); }
  static Fault fault() { return std::get<1>(GetParam()); }

  /// The first request may fail, or the next, and so on: does the step that
  /// leads from `before` to `after`, from the start each time.
  void FailAtEveryRequest(const WriteStep& step,
                          std::span<const std::byte> disk,
                          const Files& before,
                          const Files& after) {
    // A dead disk is like a power cut, of which there is another test.
    const size_t stride = fault() == Fault::kDeath ? 5 : 1;
    for (size_t count = 0;; count += stride) {
      SCOPED_TRACE(count);
      ASSERT_LT(count, kMaxRequests);
      WritableVolume volume(disk, kind().block_size_bytes);
      volume.disk().Inject(fault(), count);
      const Status done = step.run(volume);
      if (!volume.disk().has_failed()) break;
      ++failure_count_;
      // It may have found another way, as to the second copy of the table.
      if (!done) {
        EXPECT_THAT(done, IsError(ErrorCode::kDeviceError));
      }
      ExpectGood(volume, step, before, after);
      if (fault() != Fault::kDeath) ExpectUsable(volume);
      if (HasFailure()) return;
    }
  }

  static void ExpectGood(const WritableVolume& volume,
                         const WriteStep& step,
                         const Files& before,
                         const Files& after) {
    const CheckReport report = volume.Check();
    if (!step.moves_directory || fault() != Fault::kDeath) {
      EXPECT_TRUE(report.damage.empty()) << report.damage.front();
    }
    ExpectNothingLost(before, after, report.files);
  }

  /// Without a new mount: what failed has left nothing wrong in memory.
  static void ExpectUsable(WritableVolume& volume) {
    ASSERT_OK(volume.CreateWith("afterwards", Pattern(2000)));
    EXPECT_THAT(volume.Read("keep/me.txt"), IsOkAndHolds("kept"));
    EXPECT_THAT(volume.Read("never touched.bin"), IsOkAndHolds(Pattern(5000)));
    ASSERT_OK(volume.writer().Flush());
    const CheckReport report = volume.Check();
    EXPECT_TRUE(report.damage.empty()) << report.damage.front();
    // After a failed write it may well stay marked.
    if (fault() == Fault::kRead || fault() == Fault::kFlush) {
      EXPECT_FALSE(report.is_marked);
    }
    EXPECT_EQ(report.files.at("afterwards"), Pattern(2000));
  }

  size_t failure_count_ = 0;
};

TEST_P(FailureTest, HarmsNothingElse) {
  WritableVolume volume(StartOfSteps(kind().shape).image(),
                        kind().block_size_bytes);
  for (const WriteStep& step : WriteSteps()) {
    SCOPED_TRACE(step.name);
    ASSERT_OK(volume.writer().Flush());
    const Files before = volume.Check().files;
    const std::vector<std::byte> disk(volume.disk().contents().begin(),
                                      volume.disk().contents().end());
    ASSERT_OK(step.run(volume));
    // It is like others, only longer.
    if (step.name == "create many") continue;
    FailAtEveryRequest(step, disk, before, volume.Check().files);
    if (HasFailure()) return;
  }
  EXPECT_GT(failure_count_, fault() == Fault::kFlush ? 0u : 20u);
}

constexpr std::pair<Fault, std::string_view> kFaults[] = {
    {Fault::kRead, "Read"},
    {Fault::kWrite, "Write"},
    {Fault::kDoneWrite, "WriteThatWasDone"},
    {Fault::kFlush, "Flush"},
    {Fault::kDeath, "Everything"},
};

/// With fixed root directory, with hints, and with blocks that are shared.
std::vector<VolumeKind> Kinds() {
  std::vector<VolumeKind> kinds;
  for (const VolumeKind& kind : VolumeKinds()) {
    if (kind.name == "Fat12" || kind.name.starts_with("Fat32")) {
      kinds.push_back(kind);
    }
  }
  return kinds;
}

std::vector<Fault> Faults() {
  std::vector<Fault> faults;
  for (const auto& [fault, name] : kFaults) faults.push_back(fault);
  return faults;
}

std::string NameOf(
    const ::testing::TestParamInfo<std::tuple<VolumeKind, Fault>>& info) {
  const auto& [kind, fault] = info.param;
  std::string name(kind.name);
  for (const auto& [other, fault_name] : kFaults) {
    if (other == fault) name += fault_name;
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(,
                         FailureTest,
                         ::testing::Combine(::testing::ValuesIn(Kinds()),
                                            ::testing::ValuesIn(Faults())),
                         NameOf);

}  // namespace
}  // namespace flint::fat
