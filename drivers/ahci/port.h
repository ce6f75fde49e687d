// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/ahci/command_format.h"
#include "drivers/clock/clock.h"
#include "drivers/io/driver_resources.h"
#include "drivers/io/register_io.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::ahci {

/// A command to come.
struct PortCommand {
  RegisterFis fis{};
  /// Of a packet command, with zeros behind its end. [acs-4 7.18]
  std::optional<std::array<uint8_t, 16>> packet{};
  /// At most `PhysicalRegion::kMaxBytes`, an even number. Written to by the
  /// device unless `device_reads`, const as it looks.
  std::span<const std::byte> data{};
  bool device_reads = false;
};

/// Yields commands, as late as possible.
class CommandSource {
 public:
  virtual std::optional<PortCommand> Next() = 0;

 protected:
  ~CommandSource() = default;
};

/// What became of commands.
struct PortOutcome {
  /// False if one failed; none of those after it has been done then.
  bool good = true;
  /// ATA's error register.
  uint8_t error = 0;
};

/// A port of an AHCI adapter with a device at it. [ahci-1.3.1 3.3, 10]
///
/// All slots are kept full; that a command is done is seen in memory, where
/// the device's last message lands, so waiting costs no VM exits. After a
/// command that failed the port is brought back to life. A device that falls
/// silent, or does not come back, is stopped for good.
class Port final {
 public:
  enum class Device : uint8_t { kDisk, kPacketDevice, kOther };

  struct Options {
    uint32_t slot_count;
    bool has_64_bit_addresses;
  };

  /// How long nothing may be completed while something is in flight.
  static constexpr uint64_t kCommandTimeoutNs =
      30 * clock::kNanosecondsPerSecond;
  /// How long a device may be busy with its own reset: disks that spin up.
  static constexpr uint64_t kReadyTimeoutNs = 10 * clock::kNanosecondsPerSecond;
  /// How long a link may take to come up, and an engine to stop.
  static constexpr uint64_t kLinkTimeoutNs = clock::kNanosecondsPerSecond;

  /// Gets a port, which its adapter's reset left idle, ready for commands.
  /// `registers` are its own; they, like all of `resources`, must outlive it.
  ///
  /// kTimedOut if the device does not answer; kNoMemory. On failure the port
  /// is idle, or its memory lost.
  static Result<Port> Start(io::RegisterIo& registers,
                            const io::DriverResources& resources,
                            const Options& options);

  /// What said hello.
  Device device() const { return device_; }

  /// Memory that commands may use for answers.
  MutableBytes scratch() { return memory_->scratch; }

  /// kUnsupported if the adapter cannot transfer from and to there, above
  /// 4 GiB.
  Status CheckReach(std::span<const std::byte> data) const;

  /// Has the device do all of `source`'s commands, whose memory the adapter
  /// reaches. kTimedOut or kDeviceError if it cannot be used any more.
  Result<PortOutcome> Run(CommandSource& source);

  /// The same for one. `transferred_bytes`, unless null, is how much of its
  /// data was transferred.
  Result<PortOutcome> Run(const PortCommand& command,
                          size_t* transferred_bytes = nullptr);

  /// Stops the port: afterwards it reaches no memory. May be called again.
  /// kTimedOut if it does not stop.
  Status Stop();

 private:
  Port(io::RegisterIo& registers,
       const io::DriverResources& resources,
       const Options& options,
       PortMemory& memory)
      : registers_(&registers),
        clock_(&resources.clock),
        guest_memory_(&resources.memory),
        options_(options),
        memory_(&memory) {}

  Status BringUp();
  Status AwaitLink();
  Status AwaitReady();
  Status StopEngine();
  Status Recover();
  Result<PortOutcome> Pump(CommandSource& source);
  void Fill(uint32_t slot, const PortCommand& command);
  /// The slots that are done.
  Result<uint32_t> AwaitProgress(PortOutcome& outcome);
  /// False once nobody is there any more.
  bool IsStarted();
  /// True if the device has sent a message since the last time.
  bool HasReceived();
  /// Where the adapter finds a part of `memory_`.
  template <typename T>
  uint64_t AddressOf(const T& part) const {
    return guest_memory_->AddressOf(std::as_bytes(std::span(&part, 1)).data());
  }

  io::RegisterIo* registers_;
  clock::Clock* clock_;
  GuestMemory* guest_memory_;
  Options options_;
  PortMemory* memory_;
  Device device_ = Device::kOther;
  /// A bit for each slot.
  uint32_t in_flight_ = 0;
  bool stopped_ = false;
};

}  // namespace flint::ahci
