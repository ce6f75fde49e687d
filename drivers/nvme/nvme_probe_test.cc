// SPDX-License-Identifier: Apache-2.0
// Bringing a controller and its namespaces up: in which order, and what is
// refused.
#include "drivers/nvme/nvme_probe.h"

#include <vector>

#include "drivers/nvme/nvme_fixture.h"

namespace flint::nvme {
namespace {

using ::flint::testing::IsError;
using NvmeProbe = NvmeTest;

TEST_F(NvmeProbe, AddsEveryNamespace) {
  AddNamespace({.id = 1, .eui64 = 0x1122'3344'5566'7788});
  AddNamespace({.id = 7, .block_shift = 12, .write_protected = true});

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 2u);
  EXPECT_EQ(disks[0].name.view(), "nvme namespace 1 at pci 0000:00:03.0");
  EXPECT_EQ(disks[0].attachment.eui64, 0x1122'3344'5566'7788u);
  EXPECT_EQ(disks[0].device->geometry().block_size_bytes, 512u);
  EXPECT_EQ(disks[0].device->geometry().block_count, kMiB / 512);
  EXPECT_FALSE(disks[0].device->geometry().read_only);
  EXPECT_EQ(disks[1].attachment.unit, block::Attachment::Unit::kNvmeNamespace);
  EXPECT_EQ(disks[1].attachment.number, 7u);
  EXPECT_EQ(disks[1].device->geometry().block_size_bytes, 4096u);
  EXPECT_TRUE(disks[1].device->geometry().read_only);
}

TEST_F(NvmeProbe, CountsTheNamespacesOfVersion1Dot0) {
  PutIn({.version = 0x0001'0000});
  AddNamespace({.id = 1});
  AddNamespace({.id = 3});

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 2u);
  EXPECT_EQ(disks[1].attachment.number, 3u);
}

TEST_F(NvmeProbe, FollowsTheSpecificationsOrder) {
  AddNamespace();

  Probe();

  std::vector<uint64_t> offsets;
  for (const io::Access& write : controller().registers().writes()) {
    offsets.push_back(write.offset);
  }
  const std::vector<uint64_t> start{0x24, 0x28, 0x2C, 0x30, 0x34, 0x14};
  ASSERT_GE(offsets.size(), start.size());
  offsets.resize(start.size());
  EXPECT_EQ(offsets, start);
  EXPECT_EQ(controller().admin_opcodes(),
            (std::vector<uint8_t>{6, 5, 1, 6, 6}));
}

TEST_F(NvmeProbe, TakesOverARunningController) {
  PutIn({.is_running = true});
  AddNamespace();

  ProbeOne();
}

TEST_F(NvmeProbe, FindsDoorbellsThatAreFarApart) {
  PutIn({.doorbell_stride_shift = 3});
  AddNamespace();
  auto& disk = ProbeOne();
  const MutableBytes buffer = Buffer(512);

  EXPECT_OK(disk.Read({{{.lba = 0, .buffer = buffer}}}));
}

TEST_F(NvmeProbe, RefusesControllersOfOtherKinds) {
  const auto refused = [this](const FakeNvme::Options& options) {
    PutIn(options);
    AddNamespace();
    const auto disks = Probe();
    EXPECT_FALSE(controller().enabled());
    EXPECT_FALSE(SomePagesAreTaken());
    EXPECT_EQ(disks.back().name.view(), "nvme at pci 0000:00:03.0");
    return disks.back().status;
  };

  EXPECT_THAT(refused({.has_nvm_commands = false}),
              IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(refused({.min_page_shift = 1}), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(refused({.submission_entry_sizes = 0x77}),
              IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(refused({.max_queue_entries = 1}), IsError(ErrorCode::kCorrupt));
}

TEST_F(NvmeProbe, SaysWhyAControllerDoesNotWork) {
  const auto status_with = [this](const FakeNvme::Faults& faults) {
    PutIn({});
    AddNamespace();
    controller().faults() = faults;
    return Probe().back().status;
  };

  EXPECT_THAT(status_with({.never_ready = true}),
              IsError(ErrorCode::kTimedOut));
  EXPECT_THAT(status_with({.fails_when_enabled = true}),
              IsError(ErrorCode::kDeviceError));
  EXPECT_THAT(status_with({.admin_failures = {{0x06, 0x02}}}),
              IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(status_with({.admin_failures = {{0x01, 0x102}}}),
              IsError(ErrorCode::kDeviceError));
  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(NvmeProbe, KeepsTheMemoryOfAControllerThatDoesNotStop) {
  PutIn({.is_running = true});
  AddNamespace();
  controller().faults().never_disabled = true;

  EXPECT_THAT(Probe().back().status, IsError(ErrorCode::kTimedOut));

  EXPECT_TRUE(SomePagesAreTaken());
}

TEST_F(NvmeProbe, NoticesThatTheControllerIsGone) {
  for (const uint64_t offset : {0x00u, 0x04u, 0x14u, 0x1Cu}) {
    controller().registers().AddRegister(offset, 32, 0xFFFF'FFFF);
  }

  EXPECT_FALSE(Probe().back().status.has_value());
}

TEST_F(NvmeProbe, SaysThatNobodyGaveItAnAddress) {
  function_.SetBar(0, {.address = 0, .size_bytes = 0x4000, .is_64_bit = true});

  EXPECT_THAT(Probe().back().status, IsError(ErrorCode::kUnsupported));
}

TEST_F(NvmeProbe, GoesOnAfterANamespaceThatIsRefused) {
  AddNamespace({.id = 1, .metadata_bytes = 8});
  AddNamespace({.id = 2, .block_shift = 8});
  AddNamespace({.id = 3, .block_shift = 16});
  AddNamespace({.id = 4, .format = 9});
  AddNamespace({.id = 5, .block_count = UINT64_MAX / 256});
  AddNamespace({.id = 6, .block_count = 0});
  AddNamespace({.id = 7});

  const auto disks = Probe();

  ASSERT_EQ(disks.size(), 6u);
  EXPECT_THAT(disks[0].status, IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(disks[1].status, IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(disks[2].status, IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(disks[3].status, IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(disks[4].status, IsError(ErrorCode::kCorrupt));
  EXPECT_OK(disks[5].status);
  EXPECT_EQ(disks[5].attachment.number, 7u);
}

TEST_F(NvmeProbe, ShutsDownAControllerWithoutNamespaces) {
  EXPECT_TRUE(Probe().empty());

  EXPECT_FALSE(controller().enabled());
  EXPECT_TRUE(controller().was_shut_down());
}

}  // namespace
}  // namespace flint::nvme
