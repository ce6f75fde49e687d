// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/install_disk.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "drivers/block/block_cache.h"
#include "efi/abi/memory.h"
#include "efi/abi/protocol/block_io.h"
#include "efi/abi/protocol/device_path.h"
#include "efi/abi/protocol/disk_io.h"
#include "efi/abi/protocol/partition_info.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "efi/block_io/block_io.h"
#include "efi/block_io/block_media.h"
#include "efi/block_io/disk_io.h"
#include "efi/block_io/partition_info.h"
#include "efi/device_path/nodes.h"
#include "efi/device_path/pool_path.h"
#include "efi/file_system/simple_file_system.h"
#include "fs/partition/partition_table.h"
#include "fs/volume/mount_point.h"
#include "platforms/base/arena.h"
#include "platforms/base/checked.h"
#include "platforms/base/log.h"

namespace flint::efi {
namespace {

using partition::Partition;
using partition::Scheme;

/// Firmware must not serve such a partition's blocks. [uefi-2.10 5.3.3]
constexpr uint64_t kNoBlockIo = uint64_t{1} << 1;

/// Room for far more partitions than anybody makes.
constexpr size_t kPartitionListBytes = size_t{1024} * sizeof(Partition);

constexpr Error kNoMemory(ErrorCode::kNoMemory,
                          "no memory for the handles of a disk");

/// The protocols that disks and partitions have.
struct BlockProtocols {
  BlockProtocols(block::BlockCache& disk,
                 const block::BlockRange& range,
                 BlockMedia::Kind kind,
                 EventServices& events)
      : media(disk, range.first_lba, range.block_count, kind),
        block_io2(media, events),
        disk_io2(media, events) {}

  BlockMedia media;
  BlockIo block_io{media};
  BlockIo2 block_io2;
  DiskIo disk_io{media};
  DiskIo2 disk_io2;
};

/// What is used while a disk is looked at, and given back.
class TemporaryPages final {
 public:
  TemporaryPages(PageServices& pages, size_t size_bytes)
      : pages_(pages),
        memory_(pages.Take(
            kOwner, DivideRoundUp<uint64_t>(size_bytes, abi::EFI_PAGE_SIZE))) {}
  ~TemporaryPages() {
    if (!memory_.empty()) {
      static_cast<void>(pages_.GiveBack(kOwner, memory_));
    }
  }
  TemporaryPages(const TemporaryPages&) = delete;
  TemporaryPages& operator=(const TemporaryPages&) = delete;

  MutableBytes bytes() { return memory_; }

  /// The memory, which now stays.
  MutableBytes Keep() { return std::exchange(memory_, {}); }

 private:
  static constexpr PageOwner kOwner{PageUse::kServices,
                                    abi::EfiBootServicesData};

  PageServices& pages_;
  MutableBytes memory_;
};

/// Appends the node of a partition. [uefi-2.10 10.3.5.1, 10.3.5.2]
void AppendPartition(const Partition& partition, PathWriter& out) {
  const nodes::Partition extent{.number = partition.number,
                                .first_block = partition.first_lba,
                                .block_count = partition.block_count};
  switch (partition.scheme) {
    case Scheme::kGpt:
      return out.Append(nodes::GptPartition(extent, partition.unique_guid));
    case Scheme::kMbr:
      return out.Append(nodes::MbrPartition(extent, partition.mbr_signature));
    case Scheme::kElTorito:
      // Partitions count from 1, the catalogue's entries from 0.
      return out.Append(nodes::CdRom(
          extent.number - 1, extent.first_block, extent.block_count));
    case Scheme::kWholeDisk:
      return;
  }
}

class DiskInstaller final {
 public:
  DiskInstaller(const DiskServices& services,
                block::BlockCache& disk,
                const DevicePath& path)
      : services_(services), disk_(disk), path_(path) {}

  Result<abi::EFI_HANDLE> Install() {
    const abi::EFI_HANDLE handle = TRY(InstallWhole());
    if (const Status installed = InstallPartitions(handle); !installed) {
      log::Warning("{}: {}", disk_.name(), installed.error().reason());
    }
    return handle;
  }

 private:
  template <typename T, typename... Arguments>
  T* New(Arguments&&... arguments) {
    void* const memory = services_.pool.Allocate(sizeof(T));
    if (memory == nullptr) return nullptr;
    return ::new (memory) T(std::forward<Arguments>(arguments)...);
  }

  /// Installs an interface; null stands for a protocol without one.
  Status Add(abi::EFI_HANDLE& handle,
             const abi::EFI_GUID& protocol,
             abi::VOID* interface) {
    const abi::EFI_STATUS status = services_.handles.InstallProtocolInterface(
        &handle, &protocol, abi::EFI_NATIVE_INTERFACE, interface);
    if (abi::EFI_ERROR(status)) return std::unexpected(kNoMemory);
    return {};
  }

  /// Makes a handle with what all of a disk's handles have.
  Result<abi::EFI_HANDLE> AddBlocks(abi::EFI_DEVICE_PATH_PROTOCOL* path,
                                    const block::BlockRange& range,
                                    BlockMedia::Kind kind) {
    auto* const protocols =
        New<BlockProtocols>(disk_, range, kind, services_.events);
    if (path == nullptr || protocols == nullptr) {
      return std::unexpected(kNoMemory);
    }
    abi::EFI_HANDLE handle = nullptr;
    TRY(Add(handle, abi::EFI_DEVICE_PATH_PROTOCOL_GUID, path));
    TRY(Add(handle, abi::EFI_BLOCK_IO_PROTOCOL_GUID, &protocols->block_io));
    TRY(Add(handle, abi::EFI_BLOCK_IO2_PROTOCOL_GUID, &protocols->block_io2));
    TRY(Add(handle, abi::EFI_DISK_IO_PROTOCOL_GUID, &protocols->disk_io));
    TRY(Add(handle, abi::EFI_DISK_IO2_PROTOCOL_GUID, &protocols->disk_io2));
    return handle;
  }

