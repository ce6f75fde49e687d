// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/install_disk.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "drivers/block/fake_block_device.h"
#include "efi/abi/protocol/block_io.h"
#include "efi/abi/protocol/device_path.h"
#include "efi/abi/protocol/disk_io.h"
#include "efi/abi/protocol/partition_info.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "efi/device_path/nodes.h"
#include "efi/device_path/path_text.h"
#include "efi/device_path/path_writer.h"
#include "efi/environment/host_environment.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/iso9660/iso_image_builder.h"
#include "fs/partition/gpt_image_builder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

constexpr Guid kPartitionGuid =
    Guid::Of("01020304-0506-0708-090a-0b0c0d0e0f10");

std::vector<std::byte> FatImage() {
  fat::FatImageBuilder builder;
  builder.AddFile("EFI/BOOT/BOOTX64.EFI", "application");
  return builder.image();
}

/// A disk as an image finds it, by the tables alone.
class InstallDiskTest : public ::testing::Test {
 protected:
  /// Installs the disk in a slot of the first PCI bus.
  abi::EFI_HANDLE Install(block::BlockDevice& disk, uint8_t slot = 3) {
    FixedPathWriter<64> path;
    path->Append(nodes::PciRoot(0));
    path->Append(nodes::Pci(slot, 0));
    Environment& environment = host_.environment();
    const auto handle = InstallDisk({.handles = environment.handles(),
                                     .pages = environment.pages(),
                                     .pool = environment.pool(),
                                     .events = environment.events()},
                                    disk,
                                    *path->Finish());
    EXPECT_THAT(handle, testing::IsOk());
    return handle.value_or(nullptr);
  }

  /// The handles with a protocol, by their paths.
  std::map<std::u16string, abi::EFI_HANDLE> Find(abi::EFI_GUID protocol) {
    abi::UINTN count = 0;
    abi::EFI_HANDLE* handles = nullptr;
    if (services_.LocateHandleBuffer(
            abi::ByProtocol, &protocol, nullptr, &count, &handles) !=
        abi::EFI_SUCCESS) {
      return {};
    }
    std::map<std::u16string, abi::EFI_HANDLE> found;
    for (size_t i = 0; i < count; ++i) found[PathOf(handles[i])] = handles[i];
    services_.FreePool(handles);
    return found;
  }

  std::vector<std::u16string> PathsWith(const abi::EFI_GUID& protocol) {
    std::vector<std::u16string> paths;
    for (const auto& [path, handle] : Find(protocol)) paths.push_back(path);
    return paths;
  }

  std::u16string PathOf(abi::EFI_HANDLE handle) {
    const auto path = DevicePath::At(Get<abi::EFI_DEVICE_PATH_PROTOCOL>(
        handle, abi::EFI_DEVICE_PATH_PROTOCOL_GUID));
    EXPECT_THAT(path, testing::IsOk());
    std::array<char16_t, 256> text{};
    TextWriter out(text);
    PathToText(*path, {}, out);
    return {text.data(), out.size()};
  }

  /// The handle's interface of a protocol it must have.
  template <typename Protocol>
  Protocol* Get(abi::EFI_HANDLE handle, abi::EFI_GUID guid) {
    void* interface = nullptr;
    EXPECT_EQ(services_.HandleProtocol(handle, &guid, &interface),
              abi::EFI_SUCCESS);
    return static_cast<Protocol*>(interface);
  }

  std::string ReadFile(abi::EFI_HANDLE volume, std::u16string path) {
    auto* const files = Get<abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL>(
        volume, abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID);
    abi::EFI_FILE_PROTOCOL* root = nullptr;
    abi::EFI_FILE_PROTOCOL* file = nullptr;
    EXPECT_EQ(files->OpenVolume(files, &root), abi::EFI_SUCCESS);
    EXPECT_EQ(root->Open(root, &file, path.data(), abi::EFI_FILE_MODE_READ, 0),
              abi::EFI_SUCCESS);
    std::string text(100, '?');
    size_t size = text.size();
    EXPECT_EQ(file->Read(file, &size, text.data()), abi::EFI_SUCCESS);
    text.resize(size);
    return text;
  }

  HostEnvironment host_;
  abi::EFI_BOOT_SERVICES& services_ = host_.boot_services();
};

