// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/virtio/transport.h"

namespace flint::virtio {

/// Where a legacy device finds the parts of a queue that begins at this page.
/// [virtio-1.2 2.7.2]
inline QueueSetup FakeLegacyLayout(uint32_t page_number, uint16_t size) {
  constexpr uint64_t kPage = 4096;
  const uint64_t descriptors = page_number * kPage;
  const uint64_t available = descriptors + 16u * size;
  const uint64_t end = available + 6 + 2u * size;
  return {.size = size,
          .descriptors = descriptors,
          .available = available,
          .used = (end + kPage - 1) / kPage * kPage};
}

}  // namespace flint::virtio
