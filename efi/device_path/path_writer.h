// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "efi/abi/protocol/device_path.h"
#include "efi/device_path/device_path.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Writes a device path, node by node, into memory of the caller's.
///
/// What does not fit is counted, not written: written to nothing, the same
/// calls tell how much memory they need.
class PathWriter {
 public:
  explicit PathWriter(MutableBytes out) : out_(out) {}

  /// Adds a node: a structure with its type and subtype. Its length is filled
  /// in.
  template <WireType Node>
  void Append(const Node& node) {
    const DeviceNode view(AsBytes(node));
    Append(view.type(), view.subtype(), view.payload());
  }

  /// Adds a node of this type and payload.
  void Append(uint8_t type, uint8_t subtype, Bytes payload);

  /// Adds a file path node. [uefi-2.10 10.3.5.4]
  void AppendFilePath(std::u16string_view path);

  /// Adds a copy of a node.
  void Append(const DeviceNode& node) { Put(node.bytes()); }

  /// Adds copies of all nodes but the end.
  void Append(const DevicePath& path) { Put(path.body()); }

  /// Starts a node, whose payload `Put` adds up to `EndNode`.
  void BeginNode(uint8_t type, uint8_t subtype);
  void Put(Bytes payload);
  template <WireType T>
  void Put(const T& value) {
    Put(AsBytes(value));
  }
  void EndNode();

  /// Ends this instance of a path of several.
  void EndInstance();

  /// Ends the path. kNoMemory: it did not fit; kOutOfRange: a node was longer
  /// than a node can be.
  Result<DevicePath> Finish();

  /// How many bytes have been asked for.
  size_t size_bytes() const { return size_; }

  /// False once a node was longer than a node can be.
  bool representable() const { return representable_; }

 private:
  MutableBytes out_;
  size_t size_ = 0;
  size_t node_start_ = 0;
  bool representable_ = true;
};

/// A path writer with its memory.
template <size_t kCapacityBytes>
class FixedPathWriter {
 public:
  FixedPathWriter() = default;
  FixedPathWriter(const FixedPathWriter&) = delete;
  FixedPathWriter& operator=(const FixedPathWriter&) = delete;

  PathWriter* operator->() { return &writer_; }
  PathWriter& operator*() { return writer_; }

 private:
  std::byte storage_[kCapacityBytes]{};
  PathWriter writer_{storage_};
};

}  // namespace flint::efi
