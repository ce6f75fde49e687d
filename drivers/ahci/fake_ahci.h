// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "drivers/ahci/command_format.h"
#include "drivers/io/fake_register_io.h"
#include "drivers/scsi/fake_logical_unit.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"

namespace flint::ahci {

/// An AHCI adapter with disks and drives at its ports, by its registers.
///
/// Stricter than hardware. It fails the test if a port is started, or given
/// memory or commands, when its state does not allow it; if structures are
/// misaligned or malformed; if slots that are in flight are used again; if
/// interrupts are allowed. A port knows nothing of its device before it may
/// receive messages, and works only in `Work`.
class FakeAhci {
 public:
  struct Options {
    uint32_t slot_count = 32;
    bool has_64_bit_addresses = true;
    bool staggered_spin_up = false;
  };

  /// A command as it arrived.
  struct Command {
    uint8_t operation;
    uint64_t lba = 0;
    uint64_t size_bytes = 0;
    bool operator==(const Command&) const = default;
  };

  /// What is at a port. All it refers to must outlive the adapter.
  struct Device {
    uint32_t signature = 0x0000'0101;
    /// Of a disk.
    uint32_t block_size_bytes = 512;
    MutableBytes contents{};
    std::vector<uint8_t> identity{};
    /// Of a packet device.
    scsi::FakeLogicalUnit* unit = nullptr;

    // How it misbehaves.
    bool link_comes_up = true;
    bool stays_busy = false;
    bool never_stops = false;
    /// After a failure it is busy until its link is reset.
    bool hangs_after_failure = false;
    /// Takes so many commands, and then no more.
    uint64_t silent_after = std::numeric_limits<uint64_t>::max();
    /// Blocks whose transfers fail, with this in the error register.
    std::map<uint64_t, uint8_t> failures{};
    uint32_t commands_per_turn = std::numeric_limits<uint32_t>::max();

    // What happened.
    std::vector<Command> commands{};
    uint64_t issue_count = 0;
    uint32_t most_in_flight = 0;
    uint64_t link_reset_count = 0;
  };

  /// `memory` is what the adapter can reach.
  FakeAhci(GuestMemory& memory, const Options& options);
  FakeAhci(const FakeAhci&) = delete;
  FakeAhci& operator=(const FakeAhci&) = delete;

  /// Adds an implemented port with nobody at it.
  void AddEmptyPort(uint32_t port);
  /// Adds one with a device; a disk's identity is made of its contents.
  Device& AddDevice(uint32_t port, const Device& device);

  /// The adapter never ends its reset.
  void NeverReset() { never_resets_ = true; }

  io::FakeRegisterIo& registers() { return registers_; }
  uint64_t reset_count() const { return reset_count_; }
  /// True if a port's engine may reach memory.
  bool IsActive(uint32_t port) const;

  /// Lets the adapter work for a moment.
  void Work();

 private:
  struct Port {
    std::optional<Device> device;
    uint64_t command_list = 0;
    uint64_t received = 0;
    uint32_t control = 0;
    uint32_t sata_control = 0;
    uint32_t interrupts = 0;
    uint32_t issued = 0;
    uint8_t status = 0x7F;
    uint8_t error = 0xFF;
    bool failed = false;
    bool reset_since_failure = true;
    uint32_t link_polls_left = 0;
  };

  void BuildPort(uint32_t number);
  void BuildPortState(uint32_t number);
  void BuildLink(uint32_t number);
  void ResetPort(Port& port);
  void WriteControl(Port& port, uint32_t value);
  void Issue(Port& port, uint32_t slots);
  uint32_t SataStatus(Port& port);
  bool RunSlot(Port& port, uint32_t slot);
  bool Execute(Port& port, const CommandTable& table, CommandHeader& header);
  bool Transfer(Port& port,
                bool write,
                const RegisterFis& fis,
                MutableBytes data);
  bool RunPacket(Port& port, const CommandTable& table, CommandHeader& header);
  MutableBytes DataOf(const CommandTable& table, const CommandHeader& header);
  void Finish(Port& port, bool good, bool by_pio);

  GuestMemory& memory_;
  Options options_;
  io::FakeRegisterIo registers_{0x1100};
  std::map<uint32_t, Port> ports_;
  bool enabled_ = false;
  bool never_resets_ = false;
  uint32_t reset_polls_left_ = 0;
  uint64_t reset_count_ = 0;
};

/// What a disk of so many blocks answers to IDENTIFY DEVICE.
std::vector<uint8_t> DiskIdentity(uint64_t block_count,
                                  uint32_t block_size_bytes);

}  // namespace flint::ahci
