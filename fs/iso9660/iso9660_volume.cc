// SPDX-License-Identifier: Apache-2.0
#include "fs/iso9660/iso9660_volume.h"

#include <optional>

#include "drivers/block/block_window.h"
#include "fs/iso9660/names.h"
#include "fs/iso9660/wire.h"
#include "platforms/base/checked.h"

namespace flint::iso9660 {
namespace {

using volume::File;

constexpr size_t kMinBounceBytes = 4096;

// What the members of a file's location are.
enum Location : uint8_t {
  kContents,  // where it starts
  kRecord,    // of a file: where its record is; of a directory: its size
  kFurther,   // of a file: what follows, else zero
};

/// `kFurther`: why a file cannot be read, beside the end of its directory if it
/// has several sections.
constexpr uint64_t kIsCompressed = uint64_t{1} << 63;
constexpr uint64_t kIsInterleaved = uint64_t{1} << 62;
constexpr uint64_t kDirectoryEndMask = kIsInterleaved - 1;

File MakeDirectory(const Extent& extent) {
  return {.size_bytes = 0,
          .is_directory = true,
          .location = {extent.offset, extent.size_bytes, 0}};
}

Extent ExtentOf(const File& directory) {
  return {.offset = directory.location[kContents],
          .size_bytes = directory.location[kRecord]};
}

File MakeFile(const File& directory, const DirectoryItem& item) {
  if (item.is_directory) return MakeDirectory(item.extent);
  uint64_t further = 0;
  if (item.has_more_sections) {
    const Extent parent = ExtentOf(directory);
    further = parent.offset + parent.size_bytes;
  }
  if (item.is_compressed) further |= kIsCompressed;
  if (item.is_interleaved) further |= kIsInterleaved;
  return {.size_bytes = item.size_bytes,
          .is_directory = false,
          .location = {item.extent.offset, item.record_offset, further}};
}

Status CheckIsReadable(const File& file, uint64_t offset, uint64_t size_bytes) {
  if (file.is_directory) {
    return Fail(ErrorCode::kInvalidArgument, "a directory has no contents");
  }
  if (offset > file.size_bytes || size_bytes > file.size_bytes - offset) {
    return Fail(ErrorCode::kOutOfRange, "read beyond the end of the file");
  }
  if ((file.location[kFurther] & kIsCompressed) != 0) {
    return Fail(ErrorCode::kUnsupported, "file is compressed (zisofs)");
  }
  if ((file.location[kFurther] & kIsInterleaved) != 0) {
    return Fail(ErrorCode::kUnsupported, "ISO 9660 file is interleaved");
  }
  return {};
}

/// Takes the next name off a path; empty at its end.
std::string_view TakeName(std::string_view& path) {
  constexpr std::string_view kSeparators = "/\\";
  const size_t begin =
      std::min(path.find_first_not_of(kSeparators), path.size());
  path.remove_prefix(begin);
  const std::string_view name = path.substr(0, path.find_first_of(kSeparators));
  path.remove_prefix(name.size());
  return name;
}

/// As recorded; the zone is left out. [ecma-119 9.1.5]
volume::Timestamp DecodeTimestamp(const std::array<uint8_t, 7>& recorded) {
  constexpr uint16_t kFirstYear = 1900;
  const volume::Timestamp time{
      .year = static_cast<uint16_t>(kFirstYear + recorded[0]),
      .month = recorded[1],
      .day = recorded[2],
      .hour = recorded[3],
      .minute = recorded[4],
      .second = recorded[5]};
  const bool is_valid = time.month >= 1 && time.month <= 12 && time.day >= 1 &&
                        time.day <= 31 && time.hour < 24 && time.minute < 60 &&
                        time.second < 60;
  return is_valid ? time : volume::Timestamp{};
}

}  // namespace

std::string_view ToString(Naming naming) {
  switch (naming) {
    case Naming::kPlain:
      return "ISO 9660";
    case Naming::kRockRidge:
      return "ISO 9660 with Rock Ridge";
    case Naming::kJoliet:
      return "ISO 9660 with Joliet";
  }
  return "";
}

Result<Iso9660Volume> Iso9660Volume::Create(const block::BlockRange& range,
                                            MutableBytes scratch) {
  const uint32_t block_size = range.device->geometry().block_size_bytes;
  if (scratch.size() < MinScratchBytes(block_size)) {
    return Fail(ErrorCode::kNoMemory, "working memory is too small");
  }
  // A block or more to bounce, a quarter for Rock Ridge's continuations (two
  // blocks or more, as the minimum makes sure), the rest for directories.
  const size_t bounce_size = AlignDown<size_t>(
      std::max({scratch.size() / 16, kMinBounceBytes, size_t{block_size}}),
      block_size);
  const size_t continuations_size =
      AlignDown<size_t>(scratch.size() / 4, block_size);
  block::BlockWindow window(range,
                            scratch.subspan(bounce_size + continuations_size));

  Iso9660Volume volume;
  volume.known_write_count_ = range.device->write_count();
  volume.range_ = range;
  volume.range_bytes_ =
      TRY(CheckedMul<uint64_t>(range.block_count, block_size));
  const VolumeDescriptors descriptors = TRY(ReadVolumeDescriptors(window));
  volume.volume_bytes_ = descriptors.volume_bytes;
  volume.directories_ = TRY(DirectoryReader::Create(
      descriptors,
      window,
      block::BlockWindow(range,
                         scratch.subspan(bounce_size, continuations_size))));
  volume.data_ = block::RangeReader(range, scratch.first(bounce_size));
  return volume;
}

/// Forgets what was read if it may have been written since.
void Iso9660Volume::StartOperation() {
  directories_.StartOperation();
  const uint64_t write_count = range_.device->write_count();
  if (write_count == known_write_count_) return;
  known_write_count_ = write_count;
  directories_.Forget();
  data_.Invalidate();
}

File Iso9660Volume::root() { return MakeDirectory(directories_.tree().root); }

Result<File> Iso9660Volume::Open(const File& directory, std::string_view path) {
  StartOperation();
  File file = directory;
  for (std::string_view name = TakeName(path); !name.empty();
       name = TakeName(path)) {
    if (!file.is_directory) {
      return Fail(ErrorCode::kNotFound, "path leads through a file");
    }
    if (name == ".") continue;
    file = TRY(name == ".." ? ParentOf(file) : Find(file, name));
  }
  return file;
}

Result<File> Iso9660Volume::Find(const File& directory, std::string_view name) {
  std::optional<File> similar;
  DirectoryItem item;
  uint64_t position = 0;
  while (TRY(directories_.ReadItem(ExtentOf(directory), position, item))) {
    if (item.name.view() == name) return MakeFile(directory, item);
    if (!similar && IsSameWithoutCase(item.name.view(), name)) {
      similar = MakeFile(directory, item);
    }
  }
  if (similar) return *similar;
  return Fail(ErrorCode::kNotFound, "no such file or directory");
}

Result<File> Iso9660Volume::ParentOf(const File& directory) {
  const Extent& root_extent = directories_.tree().root;
  if (directory.location[kContents] == root_extent.offset) return root();
  const Extent parent = TRY(directories_.ParentOf(ExtentOf(directory)));
  return parent.offset == root_extent.offset ? root() : MakeDirectory(parent);
}

Result<bool> Iso9660Volume::List(const File& directory,
                                 volume::DirectoryCursor& cursor,
                                 volume::DirectoryEntry& entry) {
  StartOperation();
  if (!directory.is_directory) {
    return Fail(ErrorCode::kInvalidArgument, "a file has no entries");
  }
  DirectoryItem item;
  uint64_t position = cursor.position;
  if (!TRY(directories_.ReadItem(ExtentOf(directory), position, item))) {
    return false;
  }
  cursor.position = position;
  entry.file = MakeFile(directory, item);
  entry.name_size = item.name.size;
  std::ranges::copy(item.name.view(), entry.name_storage.begin());
  entry.attributes = {
      .read_only = true,
      .hidden = (item.record.flags & DirectoryRecord::kHidden) != 0};
  entry.created = entry.modified = DecodeTimestamp(item.record.recorded);
  entry.accessed = {};
  return true;
}

Status Iso9660Volume::Read(const File& file,
                           uint64_t offset,
                           MutableBytes out) {
  StartOperation();
  TRY(CheckIsReadable(file, offset, out.size()));
  return ForEachPiece(
      file,
      offset,
      out.size(),
      [&](uint64_t piece_offset, size_t piece_size, bool) -> Status {
        TRY(data_.Read(piece_offset, out.first(piece_size)));
        out = out.subspan(piece_size);
        return {};
      });
}

Status Iso9660Volume::ReadInto(const File& file,
                               uint64_t offset,
                               uint64_t size_bytes,
                               MutableBytes destination,
                               block::BlockBatch& batch) {
  StartOperation();
  TRY(CheckIsReadable(file, offset, size_bytes));
  destination = TRY(data_.DestinationOf(size_bytes, destination, batch));
  return ForEachPiece(
      file,
      offset,
      size_bytes,
      [&](uint64_t piece_offset, size_t piece_size, bool is_last) -> Status {
        // Only behind the last piece there is room for the rest of its block.
        const MutableBytes out =
            is_last ? destination : destination.first(piece_size);
        TRY(data_.ReadInto(piece_offset, piece_size, out, batch));
        destination = destination.subspan(piece_size);
        return {};
      });
}

Result<Sections> Iso9660Volume::SectionsOf(const File& file) {
  const uint64_t directory_end = file.location[kFurther] & kDirectoryEndMask;
  if (directory_end != 0) {
    return directories_.ReadSections(file.location[kRecord], directory_end);
  }
  Sections sections;
  static_cast<void>(sections.Add(
      {.offset = file.location[kContents], .size_bytes = file.size_bytes}));
  return sections;
}

template <typename Visitor>
Status Iso9660Volume::ForEachPiece(const File& file,
                                   uint64_t offset,
                                   uint64_t size_bytes,
                                   Visitor visit) {
  if (size_bytes == 0) return {};
  const Sections sections = TRY(SectionsOf(file));
  if (sections.size_bytes() != file.size_bytes) {
    return Fail(ErrorCode::kDeviceError, "ISO 9660 file changed in between");
  }
  for (const Extent& section : sections.extents()) {
    if (section.offset > range_bytes_ ||
        section.size_bytes > range_bytes_ - section.offset) {
      return Fail(ErrorCode::kCorrupt,
                  "ISO 9660 file lies beyond the end of the volume");
    }
  }
  for (const Extent& section : sections.extents()) {
    if (offset >= section.size_bytes) {
      offset -= section.size_bytes;
      continue;
    }
    const uint64_t size = std::min(size_bytes, section.size_bytes - offset);
    TRY(visit(section.offset + offset,
              static_cast<size_t>(size),
              size == size_bytes));
    offset = 0;
    size_bytes -= size;
    if (size_bytes == 0) break;
  }
  return {};
}

Result<volume::VolumeInfo> Iso9660Volume::Describe() {
  const Tree& tree = directories_.tree();
  volume::VolumeInfo info{.size_bytes = volume_bytes_,
                          .free_bytes = 0,
                          .cluster_size_bytes = tree.block_size_bytes};
  const Name label = DecodeLabel(tree.identifier, naming() == Naming::kJoliet);
  info.label_size = std::min(label.size, info.label_storage.size());
  std::ranges::copy(label.view().substr(0, info.label_size),
                    info.label_storage.begin());
  return info;
}

}  // namespace flint::iso9660
