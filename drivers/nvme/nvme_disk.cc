// SPDX-License-Identifier: Apache-2.0
#include "drivers/nvme/nvme_disk.h"

#include <optional>

namespace flint::nvme {
namespace {

/// The commands of a transfer.
class Transfers final : public CommandSource {
 public:
  Transfers(block::ExtentCutter& extents, uint32_t namespace_id)
      : extents_(extents), namespace_id_(namespace_id) {}

  std::optional<IoCommand> Next() override {
    const auto piece = extents_.Next();
    if (!piece) return std::nullopt;
    return IoCommand{
        .opcode = extents_.is_write() ? IoOpcode::kWrite : IoOpcode::kRead,
        .namespace_id = namespace_id_,
        .lba = piece->lba,
        .block_count = extents_.BlockCount(*piece),
        .data = piece->buffer};
  }

 private:
  block::ExtentCutter& extents_;
  uint32_t namespace_id_;
};

class OneFlush final : public CommandSource {
 public:
  explicit OneFlush(uint32_t namespace_id) : namespace_id_(namespace_id) {}

  std::optional<IoCommand> Next() override {
    if (done_) return std::nullopt;
    done_ = true;
    return IoCommand{.opcode = IoOpcode::kFlush, .namespace_id = namespace_id_};
  }

 private:
  uint32_t namespace_id_;
  bool done_ = false;
};

}  // namespace

Status NvmeDisk::DoRead(std::span<const block::BlockExtent> extents) {
  return Transfer({extents, geometry(), controller_.transfer_bytes_max()});
}

Status NvmeDisk::DoWrite(std::span<const block::ConstBlockExtent> extents) {
  return Transfer({extents, geometry(), controller_.transfer_bytes_max()});
}

Status NvmeDisk::Transfer(block::ExtentCutter extents) {
  Transfers commands(extents, namespace_id_);
  return controller_.Run(commands);
}

Status NvmeDisk::DoFlush() {
  if (!controller_.has_write_cache()) return {};
  OneFlush flush(namespace_id_);
  return controller_.Run(flush);
}

}  // namespace flint::nvme
