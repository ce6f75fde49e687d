// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "efi/hii/string_package.h"
#include "platforms/base/bytes.h"

namespace flint::efi::hii {

/// Writes bytes into memory of the caller's. What does not fit is counted, not
/// written: written to nothing, the same calls tell the size.
class PackageWriter {
 public:
  explicit PackageWriter(MutableBytes out) : out_(out) {}

  size_t size() const { return size_; }

  void Put(Bytes bytes) {
    if (size_ <= out_.size() && bytes.size() <= out_.size() - size_ &&
        !bytes.empty()) {
      std::memcpy(out_.data() + size_, bytes.data(), bytes.size());
    }
    size_ += bytes.size();
  }
  template <WireType T>
  void Put(const T& value) {
    Put(AsBytes(value));
  }

  /// Little-endian, with a terminator.
  void PutText(std::u16string_view text);

  /// Stores anew what begins at `offset`, if that much has been written.
  template <WireType T>
  void Patch(size_t offset, const T& value) {
    static_cast<void>(WriteWire(out_, offset, value));
  }

 private:
  MutableBytes out_;
  size_t size_ = 0;
};

/// A font by what it looks like.
struct FontLook {
  uint16_t size = 0;
  uint32_t style = 0;
  std::u16string_view name;
};

/// A string that a package is to have.
struct StringEdit {
  uint16_t id = 0;
  std::u16string_view text;
  /// Nothing: the font that the string has had.
  std::optional<FontLook> font;
  /// Make it the name of the package's language.
  bool names_language = false;
};

/// Writes the package with that edit: in the place of the string that is there,
/// or behind all others. Strings are as before, but for damaged blocks and what
/// follows them. False: the package has no more identifiers for fonts.
bool WriteEdited(const StringPackage& package,
                 const StringEdit& edit,
                 PackageWriter& out);

/// Writes a package without strings.
void WriteEmptyStringPackage(std::string_view language, PackageWriter& out);

}  // namespace flint::efi::hii
