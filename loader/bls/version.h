// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string_view>

namespace flint::bls {

/// Orders two version strings, the newer being greater. [uapi-10]
///
/// A weak order: strings that differ only in separators ("1_" and "+1") or in
/// leading zeros are equivalent.
std::weak_ordering CompareVersions(std::string_view a, std::string_view b);

}  // namespace flint::bls
