// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_cache.h"
#include "drivers/block/fake_block_device.h"

namespace flint::efi {

/// A disk of recognisable bytes with a cache in front.
class TestDisk final {
 public:
  static constexpr size_t kSizeBytes = size_t{2} << 20;

  explicit TestDisk(const block::FakeBlockDevice::Options& options = {})
      : TestDisk(Pattern(), options) {}
  TestDisk(std::vector<std::byte> contents,
           const block::FakeBlockDevice::Options& options)
      : device(std::move(contents), options) {}

  /// True if the disk has those bytes at that place.
  bool Holds(uint64_t offset, std::span<const std::byte> bytes) {
    return std::ranges::equal(device.contents().subspan(offset, bytes.size()),
                              bytes);
  }

  block::FakeBlockDevice device;

 private:
  static std::vector<std::byte> Pattern() {
    std::vector<std::byte> contents(kSizeBytes);
    for (size_t i = 0; i < contents.size(); ++i) {
      contents[i] = static_cast<std::byte>(i * 31 + i / 512 * 7);
    }
    return contents;
  }

  block::AlignedBuffer memory_{block::BlockCache::MemoryBytesFor(2)};

 public:
  block::BlockCache cache{device, memory_.bytes()};
};

}  // namespace flint::efi
