// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "platforms/base/bytes.h"
#include "platforms/base/guid.h"

namespace flint::efi::hii {

/// A keyboard layout: its name, and all of it.
struct KeyboardLayout {
  Guid guid;
  Bytes bytes;
};

/// Goes over the layouts of a package, up to the first that is damaged.
/// [uefi-2.10 33.3.9]
class KeyboardLayoutReader {
 public:
  explicit KeyboardLayoutReader(Bytes package);

  std::optional<KeyboardLayout> Next();

 private:
  ByteReader reader_;
  uint16_t count_ = 0;
};

}  // namespace flint::efi::hii
