// SPDX-License-Identifier: Apache-2.0
#include "efi/device_path/device_path_protocols.h"

#include <cstring>
#include <optional>
#include <string_view>

#include "efi/device_path/path_text.h"
#include "efi/device_path/pool_path.h"
#include "platforms/base/check.h"

namespace flint::efi {
namespace {

using abi::BOOLEAN;
using abi::CHAR16;
using abi::EFI_DEVICE_PATH_PROTOCOL;
using abi::UINT16;
using abi::UINT8;
using abi::UINTN;

/// Where what the functions return comes from: they are told nothing of whose
/// they are.
constinit PoolServices* g_pool = nullptr;

constexpr UINTN kHeaderSize = sizeof(EFI_DEVICE_PATH_PROTOCOL);

/// The path, or nothing if it is null or no path.
std::optional<DevicePath> PathAt(const EFI_DEVICE_PATH_PROTOCOL* pointer) {
  const auto path = DevicePath::At(pointer);
  return path ? std::optional(*path) : std::nullopt;
}

UINTN EFIAPI GetDevicePathSize(const EFI_DEVICE_PATH_PROTOCOL* path) {
  const auto checked = PathAt(path);
  return checked ? checked->size_bytes() : 0;
}

EFI_DEVICE_PATH_PROTOCOL* EFIAPI
DuplicateDevicePath(const EFI_DEVICE_PATH_PROTOCOL* path) {
  const auto checked = PathAt(path);
  return checked ? DuplicatePath(*g_pool, *checked) : nullptr;
}

/// A path made of up to two others, of which null ones are left out; null if
/// one that is there is no path.
EFI_DEVICE_PATH_PROTOCOL* EFIAPI
AppendDevicePath(const EFI_DEVICE_PATH_PROTOCOL* first,
                 const EFI_DEVICE_PATH_PROTOCOL* second) {
  const auto first_path = PathAt(first);
  const auto second_path = PathAt(second);
  if ((first != nullptr && !first_path) ||
      (second != nullptr && !second_path)) {
    return nullptr;
  }
  return BuildPoolPath(*g_pool, [&](PathWriter& out) {
    if (first_path) out.Append(*first_path);
    if (second_path) out.Append(*second_path);
  });
}

EFI_DEVICE_PATH_PROTOCOL* EFIAPI
AppendDeviceNode(const EFI_DEVICE_PATH_PROTOCOL* path,
                 const EFI_DEVICE_PATH_PROTOCOL* node) {
  const auto checked_path = PathAt(path);
  const auto checked_node = DeviceNode::At(node);
  if ((path != nullptr && !checked_path) ||
      (node != nullptr && !checked_node)) {
    return nullptr;
  }
  return BuildPoolPath(*g_pool, [&](PathWriter& out) {
    if (checked_path) out.Append(*checked_path);
    // An end node adds nothing: the path has its own.
    if (checked_node && !checked_node->is_end_entire()) {
      out.Append(*checked_node);
    }
  });
}

EFI_DEVICE_PATH_PROTOCOL* EFIAPI
AppendDevicePathInstance(const EFI_DEVICE_PATH_PROTOCOL* path,
                         const EFI_DEVICE_PATH_PROTOCOL* instance) {
  const auto checked_path = PathAt(path);
  const auto checked_instance = PathAt(instance);
  if (!checked_instance || (path != nullptr && !checked_path)) return nullptr;
  return BuildPoolPath(*g_pool, [&](PathWriter& out) {
    if (checked_path) {
      out.Append(*checked_path);
      out.EndInstance();
    }
    out.Append(*checked_instance);
  });
}

/// The first instance of `path`: the nodes up to an End Instance or the end.
struct Instance {
  Bytes nodes;
  /// What follows the End Instance; nothing if this is the last one.
  std::optional<DevicePath> rest;
};

Instance FirstInstance(const DevicePath& path) {
  for (auto it = path.begin(); it != path.end(); ++it) {
    if (!(*it).is_end_instance()) continue;
    const size_t size = path.body().size() - it.remaining().size();
    const size_t skipped = size + (*it).size_bytes();
    const auto rest = DevicePath::Parse(path.bytes().subspan(skipped));
    return {.nodes = path.bytes().first(size),
            .rest = rest ? std::optional(*rest) : std::nullopt};
  }
  return {.nodes = path.body(), .rest = std::nullopt};
}

EFI_DEVICE_PATH_PROTOCOL* EFIAPI
GetNextDevicePathInstance(EFI_DEVICE_PATH_PROTOCOL** path, UINTN* size) {
  if (path == nullptr) return nullptr;
  const auto checked = PathAt(*path);
  if (!checked) return nullptr;
  const Instance instance = FirstInstance(*checked);
  EFI_DEVICE_PATH_PROTOCOL* const copy = BuildPoolPath(
      *g_pool, [&instance](PathWriter& out) { out.Put(instance.nodes); });
  if (copy == nullptr) return nullptr;
  if (size != nullptr) *size = instance.nodes.size() + kHeaderSize;
  *path = instance.rest ? instance.rest->abi_pointer() : nullptr;
  return copy;
}

BOOLEAN EFIAPI IsDevicePathMultiInstance(const EFI_DEVICE_PATH_PROTOCOL* path) {
  const auto checked = PathAt(path);
  return checked && checked->is_multi_instance() ? abi::TRUE : abi::FALSE;
}

EFI_DEVICE_PATH_PROTOCOL* EFIAPI CreateDeviceNode(UINT8 type,
                                                  UINT8 subtype,
                                                  UINT16 length) {
  if (length < kHeaderSize) return nullptr;
  void* const buffer = g_pool->Allocate(length);
  if (buffer == nullptr) return nullptr;
  std::memset(buffer, 0, length);
  auto* const node = static_cast<EFI_DEVICE_PATH_PROTOCOL*>(buffer);
  *node = {.Type = type, .SubType = subtype, .Length = length};
  return node;
}

/// Text in a pool buffer, with a terminator; `write` is called twice.
template <typename Write>
CHAR16* BuildPoolText(Write write) {
  TextWriter counter{{}};
  write(counter);
  const size_t size = counter.size() + 1;
  void* const buffer = g_pool->Allocate(size * sizeof(CHAR16));
  if (buffer == nullptr) return nullptr;
  auto* const text = static_cast<CHAR16*>(buffer);
  TextWriter writer({text, size});
  write(writer);
  writer.Put(u'\0');
  return text;
}

TextOptions OptionsOf(BOOLEAN display_only, BOOLEAN allow_shortcuts) {
  return {.display_only = display_only != abi::FALSE,
          .allow_shortcuts = allow_shortcuts != abi::FALSE};
}

CHAR16* EFIAPI ConvertDeviceNodeToText(const EFI_DEVICE_PATH_PROTOCOL* node,
                                       BOOLEAN display_only,
                                       BOOLEAN allow_shortcuts) {
  const auto checked = DeviceNode::At(node);
  if (!checked) return nullptr;
  return BuildPoolText([&](TextWriter& out) {
    NodeToText(*checked, OptionsOf(display_only, allow_shortcuts), out);
  });
}

CHAR16* EFIAPI ConvertDevicePathToText(const EFI_DEVICE_PATH_PROTOCOL* path,
                                       BOOLEAN display_only,
                                       BOOLEAN allow_shortcuts) {
  const auto checked = PathAt(path);
  if (!checked) return nullptr;
  return BuildPoolText([&](TextWriter& out) {
    PathToText(*checked, OptionsOf(display_only, allow_shortcuts), out);
  });
}

EFI_DEVICE_PATH_PROTOCOL* EFIAPI ConvertTextToDeviceNode(const CHAR16* text) {
  if (text == nullptr) return nullptr;
  const std::u16string_view view(text);
  PathWriter counter{{}};
  NodeFromText(view, counter);
  if (!counter.representable()) return nullptr;
  void* const buffer = g_pool->Allocate(counter.size_bytes());
  if (buffer == nullptr) return nullptr;
  PathWriter writer({static_cast<std::byte*>(buffer), counter.size_bytes()});
  NodeFromText(view, writer);
  return static_cast<EFI_DEVICE_PATH_PROTOCOL*>(buffer);
}

EFI_DEVICE_PATH_PROTOCOL* EFIAPI ConvertTextToDevicePath(const CHAR16* text) {
  if (text == nullptr) return nullptr;
  const std::u16string_view view(text);
  return BuildPoolPath(*g_pool,
                       [view](PathWriter& out) { PathFromText(view, out); });
}

}  // namespace

DevicePathProtocols::DevicePathProtocols(PoolServices& pool)
    : utilities_{.GetDevicePathSize = GetDevicePathSize,
                 .DuplicateDevicePath = DuplicateDevicePath,
                 .AppendDevicePath = AppendDevicePath,
                 .AppendDeviceNode = AppendDeviceNode,
                 .AppendDevicePathInstance = AppendDevicePathInstance,
                 .GetNextDevicePathInstance = GetNextDevicePathInstance,
                 .IsDevicePathMultiInstance = IsDevicePathMultiInstance,
                 .CreateDeviceNode = CreateDeviceNode},
      to_text_{.ConvertDeviceNodeToText = ConvertDeviceNodeToText,
               .ConvertDevicePathToText = ConvertDevicePathToText},
      from_text_{.ConvertTextToDeviceNode = ConvertTextToDeviceNode,
                 .ConvertTextToDevicePath = ConvertTextToDevicePath} {
  FLINT_CHECK(g_pool == nullptr, "two sets of device path protocols");
  g_pool = &pool;
}

DevicePathProtocols::~DevicePathProtocols() { g_pool = nullptr; }

}  // namespace flint::efi
