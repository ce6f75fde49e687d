// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/volume_store.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "platforms/base/checked.h"

namespace flint::fat {

VolumeStore::VolumeStore(const block::BlockRange& range,
                         MutableBytes bounce,
                         AllocationTable& table,
                         DirectoryReader& directories)
    : range_(range), bounce_(bounce), table_(table), directories_(directories) {
  bounce_ = bounce_.first(
      AlignDown<size_t>(bounce_.size(), size_t{block_size_bytes()}));
}

Status VolumeStore::Write(uint64_t offset, Bytes data, uint64_t slack_bytes) {
  while (!data.empty()) {
    const size_t done = TRY(WriteSome(offset, data, slack_bytes));
    offset += done;
    data = data.subspan(done);
  }
  return {};
}

/// Writes at least one byte, and returns how many.
Result<size_t> VolumeStore::WriteSome(uint64_t offset,
                                      Bytes data,
                                      uint64_t slack_bytes) {
  const size_t block_size = block_size_bytes();
  const size_t skipped = offset & (block_size - 1);
  const size_t whole = AlignDown(data.size(), block_size);
  if (skipped == 0 && whole > 0) {
    if (block::IsTransferAligned(data)) {
      TRY(WriteBlocks(offset, data.first(whole)));
      return whole;
    }
    const size_t size = std::min(whole, bounce_.size());
    loaded_.reset();
    std::memcpy(bounce_.data(), data.data(), size);
    TRY(WriteBlocks(offset, bounce_.first(size)));
    return size;
  }
  const size_t size = std::min(block_size - skipped, data.size());
  const MutableBytes block = bounce_.first(block_size);
  if (skipped == 0 && size + slack_bytes >= block_size) {
    loaded_.reset();
    std::ranges::fill(block, std::byte{0});
  } else {
    TRY(LoadBlock(offset - skipped));
  }
  std::memcpy(block.data() + skipped, data.data(), size);
  TRY(WriteBlocks(offset - skipped, block));
  return size;
}

Status VolumeStore::WriteAtOnce(std::span<const Change> changes) {
  if (changes.empty()) return {};
  const uint64_t block_size = block_size_bytes();
  const uint64_t begin = AlignDown(changes.front().offset, block_size);
  for (const Change& change : changes) {
    if (change.offset < begin || change.bytes.size() > block_size ||
        change.offset - begin > block_size - change.bytes.size()) {
      return Fail(ErrorCode::kInvalidArgument, "changes are not in one block");
    }
  }
  TRY(LoadBlock(begin));
  for (const Change& change : changes) {
    std::memcpy(bounce_.data() + (change.offset - begin),
                change.bytes.data(),
                change.bytes.size());
  }
  return WriteBlocks(begin, bounce_.first(block_size));
}

Status VolumeStore::Zero(uint64_t offset, uint64_t size_bytes) {
  const uint64_t block_size = block_size_bytes();
  while (size_bytes > 0) {
    const uint64_t skipped = offset & (block_size - 1);
    uint64_t size = std::min(block_size - skipped, size_bytes);
    if (size < block_size) {
      TRY(LoadBlock(offset - skipped));
      std::memset(bounce_.data() + skipped, 0, size);
      TRY(WriteBlocks(offset - skipped, bounce_.first(block_size)));
    } else {
      size =
          std::min<uint64_t>(AlignDown(size_bytes, block_size), bounce_.size());
      std::memset(bounce_.data(), 0, size);
      TRY(WriteBlocks(offset, bounce_.first(size)));
    }
    offset += size;
    size_bytes -= size;
  }
  return {};
}

Status VolumeStore::Copy(uint64_t from, uint64_t to, uint64_t size_bytes) {
  const uint64_t block_size = block_size_bytes();
  while (size_bytes > 0) {
    if (IsAligned(from | to, block_size) && size_bytes >= block_size) {
      const uint64_t size =
          std::min<uint64_t>(AlignDown(size_bytes, block_size), bounce_.size());
      const uint64_t lba = TRY(LbaOf(from, size));
      const std::array extents{block::BlockExtent{lba, bounce_.first(size)}};
      loaded_.reset();
      TRY(range_.device->Read(extents));
      TRY(WriteBlocks(to, bounce_.first(size)));
      from += size;
      to += size;
      size_bytes -= size;
      continue;
    }
    // Sectors smaller than blocks, which start somewhere inside.
    constexpr size_t kSectorBytes = 512;
    std::array<std::byte, kSectorBytes> sector;
    const size_t size = std::min<size_t>(size_bytes, kSectorBytes);
    std::ranges::copy(TRY(Read(from, size)), sector.begin());
    TRY(Write(to, Bytes(sector).first(size)));
    from += size;
    to += size;
    size_bytes -= size;
  }
  return {};
}

Result<Bytes> VolumeStore::Read(uint64_t offset, size_t size_bytes) {
  const uint64_t skipped = offset & (block_size_bytes() - 1);
  if (skipped + size_bytes > block_size_bytes()) {
    return Fail(ErrorCode::kInvalidArgument, "read is not in one block");
  }
  TRY(LoadBlock(offset - skipped));
  return Bytes(bounce_).subspan(skipped, size_bytes);
}

/// Brings the block at `offset` to the start of the bounce buffer.
Status VolumeStore::LoadBlock(uint64_t offset) {
  if (loaded_ == offset) return {};
  loaded_.reset();
  const size_t block_size = block_size_bytes();
  const MutableBytes block = bounce_.first(block_size);
  auto known = directories_.Visible(offset, block_size);
  if (!known) known = table_.Visible(offset, block_size);
  if (known) {
    std::memcpy(block.data(), known->data(), block_size);
  } else {
    const uint64_t lba = TRY(LbaOf(offset, block_size));
    const std::array extents{block::BlockExtent{lba, block}};
    TRY(range_.device->Read(extents));
  }
  loaded_ = offset;
  return {};
}

Result<uint64_t> VolumeStore::LbaOf(uint64_t offset,
                                    uint64_t size_bytes) const {
  const uint64_t first = offset / block_size_bytes();
  const uint64_t count = size_bytes / block_size_bytes();
  if (first > range_.block_count || count > range_.block_count - first) {
    return Fail(ErrorCode::kOutOfRange, "access beyond the end of the volume");
  }
  return CheckedAdd(range_.first_lba, first);
}

Status VolumeStore::WriteBlocks(uint64_t offset, Bytes blocks) {
  const uint64_t lba = TRY(LbaOf(offset, blocks.size()));
  const std::array extents{block::ConstBlockExtent{lba, blocks}};
  if (blocks.data() != bounce_.data()) loaded_.reset();
  const Status written = range_.device->Write(extents);
  if (!written) {
    loaded_.reset();
    table_.Forget();
    directories_.Forget();
    return written;
  }
  table_.Update(offset, blocks);
  directories_.Update(offset, blocks);
  return {};
}

}  // namespace flint::fat
