// SPDX-License-Identifier: Apache-2.0
#include "drivers/block/fake_block_device.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "platforms/base/checked.h"

namespace flint::block {
namespace {

using Failure = FakeBlockDevice::Failure;

constexpr std::byte kGarbage{0xDB};
constexpr Error kQuiesced(ErrorCode::kDeviceError, "disk was quiesced");

BlockGeometry GeometryOf(size_t size_bytes,
                         const FakeBlockDevice::Options& options) {
  return {.block_size_bytes = options.block_size_bytes,
          .block_count =
              DivideRoundUp<uint64_t>(size_bytes, options.block_size_bytes),
          .read_only = options.read_only};
}

/// The error to report if `request` meets a failure that has not worn off.
std::optional<Error> TakeFailure(std::vector<Failure>& failures,
                                 const FakeBlockDevice::Request& request) {
  for (Failure& failure : failures) {
    if (failure.times == 0 || failure.lba < request.lba ||
        failure.lba - request.lba >= request.block_count) {
      continue;
    }
    if (failure.times != Failure::kAlways) --failure.times;
    return failure.error;
  }
  return std::nullopt;
}

/// True if two extents share memory, which on hardware would be a race.
bool Overlap(std::span<const BlockExtent> extents) {
  std::vector<std::span<const std::byte>> buffers;
  for (const BlockExtent& extent : extents) {
    if (!extent.buffer.empty()) buffers.emplace_back(extent.buffer);
  }
  const std::less<const std::byte*> before;
  std::ranges::sort(buffers, [&](const auto& a, const auto& b) {
    return before(a.data(), b.data());
  });
  for (size_t i = 1; i < buffers.size(); ++i) {
    const auto& previous = buffers[i - 1];
    if (before(buffers[i].data(), previous.data() + previous.size())) {
      return true;
    }
  }
  return false;
}

}  // namespace

FakeBlockDevice::FakeBlockDevice(std::vector<std::byte> contents,
                                 const Options& options)
    : BlockDevice(GeometryOf(contents.size(), options), options.name),
      contents_(std::move(contents)) {
  contents_.resize(OffsetOf(geometry().block_count));
}

void FakeBlockDevice::ClearStatistics() {
  reads_.clear();
  writes_.clear();
  read_call_count_ = 0;
  write_call_count_ = 0;
  flush_count_ = 0;
  largest_batch_ = 0;
}

Status FakeBlockDevice::Quiesce() {
  quiesced_ = true;
  return {};
}

Status FakeBlockDevice::DoRead(std::span<const BlockExtent> extents) {
  ++read_call_count_;
  largest_batch_ = std::max(largest_batch_, extents.size());
  if (Overlap(extents)) {
    return Fail(ErrorCode::kInvalidArgument, "buffers of one call overlap");
  }
  std::optional<Error> error;
  if (quiesced_) error = kQuiesced;
  for (const BlockExtent& extent : extents) {
    const Request request{extent.lba,
                          extent.buffer.size() / geometry().block_size_bytes};
    reads_.push_back(request);
    if (!error) error = TakeFailure(read_failures_, request);
  }
  for (auto extent = extents.rbegin(); extent != extents.rend(); ++extent) {
    if (error) {
      std::ranges::fill(extent->buffer, kGarbage);
    } else {
      std::ranges::copy(
          contents().subspan(OffsetOf(extent->lba), extent->buffer.size()),
          extent->buffer.begin());
    }
  }
  if (error) return std::unexpected(*error);
  return {};
}

Status FakeBlockDevice::DoWrite(std::span<const ConstBlockExtent> extents) {
  if (quiesced_) return std::unexpected(kQuiesced);
  ++write_call_count_;
  largest_batch_ = std::max(largest_batch_, extents.size());
  for (const ConstBlockExtent& extent : extents) {
    const Request request{extent.lba,
                          extent.buffer.size() / geometry().block_size_bytes};
    writes_.push_back(request);
    if (const auto error = TakeFailure(write_failures_, request)) {
      return std::unexpected(*error);
    }
    std::ranges::copy(extent.buffer,
                      contents().subspan(OffsetOf(extent.lba)).begin());
    unflushed_byte_count_ += extent.buffer.size();
  }
  return {};
}

Status FakeBlockDevice::DoFlush() {
  if (quiesced_) return std::unexpected(kQuiesced);
  ++flush_count_;
  const Request anything{.lba = 0, .block_count = UINT64_MAX};
  if (const auto error = TakeFailure(flush_failures_, anything)) {
    return std::unexpected(*error);
  }
  unflushed_byte_count_ = 0;
  return {};
}

}  // namespace flint::block
