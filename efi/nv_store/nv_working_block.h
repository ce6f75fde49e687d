// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/flash/flash.h"
#include "efi/nv_store/nv_format.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// The notes on rewriting the store, by way of the spare area, that make it
/// happen wholly or not at all, whenever the power fails:
///
///     Begin                       the store counts
///     (spare area is written)
///     MarkSpareComplete           from here on the spare area counts
///     (store is written)
///     Finish                      the store counts again
class NvWorkingBlock final {
 public:
  enum class State : uint8_t {
    /// Nothing was begun, or what was is over. (Or the notes are in disorder,
    /// which amounts to that.)
    kIdle,
    /// The spare area is complete, and the store perhaps half written.
    kSpareCounts,
  };

  NvWorkingBlock(flash::Flash& flash, const NvLayout& layout)
      : flash_(flash), layout_(layout) {}

  /// Reads the notes. kUnsupported if something else than the store is to be
  /// rewritten, or fails as the flash did.
  Result<State> Read();

  // After `Read`, in this order.

  Status Begin();
  Status MarkSpareComplete();
  Status Finish();

 private:
  Status Format();
  Status SetState(uint32_t offset, uint8_t state);
  uint32_t record_offset() const {
    return slot_ + static_cast<uint32_t>(sizeof(NvWriteHeader));
  }

  flash::Flash& flash_;
  NvLayout layout_;
  /// The notes on the current or next write, from the start of the volume; 0 if
  /// there is no room, or the block is to be formatted first.
  uint32_t slot_ = 0;
};

}  // namespace flint::efi
