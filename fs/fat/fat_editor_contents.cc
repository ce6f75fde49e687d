// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "fs/fat/fat_editor.h"
#include "fs/fat/file_location.h"
#include "fs/fat/timestamps.h"
#include "platforms/base/checked.h"

namespace flint::fat {
namespace {

using volume::File;
using volume::Timestamp;

constexpr uint64_t kMaxFileBytes = std::numeric_limits<uint32_t>::max();

Status CheckSize(const File& file, uint64_t offset, uint64_t size_bytes) {
  if (file.is_directory) {
    return Fail(ErrorCode::kOutOfRange, "a directory has no contents");
  }
  if (offset > kMaxFileBytes || size_bytes > kMaxFileBytes - offset) {
    return Fail(ErrorCode::kOutOfRange, "FAT files have less than 4 GiB");
  }
  return {};
}

}  // namespace

uint64_t FatEditor::ClustersFor(uint64_t size_bytes) const {
  return DivideRoundUp<uint64_t>(size_bytes, layout().cluster_size_bytes);
}

/// The contents have changed.
void FatEditor::Touch(Found& found, const Timestamp& now) {
  found.record.attributes |= DirectoryRecord::kArchive;
  if (const auto time = EncodeTimestamp(now)) {
    found.record.modified_date = time->date;
    found.record.modified_time = time->time;
    found.record.accessed_date = time->date;
  }
}

Status FatEditor::Write(File& file,
                        uint64_t offset,
                        Bytes data,
                        const Timestamp& now) {
  TRY(CheckSize(file, offset, data.size()));
  if (data.empty()) return {};
  Found found = TRY(Find(file));
  Touch(found, now);
  TRY(Change(
      found,
      offset + data.size(),
      {.offset = offset, .size_bytes = data.size(), .data = data.data()}));
  file = FileOf(found);
  return {};
}

Status FatEditor::Resize(File& file,
                         uint64_t size_bytes,
                         const Timestamp& now) {
  TRY(CheckSize(file, 0, size_bytes));
  Found found = TRY(Find(file));
  Touch(found, now);
  if (size_bytes < found.record.size_bytes) {
    TRY(Cut(found, static_cast<uint32_t>(size_bytes)));
  } else {
    TRY(Change(found,
               size_bytes,
               {.offset = size_bytes, .size_bytes = 0, .data = nullptr}));
  }
  file = FileOf(found);
  return {};
}

/// How many clusters the file has. kCorrupt: its chain is none, or too short
/// for its size.
Result<uint32_t> FatEditor::CheckContents(const Found& found) {
  const uint32_t first = FirstClusterOf(found);
  uint32_t count = 0;
  if (first != 0) {
    // Where it was left off is near the end of a file that is being written.
    if (volume_.chain_.first_cluster() != first) {
      volume_.chain_ = ClusterChain(first);
    }
    const ClusterRun last =
        TRY(volume_.chain_.FindLast(layout(), volume_.table_));
    count = static_cast<uint32_t>(last.end_index());
  }
  if (count < ClustersFor(found.record.size_bytes)) {
    return Fail(ErrorCode::kCorrupt,
                "FAT cluster chain is shorter than its file");
  }
  return count;
}

/// Writes `contents`, and zeros between the end of the file and them, after
/// taking as many clusters as a file of `end` bytes needs. The file's record,
/// which makes it longer, comes last: until then, what is new is behind its
/// end.
Status FatEditor::Change(Found& found, uint64_t end, const Contents& contents) {
  const uint64_t old_size = found.record.size_bytes;
  const uint64_t wanted_count = ClustersFor(end);
  uint32_t first = FirstClusterOf(found);
  const bool may_grow = wanted_count > ClustersFor(old_size);
  const uint64_t old_count =
      may_grow ? uint64_t{TRY(CheckContents(found))} : wanted_count;
  if (wanted_count > old_count) {
    const auto missing = static_cast<uint32_t>(wanted_count - old_count);
    if (old_count == 0) {
      first = TRY(clusters_.Allocate(missing));
    } else {
      const ClusterRun last =
          TRY(volume_.chain_.FindLast(layout(), volume_.table_));
      TRY(clusters_.Allocate(missing, last.last_cluster()));
    }
  }
  const uint64_t slack_end =
      end >= old_size ? wanted_count * layout().cluster_size_bytes : 0;
  Status written;
  if (contents.offset > old_size) {
    written = Fill(first,
                   {.offset = old_size,
                    .size_bytes = contents.offset - old_size,
                    .data = nullptr},
                   0);
  }
  if (written) written = Fill(first, contents, slack_end);
  if (!written) {
    // The file is as long as it was. If the clusters stay, they are not lost:
    // they belong to it.
    ForgetChains();
    if (wanted_count > old_count) {
      static_cast<void>(
          old_count == 0
              ? clusters_.Free(first)
              : clusters_.Shorten(first, static_cast<uint32_t>(old_count)));
    }
    return written;
  }
  SetFirstCluster(layout().type, first, found.record);
  found.record.size_bytes =
      static_cast<uint32_t>(std::max<uint64_t>(old_size, end));
  return Update(found);
}

/// Writes to clusters that the file has. Bytes from the end of `contents` to
/// `slack_end` may be overwritten.
Status FatEditor::Fill(uint32_t first_cluster,
                       const Contents& contents,
                       uint64_t slack_end) {
  const uint64_t cluster_size = layout().cluster_size_bytes;
  const uint64_t end = contents.offset + contents.size_bytes;
  if (volume_.chain_.first_cluster() != first_cluster) {
    volume_.chain_ = ClusterChain(first_cluster);
  }
  for (uint64_t at = contents.offset; at < end;) {
    const auto index = static_cast<uint32_t>(at / cluster_size);
    const auto wanted = static_cast<uint32_t>(ClustersFor(end) - index);
    const auto run =
        TRY(volume_.chain_.Find(layout(), volume_.table_, index, wanted));
    if (!run) {
      return Fail(ErrorCode::kDeviceError, "FAT changed while it was read");
    }
    const uint64_t run_begin = run->index * cluster_size;
    const uint64_t run_end = run->end_index() * cluster_size;
    const uint64_t size = std::min(end, run_end) - at;
    const uint64_t offset =
        layout().ClusterOffset(run->first_cluster) + (at - run_begin);
    if (contents.data == nullptr) {
      TRY(store_.Zero(offset, size));
    } else {
      const Bytes piece(contents.data + (at - contents.offset), size);
      const uint64_t slack = std::min(slack_end, run_end);
      TRY(store_.Write(
          offset, piece, slack > at + size ? slack - (at + size) : 0));
    }
    at += size;
  }
  return {};
}

/// Makes a file shorter: first its record says so, then its clusters go.
Status FatEditor::Cut(Found& found, uint32_t size_bytes) {
  const uint32_t old_first = FirstClusterOf(found);
  if (old_first != 0) TRY(clusters_.CheckChain(old_first));
  const auto kept = static_cast<uint32_t>(ClustersFor(size_bytes));
  found.record.size_bytes = size_bytes;
  if (kept == 0) SetFirstCluster(layout().type, 0, found.record);
  TRY(Update(found));
  ForgetChains();
  if (old_first == 0) return {};
  return kept == 0 ? clusters_.Free(old_first)
                   : clusters_.Shorten(old_first, kept);
}

}  // namespace flint::fat
