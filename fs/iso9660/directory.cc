// SPDX-License-Identifier: Apache-2.0
#include "fs/iso9660/directory.h"

#include <algorithm>

#include "platforms/base/checked.h"

namespace flint::iso9660 {
namespace {

constexpr size_t kLengthBytes = 1;

}  // namespace

Result<DirectoryReader> DirectoryReader::Create(
    const VolumeDescriptors& descriptors,
    const block::BlockWindow& directories,
    const block::BlockWindow& continuations) {
  DirectoryReader reader;
  reader.window_ = directories;
  reader.tree_ = descriptors.primary;
  reader.system_use_ =
      SystemUseReader(continuations, reader.tree_.block_size_bytes);
  if (TRY(reader.FindRockRidge())) {
    reader.naming_ = Naming::kRockRidge;
  } else if (descriptors.joliet) {
    reader.naming_ = Naming::kJoliet;
    reader.tree_ = *descriptors.joliet;
  }
  return reader;
}

void DirectoryReader::Forget() {
  window_.Invalidate();
  system_use_.Forget();
}

/// What is behind the name and the byte that makes it even.
Bytes DirectoryReader::Record::system_use(size_t skipped_bytes) const {
  const size_t name_end = sizeof(DirectoryRecord) + header.name_size;
  const size_t begin = name_end + name_end % 2 + skipped_bytes;
  return begin < header.length ? bytes().subspan(begin) : Bytes();
}

Extent DirectoryReader::ExtentOf(const DirectoryRecord& record) const {
  return {.offset = OffsetOf(record.block.little) +
                    OffsetOf(record.extended_attribute_blocks),
          .size_bytes = record.size_bytes.little};
}

Result<Bytes> DirectoryReader::View(uint64_t offset, size_t size_bytes) {
  // Directories follow each other on the disk, parents before children.
  const auto view = window_.View(
      offset, size_bytes, offset, offset + window_.capacity_bytes());
  if (!view && view.error().code() == ErrorCode::kOutOfRange) {
    return Fail(ErrorCode::kCorrupt,
                "ISO 9660 directory lies beyond the volume");
  }
  return view;
}

/// The record at or after `position`, which moves behind it; none at the end.
Result<std::optional<DirectoryReader::Record>> DirectoryReader::ReadRecord(
    const Extent& directory, uint64_t& position) {
  if (directory.size_bytes > kMaxDirectoryBytes) {
    return Fail(ErrorCode::kCorrupt, "ISO 9660 directory is too large");
  }
  const uint64_t end = directory.offset + directory.size_bytes;
  while (position < directory.size_bytes) {
    const uint64_t offset = directory.offset + position;
    const uint64_t sector_end = AlignDown(offset, kSectorBytes) + kSectorBytes;
    const Bytes first = TRY(View(offset, kLengthBytes));
    const auto length = std::to_integer<uint8_t>(first[0]);
    if (length == 0) {
      // Records do not cross sectors: the rest is empty. [ecma-119 6.8.1.1]
      position = sector_end - directory.offset;
      continue;
    }
    if (length <= sizeof(DirectoryRecord) ||
        offset + length > std::min(end, sector_end)) {
      return Fail(ErrorCode::kCorrupt,
                  "ISO 9660 directory record has an impossible length");
    }
    const Bytes bytes = TRY(View(offset, length));
    Record record{.header = TRY(ReadWire<DirectoryRecord>(bytes)),
                  .storage = {},
                  .offset = offset};
    std::ranges::copy(bytes, record.storage.begin());
    // The host may have changed it since.
    record.header.length = length;
    if (record.header.name_size == 0 ||
        record.header.name_size > length - sizeof(DirectoryRecord)) {
      return Fail(ErrorCode::kCorrupt,
                  "ISO 9660 directory record has an impossible name");
    }
    position += length;
    return record;
  }
  return std::nullopt;
}

Result<bool> DirectoryReader::FindRockRidge() {
  uint64_t position = 0;
  const auto self = TRY(ReadRecord(tree_.root, position));
  if (!self || !self->is_link(DirectoryRecord::kSelf)) {
    return Fail(ErrorCode::kCorrupt,
                "ISO 9660 root directory does not begin with itself");
  }
  const SystemUse found = TRY(system_use_.Read(self->system_use(0)));
  if (!found.skipped_bytes || !found.is_rock_ridge) return false;
  skipped_bytes_ = *found.skipped_bytes;
  return true;
}

Result<bool> DirectoryReader::ReadItem(const Extent& directory,
                                       uint64_t& position,
                                       DirectoryItem& item) {
  while (const auto record = TRY(ReadRecord(directory, position))) {
    const bool is_listed = TRY(Interpret(*record, item));
    if ((record->header.flags & DirectoryRecord::kContinued) != 0) {
      const Sections sections =
          TRY(CollectSections(*record, directory, position));
      item.size_bytes = sections.size_bytes();
      item.has_more_sections = true;
    }
    if (is_listed) return true;
  }
  return false;
}

/// The sections of the file that `first` begins; `position` is behind it, and
/// moves behind the last.
Result<Sections> DirectoryReader::CollectSections(const Record& first,
                                                  const Extent& directory,
                                                  uint64_t& position) {
  Sections sections;
  static_cast<void>(sections.Add(ExtentOf(first.header)));
  for (uint8_t flags = first.header.flags;
       (flags & DirectoryRecord::kContinued) != 0;) {
    const auto next = TRY(ReadRecord(directory, position));
    if (!next || first.header.is_directory() || next->header.is_directory() ||
        !std::ranges::equal(next->name(), first.name())) {
      return Fail(ErrorCode::kCorrupt, "ISO 9660 file has no last section");
    }
    if (next->header.is_interleaved()) {
      return Fail(ErrorCode::kUnsupported, "ISO 9660 file is interleaved");
    }
    if (!sections.Add(ExtentOf(next->header))) {
      return Fail(ErrorCode::kUnsupported,
                  "ISO 9660 file has too many sections");
    }
    flags = next->header.flags;
  }
  return sections;
}

Result<Sections> DirectoryReader::ReadSections(uint64_t record_offset,
                                               uint64_t directory_end) {
  const Extent rest{.offset = record_offset,
                    .size_bytes = directory_end - record_offset};
  uint64_t position = 0;
  const auto first = TRY(ReadRecord(rest, position));
  if (!first) return Fail(ErrorCode::kCorrupt, "ISO 9660 file is gone");
  return CollectSections(*first, rest, position);
}

/// Fills in all but further sections; false if it is not to be listed.
Result<bool> DirectoryReader::Interpret(const Record& record,
                                        DirectoryItem& item) {
  const DirectoryRecord& header = record.header;
  if ((header.flags & DirectoryRecord::kAssociated) != 0 ||
      record.is_link(DirectoryRecord::kSelf) ||
      record.is_link(DirectoryRecord::kParent)) {
    return false;
  }
  SystemUse system_use;
  if (naming_ == Naming::kRockRidge) {
    system_use = TRY(system_use_.Read(record.system_use(skipped_bytes_)));
  }
  if (system_use.is_relocated || system_use.is_special) return false;
  item = {.name = NameOf(record, system_use),
          .record = header,
          .record_offset = record.offset,
          .is_directory = header.is_directory(),
          .extent = ExtentOf(header),
          .is_interleaved = header.is_interleaved(),
          .is_compressed = system_use.is_compressed};
  if (!IsUsableName(item.name.view())) return false;
  if (system_use.child_block) {
    item.is_directory = true;
    item.extent = TRY(DirectoryAt(*system_use.child_block));
  }
  if (!item.is_directory) item.size_bytes = item.extent.size_bytes;
  return true;
}

Name DirectoryReader::NameOf(const Record& record,
                             const SystemUse& system_use) const {
  if (naming_ == Naming::kJoliet) return DecodeJolietName(record.name());
  if (!IsUsableName(system_use.name())) return DecodeIsoName(record.name());
  Name name;
  name.size = system_use.name().size();
  std::ranges::copy(system_use.name(), name.storage.begin());
  return name;
}

/// The directory that begins with `block`, as it says itself.
Result<Extent> DirectoryReader::DirectoryAt(uint32_t block) {
  uint64_t position = 0;
  const auto self = TRY(ReadRecord(
      {.offset = OffsetOf(block), .size_bytes = kSectorBytes}, position));
  if (!self || !self->is_link(DirectoryRecord::kSelf) ||
      !self->header.is_directory() ||
      ExtentOf(self->header).offset != OffsetOf(block)) {
    return Fail(ErrorCode::kCorrupt,
                "Rock Ridge directory is not where it should be");
  }
  return ExtentOf(self->header);
}

Result<Extent> DirectoryReader::ParentOf(const Extent& directory) {
  uint64_t position = 0;
  const auto self = TRY(ReadRecord(directory, position));
  const auto parent = TRY(ReadRecord(directory, position));
  if (!self || !self->is_link(DirectoryRecord::kSelf) || !parent ||
      !parent->is_link(DirectoryRecord::kParent) ||
      !parent->header.is_directory()) {
    return Fail(ErrorCode::kCorrupt, "ISO 9660 directory has no parent");
  }
  if (naming_ != Naming::kRockRidge) return ExtentOf(parent->header);
  const SystemUse system_use =
      TRY(system_use_.Read(parent->system_use(skipped_bytes_)));
  return system_use.parent_block ? DirectoryAt(*system_use.parent_block)
                                 : ExtentOf(parent->header);
}

}  // namespace flint::iso9660
