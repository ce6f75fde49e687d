// SPDX-License-Identifier: Apache-2.0
#include "fs/partition/gpt.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "platforms/base/checked.h"
#include "platforms/base/crc32.h"
#include "platforms/base/log.h"
#include "platforms/base/unicode.h"

namespace flint::partition {
namespace {

constexpr std::string_view kSignature = "EFI PART";
constexpr uint32_t kMajorRevision = 1;
constexpr size_t kCrcOffset = 16;

/// Of so many impossible partitions each is named in the log.
constexpr uint32_t kMaxNamedFlaws = 8;

uint64_t ArrayBytes(const GptHeader& header) {
  return uint64_t{header.entry_count} * header.entry_size_bytes;
}

/// The checksum of the header, with its own field taken as zero.
uint32_t HeaderCrc(Bytes header) {
  constexpr std::array<std::byte, sizeof(Le32)> kZero{};
  const uint32_t before = Crc32(header.first(kCrcOffset));
  return Crc32(header.subspan(kCrcOffset + kZero.size()), Crc32(kZero, before));
}

Status CheckArray(const GptHeader& header,
                  uint64_t block_size,
                  uint64_t disk_block_count) {
  if (header.entry_size_bytes < sizeof(GptEntry) ||
      header.entry_size_bytes % 8 != 0) {
    return Fail(ErrorCode::kCorrupt, "GPT entries have an impossible size");
  }
  if (header.entry_size_bytes > kGptMaxEntryBytes ||
      ArrayBytes(header) > kGptMaxArrayBytes) {
    return Fail(ErrorCode::kUnsupported, "GPT is larger than 16 MiB");
  }
  const uint64_t blocks = DivideRoundUp(ArrayBytes(header), block_size);
  if (header.entry_array_lba < kGptPrimaryLba ||
      header.entry_array_lba > disk_block_count ||
      blocks > disk_block_count - header.entry_array_lba) {
    return Fail(ErrorCode::kCorrupt, "GPT entries lie outside the disk");
  }
  return {};
}

/// Why an entry cannot be used; nothing if it can.
std::optional<std::string_view> FlawOf(const GptEntry& entry,
                                       const GptHeader& header,
                                       uint64_t disk_block_count) {
  if (entry.first_lba > entry.last_lba) return "it ends before it starts";
  if (entry.first_lba < header.first_usable_lba ||
      entry.last_lba > header.last_usable_lba) {
    return "it lies outside the blocks usable for partitions";
  }
  if (entry.last_lba >= disk_block_count) {
    return "it lies beyond the end of the disk";
  }
  return std::nullopt;
}

Partition Decode(const GptEntry& entry, uint32_t number) {
  Partition partition;
  partition.first_lba = entry.first_lba;
  partition.block_count = entry.last_lba - entry.first_lba + 1;
  partition.scheme = Scheme::kGpt;
  partition.number = number;
  partition.type = entry.type;
  partition.unique_guid = entry.unique_guid;
  partition.attributes = entry.attributes;
  std::array<char16_t, std::tuple_size_v<decltype(entry.name)>> name;
  size_t length = 0;
  while (length < name.size() && entry.name[length] != 0) {
    name[length] = static_cast<char16_t>(uint16_t{entry.name[length]});
    ++length;
  }
  // Three bytes a unit always fit.
  const auto text =
      Utf16ToUtf8(std::span(name).first(length), partition.name_storage);
  partition.name_size = static_cast<uint8_t>(text ? text->size() : 0);
  return partition;
}

/// One copy of the table's entries, read piece by piece.
class EntryArray {
 public:
  EntryArray(block::BlockWindow& window, const GptHeader& header)
      : window_(window), header_(header) {}

  /// Calls `visit(bytes)` for consecutive whole entries, all in all every one.
  template <typename Visitor>
  Status ForEachPiece(Visitor visit) {
    const uint64_t block_size =
        window_.range().device->geometry().block_size_bytes;
    // On the disk, as the header's check has made sure.
    const uint64_t begin = header_.entry_array_lba * block_size;
    const uint64_t end = begin + ArrayBytes(header_);
    // A piece may start and end inside a block.
    const uint64_t capacity = window_.capacity_bytes();
    if (capacity < 2 * block_size + header_.entry_size_bytes) {
      return Fail(ErrorCode::kNoMemory, "working memory is too small");
    }
    const uint64_t room = capacity - 2 * block_size;
    const uint64_t piece = room - room % header_.entry_size_bytes;
    for (uint64_t offset = begin; offset < end; offset += piece) {
      const size_t size = std::min(piece, end - offset);
      visit(TRY(window_.View(offset, size, offset, end)));
    }
    return {};
  }

