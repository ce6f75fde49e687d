// SPDX-License-Identifier: Apache-2.0
// One disk, used in every way there is, by turns: all see the same.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/fake_block_device.h"
#include "efi/abi/protocol/block_io.h"
#include "efi/abi/protocol/disk_io.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "efi/block_io/install_disk.h"
#include "efi/device_path/device_path.h"
#include "efi/environment/host_environment.h"
#include "efi/file_system/simple_file_system.h"
#include "efi/variables/esp_backend.h"
#include "efi/variables/variable_area.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/fat_volume.h"
#include "fs/partition/gpt_image_builder.h"
#include "fs/partition/partition.h"
#include "fs/volume/file_writer.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

constexpr uint64_t kBlock = 512;
constexpr uint64_t kBlockCount = 8192;
constexpr uint64_t kFirstLba = 1024;
constexpr size_t kFileBytes = size_t{180} * 1024;

/// A disk with one partition, for an EFI system, of this volume.
std::vector<std::byte> SystemDisk(const fat::FatImageBuilder& fat) {
  partition::GptImageBuilder builder({.block_count = kBlockCount});
  builder.Add({.slot = 1,
               .type = partition::kEfiSystemType,
               .first_lba = kFirstLba,
               .last_lba = kFirstLba + fat.image().size() / kBlock - 1});
  std::vector<std::byte> disk = builder.Build();
  std::ranges::copy(fat.image(),
                    disk.begin() + static_cast<ptrdiff_t>(kFirstLba * kBlock));
  return disk;
}

/// A disk with a partition with a file, and the protocols of both.
class SharedDiskTest : public ::testing::Test {
 protected:
  struct Protocols {
    abi::EFI_BLOCK_IO_PROTOCOL* block_io;
    abi::EFI_DISK_IO_PROTOCOL* disk_io;
    /// Where the file is, from the start of the media.
    uint64_t file_offset;
  };

  SharedDiskTest() {
    fat::FatImageBuilder fat;
    const uint32_t cluster = fat.AddFile("data", std::string(kFileBytes, '-'));
    volume_blocks_ = fat.image().size() / kBlock;
    std::ranges::copy(SystemDisk(fat), disk_.contents().begin());

    Environment& environment = host_.environment();
    const auto handle = InstallDisk({.handles = environment.handles(),
                                     .pages = environment.pages(),
                                     .pool = environment.pool(),
                                     .events = environment.events()},
                                    disk_,
                                    DevicePath::Empty());
    EXPECT_THAT(handle, testing::IsOk());
    const uint64_t offset = fat.ClusterOffset(cluster);
    media_[0] =
        ProtocolsOf(handle.value_or(nullptr), kFirstLba * kBlock + offset);
    const abi::EFI_HANDLE volume = OnlyVolume();
    media_[1] = ProtocolsOf(volume, offset);
    protocol_ = Get<abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL>(
        volume, abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID);
    EXPECT_EQ(protocol_->OpenVolume(protocol_, &root_), abi::EFI_SUCCESS);
  }

  template <typename Protocol>
  Protocol* Get(abi::EFI_HANDLE handle, abi::EFI_GUID guid) {
    void* interface = nullptr;
    EXPECT_EQ(host_.boot_services().HandleProtocol(handle, &guid, &interface),
              abi::EFI_SUCCESS);
    return static_cast<Protocol*>(interface);
  }

  Protocols ProtocolsOf(abi::EFI_HANDLE handle, uint64_t file_offset) {
    return {
        Get<abi::EFI_BLOCK_IO_PROTOCOL>(handle,
                                        abi::EFI_BLOCK_IO_PROTOCOL_GUID),
        Get<abi::EFI_DISK_IO_PROTOCOL>(handle, abi::EFI_DISK_IO_PROTOCOL_GUID),
        file_offset};
  }

  abi::EFI_HANDLE OnlyVolume() {
    abi::EFI_GUID guid = abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    abi::EFI_HANDLE handle = nullptr;
    size_t size = sizeof(handle);
    EXPECT_EQ(host_.boot_services().LocateHandle(
                  abi::ByProtocol, &guid, nullptr, &size, &handle),
              abi::EFI_SUCCESS);
    return handle;
  }

  abi::EFI_FILE_PROTOCOL* Open(std::u16string path, uint64_t mode) {
    abi::EFI_FILE_PROTOCOL* file = nullptr;
    EXPECT_EQ(root_->Open(root_, &file, path.data(), mode, 0),
              abi::EFI_SUCCESS);
    return file;
  }

  size_t Random(size_t limit) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return (state_ >> 33) % limit;
  }

  /// Whole blocks, as far as this way needs them.
  struct Piece {
    uint64_t offset;
    size_t size;
  };
  Piece AnyPiece(bool is_whole_blocks) {
    const size_t size = 1 + Random(Random(4) == 0 ? 150'000 : 3000);
    const uint64_t offset = Random(kFileBytes - size);
    if (!is_whole_blocks) return {offset, size};
    return {offset / kBlock * kBlock, (size + kBlock - 1) / kBlock * kBlock};
  }

  block::FakeBlockDevice disk_{std::vector<std::byte>(kBlockCount * kBlock)};
  HostEnvironment host_;
  uint64_t volume_blocks_ = 0;
  /// Of the disk and of the partition.
  std::array<Protocols, 2> media_{};
  abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL* protocol_ = nullptr;
  abi::EFI_FILE_PROTOCOL* root_ = nullptr;
  uint64_t state_ = 1;
};

