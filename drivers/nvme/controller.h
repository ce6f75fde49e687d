// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/block/block_device.h"
#include "drivers/clock/clock.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/driver_resources.h"
#include "drivers/io/register_io.h"
#include "drivers/nvme/command_format.h"
#include "drivers/nvme/queue_pair.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::nvme {

/// A command of one namespace to come.
struct IoCommand {
  IoOpcode opcode;
  uint32_t namespace_id;
  uint64_t lba = 0;
  uint32_t block_count = 0;
  /// At most `Controller::kRequestBytesMax` and `transfer_bytes_max()`. Written
  /// to by a read, const as it looks.
  std::span<const std::byte> data{};
};

/// Yields commands, as late as possible.
class CommandSource {
 public:
  virtual std::optional<IoCommand> Next() = 0;

 protected:
  ~CommandSource() = default;
};

/// What a namespace is.
struct NamespaceInfo {
  uint32_t id;
  /// 0 if it has none.
  uint64_t eui64;
  block::BlockGeometry geometry;
};

/// An NVMe controller with one queue for the commands of all its namespaces.
/// [nvme-1.4 7]
///
/// As many commands are in flight as there are slots; waiting for them reads
/// memory only. After a command that failed it stays usable. A controller that
/// breaks the protocol or falls silent is disabled, and every further command
/// fails.
class Controller final {
 public:
  /// Largest transfer of one command.
  static constexpr uint32_t kRequestBytesMax = 1 << 20;
  /// Namespaces looked at.
  static constexpr size_t kMaxNamespaces = 64;
  /// How long nothing may be completed while something is in flight.
  static constexpr uint64_t kCommandTimeoutNs =
      30 * clock::kNanosecondsPerSecond;
  /// How long it may take to shut down.
  static constexpr uint64_t kShutdownTimeoutNs =
      5 * clock::kNanosecondsPerSecond;

  /// Takes over the controller whose registers are at `address`, whoever used
  /// it before, and starts it. All of `resources`, and `mapper`, must outlive
  /// it.
  ///
  /// kUnsupported: pages or entries of other sizes than ours; kDeviceError or
  /// kTimedOut if it misbehaves; kNoMemory; the mapper's errors. On failure it
  /// is disabled.
  static Result<Controller> Start(uint64_t address,
                                  io::DeviceMapper& mapper,
                                  const io::DriverResources& resources);

  /// The identifiers of the namespaces there are, into `ids`; how many.
  Result<size_t> ListNamespaces(std::array<uint32_t, kMaxNamespaces>& ids);

  /// Nothing if there is no such namespace. kUnsupported: blocks of a size we
  /// cannot use, or with metadata; kCorrupt: a format it does not have, or an
  /// impossible capacity.
  Result<std::optional<NamespaceInfo>> IdentifyNamespace(uint32_t id);

  /// A multiple of 4096.
  uint32_t transfer_bytes_max() const { return transfer_bytes_max_; }
  /// True if what was written may be lost without a flush.
  bool has_write_cache() const { return has_write_cache_; }

  /// Has the controller do all of `source`'s commands. The first failure of
  /// one, after which no more are begun; or why there are no answers.
  Status Run(CommandSource& source);

  /// Shuts the controller down and disables it: afterwards it reaches no
  /// memory. May be called again. kTimedOut if it does not stop.
  Status Stop();

 private:
  struct Memory;

  Controller(io::RegisterIo& registers, const io::DriverResources& resources)
      : registers_(&registers),
        clock_(&resources.clock),
        guest_memory_(&resources.memory) {}

  Status BringUp(uint64_t capabilities);
  void LayOutQueues(uint64_t capabilities);
  Status Enable();
  Status Disable();
  Status CreateQueues();
  Status ReadIdentity();
  Status Identify(Identity what, uint32_t namespace_id);
  Status RunAdmin(const SubmissionEntry& command);
  Status Pump(CommandSource& source, Status& outcome);
  Status AwaitCompletions(QueuePair& queue, Status& outcome);
  SubmissionEntry ToEntry(const IoCommand& command, uint16_t slot);
  void PointToData(std::span<const std::byte> data,
                   uint16_t slot,
                   SubmissionEntry& entry);
  Status AwaitState(uint32_t mask, uint32_t wanted, uint64_t timeout_ns);

  template <typename T>
  uint64_t AddressOf(const T& part) const {
    return guest_memory_->AddressOf(std::as_bytes(std::span(&part, 1)).data());
  }

  io::RegisterIo* registers_;
  clock::Clock* clock_;
  GuestMemory* guest_memory_;
  Memory* memory_ = nullptr;
  uint64_t ready_timeout_ns_ = 0;
  QueuePair admin_;
  QueuePair io_;
  uint32_t io_entry_count_ = 0;
  uint32_t transfer_bytes_max_ = kRequestBytesMax;
  uint32_t namespace_count_ = 0;
  bool has_write_cache_ = false;
  bool stopped_ = false;
};

}  // namespace flint::nvme
