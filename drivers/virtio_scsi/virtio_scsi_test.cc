// SPDX-License-Identifier: Apache-2.0
// Disks and CD-ROM drives behind virtio-scsi: how they are found, their
// transfers, and what happens when something fails.
#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <vector>

#include "drivers/block/disk_controller_fixture.h"
#include "drivers/block/disk_list.h"
#include "drivers/virtio/fake_transport.h"
#include "drivers/virtio_scsi/fake_scsi_adapter.h"
#include "drivers/virtio_scsi/virtio_scsi_probe.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

namespace flint::virtio_scsi {
namespace {

using block::BlockExtent;
using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using scsi::FakeLogicalUnit;
using scsi::Sense;

class VirtioScsiTest : public block::DiskControllerTest {
 protected:
  VirtioScsiTest() {
    clock_.OnRelax([this] { adapter_->device().Work(); });
    PutIn({});
  }

  /// Replaces the adapter.
  FakeScsiAdapter& PutIn(const FakeScsiAdapter::Options& options) {
    transport_.reset();
    adapter_.emplace(memory_, options);
    transport_.emplace(adapter_->device());
    return *adapter_;
  }

  FakeLogicalUnit& AddUnit(uint8_t target,
                           uint16_t lun,
                           FakeLogicalUnit::Options options = {},
                           uint64_t size_bytes = kMiB) {
    if (options.block_count == 0) {
      options.block_count = size_bytes / options.block_size_bytes;
    }
    FakeLogicalUnit& unit =
        units_.emplace_back(options, AddContents(size_bytes, target));
    adapter_->AddUnit(target, lun, unit);
    return unit;
  }

  void AddDisks() override {
    StartVirtioScsi(*transport_,
                    block::Attachment::OnPci({0, 0, 4, 0}),
                    resources(),
                    list_);
  }

  /// The only disk that a probe finds; the search's commands are forgotten.
  block::BlockDevice& ProbeOne() {
    block::BlockDevice& disk = DiskControllerTest::ProbeOne();
    adapter_->ForgetCommands();
    return disk;
  }

  MutableBytes OnDisk(uint64_t offset, uint64_t size_bytes) {
    return MutableBytes(contents_[0]).subspan(offset, size_bytes);
  }

  std::optional<FakeScsiAdapter> adapter_;
  std::optional<virtio::FakeTransport> transport_;
  std::deque<FakeLogicalUnit> units_;
};

using VirtioScsiProbe = VirtioScsiTest;

TEST_F(VirtioScsiProbe, FindsUnitsOfAllTargets) {
  AddUnit(0, 0);
  AddUnit(7, 0, {.block_size_bytes = 4096});
  AddUnit(7, 3);
  AddUnit(255,
          300,
          {.type = FakeLogicalUnit::kCdRom,
           .removable = true,
           .block_size_bytes = 2048});

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 4u);
  EXPECT_EQ(disks[0].name.view(),
            "virtio-scsi disk target 0 lun 0 at pci 0000:00:04.0");
  EXPECT_EQ(disks[1].attachment.number, 7u);
  EXPECT_EQ(disks[1].device->geometry().block_size_bytes, 4096u);
  EXPECT_EQ(disks[2].attachment.lun, 3u);
  EXPECT_EQ(disks[3].name.view(),
            "virtio-scsi cd-rom target 255 lun 300 at pci 0000:00:04.0");
  EXPECT_TRUE(disks[3].device->geometry().read_only);
  EXPECT_TRUE(disks[3].device->geometry().removable);
  EXPECT_EQ(disks[3].device->geometry().block_size_bytes, 2048u);
}

TEST_F(VirtioScsiProbe, AsksAllTargetsWithFewNotifications) {
  Probe();

  EXPECT_EQ(adapter_->commands().size(), 256u);
  EXPECT_LE(adapter_->device().notification_count(), 4u);
  EXPECT_EQ(adapter_->device().status(), 0) << "nobody is there: it is reset";
  EXPECT_TRUE(list_.disks().empty());
}

TEST_F(VirtioScsiProbe, BelievesNoImpossibleNumbers) {
  PutIn({.max_sectors = 0, .max_target = 65535, .max_lun = UINT32_MAX});
  AddUnit(3, 0x3FFF);

  EXPECT_EQ(Probe().size(), 1u);
}

TEST_F(VirtioScsiProbe, LooksNoFurtherThanTheAdapterSays) {
  PutIn({.max_target = 1, .max_lun = 1});
  AddUnit(1, 1);
  AddUnit(1, 2);
  AddUnit(2, 0);

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 1u);
  EXPECT_EQ(disks[0].attachment.lun, 1u);
}

