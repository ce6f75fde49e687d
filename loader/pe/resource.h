// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "loader/pe/pe_format.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::pe {

/// The first resource of a type that has a name, such as "HII", in the tree
/// that `table`, a directory of the loaded `image`, names. [pe 6.9]
///
/// kNotFound: no resources, or none of that type. kTruncated: the tree or the
/// resource lies outside the image. kCorrupt: the tree is deeper than type,
/// name and language.
Result<Bytes> FindResource(Bytes image,
                           DataDirectory table,
                           std::u16string_view type);

}  // namespace flint::pe
