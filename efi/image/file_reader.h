// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/status.h"
#include "efi/device_path/device_path.h"
#include "efi/memory/pool_services.h"
#include "platforms/base/bytes.h"

namespace flint::efi {

/// A file that is open through the file protocols of any driver, until the end
/// of this object. [uefi-2.10 13.5]
class FileReader final {
 public:
  explicit FileReader(PoolServices& pool) : pool_(pool) {}
  ~FileReader() { Close(); }
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// True if all nodes, and there are some, are file paths.
  static bool IsFilePath(const DevicePath& path);

  /// Opens the file that the path's nodes, one below the other, name.
  abi::EFI_STATUS Open(abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL& volume,
                       const DevicePath& path);

  /// EFI_LOAD_ERROR if it is a directory.
  abi::EFI_STATUS GetSize(uint64_t& size_bytes);

  /// Reads from there on. EFI_LOAD_ERROR if the file ends before.
  abi::EFI_STATUS Read(uint64_t offset, MutableBytes out);

 private:
  abi::EFI_STATUS OpenBelow(const DeviceNode& node);
  void Close();

  PoolServices& pool_;
  abi::EFI_FILE_PROTOCOL* file_ = nullptr;
};

}  // namespace flint::efi
