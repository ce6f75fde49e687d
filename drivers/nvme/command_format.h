// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "platforms/base/endian.h"

/// What lies in the memory that controller and driver share. [nvme-1.4 4]
namespace flint::nvme {

/// [nvme-1.4 5]
enum class AdminOpcode : uint8_t {
  kCreateSubmissionQueue = 0x01,
  kCreateCompletionQueue = 0x05,
  kIdentify = 0x06,
};

/// [nvme-1.4 6]
enum class IoOpcode : uint8_t { kFlush = 0x00, kWrite = 0x01, kRead = 0x02 };

/// What to identify. [nvme-1.4 5.15.1]
enum class Identity : uint32_t {
  kNamespace = 0,
  kController = 1,
  kActiveNamespaces = 2,
};

/// A command. [nvme-1.4 4.2]
struct SubmissionEntry {
  uint8_t opcode = 0;
  uint8_t flags = 0;
  Le16 command_id = uint16_t{0};
  Le32 namespace_id = uint32_t{0};
  std::array<uint8_t, 16> reserved{};
  /// The first page, and the second or a list of all others. [nvme-1.4 4.3]
  Le64 prp1 = uint64_t{0};
  Le64 prp2 = uint64_t{0};
  Le32 dword10 = uint32_t{0};
  Le32 dword11 = uint32_t{0};
  Le32 dword12 = uint32_t{0};
  std::array<uint8_t, 12> dwords13{};
};
static_assert(sizeof(SubmissionEntry) == 64);

/// What became of a command. In the processor's byte order, which is the
/// device's: the last field is waited for. [nvme-1.4 4.6]
struct CompletionEntry {
  uint32_t result;
  uint32_t reserved;
  uint16_t submission_head;
  uint16_t submission_queue;
  uint16_t command_id;
  /// The lowest bit is the phase, which changes with every turn of the ring.
  uint16_t status;
};
static_assert(sizeof(CompletionEntry) == 16);

/// How a command ended: its status without the phase. [nvme-1.4 4.6.1]
struct CommandStatus {
  static constexpr uint16_t kTypeMask = 0x700;
  static constexpr uint16_t kMediumErrors = 0x200;

  static constexpr uint16_t kSuccess = 0x000;
  static constexpr uint16_t kInvalidOpcode = 0x001;
  static constexpr uint16_t kInvalidField = 0x002;
  static constexpr uint16_t kWriteProtected = 0x020;
  static constexpr uint16_t kLbaOutOfRange = 0x080;

  /// Type and code, without the flags above.
  static constexpr uint16_t Of(uint16_t status) { return status >> 1 & 0x7FF; }
};

inline constexpr size_t kIdentityBytes = 4096;

/// What a controller says of itself, as far as used. [nvme-1.4 5.15.2.2]
struct ControllerIdentity {
  std::array<uint8_t, 77> before_transfer_size;
  /// Power of two of the largest transfer in pages; 0 for no limit.
  uint8_t max_transfer_shift;
  std::array<uint8_t, 434> before_entry_sizes;
  /// Smallest in the low half, largest in the high half; powers of two.
  uint8_t submission_entry_sizes;
  uint8_t completion_entry_sizes;
  Le16 max_commands;
  Le32 namespace_count;
  std::array<uint8_t, 5> before_write_cache;
  uint8_t write_cache;
};
static_assert(offsetof(ControllerIdentity, submission_entry_sizes) == 512);
static_assert(offsetof(ControllerIdentity, namespace_count) == 516);
static_assert(offsetof(ControllerIdentity, write_cache) == 525);

/// [nvme-1.4 5.15.2.1]
struct LbaFormat {
  Le16 metadata_bytes;
  uint8_t data_shift;
  uint8_t performance;
};
static_assert(sizeof(LbaFormat) == 4);

/// What a namespace is, as far as used. [nvme-1.4 5.15.2.1]
struct NamespaceIdentity {
  static constexpr uint8_t kWriteProtected = 1 << 0;

  Le64 block_count;
  std::array<uint8_t, 17> before_format_count;
  /// Minus one.
  uint8_t last_format;
  uint8_t format;
  std::array<uint8_t, 72> before_attributes;
  uint8_t attributes;
  std::array<uint8_t, 20> before_eui64;
  /// As it lies there, which is how EDK II shows it.
  Le64 eui64;
  std::array<LbaFormat, 64> formats;
};
static_assert(offsetof(NamespaceIdentity, last_format) == 25);
static_assert(offsetof(NamespaceIdentity, attributes) == 99);
static_assert(offsetof(NamespaceIdentity, eui64) == 120);
static_assert(offsetof(NamespaceIdentity, formats) == 128);
static_assert(sizeof(NamespaceIdentity) == 384);

}  // namespace flint::nvme
