// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "efi/file_system/wall_clock.h"
#include "efi/variables/variable_backend.h"
#include "fs/volume/file_system.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Where an operating system stores variables that it sets when the firmware
/// cannot: in the root of the EFI system partition. For
/// `DefineRuntimeVariableFile`. [ebbr-2.5 5]
inline constexpr std::string_view kRuntimeVariableFileName = "flint.var";

/// What a slot file starts with; the image follows at `kImageOffset`, and the
/// rest of the file is of no meaning.
struct VariableSlotHeader {
  static constexpr uint64_t kImageOffset = 4096;
  static constexpr uint32_t kRevision = 1;

  std::array<char, 8> magic;
  Le32 revision;
  Le32 image_bytes;
  Le32 image_crc32;
  Le32 reserved;  // 0
  /// Of two good slots, the one with the higher generation counts.
  Le64 generation;
  Le32 header_crc32;  // of everything above
};
static_assert(sizeof(VariableSlotHeader) == 36);

inline constexpr std::array<char, 8> kVariableSlotMagic = {
    'F', 'L', 'I', 'N', 'T', 'V', 'A', 'R'};

/// Keeps variables on the EFI system partition, in two files that are written
/// by turns: while one is written, the other one holds what was there before.
///
/// The files come into being with the first `Replace`; until then nothing is
/// written. On a volume that cannot be written, variables last until the
/// machine is switched off.
class EspVariableBackend final : public VariableBackend {
 public:
  static constexpr size_t kSlotCount = 2;
  static constexpr std::string_view kDirectory = "/EFI/flint";
  static constexpr std::array<std::string_view, kSlotCount> kSlotNames = {
      "variables.0", "variables.1"};

  /// Files are stamped by `clock` if there is one. Both must outlive this.
  explicit EspVariableBackend(volume::FileSystem& files,
                              WallClock* clock = nullptr)
      : files_(files), clock_(clock) {}

  /// What the operating system wrote last, or else the newest slot. What is
  /// damaged is passed over; kCorrupt if all that there is is damaged.
  Result<Bytes> Load(MutableBytes buffer) override;

  Status Replace(Bytes image) override;

 private:
  struct Slot {
    size_t index;
    VariableSlotHeader header;
  };

  Result<std::optional<Bytes>> LoadRuntimeFile(MutableBytes buffer);
  Status FindNewest();
  Result<VariableSlotHeader> ReadHeader(size_t index);
  Result<volume::File> OpenSlot(size_t index);
  Result<volume::File> OpenOrCreateSlot(size_t index);
  Result<volume::File> OpenOrCreate(const volume::File& directory,
                                    std::string_view name,
                                    bool is_directory);
  Status WriteSlot(volume::File& file,
                   const VariableSlotHeader& header,
                   Bytes image);
  Status RemoveRuntimeFile();
  volume::Timestamp Now() {
    return clock_ == nullptr ? volume::Timestamp{} : clock_->Now();
  }

  volume::FileSystem& files_;
  WallClock* clock_;
  bool is_searched_ = false;
  /// What is to be kept while the other slot is written.
  std::optional<Slot> newest_;
  bool some_are_damaged_ = false;
};

}  // namespace flint::efi