/// A GPT with a FAT in slot 15, and data in slot 2.
std::vector<std::byte> DividedDisk(uint64_t data_attributes = 0) {
  const std::vector<std::byte> fat = FatImage();
  partition::GptImageBuilder builder({.block_count = 8192});
  const uint64_t last = 1024 + fat.size() / 512 - 1;
  builder.Add({.slot = 15,
               .type = partition::kEfiSystemType,
               .unique_guid = kPartitionGuid,
               .first_lba = 1024,
               .last_lba = last});
  builder.Add({.slot = 2,
               .unique_guid = kPartitionGuid,
               .first_lba = last + 1,
               .last_lba = last + 64,
               .attributes = data_attributes});
  std::vector<std::byte> disk = builder.Build();
  std::ranges::copy(fat, disk.begin() + 1024 * 512);
  return disk;
}

constexpr char16_t kDiskPath[] = u"PciRoot(0x0)/Pci(0x3,0x0)";

TEST_F(InstallDiskTest, ShowsADiskAndItsPartitions) {
  block::FakeBlockDevice disk(DividedDisk());

  const abi::EFI_HANDLE whole = Install(disk);

  EXPECT_EQ(PathOf(whole), kDiskPath);
  const auto handles = Find(abi::EFI_BLOCK_IO_PROTOCOL_GUID);
  ASSERT_EQ(handles.size(), 3u);
  for (const auto& guid : {abi::EFI_BLOCK_IO2_PROTOCOL_GUID,
                           abi::EFI_DISK_IO_PROTOCOL_GUID,
                           abi::EFI_DISK_IO2_PROTOCOL_GUID}) {
    EXPECT_EQ(Find(guid), handles);
  }
  auto* const media =
      Get<abi::EFI_BLOCK_IO_PROTOCOL>(whole, abi::EFI_BLOCK_IO_PROTOCOL_GUID)
          ->Media;
  EXPECT_EQ(media->LastBlock, 8191u);
  EXPECT_EQ(media->LogicalPartition, abi::FALSE);
}

TEST_F(InstallDiskTest, NamesPartitionsByTheirSlotAndGuid) {
  block::FakeBlockDevice disk(DividedDisk());
  Install(disk);

  const auto volumes = Find(abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID);

  ASSERT_EQ(volumes.size(), 1u);
  const auto& [path, handle] = *volumes.begin();
  EXPECT_TRUE(path.starts_with(
      std::u16string(kDiskPath) +
      u"/HD(15,GPT,01020304-0506-0708-090A-0B0C0D0E0F10,0x400,"));
  auto* const io =
      Get<abi::EFI_BLOCK_IO_PROTOCOL>(handle, abi::EFI_BLOCK_IO_PROTOCOL_GUID);
  EXPECT_EQ(io->Media->LogicalPartition, abi::TRUE);
  EXPECT_EQ(io->Media->LastBlock, FatImage().size() / 512 - 1);
  EXPECT_EQ(ReadFile(handle, u"\\EFI\\BOOT\\BOOTX64.EFI"), "application");
}

TEST_F(InstallDiskTest, TellsWhatPartitionsAre) {
  block::FakeBlockDevice disk(DividedDisk());
  Install(disk);

  EXPECT_EQ(Find(abi::EFI_PARTITION_INFO_PROTOCOL_GUID).size(), 2u);
  const auto system = Find(partition::kEfiSystemType);
  EXPECT_EQ(system, Find(abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID));
  ASSERT_EQ(system.size(), 1u);
  auto* const info = Get<abi::EFI_PARTITION_INFO_PROTOCOL>(
      system.begin()->second, abi::EFI_PARTITION_INFO_PROTOCOL_GUID);
  EXPECT_EQ(info->System, 1);
  EXPECT_EQ(info->Info.Gpt.UniquePartitionGUID, kPartitionGuid);
}

TEST_F(InstallDiskTest, HidesWhatMustNotBeServed) {
  block::FakeBlockDevice disk(DividedDisk(/*data_attributes=*/2));

  Install(disk);

  EXPECT_EQ(Find(abi::EFI_BLOCK_IO_PROTOCOL_GUID).size(), 2u);
}

TEST_F(InstallDiskTest, ServesAFileSystemWithoutAPartition) {
  block::FakeBlockDevice disk(FatImage());

  const abi::EFI_HANDLE whole = Install(disk);

  EXPECT_THAT(PathsWith(abi::EFI_BLOCK_IO_PROTOCOL_GUID),
              ElementsAre(kDiskPath));
  EXPECT_EQ(ReadFile(whole, u"EFI\\BOOT\\bootx64.efi"), "application");
  EXPECT_TRUE(Find(abi::EFI_PARTITION_INFO_PROTOCOL_GUID).empty());
}

