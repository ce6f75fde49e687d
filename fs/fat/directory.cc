// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/directory.h"

#include <algorithm>
#include <bit>
#include <string_view>

#include "platforms/base/checked.h"

namespace flint::fat {
namespace {

/// Read with a directory, and what lies behind it: directories that were made
/// together are neighbours.
constexpr uint64_t kNeighbourhoodBytes = uint64_t{16} * 1024;

/// True for the links that a directory has to itself and its parent.
bool IsDotRecord(const DirectoryRecord& record) {
  constexpr std::string_view kDot = ".          ";
  constexpr std::string_view kDotDot = "..         ";
  const auto is = [&](std::string_view name) {
    return std::ranges::equal(record.name, name, {}, {}, [](char c) {
      return static_cast<uint8_t>(c);
    });
  };
  return is(kDot) || is(kDotDot);
}

/// A long name may not be what stands for this or the parent directory, nor
/// may a short one that was put together from odd bytes.
bool IsUsable(const Name& name) {
  const std::span<const char16_t> units = name.units();
  if (units.empty()) return false;
  return units.size() > 2 || !std::ranges::all_of(units, [](char16_t unit) {
           return unit == u'.';
         });
}

/// Where the records of the item begin: those of its long name, if it has one.
uint64_t FirstRecordOf(const DirectoryItem& item) {
  const uint64_t part_count =
      DivideRoundUp<uint64_t>(item.long_name.size, LongNameRecord::kUnitCount);
  const uint64_t distance = part_count * sizeof(DirectoryRecord);
  return item.position - std::min(item.position, distance);
}

}  // namespace

DirectoryReader::DirectoryReader(const Layout& layout,
                                 const block::BlockRange& range,
                                 MutableBytes memory)
    : layout_(layout) {
  const size_t size = AlignDown<size_t>(
      memory.size() / kWindowCount, range.device->geometry().block_size_bytes);
  for (Window& window : windows_) {
    window.view = block::BlockWindow(range, memory.first(size));
    memory = memory.subspan(size);
  }
}

Result<std::optional<DirectoryReader::RecordPlace>> DirectoryReader::Locate(
    AllocationTable& table,
    const DirectoryPlace& directory,
    uint64_t position) {
  const auto place = TRY(LocateRun(table, directory, position));
  if (!place || directory.is_fixed_root) return place;
  // Of the run of clusters, the one that holds the record.
  const uint64_t cluster_size = layout_.cluster_size_bytes;
  const uint64_t begin = place->offset - position % cluster_size;
  return RecordPlace{place->offset, begin, begin + cluster_size};
}

Result<std::optional<DirectoryRecord>> DirectoryReader::ReadRecord(
    AllocationTable& table,
    const DirectoryPlace& directory,
    uint64_t position) {
  const auto place = TRY(LocateRun(table, directory, position));
  if (!place) return std::nullopt;
  const Bytes bytes = TRY(View(place->offset, place->end));
  return TRY(ReadWire<DirectoryRecord>(bytes));
}

/// Where the record is, in which run of clusters.
Result<std::optional<DirectoryReader::RecordPlace>> DirectoryReader::LocateRun(
    AllocationTable& table,
    const DirectoryPlace& directory,
    uint64_t position) {
  if (directory.is_fixed_root) {
    if (position >= layout_.root_size_bytes) return std::nullopt;
    return RecordPlace{layout_.root_offset + position,
                       layout_.root_offset,
                       layout_.root_offset + layout_.root_size_bytes};
  }
  if (position >= kMaxDirectoryBytes) {
    return Fail(ErrorCode::kCorrupt, "FAT directory is larger than 2 MiB");
  }
  if (chain_.first_cluster() != directory.first_cluster) {
    chain_ = ClusterChain(directory.first_cluster);
  }
  const uint32_t cluster_size = layout_.cluster_size_bytes;
  const auto index = static_cast<uint32_t>(position / cluster_size);
  const auto wanted_count = static_cast<uint32_t>(
      std::max<size_t>(1, windows_[0].view.capacity_bytes() / cluster_size));
  const auto run = TRY(chain_.Find(layout_, table, index, wanted_count));
  if (!run) return std::nullopt;
  const uint64_t begin = layout_.ClusterOffset(run->first_cluster);
  const uint64_t size = uint64_t{run->count} * cluster_size;
  return RecordPlace{begin + position - uint64_t{run->index} * cluster_size,
                     begin,
                     begin + size};
}

std::optional<Bytes> DirectoryReader::Visible(uint64_t offset,
                                              size_t size_bytes) const {
  for (const Window& window : windows_) {
    if (const auto bytes = window.view.Visible(offset, size_bytes)) {
      return bytes;
    }
  }
  return std::nullopt;
}

void DirectoryReader::Update(uint64_t offset, Bytes written) {
  for (Window& window : windows_) window.view.Update(offset, written);
  ForgetSightings();
}

void DirectoryReader::Forget() {
  for (Window& window : windows_) window.view.Invalidate();
  ForgetSightings();
  ForgetChain();
}

Result<bool> DirectoryReader::ReadItem(AllocationTable& table,
                                       const DirectoryPlace& directory,
                                       uint64_t& position,
                                       DirectoryItem& item) {
  LongNameAssembler long_name;
  while (true) {
    const auto record = TRY(ReadRecord(table, directory, position));
    if (!record || record->name[0] == DirectoryRecord::kEnd) return false;
    const uint64_t record_position = position;
    position += sizeof(DirectoryRecord);
    if (record->name[0] == DirectoryRecord::kDeleted ||
        record->is_volume_label()) {
      long_name.Reset();
      continue;
    }
    if (record->is_long_name()) {
      long_name.Add(std::bit_cast<LongNameRecord>(*record));
      continue;
    }
    item.record = *record;
    item.position = record_position;
    item.long_name = long_name.Take(*record);
    item.short_name = DecodeShortName(*record);
    if (!IsUsable(item.long_name)) item.long_name = Name();
    if (!IsDotRecord(*record) && IsUsable(item.short_name)) return true;
  }
}

Result<bool> DirectoryReader::FindItem(AllocationTable& table,
                                       const DirectoryPlace& directory,
                                       const WantedName& name,
                                       DirectoryItem& item) {
  const auto is_wanted = [&] {
    return name.Matches(item.long_name) || name.Matches(item.short_name);
  };
  const uint32_t hash = name.hash();
  if (const Sighting* const seen = Recall(directory, hash)) {
    uint64_t position = seen->position;
    if (TRY(ReadItem(table, directory, position, item)) && is_wanted()) {
      return true;
    }
  }
  uint64_t position = 0;
  while (TRY(ReadItem(table, directory, position, item))) {
    if (!is_wanted()) continue;
    Remember({.directory = directory,
              .name_hash = hash,
              .position = FirstRecordOf(item),
              .is_set = true});
    return true;
  }
  return false;
}

DirectoryReader::Sighting* DirectoryReader::Recall(
    const DirectoryPlace& directory, uint32_t name_hash) {
  const auto sighting =
      std::ranges::find_if(sightings_, [&](const Sighting& s) {
        return s.is_set && s.name_hash == name_hash && s.directory == directory;
      });
  return sighting == sightings_.end() ? nullptr : &*sighting;
}

/// In place of one of the same name and place, or of the oldest.
void DirectoryReader::Remember(const Sighting& sighting) {
  Sighting* place = Recall(sighting.directory, sighting.name_hash);
  if (place == nullptr) place = &sightings_[next_sighting_++ % kSightingCount];
  *place = sighting;
}

/// The record at `offset` of the volume. Reads ahead up to `near_end`.
Result<Bytes> DirectoryReader::View(uint64_t offset, uint64_t near_end) {
  ++use_count_;
  for (Window& window : windows_) {
    if (const auto bytes =
            window.view.Visible(offset, sizeof(DirectoryRecord))) {
      window.last_use = use_count_;
      return *bytes;
    }
  }
  Window& oldest = *std::ranges::min_element(windows_, {}, &Window::last_use);
  oldest.last_use = use_count_;
  return oldest.view.View(offset,
                          sizeof(DirectoryRecord),
                          offset,
                          std::max(near_end, offset + kNeighbourhoodBytes));
}

}  // namespace flint::fat
