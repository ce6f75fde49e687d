// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio_scsi/virtio_scsi_probe.h"

#include <array>
#include <bitset>
#include <optional>
#include <string_view>

#include "drivers/scsi/logical_unit.h"
#include "drivers/virtio_scsi/host_adapter.h"
#include "drivers/virtio_scsi/scsi_disk.h"
#include "platforms/base/log.h"

namespace flint::virtio_scsi {
namespace {

constexpr std::string_view kAdapterKind = "virtio-scsi";
constexpr std::string_view kDiskKind = "virtio-scsi disk";
constexpr std::string_view kDriveKind = "virtio-scsi cd-rom";

constexpr size_t kTargetCountMax = 256;

/// Logical units of a target that are looked at.
constexpr size_t kMaxUnits = 64;

/// Asks all targets at once whether they are there: it does not matter what
/// they answer, as long as they do.
class TargetSearch final : public RequestSource {
 public:
  explicit TargetSearch(uint8_t max_target) : max_target_(max_target) {}

  std::optional<Request> Next() override {
    if (next_ > max_target_) return std::nullopt;
    const uint32_t target = next_++;
    return Request{.unit = {.target = static_cast<uint8_t>(target), .lun = 0},
                   .command = scsi::TestUnitReady(),
                   .token = target};
  }

  void Finished(uint32_t target, const Answer& answer) override {
    found_[target] = answer.target_exists;
  }

  bool found(size_t target) const { return found_[target]; }

 private:
  const uint32_t max_target_;
  uint32_t next_ = 0;
  std::bitset<kTargetCountMax> found_;
};

/// An adapter that runs, whose disks are looked for.
class Search {
 public:
  Search(HostAdapter& adapter,
         const block::Attachment& attachment,
         const virtio::DriverResources& resources,
         block::DiskList& disks)
      : adapter_(adapter),
        attachment_(attachment),
        resources_(resources),
        disks_(disks) {}

  Status Run() {
    TargetSearch targets(adapter_.max_target());
    TRY(adapter_.Run(targets));
    for (size_t target = 0; target <= adapter_.max_target(); ++target) {
      if (!targets.found(target)) continue;
      TRY(AddTarget(static_cast<uint8_t>(target)));
    }
    return {};
  }

  bool found_any() const { return found_any_; }

 private:
  Status AddTarget(uint8_t target) {
    std::array<uint16_t, kMaxUnits> luns{};
    const size_t count = TRY(ListUnits(target, luns));
    for (const uint16_t lun : std::span(luns).first(count)) {
      const Status added = AddUnit({.target = target, .lun = lun});
      if (!added) {
        disks_.AddFailure(
            kAdapterKind, attachment_.ScsiUnit(target, lun), added.error());
      }
    }
    return {};
  }

  /// A target that cannot list its units has one.
  Result<size_t> ListUnits(uint8_t target,
                           std::array<uint16_t, kMaxUnits>& luns) {
    constexpr uint32_t kListBytes =
        scsi::LunList::kHeaderBytes + kMaxUnits * scsi::LunList::kEntryBytes;
    std::array<std::byte, kListBytes> bytes{};
    UnitRunner runner(adapter_, {.target = target, .lun = 0});
    const auto outcome = TRY(runner.Run(scsi::ReportLuns(kListBytes), bytes));
    auto list = scsi::LunList::Parse(Bytes(bytes).first(outcome.answer_bytes));
    luns[0] = 0;
    if (!outcome.good() || !list) return size_t{1};
    size_t count = 0;
    while (const auto lun = list->Next()) {
      if (*lun > adapter_.max_lun() || count == luns.size()) continue;
      luns[count++] = *lun;
    }
    return count;
  }

  Status AddUnit(const UnitAddress& address) {
    UnitRunner runner(adapter_, address);
    const auto unit = TRY(scsi::Identify(runner, resources_.clock));
    if (!unit) {
      log::Debug("nothing to boot from at SCSI target {} lun {}",
                 address.target,
                 address.lun);
      return {};
    }
    if (unit->geometry.block_size_bytes > adapter_.request_bytes_max()) {
      return Fail(ErrorCode::kUnsupported,
                  "adapter takes no request as large as a block");
    }
    auto& device = *TRY(resources_.arena.Create<std::optional<ScsiDisk>>());
    const bool is_drive = unit->type == scsi::LogicalUnit::Type::kCdRom;
    block::Disk* const disk =
        disks_.Add(is_drive ? kDriveKind : kDiskKind,
                   attachment_.ScsiUnit(address.target, address.lun));
    if (disk == nullptr) return {};
    disk->device =
        &device.emplace(adapter_, address, unit->geometry, disk->name.view());
    found_any_ = true;
    return {};
  }

  HostAdapter& adapter_;
  const block::Attachment& attachment_;
  const virtio::DriverResources& resources_;
  block::DiskList& disks_;
  bool found_any_ = false;
};

Result<HostAdapter*> StartAdapter(virtio::Transport& transport,
                                  const virtio::DriverResources& resources) {
  // First its memory: nothing may fail once the device runs.
  auto& adapter = *TRY(resources.arena.Create<std::optional<HostAdapter>>());
  return &adapter.emplace(TRY(HostAdapter::Start(transport, resources)));
}

}  // namespace

void StartVirtioScsi(virtio::Transport& transport,
                     const block::Attachment& attachment,
                     const virtio::DriverResources& resources,
                     block::DiskList& disks) {
  const auto adapter = StartAdapter(transport, resources);
  if (!adapter) {
    disks.AddFailure(kAdapterKind, attachment, adapter.error());
    return;
  }
  Search search(**adapter, attachment, resources, disks);
  const Status searched = search.Run();
  if (!searched) {
    disks.AddFailure(kAdapterKind, attachment, searched.error());
  }
  // Nobody else will stop it.
  if (!search.found_any()) static_cast<void>((*adapter)->Stop());
}

void AddVirtioScsi(const virtio::PciAccess& access,
                   const pci::Function& function,
                   const virtio::DriverResources& resources,
                   block::DiskList& disks) {
  const auto attachment = block::Attachment::OnPci(function.address);
  const Result<virtio::Transport*> transport =
      virtio::ConnectPci(access, function, resources.arena);
  if (transport) {
    StartVirtioScsi(**transport, attachment, resources, disks);
  } else {
    disks.AddFailure(kAdapterKind, attachment, transport.error());
  }
}

}  // namespace flint::virtio_scsi
