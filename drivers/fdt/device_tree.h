// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::fdt {

/// Where the registers of a device lie.
struct Registers {
  uint64_t address = 0;
  uint64_t size_bytes = 0;

  friend bool operator==(const Registers&, const Registers&) = default;
};

/// A flattened device tree. [devicetree-0.4 5]
class DeviceTree {
 public:
  /// Nodes nest this deep at most.
  static constexpr size_t kMaxDepth = 16;

  /// Checks the header. kTruncated or kCorrupt if it is none; kUnsupported if
  /// it is of a version before 17, or only for readers of a later one.
  static Result<DeviceTree> Parse(Bytes blob);

 private:
  friend class NodeSearch;
  DeviceTree(Bytes structure, Bytes strings)
      : structure_(structure), strings_(strings) {}

  Bytes structure_;
  Bytes strings_;
};

/// Finds the devices of one kind in a tree, in its order.
///
///     NodeSearch search(tree, "virtio,mmio");
///     while (const auto registers = TRY(search.Next())) { ... }
class NodeSearch {
 public:
  /// What these refer to must outlive the search.
  NodeSearch(const DeviceTree& tree, std::string_view compatible)
      : rest_(tree.structure_),
        strings_(tree.strings_),
        compatible_(compatible) {}

  /// The first range of registers of the next node of the kind that has one
  /// and is not disabled. Buses are taken to translate no addresses, as those
  /// of virtual machines do. kTruncated, kCorrupt or kUnsupported if the tree
  /// cannot be read any further.
  Result<std::optional<Registers>> Next();

 private:
  /// How the addresses of a node's children are written.
  struct Cells {
    uint32_t address = 2;
    uint32_t size = 1;
  };

  /// What matters of a node whose properties are being read.
  struct Node {
    bool is_compatible = false;
    bool is_disabled = false;
    Bytes registers;
  };

  Status BeginNode();
  Status EndNode();
  Status ReadProperty();
  Result<Bytes> ReadPadded(uint64_t size);
  bool IsNamed(uint32_t name_offset, std::string_view name) const;
  /// What the node that has just been read offers.
  std::optional<Registers> Take();

  ByteReader rest_;
  Bytes strings_;
  std::string_view compatible_;
  /// By depth: `cells_[0]` is for the root itself.
  std::array<Cells, DeviceTree::kMaxDepth + 1> cells_{};
  size_t depth_ = 0;
  /// Nothing once a child has begun: then there are no more properties.
  std::optional<Node> node_;
};

}  // namespace flint::fdt
