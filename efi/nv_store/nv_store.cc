// SPDX-License-Identifier: Apache-2.0
#include "efi/nv_store/nv_store.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

namespace flint::efi {
namespace {

constexpr std::byte kErasedByte{0xFF};

bool IsOf(const NvRecord& record, const VariableKey& key) {
  return record.vendor == key.vendor &&
         std::ranges::equal(record.name, key.name);
}

bool IsSame(const NvRecord& record, const std::optional<NvRecord>& other) {
  return other && record.offset == other->offset;
}

void Erase(MutableBytes bytes) {
  if (!bytes.empty()) {
    std::memset(bytes.data(), std::to_integer<int>(kErasedByte), bytes.size());
  }
}

void Copy(MutableBytes to, Bytes from) {
  if (!from.empty()) std::memmove(to.data(), from.data(), from.size());
}

bool Fits(const flash::Flash& flash, const NvLayout& layout) {
  return flash.size_bytes() >= layout.volume_bytes;
}

Result<NvLayout> ReadLayout(flash::Flash& flash, uint64_t offset) {
  NvHeaders headers;
  TRY(flash.Read(offset, std::as_writable_bytes(std::span(&headers, 1))));
  const NvLayout layout = TRY(CheckNvHeaders(headers));
  if (Fits(flash, layout)) return layout;
  return Fail(ErrorCode::kCorrupt, "variable flash: chip is too small");
}

/// Which layout a volume has, whose first block may be the one that is being
/// written: then notes and spare area tell.
Result<NvLayout> FindLayout(flash::Flash& flash) {
  const Result<NvLayout> found = ReadLayout(flash, 0);
  if (found) return found;
  for (const NvLayout& layout : kNvLayouts) {
    if (!Fits(flash, layout)) continue;
    const auto state = NvWorkingBlock(flash, layout).Read();
    if (state && *state == NvWorkingBlock::State::kSpareCounts) return layout;
  }
  return found;
}

}  // namespace

Result<NvStore> NvStore::Open(flash::Flash& flash, MutableBytes image) {
  if (flash.block_bytes() != kNvBlockBytes || !Fits(flash, kNvLayouts.back())) {
    return Fail(ErrorCode::kUnsupported,
                "flash chip is too small for variables, or has large blocks");
  }
  NvStore store(flash, image, TRY(FindLayout(flash)));
  if (TRY(store.work_.Read()) == NvWorkingBlock::State::kSpareCounts) {
    TRY(store.Restore());
  }
  TRY(store.Load());
  return store;
}

Status NvStore::Restore() {
  TRY(flash_.Read(layout_.spare_offset(), mutable_store()));
  // What was complete once is so still; unless nobody like us wrote it.
  const auto headers = TRY(ReadWire<NvHeaders>(store()));
  const NvLayout found = TRY(CheckNvHeaders(headers));
  if (found != layout_) {
    return Fail(ErrorCode::kCorrupt,
                "variable flash: spare area is of another layout");
  }
  TRY(EndOfNvRecords(store()));
  TRY(WriteBlocks(0));
  return work_.Finish();
}

Status NvStore::Load() {
  uint32_t loaded = 0;
  end_ = kFirstNvRecord;
  for (;;) {
    // All that is there of the next header.
    const uint32_t needed = std::min<uint32_t>(layout_.store_bytes,
                                               end_ + sizeof(NvVariableHeader));
    for (; loaded < needed; loaded += kNvBlockBytes) {
      TRY(flash_.Read(loaded, image_.subspan(loaded, kNvBlockBytes)));
    }
    const auto record = TRY(NvRecordAt(store(), end_));
    if (!record) break;
    end_ += record->size_bytes;
  }
  // Not to be taken for what is in flash.
  Erase(mutable_store().subspan(loaded));
  return {};
}

std::optional<NvRecord> NvStore::RecordAt(uint32_t offset) const {
  // They were all looked at when they were loaded.
  const auto record = NvRecordAt(store(), offset);
  return record ? *record : std::nullopt;
}

std::optional<NvRecord> NvStore::LiveFrom(uint32_t offset) const {
  while (const auto record = RecordAt(offset)) {
    if (IsLive(*record)) return record;
    offset += record->size_bytes;
  }
  return std::nullopt;
}

bool NvStore::IsLive(const NvRecord& record) const {
  if (record.is_added()) return true;
  if (!record.is_in_deletion()) return false;
  const Versions versions = FindVersions(record.key());
  return !versions.added && IsSame(record, versions.in_deletion);
}

NvStore::Versions NvStore::FindVersions(const VariableKey& key) const {
  Versions versions;
  uint32_t offset = kFirstNvRecord;
  while (const auto record = RecordAt(offset)) {
    offset += record->size_bytes;
    if (!IsOf(*record, key)) continue;
    // Of several, which nobody writes, the first one.
    if (record->is_added() && !versions.added) versions.added = record;
    if (record->is_in_deletion() && !versions.in_deletion) {
      versions.in_deletion = record;
    }
  }
  return versions;
}

std::optional<NvRecord> NvStore::Find(const VariableKey& key) const {
  const Versions versions = FindVersions(key);
  return versions.added ? versions.added : versions.in_deletion;
}

uint64_t NvStore::used_bytes() const {
  uint64_t total = 0;
  for (auto record = First(); record; record = After(*record)) {
    total += record->size_bytes;
  }
  return total;
}

Status NvStore::SetState(uint32_t offset, uint8_t state) {
  return flash_.Program(offset + offsetof(NvVariableHeader, state),
                        std::as_bytes(std::span(&state, 1)));
}

Status NvStore::SetState(const NvRecord& record, uint8_t state) {
  return SetState(record.offset, record.state & state);
}

Result<bool> NvStore::IsErased(uint32_t offset, uint64_t size_bytes) {
  const MutableBytes place = mutable_store().subspan(
      offset, std::min<uint64_t>(size_bytes, layout_.store_bytes - offset));
  TRY(flash_.Read(offset, place));
  return IsAll(kErasedByte, place);
}

void NvStore::Compose(uint32_t offset, const NvVariable& variable) {
  const NvVariableHeader header{
      .start_id = NvVariableHeader::kStartId,
      .state = NvVariableHeader::kAdded,
      .reserved = 0,
      .attributes = variable.attributes,
      .monotonic_count = 0,
      .timestamp = {},
      .public_key_index = 0,
      .name_bytes = static_cast<uint32_t>(variable.key.name.size()),
      .data_bytes =
          static_cast<uint32_t>(variable.kept.size() + variable.data.size()),
      .vendor = variable.key.vendor};
  (void)WriteWire(mutable_store(), offset, header);
  MutableBytes body = mutable_store().subspan(offset + sizeof(header));
  for (const Bytes part : {variable.key.name, variable.kept, variable.data}) {
    Copy(body, part);
    body = body.subspan(part.size());
  }
}

Status NvStore::Set(const NvVariable& variable) {
  const uint64_t size_bytes = NvRecordBytes(
      variable.key.name.size(), variable.kept.size() + variable.data.size());
  // What would be taken for the next header is looked at, too.
  if (size_bytes <= layout_.store_bytes - end_ &&
      TRY(IsErased(end_, size_bytes + sizeof(NvVariableHeader)))) {
    const Versions old = FindVersions(variable.key);
    Compose(end_, variable);
    return Append(old, size_bytes);
  }
  const uint32_t end = Compact(&variable.key);
  if (size_bytes > layout_.store_bytes - end) {
    return Fail(ErrorCode::kNoMemory, "variable flash is full");
  }
  Compose(end, variable);
  return Rewrite();
}

/// Writes the record that was composed at the end. There are two of the
/// variable for a moment, and it is always clear which one counts.
Status NvStore::Append(const Versions& old, uint64_t size_bytes) {
  if (old.added && old.in_deletion) {
    TRY(SetState(*old.in_deletion, NvVariableHeader::kDeletedMask));
  }
  if (old.added) TRY(SetState(*old.added, NvVariableHeader::kInDeletion));

  auto header = TRY(ReadWire<NvVariableHeader>(store(), end_));
  header.state = NvVariableHeader::kErased;
  TRY(flash_.Program(end_, AsBytes(header)));
  TRY(SetState(end_, NvVariableHeader::kHeaderValid));
  TRY(flash_.Program(
      end_ + sizeof(header),
      store().subspan(end_ + sizeof(header), size_bytes - sizeof(header))));
  TRY(SetState(end_, NvVariableHeader::kAdded));

  const auto& replaced = old.added ? old.added : old.in_deletion;
  if (!replaced) return {};
  return SetState(
      *replaced,
      NvVariableHeader::kInDeletion & NvVariableHeader::kDeletedMask);
}

Status NvStore::Remove(const VariableKey& key) {
  const Versions versions = FindVersions(key);
  // In this order: the older one must not come back.
  for (const auto& record : {versions.in_deletion, versions.added}) {
    if (record) TRY(SetState(*record, NvVariableHeader::kDeletedMask));
  }
  return {};
}

Status NvStore::CleanUp() {
  // Half a header may be there as well, which looks like the end.
  if (TRY(IsErased(end_, layout_.store_bytes))) return {};
  (void)Compact(nullptr);
  return Rewrite();
}

/// Moves all variables but one together, in the image. Returns where they end.
uint32_t NvStore::Compact(const VariableKey* left_out) {
  // While records move, none can be looked for.
  uint32_t offset = kFirstNvRecord;
  while (const auto record = RecordAt(offset)) {
    offset += record->size_bytes;
    // Its sizes count for nothing, and must not begin to.
    if (record->state == NvVariableHeader::kErased) continue;
    const bool stays =
        IsLive(*record) && (left_out == nullptr || !IsOf(*record, *left_out));
    (void)WriteWire(mutable_store(),
                    record->offset + offsetof(NvVariableHeader, state),
                    stays ? NvVariableHeader::kAdded : uint8_t{0});
  }
  uint32_t end = kFirstNvRecord;
  offset = kFirstNvRecord;
  while (const auto record = RecordAt(offset)) {
    offset += record->size_bytes;
    if (!record->is_added()) continue;
    Copy(mutable_store().subspan(end),
         store().subspan(record->offset, record->size_bytes));
    end += record->size_bytes;
  }
  Erase(mutable_store().subspan(end));
  return end;
}

/// Replaces the store by the image.
Status NvStore::Rewrite() {
  TRY(work_.Begin());
  TRY(WriteBlocks(layout_.spare_offset()));
  TRY(work_.MarkSpareComplete());
  TRY(WriteBlocks(0));
  return work_.Finish();
}

Status NvStore::WriteBlocks(uint32_t offset) {
  for (uint32_t done = 0; done < layout_.store_bytes; done += kNvBlockBytes) {
    TRY(flash_.EraseBlock(offset + done));
    TRY(flash_.Program(offset + done, store().subspan(done, kNvBlockBytes)));
  }
  return {};
}

}  // namespace flint::efi
