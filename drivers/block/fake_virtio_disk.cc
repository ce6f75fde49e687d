// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/fake_virtio_disk.h"

#include <algorithm>

#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::block {
namespace {

constexpr uint64_t kSectorBytes = 512;
constexpr uint8_t kOk = 0;
constexpr uint8_t kUnsupported = 2;
constexpr uint8_t kLeaveStatus = 0xFF;

struct Header {
  Le32 type;
  Le32 reserved;
  Le64 sector;
};

/// The configuration structure. [virtio-1.2 5.2.4]
struct Configuration {
  Le64 capacity;
  Le32 size_max;
  Le32 seg_max;
  Le32 geometry;
  Le32 block_size;
};

std::vector<uint8_t> ConfigurationOf(const FakeVirtioDisk::Options& options) {
  // Fields whose feature is not offered hold garbage.
  constexpr uint32_t kGarbage = 0xA5A5'A5A5;
  const auto field = [&](uint64_t feature, uint32_t value) {
    return Le32((options.features & feature) != 0 ? value : kGarbage);
  };
  const Configuration fields{
      .capacity = options.capacity,
      .size_max = field(FakeVirtioDisk::kSizeMax, options.size_max),
      .seg_max = field(FakeVirtioDisk::kSegMax, 1),
      .geometry = kGarbage,
      .block_size = field(FakeVirtioDisk::kBlockSize, options.block_size)};
  std::vector<uint8_t> bytes;
  for (const std::byte byte : AsBytes(fields)) {
    bytes.push_back(std::to_integer<uint8_t>(byte));
  }
  return bytes;
}

}  // namespace

FakeVirtioDisk::FakeVirtioDisk(GuestMemory& memory,
                               const Options& options,
                               std::span<std::byte> contents)
    : options_(options),
      contents_(contents),
      device_(memory,
              {.features = options.features,
               .queue_size_max = options.queue_size_max,
               .legacy = options.legacy,
               .config = ConfigurationOf(options)},
              [this](const auto& request) { return Handle(request); }) {}

uint32_t FakeVirtioDisk::Handle(const virtio::FakeRequest& chain) {
  const auto& buffers = chain.buffers;
  if (buffers.size() < 2 || buffers.size() > 3) {
    ADD_FAILURE() << "a request of " << buffers.size() << " descriptors";
    return 0;
  }
  EXPECT_FALSE(buffers.front().device_writes);
  EXPECT_EQ(buffers.front().bytes.size(), sizeof(Header));
  EXPECT_TRUE(buffers.back().device_writes);
  EXPECT_EQ(buffers.back().bytes.size(), 1u);
  const Header header =
      ReadWire<Header>(buffers.front().bytes).value_or(Header{});
  const virtio::FakeBuffer* data = buffers.size() == 3 ? &buffers[1] : nullptr;
  const Request& request = requests_.emplace_back(
      header.type, header.sector, data == nullptr ? 0 : data->bytes.size());
  EXPECT_NE(buffers.back().bytes[0], std::byte{kOk})
      << "a status that nobody wrote must not look like success";
  const uint8_t status = Perform(request, data);
  if (status != kLeaveStatus) buffers.back().bytes[0] = std::byte{status};
  const bool read = data != nullptr && data->device_writes;
  return static_cast<uint32_t>(read ? data->bytes.size() + 1 : 1);
}

uint8_t FakeVirtioDisk::Perform(const Request& request,
                                const virtio::FakeBuffer* data) {
  if (request.type == kFlushRequest) {
    EXPECT_NE(options_.features & kFlush, 0u);
    EXPECT_EQ(data, nullptr);
    EXPECT_EQ(request.sector, 0u);
    const auto answer = answers_.find(0);
    return answer == answers_.end() ? kOk : answer->second;
  }
  if (data == nullptr || request.type > kWrite) {
    ADD_FAILURE() << "a request of type " << request.type;
    return kUnsupported;
  }
  EXPECT_EQ(data->device_writes, request.type == kRead);
  EXPECT_EQ(data->address % kSectorBytes, 0u);
  const uint64_t block_size = (options_.features & kBlockSize) != 0
                                  ? options_.block_size
                                  : kSectorBytes;
  EXPECT_EQ(request.size_bytes % block_size, 0u);
  EXPECT_EQ(request.sector * kSectorBytes % block_size, 0u);
  if ((options_.features & kSizeMax) != 0) {
    EXPECT_LE(request.size_bytes, options_.size_max);
  }
  EXPECT_LE(request.sector + request.size_bytes / kSectorBytes,
            options_.capacity);
  for (uint64_t i = 0; i < request.size_bytes / kSectorBytes; ++i) {
    const auto answer = answers_.find(request.sector + i);
    if (answer != answers_.end()) return answer->second;
  }
  const auto place =
      contents_.subspan(request.sector * kSectorBytes, request.size_bytes);
  if (request.type == kRead) {
    std::ranges::copy(place, data->bytes.begin());
  } else {
    std::ranges::copy(data->bytes, place.begin());
  }
  return kOk;
}

}  // namespace flint::block
