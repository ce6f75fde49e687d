// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "drivers/block/block_device.h"
#include "drivers/fw_cfg/fw_cfg.h"
#include "fs/volume/file_system.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::boot {

/// The kernel and the initrd that a VMM was given beside its firmware (QEMU's
/// `-kernel` and `-initrd` with `-bios`), as the two files of a file system:
/// they are read straight to where they are wanted. [fw-cfg]
class VmmKernel final : public volume::FileSystem {
 public:
  static constexpr std::string_view kKernelPath = "kernel";
  static constexpr std::string_view kInitrdPath = "initrd";

  /// kNotFound if the VMM was given no kernel; as `FwCfg`. `files` must outlive
  /// the result.
  static Result<VmmKernel> Find(fw_cfg::FwCfg& files);

  bool has_initrd() const { return initrd_bytes_ != 0; }

  /// What is meant for this kernel (QEMU's `-append`), in `arena`. kUnsupported
  /// if it is too long for any; kNoMemory; as `FwCfg`.
  Result<std::string_view> ReadCommandLine(Arena& arena);

  using FileSystem::Open;
  Result<volume::File> Open(const volume::File& directory,
                            std::string_view path) override;
  volume::File root() override {
    return {.size_bytes = 0, .is_directory = true, .location = {}};
  }
  Result<bool> List(const volume::File& directory,
                    volume::DirectoryCursor& cursor,
                    volume::DirectoryEntry& entry) override;
  Status Read(const volume::File& file,
              uint64_t offset,
              MutableBytes out) override;
  /// Reads at once: the batch stays as it is.
  Status ReadInto(const volume::File& file,
                  uint64_t offset,
                  uint64_t size_bytes,
                  MutableBytes destination,
                  block::BlockBatch& batch) override;

 private:
  explicit VmmKernel(fw_cfg::FwCfg& files) : files_(&files) {}

  Result<uint32_t> ReadSize(uint16_t key);
  Status ReadPart(uint16_t key, uint64_t offset, MutableBytes out);

  fw_cfg::FwCfg* files_;
  // A kernel comes in two parts.
  uint32_t setup_bytes_ = 0;
  uint32_t kernel_bytes_ = 0;
  uint32_t initrd_bytes_ = 0;
};

/// The disk of files that are on none.
class NoDisk final : public block::BlockDevice {
 public:
  NoDisk()
      : BlockDevice(
            {.block_size_bytes = 512, .block_count = 0, .read_only = true},
            "no disk") {}

 private:
  Status DoRead(std::span<const block::BlockExtent>) override;
  Status DoWrite(std::span<const block::ConstBlockExtent>) override;
  Status DoFlush() override { return {}; }
};

}  // namespace flint::boot
