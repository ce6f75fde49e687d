// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "platforms/base/guid.h"

namespace flint::efi::hii {

inline constexpr Guid kListGuid =
    Guid::Of("11111111-2222-3333-4444-555555555555");

// What builders of packages write, as bytes.

std::string FakePackage(uint8_t type, std::string_view body);
std::string FakeGuidPackage(const Guid& guid, std::string_view body);
/// With the package that ends it.
std::string FakePackageList(std::initializer_list<std::string_view> packages);
/// Blocks, for which the one that ends them is added.
std::string FakeStringPackage(std::string_view languages,
                              std::initializer_list<std::string_view> blocks,
                              uint16_t language_name = 0);
/// Layouts of some descriptors that mean nothing.
std::string FakeKeyboardPackage(std::initializer_list<Guid> layouts);

/// Little-endian, with a terminator.
std::string Ucs2(std::u16string_view text);
/// A block of one such string.
std::string Ucs2Block(std::u16string_view text);

}  // namespace flint::efi::hii
