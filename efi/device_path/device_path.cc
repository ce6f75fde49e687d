// SPDX-License-Identifier: Apache-2.0
#include "efi/device_path/device_path.h"

#include <algorithm>
#include <cstring>

namespace flint::efi {
namespace {

using abi::EFI_DEVICE_PATH_PROTOCOL;

constexpr size_t kHeaderSize = sizeof(EFI_DEVICE_PATH_PROTOCOL);

constexpr EFI_DEVICE_PATH_PROTOCOL kEndEntire{
    .Type = abi::END_DEVICE_PATH_TYPE,
    .SubType = abi::END_ENTIRE_DEVICE_PATH_SUBTYPE,
    .Length = kHeaderSize,
};

bool Equal(Bytes a, Bytes b) { return std::ranges::equal(a, b); }

}  // namespace

Result<DeviceNode> DeviceNode::Parse(Bytes bytes) {
  const auto header = ReadWire<EFI_DEVICE_PATH_PROTOCOL>(bytes);
  if (!header || header->Length > bytes.size()) {
    return Fail(ErrorCode::kTruncated, "device path ends without an end node");
  }
  if (header->Length < kHeaderSize) {
    return Fail(ErrorCode::kCorrupt,
                "device path node is shorter than its header");
  }
  return DeviceNode(bytes.first(header->Length));
}

Result<DeviceNode> DeviceNode::At(const EFI_DEVICE_PATH_PROTOCOL* node) {
  if (node == nullptr) {
    return Fail(ErrorCode::kInvalidArgument, "device path node is null");
  }
  // SAFETY: a node takes the memory that its header says.
  return Parse(
      {AsBytes(*node).data(), std::max<size_t>(node->Length, kHeaderSize)});
}

Result<DevicePath> DevicePath::Parse(Bytes bytes) {
  size_t size = 0;
  while (size < kMaxSizeBytes) {
    const DeviceNode node = TRY(DeviceNode::Parse(bytes.subspan(size)));
    size += node.size_bytes();
    // The end may claim to be longer; nothing of it is of use.
    if (node.is_end_entire()) {
      return DevicePath(bytes.first(size - node.size_bytes() + kHeaderSize));
    }
  }
  return Fail(ErrorCode::kCorrupt, "device path is endless");
}

Result<DevicePath> DevicePath::At(const EFI_DEVICE_PATH_PROTOCOL* path) {
  if (path == nullptr) {
    return Fail(ErrorCode::kInvalidArgument, "device path is null");
  }
  // SAFETY: `Parse` looks at one node after the other up to the end node, and
  // there is memory as far as a path goes.
  return Parse({AsBytes(*path).data(), kMaxSizeBytes + UINT16_MAX});
}

DevicePath DevicePath::Empty() { return DevicePath(AsBytes(kEndEntire)); }

EFI_DEVICE_PATH_PROTOCOL* DevicePath::abi_pointer() const {
  const void* start = bytes_.data();
  // The ABI has no const; who gets a path to look at does not write it.
  return static_cast<EFI_DEVICE_PATH_PROTOCOL*>(const_cast<void*>(start));
}

bool DevicePath::is_multi_instance() const {
  return std::ranges::any_of(
      *this, [](DeviceNode node) { return node.is_end_instance(); });
}

std::optional<DevicePath> DevicePath::After(const DevicePath& start) const {
  Iterator ours = begin();
  for (const DeviceNode node : start) {
    if (ours == end() || !Equal((*ours).bytes(), node.bytes())) {
      return std::nullopt;
    }
    ++ours;
  }
  return DevicePath(bytes_.last(ours.remaining().size() + kHeaderSize));
}

bool DevicePath::operator==(const DevicePath& other) const {
  return Equal(body(), other.body());
}

DeviceNode DevicePath::Iterator::operator*() const {
  const auto header = *ReadWire<EFI_DEVICE_PATH_PROTOCOL>(remaining_);
  return DeviceNode(remaining_.first(header.Length));
}

DevicePath::Iterator& DevicePath::Iterator::operator++() {
  remaining_ = remaining_.subspan((**this).size_bytes());
  return *this;
}

}  // namespace flint::efi
