// SPDX-License-Identifier: Apache-2.0
#include "drivers/ahci/sata_disk.h"

#include "drivers/ahci/ata.h"

namespace flint::ahci {
namespace {

PortCommand ToCommand(AtaCommand operation) {
  return {.fis = {.command = static_cast<uint8_t>(operation)}};
}

PortCommand ToCommand(const block::ConstBlockExtent& piece,
                      uint32_t block_count,
                      bool is_write) {
  PortCommand command =
      ToCommand(is_write ? AtaCommand::kWriteDmaExt : AtaCommand::kReadDmaExt);
  for (size_t i = 0; i < command.fis.lba_low.size(); ++i) {
    command.fis.lba_low[i] = static_cast<uint8_t>(piece.lba >> (8 * i));
    command.fis.lba_high[i] = static_cast<uint8_t>(piece.lba >> (24 + 8 * i));
  }
  command.fis.count = static_cast<uint16_t>(block_count);
  command.data = piece.buffer;
  command.device_reads = is_write;
  return command;
}

/// The commands of a transfer.
class Transfers final : public CommandSource {
 public:
  explicit Transfers(block::ExtentCutter& extents) : extents_(extents) {}

  std::optional<PortCommand> Next() override {
    const auto piece = extents_.Next();
    if (!piece) return std::nullopt;
    return ToCommand(*piece, extents_.BlockCount(*piece), extents_.is_write());
  }

 private:
  block::ExtentCutter& extents_;
};

Status ToStatus(const PortOutcome& outcome) {
  if (outcome.good) return {};
  return std::unexpected(ErrorOfAta(outcome.error));
}

}  // namespace

Result<block::BlockGeometry> SataDisk::Identify(Port& port) {
  PortCommand command = ToCommand(AtaCommand::kIdentifyDevice);
  command.data = port.scratch().first(kIdentityBytes);
  const PortOutcome outcome = TRY(port.Run(command));
  TRY(ToStatus(outcome));
  return ParseIdentity(command.data);
}

Status SataDisk::DoRead(std::span<const block::BlockExtent> extents) {
  for (const auto& extent : extents) TRY(port_.CheckReach(extent.buffer));
  return Transfer({extents, geometry(), kRequestBytesMax});
}

Status SataDisk::DoWrite(std::span<const block::ConstBlockExtent> extents) {
  for (const auto& extent : extents) TRY(port_.CheckReach(extent.buffer));
  return Transfer({extents, geometry(), kRequestBytesMax});
}

Status SataDisk::Transfer(block::ExtentCutter extents) {
  Transfers commands(extents);
  return ToStatus(TRY(port_.Run(commands)));
}

Status SataDisk::DoFlush() {
  return ToStatus(TRY(port_.Run(ToCommand(AtaCommand::kFlushCacheExt))));
}

}  // namespace flint::ahci