TEST_F(VirtioScsiProbe, TakesATargetThatCannotListItsUnitsForOneUnit) {
  AddUnit(0, 0);
  AddUnit(0, 1);
  adapter_->ForgetReportLuns();

  EXPECT_EQ(Probe().size(), 1u);
}

TEST_F(VirtioScsiProbe, LeavesOutWhatIsNoDisk) {
  AddUnit(0, 0, {.type = FakeLogicalUnit::kTape});
  AddUnit(1, 0, {.type = FakeLogicalUnit::kCdRom, .has_medium = false});

  EXPECT_TRUE(Probe().empty());

  EXPECT_EQ(adapter_->device().status(), 0);
}

TEST_F(VirtioScsiProbe, GoesOnAfterAUnitThatIsRefused) {
  AddUnit(0, 0, {.block_size_bytes = 520});
  AddUnit(1, 0).attentions().assign(100, FakeLogicalUnit::kWasReset);
  AddUnit(2, 0);

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 3u);
  EXPECT_EQ(disks[0].name.view(),
            "virtio-scsi target 0 lun 0 at pci 0000:00:04.0");
  EXPECT_THAT(disks[0].status, IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(disks[1].status, IsError(ErrorCode::kDeviceError));
  EXPECT_OK(disks[2].status);
}

TEST_F(VirtioScsiProbe, SaysWhyTheAdapterDoesNotWork) {
  adapter_->device().faults().silent = true;
  EXPECT_THAT(Probe().back().status, IsError(ErrorCode::kTimedOut));

  PutIn({.short_configuration = true});
  EXPECT_THAT(Probe().back().status, IsError(ErrorCode::kCorrupt));

  PutIn({.queue_size_max = 2});
  EXPECT_THAT(Probe().back().status, IsError(ErrorCode::kUnsupported));

  PutIn({}).device().faults().fails_to_start = true;
  EXPECT_THAT(Probe().back().status, IsError(ErrorCode::kDeviceError));

  PutIn({}).AnswerAll(0xFF);
  EXPECT_THAT(Probe().back().status, IsError(ErrorCode::kDeviceError));

  arena_ = Arena(std::span<std::byte>{});
  PutIn({});
  EXPECT_THAT(Probe().back().status, IsError(ErrorCode::kNoMemory));
  EXPECT_EQ(list_.disks().size(), 6u);
}

TEST_F(VirtioScsiProbe, FollowsTheOrderOfTheStatus) {
  Probe();

  EXPECT_EQ(adapter_->device().status_writes(),
            (std::vector<uint8_t>{0x0, 0x1, 0x3, 0xB, 0xF, 0x0}));
}

using ScsiDiskTest = VirtioScsiTest;

TEST_F(ScsiDiskTest, ReadsEveryExtentWithOneNotification) {
  AddUnit(5, 0, {}, 8 * kMiB);
  auto& disk = ProbeOne();
  const uint64_t before = adapter_->device().notification_count();
  const MutableBytes first = Buffer(512);
  const MutableBytes second = Buffer(5 * kMiB);
  const std::array<BlockExtent, 2> extents{
      {{.lba = 16383, .buffer = first}, {.lba = 9, .buffer = second}}};

  ASSERT_OK(disk.Read(extents));

  EXPECT_TRUE(std::ranges::equal(first, OnDisk(16383 * 512, 512)));
  EXPECT_TRUE(std::ranges::equal(second, OnDisk(9 * 512, 5 * kMiB)));
  EXPECT_EQ(adapter_->commands(),
            (std::vector<FakeScsiAdapter::Command>{{5, 0, 0x28, 512},
                                                   {5, 0, 0x28, 2 * kMiB},
                                                   {5, 0, 0x28, 2 * kMiB},
                                                   {5, 0, 0x28, kMiB}}));
  EXPECT_EQ(adapter_->device().notification_count() - before, 1u);
}

