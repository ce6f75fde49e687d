// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/disk_list.h"

#include <array>

#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::block {
namespace {

using ::flint::testing::IsError;

constexpr auto kOnPci = Attachment::OnPci({0, 2, 0x1F, 2});

class DiskListTest : public ::testing::Test {
 protected:
  std::array<Disk, 2> storage_{};
  DiskList list_{storage_};
};

TEST_F(DiskListTest, NamesDisksByWhereTheyAre) {
  const auto name_of = [](std::string_view kind, const Attachment& attachment) {
    std::array<Disk, 1> storage{};
    DiskList list(storage);
    return std::string(list.Add(kind, attachment)->name.view());
  };

  EXPECT_EQ(name_of("virtio-blk", kOnPci), "virtio-blk at pci 0000:02:1f.2");
  EXPECT_EQ(name_of("virtio-blk", Attachment::OnVirtioMmio(0xFEB0'2A00)),
            "virtio-blk at mmio feb02a00");
  EXPECT_EQ(name_of("ahci disk", kOnPci.SataPort(4)),
            "ahci disk port 4 at pci 0000:02:1f.2");
  EXPECT_EQ(name_of("nvme", kOnPci.NvmeNamespace(0xFFFF'FFFE, 7)),
            "nvme namespace 4294967294 at pci 0000:02:1f.2");
  EXPECT_EQ(name_of("virtio-scsi cd-rom", kOnPci.ScsiUnit(255, 16383)),
            "virtio-scsi cd-rom target 255 lun 16383 at pci 0000:02:1f.2");
}

TEST_F(DiskListTest, KeepsTheOrderAndTheReasons) {
  const Disk* const first = list_.Add("virtio-blk", kOnPci);
  list_.AddFailure(
      "nvme", kOnPci, Error(ErrorCode::kTimedOut, "does not answer"));

  ASSERT_EQ(list_.disks().size(), 2u);
  EXPECT_EQ(&list_.disks()[0], first);
  EXPECT_EQ(list_.disks()[1].device, nullptr);
  EXPECT_THAT(list_.disks()[1].status, IsError(ErrorCode::kTimedOut));
}

TEST_F(DiskListTest, LeavesOutWhatFindsNoRoom) {
  ASSERT_NE(list_.Add("virtio-blk", kOnPci), nullptr);
  ASSERT_NE(list_.Add("virtio-blk", kOnPci), nullptr);

  EXPECT_EQ(list_.Add("virtio-blk", kOnPci), nullptr);

  EXPECT_EQ(list_.disks().size(), 2u);
}

}  // namespace
}  // namespace flint::block
