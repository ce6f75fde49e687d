// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "efi/abi/protocol/device_path.h"
#include "efi/abi/status.h"
#include "efi/device_path/device_path.h"
#include "efi/handles/handle_database.h"
#include "efi/memory/page_services.h"
#include "efi/memory/pool_services.h"
#include "platforms/base/bytes.h"

namespace flint::efi {

/// A whole file in memory, and where it came from. Pages are given back when it
/// ends.
class ImageFile final {
 public:
  explicit ImageFile(PageServices& pages) : pages_(pages) {}
  ~ImageFile() { Free(); }
  ImageFile(const ImageFile&) = delete;
  ImageFile& operator=(const ImageFile&) = delete;

  Bytes content() const { return content_; }

  /// The device that had it, and the path from there.
  abi::EFI_HANDLE device() const { return device_; }
  abi::EFI_DEVICE_PATH_PROTOCOL* rest_of_path() const { return rest_; }

  /// Reads the file at `path` from the device that matches most of it: through
  /// SimpleFileSystem; if no file system does, through LoadFile2 (not with
  /// `boot_policy`), and then LoadFile. [uefi-2.10 7.4.1]
  ///
  /// EFI_NOT_FOUND: no such device or file; EFI_LOAD_ERROR: it is no file, or
  /// shrank while being read; else what the device returned.
  abi::EFI_STATUS Read(const DevicePath& path,
                       bool boot_policy,
                       HandleDatabase& handles,
                       PoolServices& pool);

 private:
  template <typename LoadFileProtocol>
  abi::EFI_STATUS ReadByLoadFile(LoadFileProtocol& protocol, bool boot_policy);
  abi::EFI_STATUS ReadByFileSystem(abi::VOID* interface, PoolServices& pool);
  bool Locate(const DevicePath& path,
              const abi::EFI_GUID& protocol,
              HandleDatabase& handles,
              abi::VOID*& interface);
  abi::VOID* Allocate(uint64_t size_bytes);
  void Free();

  PageServices& pages_;
  std::span<std::byte> buffer_;
  Bytes content_;
  abi::EFI_HANDLE device_ = nullptr;
  abi::EFI_DEVICE_PATH_PROTOCOL* rest_ = nullptr;
};

}  // namespace flint::efi