TEST_F(ScsiDiskTest, CutsAtTheAdaptersLimitInWholeBlocks) {
  PutIn({.max_sectors = 19});
  AddUnit(0, 0, {.block_size_bytes = 4096});
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(5 * 4096);

  ASSERT_OK(disk.Read({{{.lba = 1, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(4096, buffer.size())));
  EXPECT_EQ(adapter_->commands().size(), 3u);
}

TEST_F(ScsiDiskTest, KeepsTheQueueFullWhateverTheOrderOfCompletions) {
  PutIn({.max_sectors = 1});
  AddUnit(0, 0);
  auto& disk = ProbeOne();
  adapter_->device().manners().completions_per_turn = 7;
  adapter_->device().manners().last_first = true;
  const MutableBytes buffer = Buffer(200 * 512);

  ASSERT_OK(disk.Read({{{.lba = 3, .buffer = buffer}}}));

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(3 * 512, buffer.size())));
  EXPECT_EQ(adapter_->device().most_in_flight(), 85u);
}

TEST_F(ScsiDiskTest, WritesAndFlushes) {
  auto& unit = AddUnit(0, 0);
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(4096);
  std::ranges::fill(buffer, std::byte{0x5A});

  ASSERT_OK(disk.Write({{{.lba = 16, .buffer = buffer}}}));
  ASSERT_OK(disk.Flush());

  EXPECT_TRUE(std::ranges::equal(buffer, OnDisk(16 * 512, 4096)));
  EXPECT_EQ(unit.flush_count(), 1u);
}

TEST_F(ScsiDiskTest, StaysUsableAfterAFailure) {
  auto& unit = AddUnit(0, 0);
  auto& disk = ProbeOne();
  unit.FailAt(100, {Sense::kMediumError, 0x11, 0});
  const MutableBytes buffer = Buffer(512);

  EXPECT_THAT(disk.Read({{{.lba = 100, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(disk.Read({{{.lba = 99, .buffer = buffer}}}), IsOk());
}

TEST_F(ScsiDiskTest, HearsAUnitOutAndReadsAgain) {
  auto& unit = AddUnit(0, 0);
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(512);

  unit.attentions() = {FakeLogicalUnit::kWasReset};
  EXPECT_THAT(disk.Read({{{.lba = 1, .buffer = buffer}}}), IsOk());

  unit.attentions() = {FakeLogicalUnit::kWasReset, FakeLogicalUnit::kWasReset};
  EXPECT_THAT(disk.Read({{{.lba = 1, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));
}

TEST_F(ScsiDiskTest, ReportsWhatTheAdapterSays) {
  AddUnit(0, 0);
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(512);
  for (const uint8_t response :
       std::to_array<uint8_t>({1, 2, 3, 4, 5, 6, 9, 200})) {
    adapter_->AnswerAll(response);
    EXPECT_THAT(disk.Read({{{.lba = 1, .buffer = buffer}}}),
                IsError(ErrorCode::kDeviceError))
        << int{response};
  }
}

TEST_F(ScsiDiskTest, IsResetWhenItFallsSilent) {
  AddUnit(0, 0);
  auto& disk = ProbeOne();
  adapter_->device().faults().silent = true;
  const MutableBytes buffer = Buffer(512);

  EXPECT_THAT(disk.Read({{{.lba = 1, .buffer = buffer}}}),
              IsError(ErrorCode::kTimedOut));

  EXPECT_EQ(adapter_->device().status(), 0);
  EXPECT_THAT(disk.Read({{{.lba = 1, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));
}

TEST_F(ScsiDiskTest, IsResetWhenItBreaksTheProtocol) {
  AddUnit(0, 0);
  auto& disk = ProbeOne();
  adapter_->device().faults().corrupt_used =
      [](uint32_t& id, uint32_t&, uint16_t&) { id = 200; };
  const MutableBytes buffer = Buffer(512);

  EXPECT_THAT(disk.Read({{{.lba = 1, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));

  EXPECT_EQ(adapter_->device().status(), 0);
}

TEST_F(ScsiDiskTest, StopsWithAllOfItsAdapter) {
  AddUnit(0, 0);
  AddUnit(0, 1);
  const auto disks = Probe();
  ASSERT_EQ(disks.size(), 2u);
  const MutableBytes buffer = Buffer(512);

  ASSERT_OK(disks[0].device->Quiesce());
  ASSERT_OK(disks[1].device->Quiesce());

  EXPECT_EQ(adapter_->device().status(), 0);
  EXPECT_THAT(disks[1].device->Read({{{.lba = 0, .buffer = buffer}}}),
              IsError(ErrorCode::kDeviceError));
}

}  // namespace
}  // namespace flint::virtio_scsi
