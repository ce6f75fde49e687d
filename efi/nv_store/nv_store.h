// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/flash/flash.h"
#include "efi/nv_store/nv_format.h"
#include "efi/nv_store/nv_image.h"
#include "efi/nv_store/nv_working_block.h"
#include "efi/variables/variable_area.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What a variable is to become.
struct NvVariable {
  VariableKey key;
  uint32_t attributes;
  // One behind the other.
  Bytes kept;
  Bytes data;
};

/// The variables in flash.
///
/// The flash is all there is: an object is opened for one change, or to look at
/// everything once, and knows nothing of what is done by others meanwhile. A
/// change happens wholly or not at all, whenever the power fails.
class NvStore final {
 public:
  /// Finishes what was interrupted, and reads the store into `image`, of at
  /// least `kMaxNvStoreBytes`. Both must outlive the object. kUnsupported if
  /// the flash holds something else, kCorrupt if it contradicts itself; nothing
  /// has been written then. Or fails as the flash did.
  static Result<NvStore> Open(flash::Flash& flash, MutableBytes image);

  /// The variables, in the order they were last changed in; valid until a
  /// change.
  std::optional<NvRecord> First() const { return LiveFrom(kFirstNvRecord); }
  std::optional<NvRecord> After(const NvRecord& record) const {
    return LiveFrom(record.offset + record.size_bytes);
  }
  std::optional<NvRecord> Find(const VariableKey& key) const;

  /// What all variables may take together, and what they do.
  uint64_t capacity_bytes() const {
    return layout_.store_bytes - kFirstNvRecord;
  }
  uint64_t used_bytes() const;

  // The last thing that is done with the object:

  /// Adds a variable or replaces one. kNoMemory, and nothing is written, if
  /// there is no room.
  Status Set(const NvVariable& variable);

  /// Removes a variable, if there is one.
  Status Remove(const VariableKey& key);

  /// Makes sure that there is nothing behind the last variable, where a new one
  /// would go. For once, when the firmware starts.
  Status CleanUp();

 private:
  /// The variable of a name, and what it was before.
  struct Versions {
    std::optional<NvRecord> added;
    std::optional<NvRecord> in_deletion;
  };

  NvStore(flash::Flash& flash, MutableBytes image, const NvLayout& layout)
      : flash_(flash), image_(image), layout_(layout), work_(flash, layout) {}

  Status Load();
  Status Restore();
  Bytes store() const { return Bytes(image_).first(layout_.store_bytes); }
  MutableBytes mutable_store() { return image_.first(layout_.store_bytes); }
  std::optional<NvRecord> RecordAt(uint32_t offset) const;
  std::optional<NvRecord> LiveFrom(uint32_t offset) const;
  bool IsLive(const NvRecord& record) const;
  Versions FindVersions(const VariableKey& key) const;

  Result<bool> IsErased(uint32_t offset, uint64_t size_bytes);
  void Compose(uint32_t offset, const NvVariable& variable);
  Status SetState(const NvRecord& record, uint8_t state);
  Status SetState(uint32_t offset, uint8_t state);
  Status Append(const Versions& old, uint64_t size_bytes);
  uint32_t Compact(const VariableKey* left_out);
  Status Rewrite();
  Status WriteBlocks(uint32_t offset);

  flash::Flash& flash_;
  MutableBytes image_;
  NvLayout layout_;
  NvWorkingBlock work_;
  /// Of the records.
  uint32_t end_ = kFirstNvRecord;
};

}  // namespace flint::efi
