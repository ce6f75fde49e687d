// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "boot/memory/e820.h"
#include "platforms/base/format.h"

namespace flint::boot {

/// How the VMM entered us. The numbers are known to the doors' assembly.
enum class DoorKind : uint32_t {
  kPvh = 1,          // argument: address of the PVH start_info
  kLinux64 = 2,      // argument: address of the Linux zero page
  kResetVector = 3,  // argument: none
};

/// The door's name for messages: "PVH".
std::string_view ToString(DoorKind door);

inline constexpr size_t kMaxCommandLineBytes = size_t{64} << 10;
inline constexpr size_t kMaxModuleCommandLineBytes = 256;
inline constexpr size_t kMaxModules = 16;
inline constexpr size_t kMaxMemoryEntries = 1024;

/// A file the VMM loaded beside us: in practice, an initrd. Its bytes stay
/// where the VMM put them.
struct Module {
  uint64_t address = 0;
  uint64_t size_bytes = 0;
  FixedText<kMaxModuleCommandLineBytes> command_line;
};

/// Bytes that the VMM put somewhere, which stay there. None if the size is 0.
struct DataRange {
  uint64_t address = 0;
  uint64_t size_bytes = 0;
};

/// What the VMM told us, copied out of the low memory where it lay, in a form
/// that no longer depends on the door. About 96 KiB: make it a static object.
///
/// Filled by `ReadStartInfo` or `ReadZeroPage`. Nothing in it is
/// trustworthy beyond its own bounds: addresses may point anywhere.
class BootInfo {
 public:
  constexpr BootInfo() = default;
  BootInfo(const BootInfo&) = delete;
  BootInfo& operator=(const BootInfo&) = delete;

  DoorKind door() const { return door_; }

  /// What the user typed at the VMM; never meant for the guest's kernel.
  std::string_view command_line() const { return command_line_.view(); }

  /// True if the command line was longer than we keep.
  bool command_line_truncated() const { return command_line_.truncated(); }

  /// Address of the ACPI root pointer, or 0 if the VMM did not say.
  uint64_t rsdp_address() const { return rsdp_address_; }

  /// Address of the extended BIOS data area, or 0 if there is none: from page
  /// 0, which is not mapped later.
  uint64_t bios_data_address() const { return bios_data_address_; }

  /// The memory map as the VMM gave it: unsorted, overlapping, odd. Empty if it
  /// gave none. `MemoryMap::Build` makes sense of it.
  std::span<const memory::E820Entry> memory() const {
    return std::span(memory_).first(memory_count_);
  }

  std::span<const Module> modules() const {
    return std::span(modules_).first(module_count_);
  }

  /// The VMM's device tree, whatever its bytes are.
  DataRange device_tree() const { return device_tree_; }

  /// Modules beyond `kMaxModules`, or with impossible addresses, left out.
  size_t dropped_module_count() const { return dropped_module_count_; }

 private:
  friend class BootInfoWriter;

  DoorKind door_ = DoorKind{};
  size_t memory_count_ = 0;
  size_t module_count_ = 0;
  size_t dropped_module_count_ = 0;
  uint64_t rsdp_address_ = 0;
  uint64_t bios_data_address_ = 0;
  DataRange device_tree_;
  std::array<memory::E820Entry, kMaxMemoryEntries> memory_{};
  std::array<Module, kMaxModules> modules_{};
  FixedText<kMaxCommandLineBytes> command_line_;
};

}  // namespace flint::boot
