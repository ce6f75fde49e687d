// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio_scsi/scsi_disk.h"

#include <algorithm>

#include "platforms/base/checked.h"

namespace flint::virtio_scsi {
namespace {

/// The requests of a transfer.
class Transfers final : public RequestSource {
 public:
  Transfers(block::ExtentCutter extents, const UnitAddress& unit)
      : extents_(extents), unit_(unit) {}

  std::optional<Request> Next() override {
    // Nothing more is begun after a failure.
    if (!outcome_.good()) return std::nullopt;
    const auto piece = extents_.Next();
    if (!piece) return std::nullopt;
    const uint32_t count = extents_.BlockCount(*piece);
    return Request{.unit = unit_,
                   .command = extents_.is_write()
                                  ? scsi::Write(piece->lba, count)
                                  : scsi::Read(piece->lba, count),
                   .data = piece->buffer,
                   .device_reads = extents_.is_write()};
  }

  void Finished(uint32_t, const Answer& answer) override {
    if (outcome_.good()) outcome_ = answer.outcome;
  }

  const scsi::Outcome& outcome() const { return outcome_; }

 private:
  block::ExtentCutter extents_;
  UnitAddress unit_;
  /// Of the first that failed.
  scsi::Outcome outcome_;
};

}  // namespace

Result<scsi::Outcome> UnitRunner::Run(const scsi::Command& command,
                                      MutableBytes answer) {
  const MutableBytes data = adapter_.scratch().first(answer.size());
  const Answer got =
      TRY(adapter_.Run({.unit = unit_, .command = command, .data = data}));
  std::ranges::copy(data.first(got.outcome.answer_bytes), answer.begin());
  return got.outcome;
}

uint32_t ScsiDisk::piece_bytes_max() const {
  return AlignDown(adapter_.request_bytes_max(), geometry().block_size_bytes);
}

template <typename Extent>
Status ScsiDisk::Transfer(std::span<const Extent> extents) {
  const auto attempt = [&] -> Result<scsi::Outcome> {
    Transfers transfers({extents, geometry(), piece_bytes_max()}, unit_);
    TRY(adapter_.Run(transfers));
    return transfers.outcome();
  };
  scsi::Outcome outcome = TRY(attempt());
  if (outcome.is_unit_attention()) outcome = TRY(attempt());
  return scsi::ToStatus(outcome);
}

Status ScsiDisk::DoRead(std::span<const block::BlockExtent> extents) {
  return Transfer(extents);
}

Status ScsiDisk::DoWrite(std::span<const block::ConstBlockExtent> extents) {
  return Transfer(extents);
}

Status ScsiDisk::DoFlush() {
  if (geometry().read_only) return {};
  return scsi::ToStatus(
      TRY(UnitRunner(adapter_, unit_).Run(scsi::SynchronizeCache10(), {})));
}

}  // namespace flint::virtio_scsi
