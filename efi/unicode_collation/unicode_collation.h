// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/unicode_collation.h"

namespace flint::efi {

/// EFI_UNICODE_COLLATION_PROTOCOL for English. One object serves the protocol,
/// and one the second version of it, which only names languages in another way.
/// [uefi-2.10 13.12]
class UnicodeCollation final : public abi::EFI_UNICODE_COLLATION_PROTOCOL {
 public:
  enum class Version : uint8_t { kFirst, kSecond };

  explicit UnicodeCollation(Version version);
  UnicodeCollation(const UnicodeCollation&) = delete;
  UnicodeCollation& operator=(const UnicodeCollation&) = delete;

  /// What to install it as.
  const abi::EFI_GUID& guid() const;

 private:
  Version version_;
  abi::CHAR8 languages_[4];
};

}  // namespace flint::efi