  /// Calls `visit(entry, number)` for each used entry.
  template <typename Visitor>
  Status ForEachUsed(Visitor visit) {
    uint32_t number = 0;
    return ForEachPiece([&](Bytes piece) {
      for (; !piece.empty(); piece = piece.subspan(header_.entry_size_bytes)) {
        ++number;
        // A piece consists of whole entries.
        const auto entry = ReadWire<GptEntry>(piece);
        if (entry && !entry->type.is_zero()) visit(*entry, number);
      }
    });
  }

 private:
  block::BlockWindow& window_;
  const GptHeader& header_;
};

/// Lists the used entries. The array's checksum must be right, but the host may
/// change the disk while we look.
Status ListEntries(EntryArray& array,
                   const GptHeader& header,
                   const block::BlockDevice& disk,
                   Arena& arena,
                   PartitionTable& table) {
  size_t used_count = 0;
  TRY(array.ForEachUsed([&](const GptEntry&, uint32_t) { ++used_count; }));
  const auto partitions = TRY(arena.AllocateArray<Partition>(used_count));
  size_t listed_count = 0;
  TRY(array.ForEachUsed([&](const GptEntry& entry, uint32_t number) {
    const auto flaw = FlawOf(entry, header, disk.geometry().block_count);
    if (flaw) {
      if (++table.rejected_count > kMaxNamedFlaws) return;
      log::Warning("{}: ignoring partition {}: {}", disk.name(), number, *flaw);
    } else if (listed_count < partitions.size()) {
      partitions[listed_count++] = Decode(entry, number);
    }
  }));
  table.partitions = partitions.first(listed_count);
  return {};
}

}  // namespace

Result<GptHeader> ParseGptHeader(Bytes block,
                                 uint64_t lba,
                                 uint64_t disk_block_count) {
  const auto header = TRY(ReadWire<GptHeader>(block));
  if (std::string_view(header.signature.data(), header.signature.size()) !=
      kSignature) {
    return Fail(ErrorCode::kNotFound, "no GPT header");
  }
  if (header.revision >> 16 != kMajorRevision) {
    return Fail(ErrorCode::kUnsupported, "unknown revision of GPT");
  }
  if (header.header_size_bytes < sizeof(GptHeader) ||
      header.header_size_bytes > block.size()) {
    return Fail(ErrorCode::kCorrupt, "GPT header has an impossible size");
  }
  if (HeaderCrc(block.first(header.header_size_bytes)) != header.header_crc32) {
    return Fail(ErrorCode::kCorrupt, "GPT header has a wrong checksum");
  }
  if (header.my_lba != lba) {
    return Fail(ErrorCode::kCorrupt, "GPT header belongs to another block");
  }
  if (header.first_usable_lba > header.last_usable_lba) {
    return Fail(ErrorCode::kCorrupt, "GPT leaves no blocks to partitions");
  }
  TRY(CheckArray(header, block.size(), disk_block_count));
  return header;
}

Result<PartitionTable> ReadGpt(block::BlockWindow& window,
                               uint64_t lba,
                               Arena& arena,
                               GptHeader* header_out) {
  const block::BlockDevice& disk = *window.range().device;
  const uint64_t block_size = disk.geometry().block_size_bytes;
  const uint64_t block_count = disk.geometry().block_count;
  if (lba >= block_count) {
    return Fail(ErrorCode::kNotFound, "disk is too small for a GPT");
  }
  const uint64_t offset = lba * block_size;
  const Bytes block = TRY(window.View(offset, block_size));
  const GptHeader header = TRY(ParseGptHeader(block, lba, block_count));
  if (header_out != nullptr) *header_out = header;

  EntryArray array(window, header);
  uint32_t crc = 0;
  TRY(array.ForEachPiece([&](Bytes piece) { crc = Crc32(piece, crc); }));
  if (crc != header.entry_array_crc32) {
    return Fail(ErrorCode::kCorrupt, "GPT entries have a wrong checksum");
  }
  PartitionTable table{.scheme = Scheme::kGpt, .disk_guid = header.disk_guid};
  TRY(ListEntries(array, header, disk, arena, table));
  return table;
}

}  // namespace flint::partition
