// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "boot/memory/memory_map.h"
#include "boot/memory/page_allocator.h"
#include "drivers/block/block_device.h"
#include "fs/volume/file_system.h"
#include "loader/boot_plan/failure.h"
#include "loader/bzimage/kernel_image.h"
#include "loader/bzimage/owned_pages.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::bzimage {

/// A file that the VMM put into memory. The memory map must not call it free.
struct Module {
  uint64_t address;
  uint64_t size_bytes;
};

/// What is to be started.
struct LinuxRequest {
  volume::FileSystem& file_system;
  /// The disk that the file system is on.
  block::BlockDevice& device;
  std::string_view kernel_path;
  /// In the order in which the kernel is to see them.
  std::span<const std::string_view> initrd_paths = {};
  /// Used as initrd if there are no `initrd_paths`: one stays where it is if
  /// the kernel can have it there, others are copied behind each other.
  std::span<const Module> modules = {};
  std::string_view command_line = {};
};

/// All there is to know for the jump: in 64-bit mode with everything
/// identity-mapped, interrupts off, RSI = `zero_page_address`. [linux-boot,
/// 64-bit boot protocol]
struct PreparedKernel {
  uint64_t entry_address;
  uint64_t zero_page_address;
  uint64_t kernel_address;
  /// From `kernel_address`; must be mapped, writable and executable.
  uint64_t kernel_memory_size_bytes;
  /// 0 and 0 if there is none.
  uint64_t initrd_address;
  uint64_t initrd_size_bytes;
};

/// A kernel and its initrd in memory. Gives the memory back unless `Finish`
/// succeeded.
class [[nodiscard]] LoadedLinux final {
 public:
  /// Writes the zero page. Allocates nothing, so that `ranges` may be walked
  /// after the last allocation, right before the jump. Errors as
  /// `linux_params::WriteParameters`.
  Result<PreparedKernel> Finish(memory::E820Cursor ranges,
                                uint64_t rsdp_address) &&;

 private:
  friend class LinuxLoader;
  explicit LoadedLinux(const KernelImage& image) : image_(image) {}

  KernelImage image_;
  std::string_view command_line_;
  uint32_t kernel_alignment_ = 0;
  OwnedPages kernel_;
  Module initrd_{};
  OwnedPages initrd_pages_;
  OwnedPages parameters_;
  MutableBytes parameter_bytes_;
};

/// Loads Linux kernels: kernel and initrds are read by one batch, straight to
/// where the kernel will find them.
class LinuxLoader final {
 public:
  /// `extents` is room for the batch; the more, the fewer calls of the driver.
  LinuxLoader(memory::PageAllocator& allocator,
              GuestMemory& guest_memory,
              std::span<block::BlockExtent> extents)
      : allocator_(allocator), guest_memory_(guest_memory), extents_(extents) {}

  /// Loads what `request` names, whose texts must outlive the result. A failed
  /// load leaves nothing allocated.
  std::expected<LoadedLinux, Failure> Load(const LinuxRequest& request);

 private:
  std::expected<void, Failure> ReadAll(const LinuxRequest& request,
                                       const volume::File& kernel,
                                       LoadedLinux& linux);
  Status ReserveParameters(std::string_view command_line, LoadedLinux& linux);
  Status UseModules(std::span<const Module> modules, LoadedLinux& linux);
  Status CopyModules(std::span<const Module> modules, LoadedLinux& linux);

  memory::PageAllocator& allocator_;
  GuestMemory& guest_memory_;
  std::span<block::BlockExtent> extents_;
};

}  // namespace flint::bzimage
