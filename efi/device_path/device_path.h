// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

#include "efi/abi/protocol/device_path.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// One node of a checked device path: a view.
class DeviceNode {
 public:
  /// `bytes` must be one whole node; see `Parse` for those that may not be.
  explicit DeviceNode(Bytes bytes) : bytes_(bytes) {}

  /// The node at the start of `bytes`. kTruncated: it ends beyond them;
  /// kCorrupt: its length is less than its header's.
  static Result<DeviceNode> Parse(Bytes bytes);

  /// The node an image points at. kInvalidArgument: null; kCorrupt.
  static Result<DeviceNode> At(const abi::EFI_DEVICE_PATH_PROTOCOL* node);

  uint8_t type() const { return static_cast<uint8_t>(bytes_[0]); }
  uint8_t subtype() const { return static_cast<uint8_t>(bytes_[1]); }
  bool Is(uint8_t wanted_type, uint8_t wanted_subtype) const {
    return type() == wanted_type && subtype() == wanted_subtype;
  }
  bool is_end_instance() const {
    return Is(abi::END_DEVICE_PATH_TYPE, abi::END_INSTANCE_DEVICE_PATH_SUBTYPE);
  }
  bool is_end_entire() const {
    return Is(abi::END_DEVICE_PATH_TYPE, abi::END_ENTIRE_DEVICE_PATH_SUBTYPE);
  }

  /// The node with its header.
  Bytes bytes() const { return bytes_; }
  size_t size_bytes() const { return bytes_.size(); }

  /// What follows the header.
  Bytes payload() const {
    return bytes_.subspan(sizeof(abi::EFI_DEVICE_PATH_PROTOCOL));
  }

  /// The node as structure `T`, unless it is too short to be one.
  template <WireType T>
  std::optional<T> As() const {
    const auto value = ReadWire<T>(bytes_);
    return value ? std::optional<T>(*value) : std::nullopt;
  }

 private:
  Bytes bytes_;
};

/// A device path known to be well formed: whole nodes, of which the last, and
/// only the last, is End Entire. A view of memory that must stay as it is.
/// [uefi-2.10 10.2]
class DevicePath {
 public:
  /// Paths longer than this, or without an end up to here, are refused.
  static constexpr size_t kMaxSizeBytes = 256 * 1024;

  class Iterator;

  /// The path at the start of `bytes`; what follows its end is ignored.
  /// kTruncated: no end within `bytes`. kCorrupt: a node shorter than its
  /// header, or a path longer than `kMaxSizeBytes`.
  static Result<DevicePath> Parse(Bytes bytes);

  /// The path an image points at. Nothing tells how much memory there is, so
  /// this reads up to the end node. kInvalidArgument: null. kCorrupt.
  static Result<DevicePath> At(const abi::EFI_DEVICE_PATH_PROTOCOL* path);

  /// The path of no nodes but the end.
  static DevicePath Empty();

  /// All nodes with the end node.
  Bytes bytes() const { return bytes_; }
  size_t size_bytes() const { return bytes_.size(); }

  /// All nodes without the end node.
  Bytes body() const {
    return bytes_.first(bytes_.size() - sizeof(abi::EFI_DEVICE_PATH_PROTOCOL));
  }
  bool empty() const { return body().empty(); }

  /// The path as the ABI passes it.
  abi::EFI_DEVICE_PATH_PROTOCOL* abi_pointer() const;

  /// True if an End Instance node parts it.
  bool is_multi_instance() const;

  /// The part of this path after all nodes of `start`, if it begins with them
  /// and does so at a node's boundary. Both are taken up to their end.
  std::optional<DevicePath> After(const DevicePath& start) const;

  /// Iterates over the nodes before the end node.
  Iterator begin() const;
  Iterator end() const;

  bool operator==(const DevicePath& other) const;

 private:
  explicit DevicePath(Bytes bytes) : bytes_(bytes) {}

  Bytes bytes_;
};

/// Goes over the nodes of a checked path.
class DevicePath::Iterator {
 public:
  using value_type = DeviceNode;
  using difference_type = std::ptrdiff_t;

  Iterator() = default;
  explicit Iterator(Bytes remaining) : remaining_(remaining) {}

  DeviceNode operator*() const;
  Iterator& operator++();
  Iterator operator++(int) {
    const Iterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Iterator& other) const {
    return remaining_.size() == other.remaining_.size();
  }

  /// The path from this node on.
  Bytes remaining() const { return remaining_; }

 private:
  Bytes remaining_;  // without the end node
};

inline DevicePath::Iterator DevicePath::begin() const {
  return Iterator(body());
}
inline DevicePath::Iterator DevicePath::end() const { return Iterator(); }

}  // namespace flint::efi
