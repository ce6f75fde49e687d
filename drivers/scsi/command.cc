// SPDX-License-Identifier: Apache-2.0
#include "drivers/scsi/command.h"

#include <bit>
#include <limits>

#include "platforms/base/endian.h"

namespace flint::scsi {
namespace {

/// A command of 6 bytes with an allocation length of two, or of one that has a
/// zero before it. [spc-4 6.6]
struct Command6 {
  uint8_t operation;
  uint8_t flags = 0;
  uint8_t page = 0;
  Be16 length = uint16_t{0};
  uint8_t control = 0;
};
static_assert(sizeof(Command6) == 6);

/// [sbc-3 5.8]
struct Command10 {
  uint8_t operation;
  uint8_t flags = 0;
  Be32 lba = uint32_t{0};
  uint8_t group = 0;
  Be16 length = uint16_t{0};
  uint8_t control = 0;
};
static_assert(sizeof(Command10) == 10);

/// [spc-4 6.33]
struct Command12 {
  uint8_t operation;
  std::array<uint8_t, 5> unused{};
  Be32 length = uint32_t{0};
  std::array<uint8_t, 2> control{};
};
static_assert(sizeof(Command12) == 12);

/// [sbc-3 5.11]
struct Command16 {
  uint8_t operation;
  uint8_t action = 0;
  Be64 lba = uint64_t{0};
  Be32 length = uint32_t{0};
  std::array<uint8_t, 2> control{};
};
static_assert(sizeof(Command16) == 16);

template <WireType T>
Command ToCommand(const T& fields) {
  return Command(std::bit_cast<std::array<uint8_t, sizeof(T)>>(fields));
}

Command Transfer(uint8_t short_operation,
                 uint8_t long_operation,
                 uint64_t lba,
                 uint32_t block_count) {
  if (lba <= std::numeric_limits<uint32_t>::max() &&
      block_count <= std::numeric_limits<uint16_t>::max()) {
    return ToCommand(Command10{.operation = short_operation,
                               .lba = static_cast<uint32_t>(lba),
                               .length = static_cast<uint16_t>(block_count)});
  }
  return ToCommand(Command16{
      .operation = long_operation, .lba = lba, .length = block_count});
}

}  // namespace

Command TestUnitReady() { return ToCommand(Command6{.operation = 0x00}); }

Command Inquiry(uint16_t answer_bytes) {
  return ToCommand(Command6{.operation = 0x12, .length = answer_bytes});
}

Command RequestSense(uint8_t answer_bytes) {
  return ToCommand(Command6{.operation = 0x03, .length = answer_bytes});
}

Command ModeSense6(uint8_t answer_bytes) {
  constexpr uint8_t kNoBlockDescriptors = 1 << 3;
  constexpr uint8_t kAllPages = 0x3F;
  return ToCommand(Command6{.operation = 0x1A,
                            .flags = kNoBlockDescriptors,
                            .page = kAllPages,
                            .length = answer_bytes});
}

Command ReportLuns(uint32_t answer_bytes) {
  return ToCommand(Command12{.operation = 0xA0, .length = answer_bytes});
}

Command ReadCapacity10() { return ToCommand(Command10{.operation = 0x25}); }

Command ReadCapacity16(uint32_t answer_bytes) {
  constexpr uint8_t kServiceAction = 0x10;
  return ToCommand(Command16{
      .operation = 0x9E, .action = kServiceAction, .length = answer_bytes});
}

Command Read(uint64_t lba, uint32_t block_count) {
  return Transfer(0x28, 0x88, lba, block_count);
}

Command Write(uint64_t lba, uint32_t block_count) {
  return Transfer(0x2A, 0x8A, lba, block_count);
}

Command SynchronizeCache10() { return ToCommand(Command10{.operation = 0x35}); }

Status ToStatus(const Outcome& outcome) {
  switch (outcome.status) {
    case Outcome::kGood:
      return {};
    case Outcome::kCheckCondition:
      return std::unexpected(ErrorOf(outcome.sense));
    case Outcome::kBusy:
      return Fail(ErrorCode::kDeviceError, "disk is busy");
    default:
      return Fail(ErrorCode::kDeviceError, "disk did not run a command");
  }
}

}  // namespace flint::scsi
