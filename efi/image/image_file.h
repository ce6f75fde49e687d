// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "efi/abi/protocol/device_path.h"
#include "efi/abi/status.h"
#include "efi/device_path/device_path.h"
#include "efi/handles/handle_database.h"
#include "efi/image/file_reader.h"
#include "efi/memory/page_services.h"
#include "efi/memory/pool_services.h"
#include "loader/pe/image_source.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// An image's file, and where it came from: all of it in memory, or its head,
/// and the rest is read when asked for. Pages are given back when it ends.
class ImageFile final : public pe::ImageSource {
 public:
  ImageFile(PageServices& pages, PoolServices& pool)
      : pages_(pages), reader_(pool) {}
  ~ImageFile() override { Free(); }
  ImageFile(const ImageFile&) = delete;
  ImageFile& operator=(const ImageFile&) = delete;

  /// What is in memory: the file's first bytes, or all.
  Bytes head() const { return head_; }
  uint64_t size_bytes() const { return size_bytes_; }

  /// The device that had it, and the path from there.
  abi::EFI_HANDLE device() const { return device_; }
  abi::EFI_DEVICE_PATH_PROTOCOL* rest_of_path() const { return rest_; }

  /// Opens the file at `path` from the device that matches most of it: through
  /// SimpleFileSystem; if no file system does, through LoadFile2 (not with
  /// `boot_policy`), and then LoadFile. [uefi-2.10 7.4.1]
  ///
  /// Only what a file system has is not read as a whole, and only if it is
  /// large, and not `wanted_whole`.
  ///
  /// EFI_NOT_FOUND: no such device or file; EFI_LOAD_ERROR: it is no file, or
  /// shrank while being read; else what the device returned.
  abi::EFI_STATUS Open(const DevicePath& path,
                       bool boot_policy,
                       bool wanted_whole,
                       HandleDatabase& handles);

  /// A copy of what is in memory; the rest from the file system.
  Status Read(uint64_t offset, MutableBytes out) override;

 private:
  template <typename LoadFileProtocol>
  abi::EFI_STATUS ReadByLoadFile(LoadFileProtocol& protocol, bool boot_policy);
  abi::EFI_STATUS OpenByFileSystem(abi::VOID* interface, bool wanted_whole);
  bool Locate(const DevicePath& path,
              const abi::EFI_GUID& protocol,
              HandleDatabase& handles,
              abi::VOID*& interface);
  abi::VOID* Allocate(uint64_t size_bytes);
  void Free();

  PageServices& pages_;
  FileReader reader_;
  std::span<std::byte> buffer_;
  Bytes head_;
  uint64_t size_bytes_ = 0;
  abi::EFI_HANDLE device_ = nullptr;
  abi::EFI_DEVICE_PATH_PROTOCOL* rest_ = nullptr;
};

}  // namespace flint::efi
