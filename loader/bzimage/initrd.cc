// SPDX-License-Identifier: Apache-2.0
#include "loader/bzimage/initrd.h"

#include <algorithm>

#include "platforms/base/checked.h"

namespace flint::bzimage {

std::expected<InitrdFiles, Failure> InitrdFiles::Open(
    volume::FileSystem& file_system,
    std::span<const std::string_view> paths,
    uint64_t block_size_bytes) {
  if (paths.size() > kMaxInitrdFiles) {
    return Fail(ErrorCode::kUnsupported, "more than 32 initrds");
  }
  InitrdFiles files;
  for (const std::string_view path : paths) {
    const volume::File file = TRY(About(path, file_system.Open(path)));
    TRY(About(path, files.Append(path, file, block_size_bytes)));
  }
  return files;
}

Status InitrdFiles::Append(std::string_view path,
                           const volume::File& file,
                           uint64_t block_size_bytes) {
  if (file.is_directory) {
    return Fail(ErrorCode::kNotFound, "is a directory, not an initrd");
  }
  if (file.size_bytes == 0) return {};
  const uint64_t end = TRY(CheckedAdd(room_bytes_, file.size_bytes));
  const uint64_t room = TRY(AlignUp(end, block_size_bytes));
  pieces_[piece_count_++] = {path, file, room_bytes_};
  size_bytes_ = end;
  room_bytes_ = room;
  return {};
}

std::expected<void, Failure> InitrdFiles::Read(volume::FileSystem& file_system,
                                               MutableBytes memory,
                                               block::BlockBatch& batch) const {
  for (const Piece& piece : std::span(pieces_).first(piece_count_)) {
    TRY(About(piece.path,
              file_system.ReadInto(piece.file,
                                   0,
                                   piece.file.size_bytes,
                                   memory.subspan(piece.offset),
                                   batch)));
  }
  return {};
}

void InitrdFiles::ClearSlack(MutableBytes memory) const {
  for (size_t i = 0; i < piece_count_; ++i) {
    const uint64_t end = pieces_[i].offset + pieces_[i].file.size_bytes;
    const uint64_t next =
        i + 1 < piece_count_ ? pieces_[i + 1].offset : memory.size();
    std::ranges::fill(memory.subspan(end, next - end), std::byte{0});
  }
}

}  // namespace flint::bzimage
