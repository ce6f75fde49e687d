// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "fs/fat/fat_editor.h"
#include "fs/fat/file_location.h"
#include "fs/fat/names.h"
#include "fs/fat/timestamps.h"
#include "platforms/base/unicode.h"

namespace flint::fat {
namespace {

// Of the extended boot record. [fat 3.2]
constexpr uint64_t kSignatureOffset = 2;
constexpr std::byte kSignature{0x29};
constexpr uint64_t kLabelOffset = 7;
/// What it holds where there is no label.
constexpr std::string_view kNoLabel = "NO NAME    ";

}  // namespace

Result<volume::VolumeInfo> FatEditor::Describe() {
  const uint64_t cluster_size = layout().cluster_size_bytes;
  const uint32_t free_count = TRY(clusters_.FreeCount());
  volume::VolumeInfo info{.size_bytes = layout().cluster_count * cluster_size,
                          .free_bytes = free_count * cluster_size,
                          .cluster_size_bytes = layout().cluster_size_bytes};
  const auto label = TRY(FindLabel());
  if (!label) return info;
  const Name name = DecodeLabel(label->record.name);
  const auto text = Utf16ToUtf8(name.units(), info.label_storage);
  info.label_size = text ? text->size() : 0;
  return info;
}

/// The record in the root directory that is the volume's label. [fat 6.4]
Result<std::optional<FatEditor::Found>> FatEditor::FindLabel() {
  const volume::File root = volume_.root();
  for (uint64_t position = 0;; position += sizeof(DirectoryRecord)) {
    const auto record = TRY(directories_.Read(PlaceOf(root), position));
    if (!record || record->name[0] == DirectoryRecord::kEnd) {
      return std::nullopt;
    }
    if (record->name[0] != DirectoryRecord::kDeleted &&
        record->is_volume_label() && !record->is_directory()) {
      return Found{.parent = root.location[kContents],
                   .position = position,
                   .record = *record};
    }
  }
}

Status FatEditor::SetLabel(std::string_view label) {
  const auto name = EncodeLabel(label);
  if (!name) {
    return Fail(ErrorCode::kInvalidArgument, "not a label that FAT can store");
  }
  const bool is_empty = (*name)[0] == ' ';
  auto found = TRY(FindLabel());
  const DirectoryPlace root = PlaceOf(volume_.root());
  if (found && is_empty) {
    const uint64_t position = found->position;
    TRY(directories_.Erase(root,
                           {position, position + sizeof(DirectoryRecord)}));
  } else if (found) {
    found->record.name = *name;
    TRY(Update(*found));
  } else if (!is_empty) {
    DirectoryRecord record{};
    record.name = *name;
    record.attributes = DirectoryRecord::kVolumeLabel;
    record.modified_date = kFirstDate;
    TRY(directories_.Insert(root, std::span(&record, 1)));
  }
  return SetBootSectorLabel(is_empty ? AsBytes(kNoLabel)
                                     : std::as_bytes(std::span(*name)));
}

/// The boot sector has the label, too, and FAT32 a copy of the boot sector.
Status FatEditor::SetBootSectorLabel(Bytes label) {
  const uint64_t record = layout().extended_record_offset;
  if (record == 0) return {};
  const auto write = [&](uint64_t sector) {
    return store_.WriteAtOnce(
        std::array{VolumeStore::Change{sector + record + kLabelOffset, label}});
  };
  TRY(write(0));
  const uint64_t backup = layout().backup_boot_offset;
  if (backup == 0) return {};
  const Bytes signature =
      TRY(store_.Read(backup + record + kSignatureOffset, 1));
  return signature[0] == kSignature ? write(backup) : Status();
}

}  // namespace flint::fat
