// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_area.h"

#include <algorithm>
#include <cstring>

#include "platforms/base/checked.h"
#include "platforms/base/crc32.h"

namespace flint::efi {
namespace {

constexpr uint64_t kHeaderBytes = sizeof(VariableFileHeader);

/// Length of the UTF-16 text at the start of `bytes`, with its NUL; nothing if
/// there is no NUL.
std::optional<uint64_t> TextBytes(Bytes bytes) {
  for (uint64_t end = 2; end <= bytes.size(); end += 2) {
    if (bytes[end - 2] == std::byte{0} && bytes[end - 1] == std::byte{0}) {
      return end;
    }
  }
  return std::nullopt;
}

void Copy(MutableBytes to, Bytes from) {
  if (!from.empty()) std::memcpy(to.data(), from.data(), from.size());
}

}  // namespace

uint64_t VariableArea::EntryBytes(uint64_t name_bytes, uint64_t data_bytes) {
  return DivideRoundUp(sizeof(VariableEntry) + name_bytes + data_bytes,
                       kVariableEntryAlignment) *
         kVariableEntryAlignment;
}

uint64_t VariableArea::end_offset() const {
  const auto header = ReadWire<VariableFileHeader>(memory_);
  if (!header) return 0;
  return std::clamp<uint64_t>(header->length, kHeaderBytes, memory_.size());
}

void VariableArea::set_end_offset(uint64_t end) {
  const VariableFileHeader header{
      .reserved = 0,
      .magic = kVariableFileMagic,
      .revision = kVariableFileRevision,
      .length = static_cast<uint32_t>(end),
      .crc32 = 0,
  };
  (void)WriteWire(memory_, 0, header);
}

void VariableArea::Clear() { set_end_offset(kHeaderBytes); }

bool VariableArea::Load(Bytes store) {
  if (store.size() > memory_.size()) return false;
  Copy(memory_, store);
  set_end_offset(store.size());
  return true;
}

uint64_t VariableArea::capacity_bytes() const {
  return memory_.size() < kHeaderBytes ? 0 : memory_.size() - kHeaderBytes;
}

uint64_t VariableArea::used_bytes() const {
  return std::max(end_offset(), kHeaderBytes) - kHeaderBytes;
}

std::optional<VariableView> VariableArea::At(uint64_t offset) const {
  const Bytes rest = Bytes(memory_).first(end_offset()).subspan(offset);
  const auto entry = ReadWire<VariableEntry>(rest);
  if (!entry) return std::nullopt;
  const Bytes text = rest.subspan(sizeof(VariableEntry));
  const auto name_bytes = TextBytes(text);
  if (!name_bytes || entry->data_size > text.size() - *name_bytes) {
    return std::nullopt;
  }
  const uint64_t size_bytes = EntryBytes(*name_bytes, entry->data_size);
  if (size_bytes > rest.size()) return std::nullopt;
  return VariableView{
      .offset = offset,
      .size_bytes = size_bytes,
      .attributes = entry->attributes,
      .vendor = entry->vendor,
      .name = text.first(*name_bytes),
      .data = text.subspan(*name_bytes, entry->data_size),
  };
}

std::optional<VariableView> VariableArea::First() const {
  return end_offset() == 0 ? std::nullopt : At(kHeaderBytes);
}

std::optional<VariableView> VariableArea::After(
    const VariableView& view) const {
  return At(view.offset + view.size_bytes);
}

std::optional<VariableView> VariableArea::Find(const VariableKey& key) const {
  for (auto view = First(); view; view = After(*view)) {
    if (view->vendor == key.vendor && std::ranges::equal(view->name, key.name))
      return view;
  }
  return std::nullopt;
}

void VariableArea::MoveTail(uint64_t from, uint64_t to) {
  const uint64_t end = end_offset();
  std::memmove(memory_.data() + to, memory_.data() + from, end - from);
  set_end_offset(end - from + to);
}

bool VariableArea::Add(const VariableKey& key,
                       uint32_t attributes,
                       Bytes data) {
  const uint64_t size_bytes = EntryBytes(key.name.size(), data.size());
  if (size_bytes > free_bytes()) return false;
  const uint64_t offset = end_offset();
  const MutableBytes place = memory_.subspan(offset, size_bytes);
  // The padding at the end.
  std::ranges::fill(place.last(kVariableEntryAlignment), std::byte{0});
  (void)WriteWire(place,
                  0,
                  VariableEntry{.data_size = static_cast<uint32_t>(data.size()),
                                .attributes = attributes,
                                .timestamp = 0,
                                .vendor = key.vendor});
  Copy(place.subspan(sizeof(VariableEntry)), key.name);
  Copy(place.subspan(sizeof(VariableEntry) + key.name.size()), data);
  set_end_offset(offset + size_bytes);
  return true;
}

bool VariableArea::Change(const VariableView& view,
                          uint64_t kept_bytes,
                          Bytes data) {
  const uint64_t data_bytes = kept_bytes + data.size();
  const uint64_t size_bytes = EntryBytes(view.name.size(), data_bytes);
  if (size_bytes > view.size_bytes &&
      size_bytes - view.size_bytes > free_bytes()) {
    return false;
  }
  const uint64_t head_bytes = sizeof(VariableEntry) + view.name.size();
  MoveTail(view.offset + view.size_bytes, view.offset + size_bytes);
  const MutableBytes place = memory_.subspan(view.offset, size_bytes);
  const Le32 data_size(static_cast<uint32_t>(data_bytes));
  (void)WriteWire(place, offsetof(VariableEntry, data_size), data_size);
  Copy(place.subspan(head_bytes + kept_bytes), data);
  std::ranges::fill(place.subspan(head_bytes + data_bytes), std::byte{0});
  return true;
}

void VariableArea::Remove(const VariableView& view) {
  MoveTail(view.offset + view.size_bytes, view.offset);
}

Bytes VariableArea::Image() {
  const Bytes image = Bytes(memory_).first(end_offset());
  if (image.empty()) return image;
  const Le32 crc32(Crc32(image.subspan(kHeaderBytes)));
  (void)WriteWire(memory_, offsetof(VariableFileHeader, crc32), crc32);
  return image;
}

}  // namespace flint::efi