/// An ISO 9660 volume, with a FAT that its boot catalogue leads to.
std::vector<std::byte> CdromImage() {
  const std::vector<std::byte> fat = FatImage();
  const auto sectors = static_cast<uint32_t>(fat.size() / 2048);
  iso9660::IsoImageBuilder builder(2048, 64 + sectors);
  const auto program = builder.AddData("on the volume itself");
  const auto image = builder.AddData(AsText(fat));
  const auto catalog =
      builder.AddData(iso9660::IsoImageBuilder::BootCatalog(image));
  const auto root = builder.Reserve(2048);
  builder.AddPrimary(root);
  builder.AddBootRecord(catalog.block);
  builder.AddTerminator();
  builder.WriteDirectory(root, root, {{.name = "FILE;1", .place = program}});
  return builder.image();
}

TEST_F(InstallDiskTest, ServesBootImagesAndTheVolumeTheyAreOn) {
  for (const uint32_t block_size : {512u, 2048u}) {
    block::FakeBlockDevice disk(CdromImage(), {.block_size_bytes = block_size});
    const auto slot = static_cast<uint8_t>(block_size / 512);

    const abi::EFI_HANDLE whole = Install(disk, slot);

    EXPECT_EQ(ReadFile(whole, u"FILE"), "on the volume itself");
    const auto volumes = Find(abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID);
    const auto image = std::ranges::find_if(volumes, [&](const auto& volume) {
      return volume.first.starts_with(PathOf(whole) + u"/CDROM(0x0,");
    });
    ASSERT_NE(image, volumes.end());
    EXPECT_EQ(ReadFile(image->second, u"\\EFI\\BOOT\\BOOTX64.EFI"),
              "application");
    auto* const info = Get<abi::EFI_PARTITION_INFO_PROTOCOL>(
        image->second, abi::EFI_PARTITION_INFO_PROTOCOL_GUID);
    EXPECT_EQ(info->Type, abi::PARTITION_TYPE_OTHER);
    EXPECT_EQ(info->System, 0);
  }
}

TEST_F(InstallDiskTest, ServesADiskOfWhateverElse) {
  block::FakeBlockDevice disk(std::vector<std::byte>(1 << 20));

  const abi::EFI_HANDLE whole = Install(disk);

  EXPECT_EQ(PathOf(whole), kDiskPath);
  EXPECT_TRUE(Find(abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID).empty());
}

TEST_F(InstallDiskTest, ServesADiskWithABrokenTable) {
  std::vector<std::byte> image = DividedDisk();
  // Both copies' arrays.
  std::fill_n(image.begin() + 1024, 512, std::byte{0x5A});
  std::fill_n(image.end() - 33 * 512, 512, std::byte{0x5A});
  block::FakeBlockDevice disk(image);

  Install(disk);

  EXPECT_THAT(PathsWith(abi::EFI_BLOCK_IO_PROTOCOL_GUID),
              ElementsAre(kDiskPath));
}

TEST_F(InstallDiskTest, KeepsDisksApart) {
  block::FakeBlockDevice first(FatImage());
  block::FakeBlockDevice second(FatImage());

  Install(first, 3);
  Install(second, 4);

  EXPECT_THAT(PathsWith(abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID),
              UnorderedElementsAre(u"PciRoot(0x0)/Pci(0x3,0x0)",
                                   u"PciRoot(0x0)/Pci(0x4,0x0)"));
}

TEST_F(InstallDiskTest, CostsFewRequests) {
  block::FakeBlockDevice disk(DividedDisk());

  Install(disk);
  const size_t at_installation = disk.reads().size();
  for (const auto& [path, handle] :
       Find(abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID)) {
    ReadFile(handle, u"EFI\\BOOT\\BOOTX64.EFI");
  }

  EXPECT_LE(at_installation, 6u);
  EXPECT_LE(disk.reads().size() - at_installation, 4u);
}

TEST_F(InstallDiskTest, FailsWithoutMemory) {
  constexpr size_t kChunkPages = 256;
  abi::EFI_PHYSICAL_ADDRESS address = 0;
  while (services_.AllocatePages(abi::AllocateAnyPages,
                                 abi::EfiLoaderData,
                                 kChunkPages,
                                 &address) == abi::EFI_SUCCESS) {
  }
  Environment& environment = host_.environment();
  block::FakeBlockDevice disk(FatImage());

  EXPECT_THAT(InstallDisk({.handles = environment.handles(),
                           .pages = environment.pages(),
                           .pool = environment.pool(),
                           .events = environment.events()},
                          disk,
                          DevicePath::Empty()),
              testing::IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::efi
