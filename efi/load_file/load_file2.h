// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "efi/abi/protocol/device_path.h"
#include "efi/abi/protocol/load_file.h"
#include "efi/abi/status.h"
#include "efi/abi/types.h"
#include "efi/handles/handle_database.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guid.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What a LoadFile2 hands out: bytes that are somewhere, or come from somewhere
/// when they are asked for.
class LoadFileContents {
 public:
  virtual ~LoadFileContents() = default;

  virtual uint64_t size_bytes() const = 0;

  /// Puts all of them into `out`, which is as long as they are.
  virtual Status Load(MutableBytes out) = 0;
};

/// Bytes that are in memory.
class MemoryContents final : public LoadFileContents {
 public:
  explicit MemoryContents(Bytes bytes) : bytes_(bytes) {}

  uint64_t size_bytes() const override { return bytes_.size(); }
  Status Load(MutableBytes out) override;

 private:
  Bytes bytes_;
};

/// EFI_LOAD_FILE2_PROTOCOL for one file. [uefi-2.10 13.2]
class LoadFile2 final : public abi::EFI_LOAD_FILE2_PROTOCOL {
 public:
  explicit LoadFile2(LoadFileContents& contents);
  LoadFile2(const LoadFile2&) = delete;
  LoadFile2& operator=(const LoadFile2&) = delete;

  /// `file_path` is what is left of a path to here: nothing must be.
  abi::EFI_STATUS Load(const abi::EFI_DEVICE_PATH_PROTOCOL* file_path,
                       abi::BOOLEAN boot_policy,
                       abi::UINTN* buffer_size,
                       abi::VOID* buffer);

 private:
  LoadFileContents& contents_;
};

/// Where Linux's EFI stub looks for an initrd: a path of this vendor's media
/// node alone.
inline constexpr Guid kLinuxInitrdMedia =
    Guid::Of("5568e427-68fc-4f3d-ac74-ca555231cc68");

/// Offers an initrd to Linux for as long as it lives.
class InitrdOffer final {
 public:
  /// Everything must outlive the offer.
  InitrdOffer(HandleDatabase& handles, LoadFileContents& contents);
  ~InitrdOffer() { Withdraw(); }
  InitrdOffer(const InitrdOffer&) = delete;
  InitrdOffer& operator=(const InitrdOffer&) = delete;

  /// kInvalidArgument: someone offers one already. kNoMemory.
  Status Install();
  void Withdraw();

 private:
  static constexpr size_t kPathBytes =
      sizeof(abi::VENDOR_DEVICE_PATH) + sizeof(abi::EFI_DEVICE_PATH_PROTOCOL);

  HandleDatabase& handles_;
  LoadFile2 protocol_;
  std::array<std::byte, kPathBytes> path_{};
  abi::EFI_HANDLE handle_ = nullptr;
};

}  // namespace flint::efi
