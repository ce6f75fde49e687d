// SPDX-License-Identifier: Apache-2.0
#include "efi/nv_store/nv_working_block.h"

#include <algorithm>
#include <optional>
#include <span>

#include "efi/nv_store/nv_image.h"
#include "platforms/base/bytes.h"

namespace flint::efi {
namespace {

/// Whose writes these are, for whoever reads the notes: Flint's.
constexpr Guid kCaller = Guid::Of("c9e2f0a4-3b7d-4e15-8a66-5d0f1b2c7e93");

constexpr std::byte kErased{0xFF};

struct Note {
  NvWriteHeader header;
  NvWriteRecord record;
};
static_assert(sizeof(Note) == 80);

template <WireType T>
Result<T> ReadAt(flash::Flash& flash, uint32_t offset) {
  T value;
  TRY(flash.Read(offset, std::as_writable_bytes(std::span(&value, 1))));
  return value;
}

/// What follows the header of a write; nothing if that makes no sense.
std::optional<uint32_t> RecordsBytes(const NvWriteHeader& header) {
  if (header.record_count > kNvBlockBytes ||
      header.private_bytes > kNvBlockBytes) {
    return std::nullopt;
  }
  const uint64_t each = sizeof(NvWriteRecord) + header.private_bytes;
  return static_cast<uint32_t>(header.record_count * each);
}

bool IsSpareComplete(const Note& note) {
  return note.header.state == NvWriteHeader::kWritesAllocated &&
         (note.record.state & NvWriteRecord::kSpareCompleteBit) == 0 &&
         (note.record.state & NvWriteRecord::kCompleteBit) != 0;
}

/// What to write when all of the store is.
NvWriteRecord RecordOf(const NvLayout& layout) {
  return {.state = NvWriteRecord::kErased,
          .reserved = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
          .lba = 0,
          .offset = sizeof(NvVolumeHeader),
          .length = layout.store_bytes - sizeof(NvVolumeHeader),
          .relative_offset = -uint64_t{layout.spare_offset()}};
}

bool IsOfStore(const Note& note, const NvLayout& layout) {
  const NvWriteRecord wanted = RecordOf(layout);
  return note.header.record_count == 1 && note.header.private_bytes == 0 &&
         note.record.lba == wanted.lba && note.record.offset == wanted.offset &&
         note.record.length == wanted.length &&
         note.record.relative_offset == wanted.relative_offset;
}

}  // namespace

Result<NvWorkingBlock::State> NvWorkingBlock::Read() {
  slot_ = 0;
  const uint32_t start = layout_.working_offset();
  const auto header = TRY(ReadAt<NvWorkingHeader>(flash_, start));
  if (!std::ranges::equal(AsBytes(header), AsBytes(MakeNvWorkingHeader()))) {
    return State::kIdle;
  }
  uint32_t offset = sizeof(NvWorkingHeader);
  while (offset <= kNvBlockBytes - sizeof(Note)) {
    const auto note = TRY(ReadAt<Note>(flash_, start + offset));
    if (IsAll(kErased, AsBytes(note))) {
      slot_ = start + offset;
      return State::kIdle;
    }
    if ((note.header.state & NvWriteHeader::kCompleteBit) != 0) {
      // Whatever has not got to here has changed nothing yet.
      if (!IsSpareComplete(note)) return State::kIdle;
      if (!IsOfStore(note, layout_)) {
        return Fail(ErrorCode::kUnsupported,
                    "variable flash: an unknown write was interrupted");
      }
      slot_ = start + offset;
      return State::kSpareCounts;
    }
    const auto records_bytes = RecordsBytes(note.header);
    if (!records_bytes) return State::kIdle;
    offset += static_cast<uint32_t>(sizeof(NvWriteHeader)) + *records_bytes;
  }
  return State::kIdle;
}

Status NvWorkingBlock::SetState(uint32_t offset, uint8_t state) {
  // States are the first byte of what they are the state of.
  return flash_.Program(offset, std::as_bytes(std::span(&state, 1)));
}

Status NvWorkingBlock::Format() {
  const uint32_t start = layout_.working_offset();
  TRY(flash_.EraseBlock(start));
  NvWorkingHeader header = MakeNvWorkingHeader();
  header.state = NvWorkingHeader::kErased;
  TRY(flash_.Program(start, AsBytes(header)));
  TRY(SetState(start + offsetof(NvWorkingHeader, state),
               NvWorkingHeader::kValid));
  slot_ = start + static_cast<uint32_t>(sizeof(NvWorkingHeader));
  return {};
}

Status NvWorkingBlock::Begin() {
  if (slot_ == 0) TRY(Format());
  const NvWriteHeader header{.state = NvWriteHeader::kAllocated,
                             .reserved = {0xFF, 0xFF, 0xFF},
                             .caller = kCaller,
                             .reserved2 = {0xFF, 0xFF, 0xFF, 0xFF},
                             .record_count = 1,
                             .private_bytes = 0};
  TRY(flash_.Program(slot_, AsBytes(header)));
  TRY(SetState(slot_, NvWriteHeader::kWritesAllocated));
  return flash_.Program(record_offset(), AsBytes(RecordOf(layout_)));
}

Status NvWorkingBlock::MarkSpareComplete() {
  return SetState(record_offset(), NvWriteRecord::kSpareComplete);
}

Status NvWorkingBlock::Finish() {
  TRY(SetState(record_offset(), NvWriteRecord::kComplete));
  return SetState(slot_, NvWriteHeader::kComplete);
}

}  // namespace flint::efi
