// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/disk_search.h"

#include <algorithm>
#include <array>

#include "efi/variables/esp_backend.h"
#include "fs/volume/mount_point.h"
#include "loader/bls/bls.h"
#include "loader/boot_plan/bls_source.h"
#include "loader/boot_plan/removable_source.h"
#include "platforms/base/checked.h"

namespace flint::boot {
namespace {

constexpr bls::Architecture kArchitecture = bls::Architecture::kX64;

boot_plan::Place PlaceOf(const block::BlockDevice& disk,
                         const partition::Partition& partition) {
  return {.disk = disk.name(),
          .partition = partition.number,
          .first_lba = partition.first_lba,
          .partition_label = partition.type_name()};
}

/// True if a partition of this role that holds no file system deserves no line
/// in a report: it was never meant to.
bool IsSilent(volume::Role role, const Error& error) {
  return role == volume::Role::kOther && error.code() == ErrorCode::kNotFound;
}

/// The partitions made for booting are read together: either may hold entries,
/// and kernels of the other's.
bool BelongTogether(volume::Role a, volume::Role b) {
  const auto is_for_booting = [](volume::Role role) {
    return role == volume::Role::kEfiSystem ||
           role == volume::Role::kExtendedBoot;
  };
  return a == b || (is_for_booting(a) && is_for_booting(b));
}

bool HoldsVariables(volume::FileSystem& files) {
  return files.Open(efi::EspVariableBackend::kDirectory).has_value() ||
         files.Open(efi::kRuntimeVariableFileName).has_value();
}

}  // namespace

Status DiskSearch::Search(block::BlockDevice& disk, boot_plan::Rank rank) {
  rank_ = rank;
  const MutableBytes scratch = TRY(Scratch());
  const Result<partition::PartitionTable> table =
      partition::ReadPartitionTable(disk, scratch, arena_);
  if (!table) {
    return plan_.AddFinding({.disk = disk.name()}, {}, table.error());
  }
  return SearchTable(disk, *table);
}

Status DiskSearch::SearchTable(block::BlockDevice& disk,
                               const partition::PartitionTable& table) {
  const size_t items_before = plan_.item_count();
  const size_t candidates_before = plan_.candidate_count();
  Group group;
  volume::Role role = volume::Role::kEfiSystem;
  volume::BootVolumes volumes(table);
  while (const partition::Partition* partition = volumes.Next()) {
    const volume::Role next_role = volume::RoleOf(*partition);
    if (!BelongTogether(role, next_role)) {
      TRY(AddCandidates(group));
      group = {};
      if (plan_.candidate_count() != candidates_before) return {};
    }
    role = next_role;
    TRY(Mount(disk, *partition, group));
  }
  TRY(AddCandidates(group));
  if (plan_.item_count() != items_before) return {};
  return plan_.AddFinding(
      {.disk = disk.name()},
      {},
      Error(ErrorCode::kNotFound, "no partition that could be booted from"));
}

Status DiskSearch::Mount(block::BlockDevice& disk,
                         const partition::Partition& partition,
                         Group& group) {
  if (group.size == group.volumes.size()) return {};
  const MutableBytes scratch = TRY(Scratch());
  volume::MountPoint& mount_point = *TRY(arena_.Create<volume::MountPoint>());
  const Status mounted = mount_point.Mount(partition.RangeOn(disk), scratch);
  if (!mounted) {
    if (IsSilent(volume::RoleOf(partition), mounted.error())) return {};
    return plan_.AddFinding(PlaceOf(disk, partition), {}, mounted.error());
  }
  spare_scratch_ = {};
  group.volumes[group.size++] = {.place = PlaceOf(disk, partition),
                                 .device = &disk,
                                 .file_system = mount_point.file_system(),
                                 .rank = rank_};
  if (volume::RoleOf(partition) == volume::Role::kEfiSystem) {
    found_variables_ |= HoldsVariables(*mount_point.file_system());
  }
  if (volume::RoleOf(partition) == volume::Role::kExtendedBoot) {
    // Before the EFI system partition, whose loader.conf has the last word.
    const auto used = std::span(group.volumes).first(group.size);
    std::ranges::rotate(used, used.end() - 1);
    ++group.extended_boot_count;
  }
  return {};
}

Status DiskSearch::AddCandidates(const Group& group) {
  if (group.size == 0) return {};
  TRY(AddEntries(group.used()));
  // Extended boot loader partitions are for boot loaders, not for firmware.
  for (const boot_plan::Volume& volume :
       group.used().subspan(group.extended_boot_count)) {
    TRY(boot_plan::AddRemovableProgram(volume, kArchitecture, plan_));
  }
  return {};
}

Status DiskSearch::AddEntries(std::span<const boot_plan::Volume> volumes) {
  std::array<volume::FileSystem*, kMaxVolumesTogether> sources;
  std::ranges::transform(
      volumes, sources.begin(), &boot_plan::Volume::file_system);
  const bls::EntryList list = TRY(bls::ReadEntries(
      std::span(sources).first(volumes.size()), kArchitecture, arena_));
  return boot_plan::AddBlsEntries(list, volumes, plan_);
}

Result<MutableBytes> DiskSearch::Scratch() {
  if (spare_scratch_.empty()) {
    // Enough for a partition table, too.
    constexpr size_t kBytes = volume::MountPoint::kGoodScratchBytes;
    const uint64_t address =
        TRY(pages_.Allocate({.page_count = kBytes / memory::kPageSizeBytes}));
    spare_scratch_ = TRY(memory_.Map(address, kBytes));
  }
  return spare_scratch_;
}

}  // namespace flint::boot
