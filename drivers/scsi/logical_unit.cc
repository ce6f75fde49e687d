// SPDX-License-Identifier: Apache-2.0
#include "drivers/scsi/logical_unit.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "platforms/base/endian.h"

namespace flint::scsi {
namespace {

/// Standard INQUIRY data, as far as used. [spc-4 6.6.2]
struct InquiryData {
  static constexpr uint8_t kTypeDisk = 0x00;
  static constexpr uint8_t kTypeCdRom = 0x05;
  static constexpr uint8_t kRemovable = 1 << 7;

  /// Type in the low five bits; above, 0 if there is such a unit.
  uint8_t qualifier_and_type;
  uint8_t removable;
  std::array<uint8_t, 34> other;
};
static_assert(sizeof(InquiryData) == 36);

/// [sbc-3 5.12.2]
struct Capacity10 {
  Be32 last_lba;
  Be32 block_size_bytes;
};
static_assert(sizeof(Capacity10) == 8);

/// [sbc-3 5.13.2]
struct Capacity16 {
  Be64 last_lba;
  Be32 block_size_bytes;
  std::array<uint8_t, 20> other;
};
static_assert(sizeof(Capacity16) == 32);

/// [spc-4 7.5.4]
struct ModeHeader6 {
  static constexpr uint8_t kWriteProtected = 1 << 7;

