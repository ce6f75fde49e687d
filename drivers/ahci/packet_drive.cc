// SPDX-License-Identifier: Apache-2.0
#include "drivers/ahci/packet_drive.h"

#include <algorithm>

#include "drivers/ahci/ata.h"

namespace flint::ahci {
namespace {

/// Of the features register: data comes by DMA. [acs-4 7.18.3]
constexpr uint8_t kByDma = 1 << 0;

PortCommand ToCommand(const scsi::Command& command,
                      std::span<const std::byte> data) {
  PortCommand result{
      .fis = {.command = static_cast<uint8_t>(AtaCommand::kPacket),
              .features = data.empty() ? uint8_t{0} : kByDma,
              .device = 0},
      .packet = std::array<uint8_t, 16>{},
      .data = data};
  std::ranges::copy(command.bytes(), result.packet->begin());
  return result;
}

/// The commands of a read.
class Reads final : public CommandSource {
 public:
  explicit Reads(block::ExtentCutter& extents) : extents_(extents) {}

  std::optional<PortCommand> Next() override {
    const auto piece = extents_.Next();
    if (!piece) return std::nullopt;
    return ToCommand(scsi::Read(piece->lba, extents_.BlockCount(*piece)),
                     piece->buffer);
  }

 private:
  block::ExtentCutter& extents_;
};

}  // namespace

Result<scsi::Outcome> PacketRunner::Run(const scsi::Command& command,
                                        MutableBytes answer) {
  // Whole words are transferred.
  const MutableBytes data =
      port_.scratch().first(answer.size() + answer.size() % 2);
  scsi::Outcome outcome;
  const PortOutcome ended =
      TRY(port_.Run(ToCommand(command, data), &outcome.answer_bytes));
  if (!ended.good) {
    outcome = {.status = scsi::Outcome::kCheckCondition,
               .sense = TRY(AskWhy())};
    return outcome;
  }
  outcome.answer_bytes = std::min(outcome.answer_bytes, answer.size());
  std::ranges::copy(data.first(outcome.answer_bytes), answer.begin());
  return outcome;
}

Result<scsi::Sense> PacketRunner::AskWhy() {
  const MutableBytes data = port_.scratch().first(scsi::kSenseBytes);
  size_t size = 0;
  const PortOutcome ended = TRY(
      port_.Run(ToCommand(scsi::RequestSense(scsi::kSenseBytes), data), &size));
  return ended.good ? scsi::ParseSense(data.first(size)) : scsi::Sense{};
}

Result<std::optional<scsi::LogicalUnit>> PacketDrive::Identify(
    Port& port, clock::Clock& clock) {
  PacketRunner runner(port);
  auto unit = TRY(scsi::Identify(runner, clock));
  // Whatever else a packet device may be, we do not write to it.
  if (unit) unit->geometry.read_only = true;
  return unit;
}

Status PacketDrive::DoRead(std::span<const block::BlockExtent> extents) {
  for (const auto& extent : extents) TRY(port_.CheckReach(extent.buffer));
  block::ExtentCutter cutter(extents, geometry(), kRequestBytesMax);
  Reads commands(cutter);
  const PortOutcome outcome = TRY(port_.Run(commands));
  if (outcome.good) return {};
  return std::unexpected(scsi::ErrorOf(TRY(PacketRunner(port_).AskWhy())));
}

Status PacketDrive::DoWrite(std::span<const block::ConstBlockExtent>) {
  return Fail(ErrorCode::kReadOnly, "disk is read-only");
}

}  // namespace flint::ahci