  Result<abi::EFI_HANDLE> InstallWhole() {
    return AddBlocks(DuplicatePath(services_.pool, path_),
                     {&disk_, 0, disk_.geometry().block_count},
                     BlockMedia::Kind::kDisk);
  }

  Status InstallPartitions(abi::EFI_HANDLE whole) {
    const size_t scratch_bytes =
        partition::MinScratchBytes(disk_.geometry().block_size_bytes);
    TemporaryPages scratch(services_.pages, scratch_bytes);
    TemporaryPages list(services_.pages, kPartitionListBytes);
    if (scratch.bytes().empty() || list.bytes().empty()) {
      return std::unexpected(kNoMemory);
    }
    Arena arena(list.bytes());
    const auto table =
        partition::ReadPartitionTable(disk_, scratch.bytes(), arena);
    // A disk without any is nothing to speak of.
    if (!table && table.error().code() == ErrorCode::kNotFound) return {};
    if (!table) return std::unexpected(table.error());
    for (const Partition& partition : table->partitions) {
      InstallPartition(whole, partition);
    }
    return {};
  }

  void InstallPartition(abi::EFI_HANDLE whole, const Partition& partition) {
    const block::BlockRange range = partition.RangeOn(disk_);
    const bool is_divided = partition.scheme != Scheme::kWholeDisk;
    if (is_divided && (partition.attributes & kNoBlockIo) != 0) return;
    Result<abi::EFI_HANDLE> handle = whole;
    if (is_divided) handle = AddPartition(partition, range);
    Status mounted = {};
    if (handle) mounted = AddFileSystem(*handle, range);
    if (!handle || !mounted) {
      log::Warning("{} partition {}: {}",
                   disk_.name(),
                   partition.number,
                   (!handle ? handle.error() : mounted.error()).reason());
    }
  }

  abi::EFI_DEVICE_PATH_PROTOCOL* PathOf(const Partition& partition) {
    return BuildPoolPath(services_.pool, [&](PathWriter& out) {
      out.Append(path_);
      AppendPartition(partition, out);
    });
  }

  Result<abi::EFI_HANDLE> AddPartition(const Partition& partition,
                                       const block::BlockRange& range) {
    abi::EFI_HANDLE handle =
        TRY(AddBlocks(PathOf(partition), range, BlockMedia::Kind::kPartition));
    auto* const info =
        New<abi::EFI_PARTITION_INFO_PROTOCOL>(MakePartitionInfo(partition));
    if (info == nullptr) return std::unexpected(kNoMemory);
    TRY(Add(handle, abi::EFI_PARTITION_INFO_PROTOCOL_GUID, info));
    // Its type is a protocol without interface; of MBR types one has a GUID.
    if (partition.scheme == Scheme::kGpt) {
      TRY(Add(handle, partition.type, nullptr));
    } else if (IsEfiSystemPartition(partition)) {
      TRY(Add(handle, partition::kEfiSystemType, nullptr));
    }
    return handle;
  }

  /// Mounts what is there, if anything that we can read is.
  Status AddFileSystem(abi::EFI_HANDLE handle, const block::BlockRange& range) {
    const size_t scratch_bytes = std::max(
        volume::MountPoint::kGoodScratchBytes,
        volume::MountPoint::MinScratchBytes(disk_.geometry().block_size_bytes));
    TemporaryPages scratch(services_.pages, scratch_bytes);
    auto* const mount = New<volume::MountPoint>();
    if (scratch.bytes().empty() || mount == nullptr) {
      return std::unexpected(kNoMemory);
    }
    const Status mounted = mount->Mount(range, scratch.bytes());
    if (!mounted) {
      std::destroy_at(mount);
      static_cast<void>(services_.pool.FreePool(mount));
      if (mounted.error().code() == ErrorCode::kNotFound) return {};
      return mounted;
    }
    auto* const protocol = New<SimpleFileSystem>(
        SimpleFileSystemParts{.files = *mount->file_system(),
                              .range = range,
                              .pool = services_.pool,
                              .events = services_.events,
                              .wall_clock = services_.wall_clock});
    if (protocol == nullptr) return std::unexpected(kNoMemory);
    scratch.Keep();
    return Add(handle, abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID, protocol);
  }

  const DiskServices& services_;
  block::BlockCache& disk_;
  const DevicePath& path_;
};

}  // namespace

Result<abi::EFI_HANDLE> InstallDisk(const DiskServices& services,
                                    block::BlockDevice& device,
                                    const DevicePath& path) {
  TemporaryPages memory(services.pages, block::BlockCache::kGoodMemoryBytes);
  void* const storage = services.pool.Allocate(sizeof(block::BlockCache));
  if (memory.bytes().empty() || storage == nullptr) {
    return std::unexpected(kNoMemory);
  }
  auto* const disk = ::new (storage) block::BlockCache(device, memory.bytes());
  memory.Keep();
  return DiskInstaller(services, *disk, path).Install();
}

}  // namespace flint::efi
