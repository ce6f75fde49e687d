// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#include "drivers/virtio/transport.h"
#include "platforms/base/result.h"

/// Queues of legacy devices, which are told one number: that of the page where
/// the queue begins. [virtio-1.2 2.7.2, 4.1.5.1.3, 4.2.4]
namespace flint::virtio {

inline constexpr uint32_t kLegacyPageSizeBytes = 4096;

/// Last address a queue may have, if the number of its page has 32 bits.
inline constexpr uint64_t kLegacyLastAddress =
    (uint64_t{std::numeric_limits<uint32_t>::max()} + 1) *
        kLegacyPageSizeBytes -
    1;

/// The page number to tell. kUnsupported if the queue lies where there is none.
inline Result<uint32_t> LegacyPageNumberOf(const QueueSetup& setup) {
  if (setup.descriptors > kLegacyLastAddress ||
      setup.descriptors % kLegacyPageSizeBytes != 0) {
    return Fail(ErrorCode::kUnsupported,
                "virtqueue is where a legacy device cannot reach it");
  }
  return static_cast<uint32_t>(setup.descriptors / kLegacyPageSizeBytes);
}

}  // namespace flint::virtio
