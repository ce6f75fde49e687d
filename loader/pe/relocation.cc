// SPDX-License-Identifier: Apache-2.0
#include "loader/pe/relocation.h"

#include "platforms/base/endian.h"

namespace flint::pe {
namespace {

constexpr uint64_t kFourGib = uint64_t{1} << 32;

/// Rewrites the `Word` at `offset` by `change`.
template <WireType Word, typename Change>
Status Rewrite(MutableBytes image, uint64_t offset, Change change) {
  const auto word = ReadWire<Word>(image, offset);
  if (!word) {
    return Fail(ErrorCode::kCorrupt, "base relocation outside the PE image");
  }
  return WriteWire(image, offset, Word(change(*word)));
}

/// Applies one entry of a block: its type, and where it applies.
Status ApplyEntry(MutableBytes image,
                  RelocationType type,
                  uint64_t offset,
                  Move move) {
  const uint64_t delta = move.to - move.from;
  switch (type) {
    case RelocationType::kAbsolute:
      return {};
    case RelocationType::kHigh:
      return Rewrite<Le16>(image, offset, [delta](uint16_t word) {
        return static_cast<uint16_t>(((uint64_t{word} << 16) + delta) >> 16);
      });
    case RelocationType::kLow:
      return Rewrite<Le16>(image, offset, [delta](uint16_t word) {
        return static_cast<uint16_t>(word + delta);
      });
    case RelocationType::kHighLow:
      if (move.to > kFourGib - image.size()) {
        return Fail(ErrorCode::kUnsupported,
                    "PE image with 32-bit addresses loaded above 4 GiB");
      }
      return Rewrite<Le32>(image, offset, [delta](uint32_t word) {
        return static_cast<uint32_t>(word + delta);
      });
    case RelocationType::kDir64:
      return Rewrite<Le64>(
          image, offset, [delta](uint64_t word) { return word + delta; });
  }
  return Fail(ErrorCode::kUnsupported,
              "base relocation of a type this processor does not have");
}

Status ApplyBlock(MutableBytes image,
                  uint32_t page_rva,
                  ByteReader entries,
                  Move move) {
  // An odd last byte is padding.
  while (entries.remaining().size() >= sizeof(Le16)) {
    const uint16_t entry = TRY(entries.Read<Le16>());
    const auto type = static_cast<RelocationType>(entry >> 12);
    const uint64_t offset = uint64_t{page_rva} + (entry & 0xfff);
    TRY(ApplyEntry(image, type, offset, move));
  }
  return {};
}

}  // namespace

Status ApplyRelocations(MutableBytes image, DataDirectory table, Move move) {
  if (move.to == move.from) return {};
  // The table is read where it lies, so that a table that relocates itself
  // needs no copy: each step is checked on its own, and ends the table sooner
  // at worst.
  const auto bytes = Slice(image, table.rva, table.size_bytes);
  if (!bytes) {
    return Fail(ErrorCode::kCorrupt,
                "base relocation table outside the PE image");
  }
  ByteReader reader(*bytes);
  while (reader.remaining().size() >= sizeof(RelocationBlock)) {
    const auto block = TRY(reader.Read<RelocationBlock>());
    if (block.block_size == 0 && block.page_rva == 0) break;
    if (block.block_size < sizeof(RelocationBlock)) {
      return Fail(ErrorCode::kCorrupt,
                  "base relocation block smaller than its header");
    }
    const auto entries =
        reader.ReadBytes(block.block_size - sizeof(RelocationBlock));
    if (!entries) {
      return Fail(ErrorCode::kCorrupt,
                  "base relocation block ends beyond its table");
    }
    TRY(ApplyBlock(image, block.page_rva, ByteReader(*entries), move));
  }
  return {};
}

}  // namespace flint::pe