constexpr uint64_t kReadWrite =
    abi::EFI_FILE_MODE_READ | abi::EFI_FILE_MODE_WRITE;

TEST_F(SharedDiskTest, ShowsContentsWhoeverWroteThem) {
  constexpr size_t kWays = 5;  // a file; blocks and bytes of both media
  abi::EFI_FILE_PROTOCOL* const file = Open(u"data", kReadWrite);
  std::string expected(kFileBytes, '-');
  for (int i = 0; i < 600; ++i) {
    SCOPED_TRACE(i);
    const bool writes = Random(2) == 0;
    const size_t way = Random(kWays);
    const Protocols& media = media_[way % 2];
    const bool is_block_io = way == 1 || way == 2;
    const Piece piece = AnyPiece(is_block_io);
    std::string text(piece.size, static_cast<char>('a' + Random(26)));
    const uint64_t offset = media.file_offset + piece.offset;
    size_t size = text.size();
    abi::EFI_STATUS status = abi::EFI_DEVICE_ERROR;
    if (way == 0) {
      EXPECT_EQ(file->SetPosition(file, piece.offset), abi::EFI_SUCCESS);
      status = (writes ? file->Write : file->Read)(file, &size, text.data());
    } else if (is_block_io) {
      const auto run =
          writes ? media.block_io->WriteBlocks : media.block_io->ReadBlocks;
      status = run(media.block_io,
                   media.block_io->Media->MediaId,
                   offset / kBlock,
                   size,
                   text.data());
    } else {
      const auto run =
          writes ? media.disk_io->WriteDisk : media.disk_io->ReadDisk;
      status = run(media.disk_io,
                   media.block_io->Media->MediaId,
                   offset,
                   size,
                   text.data());
    }
    ASSERT_EQ(status, abi::EFI_SUCCESS);
    if (writes) {
      expected.replace(piece.offset, piece.size, text);
    } else {
      ASSERT_EQ(text, expected.substr(piece.offset, piece.size));
    }
  }
  EXPECT_EQ(AsText(disk_.contents().subspan(media_[0].file_offset, kFileBytes)),
            expected);
}

TEST_F(SharedDiskTest, ShowsFilesWhoeverMadeThem) {
  // As the search for something to boot has it, without the cache.
  block::AlignedBuffer scratch(fat::FatVolume::kGoodScratchBytes);
  auto below = fat::FatVolume::Create({&disk_, kFirstLba, volume_blocks_},
                                      scratch.bytes());
  ASSERT_OK(below);
  volume::FileWriter& writer = *below->writer();
  constexpr uint64_t kCreate = kReadWrite | abi::EFI_FILE_MODE_CREATE;

  for (char c = 'a'; c < 'k'; ++c) {
    const std::string name(1, c);
    const std::u16string path(1, static_cast<char16_t>(c));
    std::string text(3000, c);
    ASSERT_OK_AND_ASSIGN(volume::File file,
                         writer.Create(below->root(), name, false, {}));
    ASSERT_OK(writer.Write(file, 0, AsBytes(text), {}));
    ASSERT_OK(writer.Flush());

    abi::EFI_FILE_PROTOCOL* const opened = Open(path, kReadWrite);
    std::string seen(5000, '?');
    size_t size = seen.size();
    EXPECT_EQ(opened->Read(opened, &size, seen.data()), abi::EFI_SUCCESS);
    EXPECT_EQ(seen.substr(0, size), text);
    size = 100;
    EXPECT_EQ(opened->Write(opened, &size, seen.data()), abi::EFI_SUCCESS);
    EXPECT_EQ(opened->Close(opened), abi::EFI_SUCCESS);
    Open(path + u" copy", kCreate);

    ASSERT_OK_AND_ASSIGN(file, below->Open(name));
    EXPECT_EQ(file.size_bytes, 3100u);
    ASSERT_OK_AND_ASSIGN(const volume::File copy, below->Open(name + " copy"));
    ASSERT_OK(writer.Remove(copy));
  }
}

TEST_F(SharedDiskTest, KeepsVariablesBesideTheFilesOfImages) {
  volume::FileSystem& files =
      static_cast<SimpleFileSystem*>(protocol_)->files();
  std::vector<std::byte> memory(4096);
  VariableArea area(memory);
  area.Clear();

  EspVariableBackend backend(files);
  ASSERT_OK(backend.Replace(area.Image()));

  // An image sees the file, and may write another one beside it.
  Open(u"EFI\\flint\\variables.0", abi::EFI_FILE_MODE_READ);
  Open(u"EFI\\flint\\mine", kReadWrite | abi::EFI_FILE_MODE_CREATE);
  ASSERT_OK(backend.Replace(area.Image()));
  EXPECT_OK(files.Open("EFI/flint/mine"));
  EXPECT_NE(AsText(disk_.contents()).find("FLINTVAR"), std::string::npos);
}

}  // namespace
}  // namespace flint::efi
