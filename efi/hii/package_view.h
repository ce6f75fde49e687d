// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "efi/abi/protocol/hii_package.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guid.h"
#include "platforms/base/result.h"

namespace flint::efi::hii {

/// No package can be longer: its length has 24 bits.
inline constexpr size_t kMaxPackageSizeBytes = 0xFF'FFFF;

/// The header of a package of so many bytes, at most `kMaxPackageSizeBytes`.
abi::EFI_HII_PACKAGE_HEADER PackageHeader(uint8_t type, size_t size_bytes);

/// One whole package: a view.
class PackageView {
 public:
  /// The package at the start of `bytes`. kTruncated: it ends beyond them;
  /// kCorrupt: it is shorter than its headers.
  static Result<PackageView> Parse(Bytes bytes);

  uint8_t type() const { return type_; }

  /// The header and what follows it.
  Bytes bytes() const { return bytes_; }

  /// What a GUID package is of; nothing in others.
  std::optional<Guid> guid() const;

  /// True if both are of one type, which in GUID packages includes the GUID.
  bool IsOfTypeOf(const PackageView& other) const {
    return type_ == other.type_ && guid() == other.guid();
  }

 private:
  PackageView(uint8_t type, Bytes bytes) : type_(type), bytes_(bytes) {}

  uint8_t type_;
  Bytes bytes_;
};

/// The packages of a list, one after the other, up to the one that ends it.
class PackageReader {
 public:
  explicit PackageReader(Bytes packages) : rest_(packages) {}

  /// Nothing at the end. kTruncated, kCorrupt: the list is damaged.
  Result<std::optional<PackageView>> Next();

 private:
  Bytes rest_;
};

/// The packages of the list an image points at, all of them whole.
/// kInvalidArgument: null. kTruncated, kCorrupt: a length is wrong.
Result<Bytes> PackagesAt(const abi::EFI_HII_PACKAGE_LIST_HEADER* list);

}  // namespace flint::efi::hii
