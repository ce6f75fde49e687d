// SPDX-License-Identifier: Apache-2.0
#include "efi/handles/device_path_prefix.h"

#include <cstring>

namespace flint::efi {
namespace {

using abi::EFI_DEVICE_PATH_PROTOCOL;

const std::byte* BytesOf(const EFI_DEVICE_PATH_PROTOCOL& node) {
  return static_cast<const std::byte*>(static_cast<const void*>(&node));
}

const EFI_DEVICE_PATH_PROTOCOL& NodeAt(const EFI_DEVICE_PATH_PROTOCOL& path,
                                       size_t offset) {
  return *static_cast<const EFI_DEVICE_PATH_PROTOCOL*>(
      static_cast<const void*>(BytesOf(path) + offset));
}

}  // namespace

bool IsEndOfPath(const EFI_DEVICE_PATH_PROTOCOL& node) {
  return (node.Type & 0x7F) == abi::END_DEVICE_PATH_TYPE ||
         node.Length < sizeof(EFI_DEVICE_PATH_PROTOCOL);
}

size_t PathSize(const EFI_DEVICE_PATH_PROTOCOL& path) {
  size_t size = 0;
  while (!IsEndOfPath(NodeAt(path, size))) size += NodeAt(path, size).Length;
  return size;
}

std::optional<size_t> MatchPrefix(const EFI_DEVICE_PATH_PROTOCOL& path,
                                  const EFI_DEVICE_PATH_PROTOCOL& prefix) {
  const size_t size = PathSize(prefix);
  if (size > PathSize(path) ||
      std::memcmp(BytesOf(path), BytesOf(prefix), size) != 0) {
    return std::nullopt;
  }
  return size;
}

}  // namespace flint::efi
