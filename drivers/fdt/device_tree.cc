// SPDX-License-Identifier: Apache-2.0
#include "drivers/fdt/device_tree.h"

#include <utility>

#include "platforms/base/checked.h"
#include "platforms/base/endian.h"

namespace flint::fdt {
namespace {

/// [devicetree-0.4 5.2]
struct Header {
  static constexpr uint32_t kMagic = 0xD00D'FEED;
  static constexpr uint32_t kVersion = 17;

  Be32 magic;
  Be32 total_size;
  Be32 structure_offset;
  Be32 strings_offset;
  Be32 reservations_offset;
  Be32 version;
  Be32 last_compatible_version;
  Be32 boot_processor;
  Be32 strings_size;
  Be32 structure_size;
};
static_assert(sizeof(Header) == 40 && WireType<Header>);

/// [devicetree-0.4 5.4.1]
enum class Token : uint32_t {
  kBeginNode = 1,
  kEndNode = 2,
  kProperty = 3,
  kNop = 4,
  kEnd = 9,
};

constexpr uint64_t kTokenBytes = 4;

/// One number of one or two cells; nothing of any other form.
std::optional<uint64_t> ReadCells(ByteReader& reader, uint32_t count) {
  if (count == 1) {
    const auto value = reader.Read<Be32>();
    return value ? std::optional<uint64_t>(*value) : std::nullopt;
  }
  if (count == 2) {
    const auto value = reader.Read<Be64>();
    return value ? std::optional<uint64_t>(*value) : std::nullopt;
  }
  return std::nullopt;
}

/// True if a list of zero-terminated strings has this one.
bool Contains(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find('\0'));
    if (item == wanted) return true;
    if (item.size() == list.size()) return false;
    list.remove_prefix(item.size() + 1);
  }
  return false;
}

}  // namespace

Result<DeviceTree> DeviceTree::Parse(Bytes blob) {
  const auto header = TRY(ReadWire<Header>(blob));
  if (header.magic != Header::kMagic) {
    return Fail(ErrorCode::kCorrupt, "not a device tree");
  }
  if (header.version < Header::kVersion ||
      header.last_compatible_version > Header::kVersion) {
    return Fail(ErrorCode::kUnsupported, "unknown version of device tree");
  }
  const Bytes tree = TRY(Slice(blob, 0, header.total_size));
  return DeviceTree(
      TRY(Slice(tree, header.structure_offset, header.structure_size)),
      TRY(Slice(tree, header.strings_offset, header.strings_size)));
}

Result<std::optional<Registers>> NodeSearch::Next() {
  for (;;) {
    const auto token = static_cast<Token>(uint32_t{TRY(rest_.Read<Be32>())});
    std::optional<Registers> found;
    switch (token) {
      case Token::kBeginNode:
        found = Take();
        TRY(BeginNode());
        break;
      case Token::kEndNode:
        found = Take();
        TRY(EndNode());
        break;
      case Token::kProperty:
        TRY(ReadProperty());
        break;
      case Token::kNop:
        break;
      case Token::kEnd:
        // And so will the next call find.
        rest_ = ByteReader(AsBytes(std::string_view("\0\0\0\x09", 4)));
        return std::nullopt;
      default:
        return Fail(ErrorCode::kCorrupt, "device tree has an unknown token");
    }
    if (found) return found;
  }
}

std::optional<Registers> NodeSearch::Take() {
  const std::optional<Node> node = std::exchange(node_, std::nullopt);
  if (!node || !node->is_compatible || node->is_disabled) return std::nullopt;
  // A node's own addresses are written as its parent says.
  const Cells& cells = cells_[depth_ - 1];
  ByteReader reader(node->registers);
  const auto address = ReadCells(reader, cells.address);
  const auto size_bytes = ReadCells(reader, cells.size);
  if (!address || !size_bytes) return std::nullopt;
  return Registers{.address = *address, .size_bytes = *size_bytes};
}

Status NodeSearch::BeginNode() {
  const size_t name_size = AsText(rest_.remaining()).find('\0');
  if (name_size == std::string_view::npos) {
    return Fail(ErrorCode::kTruncated, "device tree ends inside a name");
  }
  TRY(ReadPadded(name_size + 1));
  if (depth_ == DeviceTree::kMaxDepth) {
    return Fail(ErrorCode::kUnsupported, "device tree is too deep");
  }
  cells_[++depth_] = Cells();
  node_ = Node{};
  return {};
}

Status NodeSearch::EndNode() {
  if (depth_ == 0) {
    return Fail(ErrorCode::kCorrupt, "device tree ends a node too many");
  }
  --depth_;
  return {};
}

Status NodeSearch::ReadProperty() {
  const uint32_t size = TRY(rest_.Read<Be32>());
  const uint32_t name = TRY(rest_.Read<Be32>());
  const Bytes value = TRY(ReadPadded(size)).first(size);
  if (!node_) {
    return Fail(ErrorCode::kCorrupt, "device tree has a property without node");
  }
  if (IsNamed(name, "compatible")) {
    node_->is_compatible = Contains(AsText(value), compatible_);
  } else if (IsNamed(name, "status")) {
    node_->is_disabled =
        !Contains(AsText(value), "okay") && !Contains(AsText(value), "ok");
  } else if (IsNamed(name, "reg")) {
    node_->registers = value;
  } else if (IsNamed(name, "#address-cells")) {
    cells_[depth_].address = TRY(ReadWire<Be32>(value));
  } else if (IsNamed(name, "#size-cells")) {
    cells_[depth_].size = TRY(ReadWire<Be32>(value));
  }
  return {};
}

Result<Bytes> NodeSearch::ReadPadded(uint64_t size) {
  return rest_.ReadBytes(TRY(AlignUp(size, kTokenBytes)));
}

bool NodeSearch::IsNamed(uint32_t name_offset, std::string_view name) const {
  const std::string_view names = AsText(strings_);
  if (name_offset > names.size()) return false;
  const std::string_view text = names.substr(name_offset);
  return text.starts_with(name) && text.size() > name.size() &&
         text[name.size()] == '\0';
}

}  // namespace flint::fdt
