// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/entry_initrds.h"

#include <algorithm>

#include "platforms/base/checked.h"

namespace flint::boot {
namespace {

/// What kernels want each archive of an initrd to start at a multiple of.
constexpr uint64_t kAlignmentBytes = 4;

/// Far more than a machine has memory; sums of it do not overflow.
constexpr uint64_t kMaxFileBytes = uint64_t{1} << 48;

Result<volume::File> OpenInitrd(volume::FileSystem& files,
                                std::string_view path) {
  const volume::File file = TRY(files.Open(path));
  if (file.is_directory) {
    return Fail(ErrorCode::kInvalidArgument, "initrd is a directory");
  }
  if (file.size_bytes > kMaxFileBytes) {
    return Fail(ErrorCode::kOutOfRange, "initrd is too large");
  }
  return file;
}

}  // namespace

std::expected<void, Failure> EntryInitrds::Open(
    std::span<const std::string_view> paths) {
  for (const std::string_view path : paths) {
    if (count_ == opened_.size()) break;
    opened_[count_++] = TRY(About(path, OpenInitrd(files_.files(), path)));
  }
  return {};
}

uint64_t EntryInitrds::size_bytes() const {
  uint64_t size = 0;
  for (const volume::File& file : std::span(opened_).first(count_)) {
    size = AlignDown(size + kAlignmentBytes - 1, kAlignmentBytes);
    size += file.size_bytes;
  }
  return size;
}

Status EntryInitrds::Load(MutableBytes out) {
  if (out.size() != size_bytes()) {
    return Fail(ErrorCode::kInvalidArgument, "not the size of the initrds");
  }
  uint64_t at = 0;
  for (const volume::File& file : std::span(opened_).first(count_)) {
    const uint64_t start = AlignDown(at + kAlignmentBytes - 1, kAlignmentBytes);
    std::ranges::fill(out.subspan(at, start - at), std::byte{0});
    TRY(files_.Read(file, 0, out.subspan(start, file.size_bytes)));
    at = start + file.size_bytes;
  }
  return {};
}

}  // namespace flint::boot
