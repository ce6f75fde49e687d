// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/runtime/handoff.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What SetVirtualAddressMap has to know of a driver in memory, from its own
/// headers. They are the driver's to overwrite: kTruncated or kCorrupt if they
/// make no sense any more.
Result<RuntimeDriver> DescribeDriver(MutableBytes image);

}  // namespace flint::efi
