// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/fat_volume.h"

#include <algorithm>
#include <optional>

#include "drivers/block/block_window.h"
#include "fs/fat/file_location.h"
#include "fs/fat/names.h"
#include "fs/fat/timestamps.h"
#include "platforms/base/checked.h"
#include "platforms/base/unicode.h"

namespace flint::fat {
namespace {

using volume::File;

/// How much is read at once when mounting: the boot sector, and what follows.
constexpr uint64_t kMountBytes = uint64_t{64} * 1024;

constexpr size_t kMinBounceBytes = 4096;

Status CheckIsDirectory(const File& file) {
  if (file.is_directory) return {};
  return Fail(ErrorCode::kNotFound, "path leads through a file");
}

Status CheckIsReadable(const File& file, uint64_t offset, uint64_t size_bytes) {
  if (file.is_directory) {
    return Fail(ErrorCode::kInvalidArgument, "a directory has no contents");
  }
  if (offset > file.size_bytes || size_bytes > file.size_bytes - offset) {
    return Fail(ErrorCode::kOutOfRange, "read beyond the end of the file");
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

volume::FileAttributes AttributesOf(const DirectoryRecord& record) {
  const auto has = [&](uint8_t bit) { return (record.attributes & bit) != 0; };
  return {.read_only = has(DirectoryRecord::kReadOnly),
          .hidden = has(DirectoryRecord::kHidden),
          .system = has(DirectoryRecord::kSystem),
          .archive = has(DirectoryRecord::kArchive)};
}

}  // namespace

Result<FatVolume> FatVolume::Create(const block::BlockRange& range,
                                    MutableBytes scratch) {
  const uint32_t block_size = range.device->geometry().block_size_bytes;
  if (scratch.size() < MinScratchBytes(block_size)) {
    return Fail(ErrorCode::kNoMemory, "working memory is too small");
  }
  // A block or more to bounce, an eighth for directories, the rest for the
  // allocation table; each at least a block, as the minimum makes sure.
  const size_t bounce_size = AlignDown<size_t>(
      std::max({scratch.size() / 16, kMinBounceBytes, size_t{block_size}}),
      block_size);
  const size_t directories_size = AlignDown<size_t>(
      std::max(scratch.size() / 8, DirectoryReader::kWindowCount * block_size),
      block_size);
  const MutableBytes table_memory =
      scratch.subspan(bounce_size + directories_size);

  const uint64_t write_count = range.device->write_count();
  const uint64_t capacity_bytes =
      TRY(CheckedMul<uint64_t>(range.block_count, block_size));
  block::BlockWindow window(range, table_memory);
  const Bytes boot_sector =
      TRY(window.View(0, kBootSectorBytes, 0, kMountBytes));

  FatVolume volume;
  volume.range_ = range;
  volume.layout_ = TRY(ParseBootSector(boot_sector, capacity_bytes));
  volume.table_ = AllocationTable(volume.layout_, window);
  volume.directories_ = DirectoryReader(
      volume.layout_, range, scratch.subspan(bounce_size, directories_size));
  volume.bounce_ = scratch.first(bounce_size);
  volume.data_ = block::RangeReader(range, volume.bounce_);
  volume.known_write_count_ = write_count;
  return volume;
}

/// Forgets what was read if it may have been written since.
void FatVolume::NoticeOtherWriters() {
  const uint64_t write_count = range_.device->write_count();
  if (write_count == known_write_count_) return;
  known_write_count_ = write_count;
  table_.Forget();
  directories_.Forget();
  data_.Invalidate();
  chain_ = ClusterChain();
  state_.Forget();
}

File FatVolume::root() {
  return MakeDirectory(layout_.type == FatType::kFat32
                           ? uint64_t{layout_.root_cluster}
                           : kFixedRoot);
}

Result<File> FatVolume::Open(const File& directory, std::string_view path) {
  NoticeOtherWriters();
  File file = directory;
  for (std::string_view name = TakeName(path); !name.empty();
       name = TakeName(path)) {
    TRY(CheckIsDirectory(file));
    if (name == ".") continue;
    file = TRY(name == ".." ? ParentOf(file) : Find(file, name));
  }
  return file;
}

Result<File> FatVolume::Find(const File& directory, std::string_view name) {
  const auto wanted = WantedName::Create(name);
  DirectoryItem item;
  if (!wanted ||
      !TRY(directories_.FindItem(table_, PlaceOf(directory), *wanted, item))) {
    return Fail(ErrorCode::kNotFound, "no such file or directory");
  }
  return MakeFile(directory, item);
}

Result<File> FatVolume::ParentOf(const File& directory) {
  if (directory.location[kContents] == root().location[kContents]) {
    return root();
  }
  // The second record, right behind the link of the directory to itself.
  const auto record = TRY(directories_.ReadRecord(
      table_, PlaceOf(directory), sizeof(DirectoryRecord)));
  constexpr std::array<uint8_t, 3> kDotDot{'.', '.', ' '};
  if (!record || !record->is_directory() ||
      !std::ranges::equal(std::span(record->name).first(kDotDot.size()),
                          kDotDot)) {
    return Fail(ErrorCode::kCorrupt, "FAT directory has no parent");
  }
  const uint32_t cluster = FirstCluster(layout_.type, *record);
  return cluster == 0 ? root() : MakeDirectory(cluster);
}

File FatVolume::MakeFile(const File& directory,
                         const DirectoryItem& item) const {
  const DirectoryRecord& record = item.record;
  return {.size_bytes = record.is_directory() ? 0 : uint64_t{record.size_bytes},
          .is_directory = record.is_directory(),
          .location = {FirstCluster(layout_.type, record),
                       directory.location[kContents],
                       item.position}};
}

Result<bool> FatVolume::List(const File& directory,
                             volume::DirectoryCursor& cursor,
                             volume::DirectoryEntry& entry) {
  NoticeOtherWriters();
  if (!directory.is_directory) {
    return Fail(ErrorCode::kInvalidArgument, "a file has no entries");
  }
  uint64_t position =
      AlignDown<uint64_t>(cursor.position, sizeof(DirectoryRecord));
  DirectoryItem item;
  if (!TRY(directories_.ReadItem(table_, PlaceOf(directory), position, item))) {
    return false;
  }
  cursor.position = position;
  entry.file = MakeFile(directory, item);
  // A name of 255 units always fits.
  const auto name = Utf16ToUtf8(item.name().units(), entry.name_storage);
  entry.name_size = name ? name->size() : 0;
  const DirectoryRecord& record = item.record;
  entry.attributes = AttributesOf(record);
  entry.created = DecodeTimestamp(
      record.created_date, record.created_time, record.created_centiseconds);
  entry.modified =
      DecodeTimestamp(record.modified_date, record.modified_time, 0);
  entry.accessed = DecodeTimestamp(record.accessed_date, 0, 0);
  return true;
}

Status FatVolume::Read(const File& file, uint64_t offset, MutableBytes out) {
  NoticeOtherWriters();
  TRY(CheckIsReadable(file, offset, out.size()));
  return ForEachPiece(
      file,
      offset,
      out.size(),
      [&](uint64_t piece_offset, size_t piece_size, bool) -> Status {
        // Small files often lie right behind their directory.
        if (const auto seen = directories_.Visible(piece_offset, piece_size)) {
          std::ranges::copy(*seen, out.begin());
        } else {
          TRY(data_.Read(piece_offset, out.first(piece_size)));
        }
        out = out.subspan(piece_size);
        return {};
      });
}

Status FatVolume::ReadInto(const File& file,
                           uint64_t offset,
                           uint64_t size_bytes,
                           MutableBytes destination,
                           block::BlockBatch& batch) {
  NoticeOtherWriters();
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

/// Makes sure that the chain holds bytes [offset, offset + size_bytes), at
/// least one, and ends, if the file does there.
Status FatVolume::CheckChain(const File& file,
                             uint64_t offset,
                             uint64_t size_bytes) {
  const auto first_cluster = static_cast<uint32_t>(file.location[kContents]);
  if (chain_.first_cluster() != first_cluster) {
    chain_ = ClusterChain(first_cluster);
  }
  // A file has at most 2^32 bytes, so at most 2^23 clusters.
  const uint64_t cluster_size = layout_.cluster_size_bytes;
  const auto first = static_cast<uint32_t>(offset / cluster_size);
  const auto last =
      static_cast<uint32_t>((offset + size_bytes - 1) / cluster_size);
  TRY(chain_.Find(layout_, table_, first, last - first + 1));
  // Goes ahead on a copy, so that reading need not start anew.
  ClusterChain ahead = chain_;
  const auto found = TRY(ahead.Find(layout_, table_, last, 1));
  if (!found) {
    return Fail(ErrorCode::kCorrupt,
                "FAT cluster chain is shorter than its file");
  }
  if (offset + size_bytes < file.size_bytes) return {};
  return ahead.CheckEnd(table_);
}

template <typename Visitor>
Status FatVolume::ForEachPiece(const File& file,
                               uint64_t offset,
                               uint64_t size_bytes,
                               Visitor visit) {
  if (size_bytes == 0) return {};
  TRY(CheckChain(file, offset, size_bytes));
  const uint64_t cluster_size = layout_.cluster_size_bytes;
  while (size_bytes > 0) {
    const auto index = static_cast<uint32_t>(offset / cluster_size);
    const uint64_t skipped = offset % cluster_size;
    const auto wanted_count = static_cast<uint32_t>(
        DivideRoundUp(skipped + size_bytes, cluster_size));
    const auto run = TRY(chain_.Find(layout_, table_, index, wanted_count));
    if (!run) {
      return Fail(ErrorCode::kDeviceError, "FAT changed while it was read");
    }
    const uint64_t begin = (index - run->index) * cluster_size + skipped;
    const uint64_t size =
        std::min(size_bytes, run->count * cluster_size - begin);
    TRY(visit(layout_.ClusterOffset(run->first_cluster) + begin,
              static_cast<size_t>(size),
              size == size_bytes));
    offset += size;
    size_bytes -= size;
  }
  return {};
}

}  // namespace flint::fat
