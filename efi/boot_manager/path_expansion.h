// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "efi/abi/types.h"
#include "efi/device_path/device_path.h"
#include "efi/handles/handle_database.h"
#include "efi/memory/pool_services.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Goes over the programs that a load option's path may mean, one after the
/// other, the most exact first. [uefi-2.10 3.1.2, 3.5.1]
///
/// | path | means |
/// |---|---|
/// | `HD(...)/File(...)` | that partition, wherever it is |
/// | `File(...)` | that file on any volume |
/// | of a volume | its `\EFI\BOOT\BOOTX64.EFI` |
/// | of a disk | that of each of its volumes |
/// | any other | itself |
///
/// Short forms that start at USB or URI nodes name nothing here.
class PathExpansion final {
 public:
  /// `path` and the services must outlive this.
  PathExpansion(HandleDatabase& handles,
                PoolServices& pool,
                const DevicePath& path);
  ~PathExpansion();
  PathExpansion(const PathExpansion&) = delete;
  PathExpansion& operator=(const PathExpansion&) = delete;

  /// The next full path, valid until the next call; nothing after the last. A
  /// volume that has gone meanwhile is skipped.
  std::optional<DevicePath> Next();

 private:
  enum class Kind : uint8_t {
    kPartition,    // HD(...) and what follows
    kFile,         // File(...)
    kDevice,       // perhaps a volume's, or a disk's
    kUnsupported,  // any other short form
  };

  static Kind KindOf(const DevicePath& path);
  std::optional<DevicePath> On(const DevicePath& volume);
  std::optional<DevicePath> Join(const DevicePath& start,
                                 const DevicePath& rest);
  std::optional<DevicePath> WithDefaultFile(const DevicePath& volume);
  std::optional<DevicePath> Keep(abi::EFI_DEVICE_PATH_PROTOCOL* path);
  void FreePath();

  HandleDatabase& handles_;
  PoolServices& pool_;
  DevicePath path_;
  Kind kind_;
  /// Those with a file system, in a pool buffer.
  abi::EFI_HANDLE* volumes_ = nullptr;
  size_t volume_count_ = 0;
  size_t next_volume_ = 0;
  /// Of kDevice: a volume was found, so the path is not tried as it is.
  bool is_device_ = false;
  bool is_done_ = false;
  abi::EFI_DEVICE_PATH_PROTOCOL* current_ = nullptr;
};

/// The path of a handle; nothing if it has none, or no well-formed one.
std::optional<DevicePath> PathOf(HandleDatabase& handles,
                                 abi::EFI_HANDLE handle);

}  // namespace flint::efi
