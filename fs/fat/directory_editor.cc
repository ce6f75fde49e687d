// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/directory_editor.h"

#include <algorithm>
#include <array>
#include <bit>

#include "fs/fat/cluster_chain.h"
#include "fs/fat/names.h"
#include "platforms/base/bytes.h"
#include "platforms/base/case_folding.h"
#include "platforms/base/checked.h"

namespace flint::fat {
namespace {

constexpr uint64_t kRecordBytes = sizeof(DirectoryRecord);
constexpr std::array kDeletedMark{std::byte{DirectoryRecord::kDeleted}};
constexpr std::array kEndMark{std::byte{DirectoryRecord::kEnd}};

bool Compare(const Name& a, const Name& b) {
  return std::ranges::equal(a.units(), b.units(), {}, FoldCase, FoldCase);
}

bool IsEnd(const std::optional<DirectoryRecord>& record) {
  return !record || record->name[0] == DirectoryRecord::kEnd;
}

bool IsDeleted(const DirectoryRecord& record) {
  return record.name[0] == DirectoryRecord::kDeleted;
}

}  // namespace

Status DirectoryEditor::CheckIsFree(const DirectoryPlace& directory,
                                    const NewName& name,
                                    std::optional<uint64_t> except) {
  DirectoryItem item;
  uint64_t position = 0;
  while (TRY(reader_.ReadItem(table_, directory, position, item))) {
    if (item.position == except) continue;
    if (Compare(name.long_name(), item.long_name) ||
        Compare(name.long_name(), item.short_name)) {
      return Fail(ErrorCode::kInvalidArgument, "the name is taken");
    }
  }
  return {};
}

Result<ShortName> DirectoryEditor::ChooseAlias(const DirectoryPlace& directory,
                                               const NewName& name,
                                               std::optional<uint64_t> except) {
  for (uint32_t round = 0; round < AliasChooser::kMaxRounds; ++round) {
    AliasChooser chooser(name, round);
    DirectoryItem item;
    uint64_t position = 0;
    while (TRY(reader_.ReadItem(table_, directory, position, item))) {
      if (item.position == except) continue;
      chooser.See(item.record.name);
      chooser.See(item.long_name);
    }
    if (const auto alias = chooser.Choose()) return *alias;
  }
  return Fail(ErrorCode::kNoMemory, "FAT directory has no short name left");
}

Result<DirectoryEditor::Place> DirectoryEditor::PlaceOf(
    const DirectoryPlace& directory, uint64_t position) {
  const Place alone{position, position + kRecordBytes};
  const auto own = TRY(Read(directory, position));
  if (!own) return alone;
  const uint8_t checksum = ShortNameChecksum(own->name);
  for (uint8_t number = 1; number < RecordSet::kMaxRecords; ++number) {
    const uint64_t distance = number * kRecordBytes;
    if (distance > position) break;
    const auto record = TRY(Read(directory, position - distance));
    if (!record || IsDeleted(*record) || !record->is_long_name()) break;
    const auto part = std::bit_cast<LongNameRecord>(*record);
    if ((part.sequence & LongNameRecord::kNumberMask) != number ||
        part.checksum != checksum) {
      break;
    }
    if ((part.sequence & LongNameRecord::kLastPart) != 0) {
      return Place{position - distance, alone.end};
    }
  }
  return alone;
}

Result<DirectoryEditor::Group> DirectoryEditor::GroupAt(
    const DirectoryPlace& directory, uint64_t position) {
  const auto place = TRY(reader_.Locate(table_, directory, position));
  if (!place) return Fail(ErrorCode::kCorrupt, "FAT directory is cut short");
  const uint64_t block_size = store_.block_size_bytes();
  const uint64_t block = AlignDown(place->offset, block_size);
  const uint64_t begin = std::max(block, place->begin);
  const uint64_t end = std::min(block + block_size, place->end);
  return Group{.begin = position - (place->offset - begin),
               .end = position + (end - place->offset),
               .offset = begin};
}

Result<bool> DirectoryEditor::HasRecord(const DirectoryPlace& directory,
                                        uint64_t position) {
  if (!directory.is_fixed_root &&
      position >= DirectoryReader::kMaxDirectoryBytes) {
    return false;
  }
  return TRY(reader_.Locate(table_, directory, position)).has_value();
}

/// Looks for room for `count` records, up to the end of the directory.
Result<DirectoryEditor::Survey> DirectoryEditor::LookForRoom(
    const DirectoryPlace& directory, size_t count) {
  Survey survey;
  Group group{};
  uint64_t run_in_group = 0;
  for (uint64_t position = 0; TRY(HasRecord(directory, position));
       position += kRecordBytes) {
    const auto record = TRY(Read(directory, position));
    if (IsEnd(record)) break;
    survey.end = position + kRecordBytes;
    if (position >= group.end) {
      group = TRY(GroupAt(directory, position));
      run_in_group = position;
    }
    if (!IsDeleted(*record)) {
      survey.last_run = run_in_group = survey.end;
    } else if (survey.end - run_in_group >= count * kRecordBytes) {
      survey.room = run_in_group;
      return survey;
    } else if (survey.end - survey.last_run >= count * kRecordBytes &&
               !survey.scattered_room) {
      survey.scattered_room = survey.last_run;
    }
  }
  return survey;
}

/// Where to put records at the end of a directory, so that they are in one
/// block if one can hold them.
Result<uint64_t> DirectoryEditor::StartAtEnd(const DirectoryPlace& directory,
                                             uint64_t end,
                                             uint64_t size_bytes) {
  if (!TRY(HasRecord(directory, end))) return end;
  const Group group = TRY(GroupAt(directory, end));
  const bool fits_elsewhere = size_bytes <= group.end - group.begin;
  return fits_elsewhere && group.end - end < size_bytes ? group.end : end;
}

/// Adds clusters until the directory has `size_bytes`. kNoMemory: the volume is
/// full, or there is no such directory.
Status DirectoryEditor::GrowTo(const DirectoryPlace& directory,
                               uint64_t size_bytes) {
  if (TRY(HasRecord(directory, size_bytes - kRecordBytes))) return {};
  if (directory.is_fixed_root ||
      size_bytes > DirectoryReader::kMaxDirectoryBytes) {
    return Fail(ErrorCode::kNoMemory, "FAT directory is full");
  }
  ClusterChain chain(directory.first_cluster);
  const ClusterRun last = TRY(chain.FindLast(layout_, table_));
  const uint64_t wanted_count =
      DivideRoundUp<uint64_t>(size_bytes, layout_.cluster_size_bytes);
  const auto new_count = static_cast<uint32_t>(wanted_count - last.end_index());
  // Empty before anything leads to them: what lies there must not be shown.
  const uint32_t first = TRY(allocator_.Allocate(new_count));
  if (const Status zeroed = ZeroChain(first, new_count); !zeroed) {
    static_cast<void>(allocator_.Free(first));
    return zeroed;
  }
  return allocator_.Append(last.last_cluster(), first);
}

Status DirectoryEditor::ZeroChain(uint32_t first, uint32_t count) {
  ClusterChain chain(first);
  for (uint32_t index = 0; index < count;) {
    const auto run = TRY(chain.Find(layout_, table_, index, count - index));
    if (!run) return Fail(ErrorCode::kDeviceError, "FAT lost new clusters");
    TRY(store_.Zero(layout_.ClusterOffset(run->first_cluster),
                    uint64_t{run->count} * layout_.cluster_size_bytes));
    index = static_cast<uint32_t>(run->end_index());
  }
  return {};
}

Result<uint32_t> DirectoryEditor::CreateDirectory(
    uint32_t parent_cluster, const DirectoryRecord& record) {
  const uint32_t cluster = TRY(allocator_.Allocate(1));
  std::array<DirectoryRecord, 2> links{record, record};
  for (DirectoryRecord& link : links) {
    link.name.fill(' ');
    link.name[0] = '.';
    link.attributes = DirectoryRecord::kDirectory;
    link.size_bytes = 0;
  }
  links[1].name[1] = '.';
  SetFirstCluster(layout_.type, cluster, links[0]);
  SetFirstCluster(layout_.type, parent_cluster, links[1]);
  Status written = ZeroChain(cluster, 1);
  if (written) {
    written = store_.WriteAtOnce(std::array{VolumeStore::Change{
        layout_.ClusterOffset(cluster), std::as_bytes(std::span(links))}});
  }
  // A cluster that is a directory's, but free by the table, would be given away
  // again: a disk that writes in its own order may not do that first.
  if (written) written = store_.Flush();
  if (!written) {
    static_cast<void>(allocator_.Free(cluster));
    return std::unexpected(written.error());
  }
  return cluster;
}

/// Makes the record at `position`, if there is one, the end of the directory.
Status DirectoryEditor::EndAt(const DirectoryPlace& directory,
                              uint64_t position) {
  if (!TRY(HasRecord(directory, position))) return {};
  if (IsEnd(TRY(Read(directory, position)))) return {};
  const Group group = TRY(GroupAt(directory, position));
  return store_.WriteAtOnce(std::array{
      VolumeStore::Change{group.offset + (position - group.begin), kEndMark}});
}

Result<DirectoryEditor::Place> DirectoryEditor::Insert(
    const DirectoryPlace& directory, std::span<const DirectoryRecord> records) {
  const uint64_t size = records.size_bytes();
  const Survey survey = TRY(LookForRoom(directory, records.size()));
  uint64_t start = survey.room.value_or(0);
  uint64_t skipped_end = survey.end;  // of records left out at the end
  if (!survey.room) {
    start = TRY(StartAtEnd(directory, survey.end, size));
    skipped_end = start;
    const Status grown = GrowTo(directory, start + size);
    if (!grown && grown.error().code() != ErrorCode::kNoMemory) {
      return std::unexpected(grown.error());
    }
    if (!grown) {
      // As there is no other room: over several blocks.
      skipped_end = survey.end;
      start = survey.scattered_room.value_or(survey.last_run);
      if (!TRY(HasRecord(directory, start + size - kRecordBytes))) {
        return std::unexpected(grown.error());
      }
    }
  }
  // Behind the end there may be anything, which must not come to light.
  if (start + size > survey.end) TRY(EndAt(directory, start + size));
  if (const Status written = WriteRecords(directory, start, records);
      !written) {
    // The disk may have done it all the same.
    static_cast<void>(MarkDeleted(directory, start, start + size));
    return std::unexpected(written.error());
  }
  TRY(MarkDeleted(directory, survey.end, skipped_end));
  return Place{start, start + size};
}

/// Writes the last block first: until the first one is written, the end of the
/// directory comes before the others.
Status DirectoryEditor::WriteRecords(const DirectoryPlace& directory,
                                     uint64_t position,
                                     std::span<const DirectoryRecord> records) {
  while (!records.empty()) {
    const uint64_t last = position + records.size_bytes() - kRecordBytes;
    const Group group = TRY(GroupAt(directory, last));
    const uint64_t begin = std::max(group.begin, position);
    const auto piece = records.subspan((begin - position) / kRecordBytes);
    TRY(store_.WriteAtOnce(std::array{VolumeStore::Change{
        group.offset + (begin - group.begin), std::as_bytes(piece)}}));
    records = records.first(records.size() - piece.size());
  }
  return {};
}

/// Marks records [begin, end), the last block first: it holds what leads to the
/// file.
Status DirectoryEditor::MarkDeleted(const DirectoryPlace& directory,
                                    uint64_t begin,
                                    uint64_t end) {
  while (begin < end) {
    const Group group = TRY(GroupAt(directory, end - kRecordBytes));
    const uint64_t first = std::max(group.begin, begin);
    std::array<VolumeStore::Change, RecordSet::kMaxRecords> changes{};
    size_t count = 0;
    // The gap before a block's end is smaller than a set of records.
    for (; end > first && count < changes.size(); end -= kRecordBytes) {
      const uint64_t position = end - kRecordBytes;
      changes[count++] = {group.offset + (position - group.begin),
                          kDeletedMark};
    }
    TRY(store_.WriteAtOnce(std::span(changes).first(count)));
  }
  return {};
}

Status DirectoryEditor::Erase(const DirectoryPlace& directory,
                              const Place& place) {
  return MarkDeleted(directory, place.begin, place.end);
}

/// Where in the group there is room for `count` records if the old ones go;
/// sets `end` to where the directory ends in it, if it does.
Result<std::optional<uint64_t>> DirectoryEditor::RoomInGroup(
    const DirectoryPlace& directory,
    const Group& group,
    const Place& old_place,
    size_t count,
    uint64_t& end) {
  std::optional<uint64_t> room;
  uint64_t run = group.begin;
  end = group.end;
  for (uint64_t position = group.begin; position < group.end;
       position += kRecordBytes) {
    const auto record = TRY(Read(directory, position));
    if (IsEnd(record)) end = std::min(end, position);
    const bool is_old = position >= old_place.begin && position < old_place.end;
    const bool is_free =
        is_old || position >= end || (record && IsDeleted(*record));
    if (!is_free) run = position + kRecordBytes;
    if (!room && position + kRecordBytes - run >= count * kRecordBytes) {
      room = run;
    }
  }
  return room;
}

Result<std::optional<DirectoryEditor::Place>> DirectoryEditor::ReplaceAtOnce(
    const DirectoryPlace& directory,
    const Place& old_place,
    std::span<const DirectoryRecord> records) {
  const Group group = TRY(GroupAt(directory, old_place.own_position()));
  if (old_place.begin < group.begin) return std::nullopt;
  uint64_t end = 0;
  const auto start =
      TRY(RoomInGroup(directory, group, old_place, records.size(), end));
  if (!start) return std::nullopt;
  const Place place{*start, *start + records.size_bytes()};

  const auto offset_of = [&](uint64_t position) {
    return group.offset + (position - group.begin);
  };
  std::array<VolumeStore::Change, RecordSet::kMaxRecords + 2> changes{};
  size_t count = 0;
  for (uint64_t position = old_place.begin; position < old_place.end;
       position += kRecordBytes) {
    changes[count++] = {offset_of(position), kDeletedMark};
  }
  changes[count++] = {offset_of(place.begin), std::as_bytes(records)};
  if (place.end > end && place.end < group.end) {
    changes[count++] = {offset_of(place.end), kEndMark};
  } else if (place.end > end) {
    TRY(EndAt(directory, place.end));
  }
  TRY(store_.WriteAtOnce(std::span(changes).first(count)));
  return place;
}

Status DirectoryEditor::Update(const DirectoryPlace& directory,
                               uint64_t position,
                               const DirectoryRecord& record) {
  const Group group = TRY(GroupAt(directory, position));
  return store_.WriteAtOnce(std::array{VolumeStore::Change{
      group.offset + (position - group.begin), AsBytes(record)}});
}

}  // namespace flint::fat
