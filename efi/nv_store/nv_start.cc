// SPDX-License-Identifier: Apache-2.0
#include "efi/nv_store/nv_start.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "efi/nv_store/nv_format.h"
#include "efi/nv_store/nv_image.h"

namespace flint::efi {
namespace {

constexpr std::byte kErased{0xFF};
constexpr std::byte kZero{0};

/// What a formatted volume holds; all else is erased.
struct EmptyVolume {
  explicit EmptyVolume(const NvLayout& layout_of_it)
      : layout(layout_of_it), headers(MakeNvHeaders(layout)) {}

  /// What is there in `block`, at its start.
  Bytes In(uint32_t block) const {
    if (block == 0) return AsBytes(headers);
    if (block == layout.working_offset()) return AsBytes(working);
    return {};
  }

  NvLayout layout;
  NvHeaders headers;
  NvWorkingHeader working = MakeNvWorkingHeader();
};

/// Whether nothing is lost if `found` becomes `wanted` and ones: it is zeros,
/// ones, or has been on the way there when the power failed.
bool IsBlank(Bytes found, Bytes wanted) {
  if (IsAll(kErased, found) || IsAll(kZero, found)) return true;
  for (size_t i = 0; i < found.size(); ++i) {
    const bool is_wanted = i < wanted.size() && found[i] == wanted[i];
    if (found[i] != kErased && found[i] != kZero && !is_wanted) return false;
  }
  return true;
}

/// Whether programming makes `found` what is wanted.
bool IsProgrammable(Bytes found, Bytes wanted) {
  if (IsAll(kErased, found)) return true;
  for (size_t i = 0; i < found.size(); ++i) {
    const std::byte target = i < wanted.size() ? wanted[i] : kErased;
    if ((found[i] & target) != target) return false;
  }
  return true;
}

Result<bool> IsBlank(flash::Flash& flash,
                     const EmptyVolume& volume,
                     MutableBytes buffer) {
  for (uint32_t block = 0; block < volume.layout.volume_bytes;
       block += kNvBlockBytes) {
    TRY(flash.Read(block, buffer));
    if (!IsBlank(buffer, volume.In(block))) return false;
  }
  return true;
}

/// From the end to the start: what tells that the volume is one comes last.
Status Format(flash::Flash& flash,
              const EmptyVolume& volume,
              MutableBytes buffer) {
  for (uint32_t block = volume.layout.volume_bytes; block != 0;) {
    block -= kNvBlockBytes;
    TRY(flash.Read(block, buffer));
    if (!IsProgrammable(buffer, volume.In(block))) {
      TRY(flash.EraseBlock(block));
    }
    TRY(flash.Program(block, volume.In(block)));
  }
  return {};
}

/// Fails with the reason why it cannot be opened if it is not blank.
Status FormatIfBlank(flash::Flash& flash,
                     MutableBytes image,
                     const Error& reason) {
  const auto layout = std::ranges::find_if(kNvLayouts, [&](const NvLayout& l) {
    return flash.size_bytes() >= l.volume_bytes;
  });
  if (layout == kNvLayouts.end() || flash.block_bytes() != kNvBlockBytes) {
    return std::unexpected(reason);
  }
  const MutableBytes buffer = image.first(kNvBlockBytes);
  const EmptyVolume volume(*layout);
  if (!TRY(IsBlank(flash, volume, buffer))) return std::unexpected(reason);
  return Format(flash, volume, buffer);
}

/// Programs what is there already.
Status CheckWritable(flash::Flash& flash) {
  std::array<std::byte, 1> byte{};
  TRY(flash.Read(0, byte));
  if (byte.front() == kErased) return {};  // Formatting will tell.
  const Status written = flash.Program(0, byte);
  if (written || written.error().code() != ErrorCode::kDeviceError) {
    return written;
  }
  return Fail(ErrorCode::kReadOnly, "variable flash is write-protected");
}

/// No name is there twice: after a change, it would not be clear which counts.
Status CheckNames(const NvStore& store) {
  for (auto record = store.First(); record; record = store.After(*record)) {
    const auto found = store.Find(record->key());
    if (!found || found->offset != record->offset) {
      return Fail(ErrorCode::kCorrupt, "variable flash: a variable is twice");
    }
  }
  return {};
}

}  // namespace

Status StartNvStore(flash::Flash& flash, MutableBytes image) {
  TRY(CheckWritable(flash));
  if (const auto opened = NvStore::Open(flash, image); !opened) {
    TRY(FormatIfBlank(flash, image, opened.error()));
  }
  NvStore store = TRY(NvStore::Open(flash, image));
  TRY(CheckNames(store));
  return store.CleanUp();
}

Status LoadNvVariables(const NvStore& store, VariableArea area) {
  for (auto record = store.First(); record; record = store.After(*record)) {
    if (!IsShowable(*record)) continue;
    if (!area.Add(record->key(), record->attributes, record->data)) {
      return Fail(ErrorCode::kNoMemory, "too many variables in flash");
    }
  }
  return {};
}

}  // namespace flint::efi
