// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "efi/abi/memory.h"
#include "platforms/base/bytes.h"

namespace flint::efi {

/// Where an operating system maps runtime memory: the argument of
/// SetVirtualAddressMap. Views it; nothing in it is trusted. [uefi-2.10 8.4.1]
class VirtualMap final {
 public:
  /// `descriptors` of `descriptor_size` bytes each, at least those of the type.
  VirtualMap(Bytes descriptors, uint64_t descriptor_size)
      : descriptors_(descriptors), descriptor_size_(descriptor_size) {}

  uint64_t size() const { return descriptors_.size() / descriptor_size_; }
  abi::EFI_MEMORY_DESCRIPTOR at(uint64_t index) const;

  /// The virtual address of a physical one, if the map has it. Descriptors
  /// without EFI_MEMORY_RUNTIME do not count.
  std::optional<uint64_t> Convert(uint64_t address) const;

  /// The virtual address of a whole range, if the map has all of it and keeps
  /// it together. Empty ranges are never asked for.
  std::optional<uint64_t> ConvertRange(uint64_t address,
                                       uint64_t size_bytes) const;

 private:
  Bytes descriptors_;
  uint64_t descriptor_size_;
};

}  // namespace flint::efi
