// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "efi/file_system/simple_file_system.h"
#include "efi/load_file/load_file2.h"
#include "fs/volume/file_system.h"
#include "loader/bls/entry.h"
#include "loader/boot_plan/failure.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// The initrds of a boot entry, one after the other, each but the first at a
/// multiple of 4 bytes, as kernels want them. Read when a kernel asks for them,
/// straight to where it wants them.
class EntryInitrds final : public efi::LoadFileContents {
 public:
  /// `files` must outlive this.
  explicit EntryInitrds(efi::SimpleFileSystem& files) : files_(files) {}

  /// Finds the files at `paths`; at most `bls::kMaxInitrds`.
  std::expected<void, Failure> Open(std::span<const std::string_view> paths);

  // efi::LoadFileContents
  uint64_t size_bytes() const override;
  Status Load(MutableBytes out) override;

 private:
  efi::SimpleFileSystem& files_;
  std::array<volume::File, bls::kMaxInitrds> opened_{};
  size_t count_ = 0;
};

}  // namespace flint::boot
