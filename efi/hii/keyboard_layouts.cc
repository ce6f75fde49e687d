// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/keyboard_layouts.h"

#include "efi/abi/protocol/hii_package.h"

namespace flint::efi::hii {

using abi::EFI_HII_KEYBOARD_LAYOUT;
using abi::EFI_HII_KEYBOARD_PACKAGE_HDR;

KeyboardLayoutReader::KeyboardLayoutReader(Bytes package) : reader_(package) {
  const auto header = reader_.Read<EFI_HII_KEYBOARD_PACKAGE_HDR>();
  if (header) count_ = header->LayoutCount;
}

std::optional<KeyboardLayout> KeyboardLayoutReader::Next() {
  if (count_ == 0) return std::nullopt;
  const auto header = ReadWire<EFI_HII_KEYBOARD_LAYOUT>(reader_.remaining());
  if (!header || header->LayoutLength < sizeof(*header)) return std::nullopt;
  const auto bytes = reader_.ReadBytes(header->LayoutLength);
  if (!bytes) return std::nullopt;
  --count_;
  return KeyboardLayout{.guid = header->Guid, .bytes = *bytes};
}

}  // namespace flint::efi::hii
