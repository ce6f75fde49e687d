// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "drivers/scsi/fake_logical_unit.h"
#include "drivers/virtio/fake_virtio_device.h"
#include "platforms/base/guest_memory.h"

namespace flint::virtio_scsi {

/// The requests of a virtio-scsi device, to be behind a `FakeVirtioDevice`. A
/// request is a header, at most one piece of data, and an answer, each of the
/// right size, direction and order; everything else fails the test.
class FakeScsiAdapter {
 public:
  struct Options {
    uint32_t max_sectors = 0xFFFF;
    uint16_t max_target = 255;
    uint32_t max_lun = 16383;
    uint16_t queue_size_max = 256;
    bool short_configuration = false;
  };

  /// A request as it arrived.
  struct Command {
    uint8_t target;
    uint16_t lun;
    uint8_t operation;
    uint64_t size_bytes;
    bool operator==(const Command&) const = default;
  };

  /// `memory` must outlive the adapter.
  FakeScsiAdapter(GuestMemory& memory, const Options& options);

  /// The unit must outlive the adapter.
  void AddUnit(uint8_t target, uint16_t lun, scsi::FakeLogicalUnit& unit) {
    units_[{target, lun}] = &unit;
  }

  /// From now on requests are answered with this, by the adapter.
  void AnswerAll(uint8_t response) { answer_all_ = response; }
  /// A target that does not know REPORT LUNS.
  void ForgetReportLuns() { knows_report_luns_ = false; }

  virtio::FakeVirtioDevice& device() { return device_; }
  const std::vector<Command>& commands() const { return commands_; }
  void ForgetCommands() { commands_.clear(); }

 private:
  struct Place {
    uint8_t target;
    uint16_t lun;
    auto operator<=>(const Place&) const = default;
  };

  uint32_t Handle(const virtio::FakeRequest& request);
  scsi::FakeLogicalUnit::Answer Run(const Place& place,
                                    std::span<const uint8_t> command,
                                    Bytes written);
  std::vector<std::byte> ListUnits(uint8_t target) const;
  bool HasTarget(uint8_t target) const;

  std::map<Place, scsi::FakeLogicalUnit*> units_;
  std::vector<Command> commands_;
  int answer_all_ = -1;
  bool knows_report_luns_ = true;
  virtio::FakeVirtioDevice device_;
};

}  // namespace flint::virtio_scsi
