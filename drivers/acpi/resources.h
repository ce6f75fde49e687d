// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::acpi {

/// What a resource descriptor says that a device has, or passes on.
struct ResourceRange {
  enum class Kind : uint8_t { kMemory, kBusNumbers };

  Kind kind;
  uint64_t first = 0;
  uint64_t count = 0;
};

/// Walks the ranges of memory and of bus numbers among the descriptors of a
/// `Name (_CRS, Buffer)`. [acpi-6.5 6.2.2, 6.4]
class ResourceReader {
 public:
  /// The first such name in a piece of AML. kNotFound if there is none;
  /// otherwise its length cannot be read.
  static Result<ResourceReader> Find(Bytes aml);

  /// Nothing at the end, be it cut off.
  std::optional<ResourceRange> Next();

 private:
  explicit ResourceReader(Bytes descriptors) : rest_(descriptors) {}

  ByteReader rest_;
};

}  // namespace flint::acpi