  uint8_t length;
  uint8_t medium_type;
  uint8_t device_specific;
  uint8_t block_descriptor_bytes;
};
static_assert(sizeof(ModeHeader6) == 4);

/// Other things that a unit has to tell before it does as it is told. None has
/// more; one that never ends is broken.
constexpr int kMaxUnitAttentions = 16;

constexpr uint64_t kReadyPollNs = 10 * clock::kNanosecondsPerMillisecond;

void Pause(clock::Clock& clock, uint64_t duration_ns) {
  const clock::Deadline end(clock, duration_ns);
  while (!end.Passed()) {
  }
}

/// Runs a command, again if the unit had something to tell instead.
Result<Outcome> RunAttended(CommandRunner& runner,
                            const Command& command,
                            MutableBytes answer) {
  for (int i = 0; i < kMaxUnitAttentions; ++i) {
    const Outcome outcome = TRY(runner.Run(command, answer));
    if (!outcome.is_unit_attention()) return outcome;
  }
  return Fail(ErrorCode::kDeviceError, "disk never stops changing");
}

/// Runs a command that must succeed, and returns its answer.
template <WireType T>
Result<T> Ask(CommandRunner& runner, const Command& command) {
  std::array<std::byte, sizeof(T)> answer{};
  const Outcome outcome = TRY(RunAttended(runner, command, answer));
  TRY(ToStatus(outcome));
  return TRY(ReadWire<T>(
      Bytes(answer).first(std::min(outcome.answer_bytes, answer.size()))));
}

/// False if there is no medium.
Result<bool> AwaitReady(CommandRunner& runner, clock::Clock& clock) {
  const clock::Deadline deadline(clock, kReadyTimeoutNs);
  while (true) {
    const Outcome outcome = TRY(RunAttended(runner, TestUnitReady(), {}));
    if (outcome.good()) return true;
    if (outcome.sense.no_medium()) return false;
    const bool will_be_ready =
        outcome.status == Outcome::kBusy ||
        (outcome.sense.key == Sense::kNotReady &&
         outcome.sense.code == Sense::kLogicalUnitNotReady);
    if (!will_be_ready) TRY(ToStatus(outcome));
    if (deadline.Passed()) {
      return Fail(ErrorCode::kTimedOut, "disk does not become ready");
    }
    Pause(clock, kReadyPollNs);
  }
}

Result<block::BlockGeometry> ReadCapacity(CommandRunner& runner) {
  const auto capacity = TRY(Ask<Capacity10>(runner, ReadCapacity10()));
  uint64_t last_lba = capacity.last_lba;
  uint32_t block_size_bytes = capacity.block_size_bytes;
  // Says that the number is larger.
  if (last_lba == std::numeric_limits<uint32_t>::max()) {
    const auto large =
        TRY(Ask<Capacity16>(runner, ReadCapacity16(sizeof(Capacity16))));
    last_lba = large.last_lba;
    block_size_bytes = large.block_size_bytes;
  }
  constexpr uint32_t kMinBlockBytes = 512;
  constexpr uint32_t kMaxBlockBytes = 32768;
  if (!std::has_single_bit(block_size_bytes) ||
      block_size_bytes < kMinBlockBytes || block_size_bytes > kMaxBlockBytes) {
    return Fail(ErrorCode::kUnsupported, "disk has an unusable block size");
  }
  if (last_lba >= std::numeric_limits<uint64_t>::max() / block_size_bytes) {
    return Fail(ErrorCode::kCorrupt, "disk claims an impossible capacity");
  }
  return block::BlockGeometry{.block_size_bytes = block_size_bytes,
                              .block_count = last_lba + 1,
                              .read_only = false};
}

/// A disk that does not know the command is not protected.
Result<bool> IsWriteProtected(CommandRunner& runner) {
  std::array<std::byte, sizeof(ModeHeader6)> answer{};
  const Outcome outcome =
      TRY(RunAttended(runner, ModeSense6(sizeof(ModeHeader6)), answer));
  if (!outcome.good() || outcome.answer_bytes < answer.size()) return false;
  const auto header = TRY(ReadWire<ModeHeader6>(answer));
  return (header.device_specific & ModeHeader6::kWriteProtected) != 0;
}

}  // namespace

Result<std::optional<LogicalUnit>> Identify(CommandRunner& runner,
                                            clock::Clock& clock) {
  const auto inquiry =
      TRY(Ask<InquiryData>(runner, Inquiry(sizeof(InquiryData))));
  if (inquiry.qualifier_and_type != InquiryData::kTypeDisk &&
      inquiry.qualifier_and_type != InquiryData::kTypeCdRom) {
    return std::nullopt;
  }
  const bool ready = TRY(AwaitReady(runner, clock));
  if (!ready) return std::nullopt;
  const bool is_cd_rom = inquiry.qualifier_and_type == InquiryData::kTypeCdRom;
  LogicalUnit unit{
      .type = is_cd_rom ? LogicalUnit::Type::kCdRom : LogicalUnit::Type::kDisk,
      .geometry = TRY(ReadCapacity(runner))};
  unit.geometry.removable = (inquiry.removable & InquiryData::kRemovable) != 0;
  unit.geometry.read_only = is_cd_rom ? true : TRY(IsWriteProtected(runner));
  return unit;
}

Result<LunList> LunList::Parse(Bytes answer) {
  const uint32_t list_bytes = TRY(ReadWire<Be32>(answer));
  const Bytes entries = answer.subspan(std::min(answer.size(), kHeaderBytes));
  return LunList(entries.first(std::min<size_t>(entries.size(), list_bytes)));
}

std::optional<uint16_t> LunList::Next() {
  // How a number is written, in the two highest bits. [sam-5 4.7.7]
  constexpr uint8_t kPeripheral = 0;
  constexpr uint8_t kFlat = 1;
  while (entries_.size() >= kEntryBytes) {
    const auto high = static_cast<uint8_t>(entries_[0]);
    const auto low = static_cast<uint8_t>(entries_[1]);
    const Bytes deeper = entries_.subspan(2, kEntryBytes - 2);
    entries_ = entries_.subspan(kEntryBytes);
    const bool is_flat = high >> 6 == kFlat;
    const bool is_simple = high >> 6 == kPeripheral && high == 0;
    const bool is_single_level = std::ranges::all_of(
        deeper, [](std::byte byte) { return byte == std::byte{0}; });
    if (!is_single_level || !(is_flat || is_simple)) continue;
    return static_cast<uint16_t>((high & 0x3F) << 8 | low);
  }
  return std::nullopt;
}

}  // namespace flint::scsi
