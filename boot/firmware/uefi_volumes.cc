// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/uefi_volumes.h"

#include <algorithm>
#include <bit>

#include "efi/abi/protocol/device_path.h"
#include "efi/abi/protocol/partition_info.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/status.h"
#include "efi/block_io/install_disk.h"

namespace flint::boot {
namespace {

namespace abi = efi::abi;

/// The first block of the partition that `rest`, what follows a disk's path,
/// leads to; 0 if to all of the disk.
uint64_t FirstBlock(const efi::DevicePath& rest) {
  if (rest.empty()) return 0;
  const auto node = *rest.begin();
  if (const auto drive = node.As<abi::HARDDRIVE_DEVICE_PATH>()) {
    return drive->PartitionStart;
  }
  const auto boot_image = node.As<abi::CDROM_DEVICE_PATH>();
  return boot_image ? uint64_t{boot_image->PartitionStart} : 0;
}

Status NoMemoryUnless(abi::EFI_STATUS status) {
  if (!abi::EFI_ERROR(status)) return {};
  return Fail(ErrorCode::kNoMemory, "no memory for the list of volumes");
}

}  // namespace

std::optional<efi::DevicePath> PathOf(efi::HandleDatabase& handles,
                                      abi::EFI_HANDLE handle) {
  const auto path =
      efi::DevicePath::At(static_cast<abi::EFI_DEVICE_PATH_PROTOCOL*>(
          handles.FindInterface(handle, abi::EFI_DEVICE_PATH_PROTOCOL_GUID)));
  return path ? std::optional(*path) : std::nullopt;
}

Status UefiVolumes::AddDisk(block::BlockDevice& disk,
                            const efi::DevicePath& path) {
  if (disk_count_ == disks_.size()) return {};
  const abi::EFI_HANDLE handle =
      TRY(efi::InstallDisk({.handles = environment_.handles(),
                            .pages = environment_.pages(),
                            .pool = environment_.pool(),
                            .events = environment_.events(),
                            .wall_clock = &wall_clock_},
                           disk,
                           path));
  disks_[disk_count_++] = {.device = &disk, .handle = handle};
  return {};
}

Status UefiVolumes::List(Arena& arena) {
  abi::UINTN count = 0;
  abi::EFI_HANDLE* handles = nullptr;
  const abi::EFI_STATUS found = environment_.handles().LocateHandleBuffer(
      abi::ByProtocol,
      &abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID,
      nullptr,
      &count,
      &handles);
  if (found == abi::EFI_NOT_FOUND) return {};
  TRY(NoMemoryUnless(found));
  volumes_ = TRY(arena.AllocateArray<UefiVolume>(count));
  size_t described = 0;
  for (const abi::EFI_HANDLE handle : std::span(handles, count)) {
    const auto volume = Describe(handle);
    if (volume) volumes_[described++] = *volume;
  }
  volumes_ = volumes_.first(described);
  return NoMemoryUnless(environment_.pool().FreePool(handles));
}

// All interfaces are our own: no image has run.
Result<UefiVolume> UefiVolumes::Describe(abi::EFI_HANDLE volume) const {
  efi::HandleDatabase& handles = environment_.handles();
  const auto path = PathOf(handles, volume);
  for (const Disk& disk : std::span(disks_).first(disk_count_)) {
    const auto disk_path = PathOf(handles, disk.handle);
    const auto rest =
        path && disk_path ? path->After(*disk_path) : std::nullopt;
    if (!rest) continue;
    const auto* const info = static_cast<abi::EFI_PARTITION_INFO_PROTOCOL*>(
        handles.FindInterface(volume, abi::EFI_PARTITION_INFO_PROTOCOL_GUID));
    return UefiVolume{
        .disk = disk.device,
        .first_lba = FirstBlock(*rest),
        .is_system_partition = info != nullptr && info->System == abi::TRUE,
        .handle = volume,
        .files = static_cast<efi::SimpleFileSystem*>(
            static_cast<abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL*>(
                handles.FindInterface(
                    volume, abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID)))};
  }
  return Fail(ErrorCode::kNotFound, "volume is on no disk");
}

Result<UefiVolume> UefiVolumes::Find(const block::BlockDevice& disk,
                                     uint64_t first_lba) const {
  const auto found = std::ranges::find_if(volumes_, [&](const UefiVolume& v) {
    return v.disk == &disk && v.first_lba == first_lba;
  });
  if (found == volumes_.end()) {
    return Fail(ErrorCode::kNotFound, "volume has no UEFI handle");
  }
  return *found;
}

const UefiVolume* UefiVolumes::FindSystemVolume() const {
  const auto found =
      std::ranges::find_if(volumes_, [](const UefiVolume& volume) {
        return volume.is_system_partition && volume.files->writer() != nullptr;
      });
  return found == volumes_.end() ? nullptr : &*found;
}

std::optional<Guid> UefiVolumes::PartitionGuid(abi::EFI_HANDLE volume) const {
  const auto path = PathOf(environment_.handles(), volume);
  if (!path) return std::nullopt;
  for (const efi::DeviceNode node : *path) {
    if (!node.Is(abi::MEDIA_DEVICE_PATH, abi::MEDIA_HARDDRIVE_DP)) continue;
    const auto drive = node.As<abi::HARDDRIVE_DEVICE_PATH>();
    if (!drive || drive->SignatureType != abi::SIGNATURE_TYPE_GUID) break;
    return std::bit_cast<Guid>(drive->Signature);
  }
  return std::nullopt;
}

}  // namespace flint::boot
