// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_manager/device_rank.h"

#include <optional>
#include <vector>

#include "efi/device_path/nodes.h"
#include "efi/device_path/path_writer.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

constexpr std::string_view kOrder =
    "/pci@i0cf8/scsi@3/channel@0/disk@1,2\n"
    "/pci@i0cf8/pci8086,2922@1f,2/drive@4/disk@0\n"
    "/pci@i0cf8/pci-bridge@2/pci1b36,10@0/namespace@1,0\n"
    "/pci@i0cf8/scsi@5/disk@0,0\n"
    "/virtio-mmio@00000000feb02a00/disk@0,0\n";

class DeviceRankTest : public ::testing::Test {
 protected:
  template <typename... Nodes>
  std::optional<uint32_t> Index(const Nodes&... path_nodes) {
    FixedPathWriter<256> writer;
    (writer->Append(path_nodes), ...);
    const auto path = writer->Finish();
    EXPECT_OK(path);
    const auto order = boot_plan::DeviceOrder::Parse(kOrder, arena_);
    EXPECT_OK(order);
    return IndexOf(*order, *path);
  }

  std::vector<std::byte> memory_{size_t{1} << 16};
  Arena arena_{memory_};
};

TEST_F(DeviceRankTest, FindsDisksOfEveryKind) {
  const auto root = nodes::PciRoot(0);
  const auto partition = nodes::GptPartition({1, 2048, 4096}, {});

  EXPECT_EQ(Index(root, nodes::Pci(3, 0), nodes::Scsi(1, 2)), 0u);
  EXPECT_EQ(Index(root,
                  nodes::Pci(0x1F, 2),
                  nodes::Sata(4, nodes::kNoPortMultiplier, 0),
                  partition),
            1u);
  EXPECT_EQ(
      Index(
          root, nodes::Pci(2, 0), nodes::Pci(0, 0), nodes::NvmeNamespace(1, 0)),
      2u);
  EXPECT_EQ(Index(root, nodes::Pci(5, 0), partition), 3u);
  EXPECT_EQ(Index(nodes::VirtioMmio(0xFEB0'2A00), partition), 4u);
}

TEST_F(DeviceRankTest, FindsNothingForOthers) {
  const auto root = nodes::PciRoot(0);

  EXPECT_EQ(Index(), std::nullopt);
  EXPECT_EQ(Index(root), std::nullopt);
  EXPECT_EQ(Index(root, nodes::Pci(3, 0), nodes::Scsi(1, 1)), std::nullopt);
  EXPECT_EQ(Index(nodes::PciRoot(1), nodes::Pci(5, 0)), std::nullopt);
  EXPECT_EQ(Index(nodes::VendorHardware({})), std::nullopt);
  EXPECT_EQ(Index(nodes::VirtioMmio(0xFEB0'2C00)), std::nullopt);
  EXPECT_EQ(Index(nodes::VendorHardware(abi::VIRTIO_MMIO_TRANSPORT_GUID)),
            std::nullopt);
}

}  // namespace
}  // namespace flint::efi
