// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_manager/path_expansion.h"

#include <algorithm>

#include "efi/abi/protocol/device_path.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "efi/device_path/path_writer.h"
#include "efi/device_path/pool_path.h"

namespace flint::efi {
namespace {

#if defined(__x86_64__)
constexpr std::u16string_view kDefaultFile = u"\\EFI\\BOOT\\BOOTX64.EFI";
#elif defined(__aarch64__)
constexpr std::u16string_view kDefaultFile = u"\\EFI\\BOOT\\BOOTAA64.EFI";
#elif defined(__riscv)
constexpr std::u16string_view kDefaultFile = u"\\EFI\\BOOT\\BOOTRISCV64.EFI";
#endif

/// True if both nodes mean the same partition of the same disk. A GPT names it
/// by a GUID; an MBR's signature is the disk's, so the number counts, too. What
/// has no signature may be anywhere.
bool MeanSamePartition(const abi::HARDDRIVE_DEVICE_PATH& a,
                       const abi::HARDDRIVE_DEVICE_PATH& b) {
  if (a.SignatureType != b.SignatureType ||
      !std::ranges::equal(a.Signature, b.Signature)) {
    return false;
  }
  switch (a.SignatureType) {
    case abi::SIGNATURE_TYPE_GUID:
      return true;
    case abi::SIGNATURE_TYPE_MBR:
      return a.PartitionNumber == b.PartitionNumber;
    default:
      return false;
  }
}

/// The partition that a path ends in, if it does.
std::optional<abi::HARDDRIVE_DEVICE_PATH> PartitionOf(const DevicePath& path) {
  std::optional<abi::HARDDRIVE_DEVICE_PATH> partition;
  for (const DeviceNode node : path) {
    partition.reset();
    if (node.Is(abi::MEDIA_DEVICE_PATH, abi::MEDIA_HARDDRIVE_DP)) {
      partition = node.As<abi::HARDDRIVE_DEVICE_PATH>();
    }
  }
  return partition;
}

/// What follows the first node.
DevicePath AfterFirstNode(const DevicePath& path) {
  // A path's tail is a path.
  return *DevicePath::Parse(path.bytes().subspan((*path.begin()).size_bytes()));
}

}  // namespace

std::optional<DevicePath> PathOf(HandleDatabase& handles,
                                 abi::EFI_HANDLE handle) {
  const auto path =
      DevicePath::At(static_cast<const abi::EFI_DEVICE_PATH_PROTOCOL*>(
          handles.FindInterface(handle, abi::EFI_DEVICE_PATH_PROTOCOL_GUID)));
  return path ? std::optional(*path) : std::nullopt;
}

PathExpansion::PathExpansion(HandleDatabase& handles,
                             PoolServices& pool,
                             const DevicePath& path)
    : handles_(handles), pool_(pool), path_(path), kind_(KindOf(path)) {
  // Without volumes, or memory for them, only the path itself is left.
  static_cast<void>(
      handles_.LocateHandleBuffer(abi::ByProtocol,
                                  &abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID,
                                  nullptr,
                                  &volume_count_,
                                  &volumes_));
  if (volumes_ == nullptr) volume_count_ = 0;
}

PathExpansion::~PathExpansion() {
  FreePath();
  if (volumes_ != nullptr) static_cast<void>(pool_.FreePool(volumes_));
}

PathExpansion::Kind PathExpansion::KindOf(const DevicePath& path) {
  if (path.empty() || path.is_multi_instance()) return Kind::kUnsupported;
  const DeviceNode first = *path.begin();
  if (first.Is(abi::MEDIA_DEVICE_PATH, abi::MEDIA_HARDDRIVE_DP)) {
    return Kind::kPartition;
  }
  if (first.Is(abi::MEDIA_DEVICE_PATH, abi::MEDIA_FILEPATH_DP)) {
    return Kind::kFile;
  }
  // Whole paths start at a root; the other short forms at a message's node.
  return first.type() == abi::MESSAGING_DEVICE_PATH ||
                 first.type() == abi::BBS_DEVICE_PATH
             ? Kind::kUnsupported
             : Kind::kDevice;
}

std::optional<DevicePath> PathExpansion::Next() {
  FreePath();
  while (next_volume_ < volume_count_) {
    const auto volume = PathOf(handles_, volumes_[next_volume_++]);
    if (!volume) continue;
    if (const auto found = On(*volume)) return found;
  }
  if (is_done_ || is_device_ || kind_ != Kind::kDevice) return std::nullopt;
  is_done_ = true;
  return path_;
}

/// What the path means on that volume, if it means anything there.
std::optional<DevicePath> PathExpansion::On(const DevicePath& volume) {
  switch (kind_) {
    case Kind::kPartition: {
      const auto wanted = (*path_.begin()).As<abi::HARDDRIVE_DEVICE_PATH>();
      const auto partition = PartitionOf(volume);
      if (!wanted || !partition || !MeanSamePartition(*wanted, *partition)) {
        return std::nullopt;
      }
      const DevicePath rest = AfterFirstNode(path_);
      return rest.empty() ? WithDefaultFile(volume) : Join(volume, rest);
    }
    case Kind::kFile:
      return Join(volume, path_);
    case Kind::kDevice:
      if (!volume.After(path_)) return std::nullopt;
      is_device_ = true;
      return WithDefaultFile(volume);
    case Kind::kUnsupported:
      break;
  }
  return std::nullopt;
}

std::optional<DevicePath> PathExpansion::Join(const DevicePath& start,
                                              const DevicePath& rest) {
  return Keep(BuildPoolPath(pool_, [&](PathWriter& out) {
    out.Append(start);
    out.Append(rest);
  }));
}

std::optional<DevicePath> PathExpansion::WithDefaultFile(
    const DevicePath& volume) {
  return Keep(BuildPoolPath(pool_, [&](PathWriter& out) {
    out.Append(volume);
    out.AppendFilePath(kDefaultFile);
  }));
}

std::optional<DevicePath> PathExpansion::Keep(
    abi::EFI_DEVICE_PATH_PROTOCOL* path) {
  current_ = path;
  if (path == nullptr) return std::nullopt;
  return *DevicePath::At(path);
}

void PathExpansion::FreePath() {
  if (current_ != nullptr) static_cast<void>(pool_.FreePool(current_));
  current_ = nullptr;
}

}  // namespace flint::efi
