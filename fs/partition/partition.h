// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "drivers/block/block_device.h"
#include "platforms/base/guid.h"

namespace flint::partition {

/// How a disk is divided.
enum class Scheme : uint8_t {
  kGpt,
  kMbr,
  kElTorito,   // boot images inside of an ISO 9660 file system
  kWholeDisk,  // not at all: one file system from the first block
};

/// "GPT", "MBR", "El Torito", "whole disk".
std::string_view ToString(Scheme scheme);

// Types of GPT partitions. [uefi-2.10 5.3.3], [discoverable-partitions]
inline constexpr Guid kEfiSystemType =
    Guid::Of("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
inline constexpr Guid kExtendedBootType =
    Guid::Of("bc13c2ff-59e6-4262-a352-b275fd6f7172");
inline constexpr Guid kMicrosoftDataType =
    Guid::Of("ebd0a0a2-b9e5-4433-87c0-68b6b72699c7");
inline constexpr Guid kLinuxDataType =
    Guid::Of("0fc63daf-8483-4772-8e79-3d69d8477de4");
inline constexpr Guid kLinuxRootX86Type =
    Guid::Of("4f68bce3-e8cd-4db1-96e7-fbcaf984b709");
inline constexpr Guid kLinuxRootArm64Type =
    Guid::Of("b921b045-1df0-41c3-af44-4c6f280d3fae");
inline constexpr Guid kLinuxRootRiscv64Type =
    Guid::Of("72ec70a6-cf74-40e6-bd49-4bda08e8f224");
inline constexpr Guid kLinuxSwapType =
    Guid::Of("0657fd6d-a4ab-43c4-84e5-0933c84b4f4f");
inline constexpr Guid kBiosBootType =
    Guid::Of("21686148-6449-6e6f-744e-656564454649");

/// Attribute of a GPT partition that firmware must leave alone.
/// [uefi-2.10 5.3.3]
inline constexpr uint64_t kGptAttributeNoBlockIo = uint64_t{1} << 1;

// Types of MBR partitions.
inline constexpr uint8_t kMbrEfiSystemType = 0xef;
inline constexpr uint8_t kMbrExtendedBootType = 0xea;

/// True for the types of MBR partitions that are meant for FAT.
bool IsMbrFatType(uint8_t type);

/// One partition: consecutive blocks that lie on the disk, at least one.
struct Partition {
  /// 36 UTF-16 units, each at most three bytes of UTF-8.
  static constexpr size_t kMaxNameBytes = 36 * 3;

  uint64_t first_lba = 0;
  uint64_t block_count = 0;
  Scheme scheme = Scheme::kWholeDisk;
  /// GPT: the slot in the table, from 1. MBR: 1 to 4, logical ones from 5.
  /// El Torito: from 1 for the initial entry. Whole disk: 0.
  uint32_t number = 0;

  // GPT only; else zero and empty.
  Guid type{};
  Guid unique_guid{};
  uint64_t attributes = 0;
  uint8_t name_size = 0;
  std::array<char, kMaxNameBytes> name_storage{};

  // MBR only; else zero.
  uint8_t mbr_type = 0;
  bool mbr_active = false;
  uint32_t mbr_signature = 0;  // of the whole disk

  /// What its maker called it, in UTF-8.
  std::string_view name() const { return {name_storage.data(), name_size}; }

  /// What its type says it is for: "EFI system"; "unknown type" if we do not
  /// know.
  std::string_view type_name() const;

  /// Its blocks.
  block::BlockRange RangeOn(block::BlockDevice& disk) const {
    return {&disk, first_lba, block_count};
  }
};

}  // namespace flint::partition
