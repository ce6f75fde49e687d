// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "drivers/io/fake_register_io.h"
#include "drivers/nvme/command_format.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"

namespace flint::nvme {

/// An NVMe controller by its registers and queues.
///
/// Stricter than hardware. It fails the test if queues are set up while it is
/// enabled, in the wrong order, misaligned or too large; if it is disabled
/// without having been shut down; if doorbells ring with values that are not
/// the queue's; if a command's identifier is in flight; if a transfer is larger
/// than it takes, or its pages are misaligned. It works only in `Work`.
class FakeNvme {
 public:
  struct Options {
    uint32_t max_queue_entries = 2048;
    uint32_t doorbell_stride_shift = 0;
    uint8_t min_page_shift = 0;
    bool has_nvm_commands = true;
    uint32_t version = 0x0001'0400;
    uint8_t max_transfer_shift = 0;
    uint8_t submission_entry_sizes = 0x66;
    bool has_write_cache = true;
    /// As somebody who used it before would have left it.
    bool is_running = false;
  };

  struct Namespace {
    uint32_t id = 1;
    uint8_t block_shift = 9;
    uint16_t metadata_bytes = 0;
    uint8_t format = 0;
    bool write_protected = false;
    uint64_t eui64 = 0;
    /// Unless it is as large as its contents.
    std::optional<uint64_t> block_count{};
    MutableBytes contents{};
    /// Blocks whose transfers fail, with this status.
    std::map<uint64_t, uint16_t> failures{};
  };

  /// A command as it arrived at the I/O queue.
  struct Command {
    uint8_t opcode;
    uint32_t namespace_id;
    uint64_t lba = 0;
    uint64_t size_bytes = 0;
    bool operator==(const Command&) const = default;
  };

  struct Faults {
    bool never_ready = false;
    bool never_disabled = false;
    bool never_shut_down = false;
    bool fails_when_enabled = false;
    /// Admin commands of this opcode fail with this status.
    std::map<uint8_t, uint16_t> admin_failures{};
    /// Completes so many commands of the I/O queue, and then no more.
    uint64_t silent_after = std::numeric_limits<uint64_t>::max();
    bool fails_when_silent = false;
    /// May change what is put into a completion queue.
    std::function<void(CompletionEntry&)> corrupt_completion{};
  };

  /// `memory` is what it can reach.
  FakeNvme(GuestMemory& memory, const Options& options);
  FakeNvme(const FakeNvme&) = delete;
  FakeNvme& operator=(const FakeNvme&) = delete;

  /// Its contents must outlive the controller.
  Namespace& AddNamespace(const Namespace& fields) {
    return namespaces_[fields.id] = fields;
  }

  Faults& faults() { return faults_; }
  /// How many it completes in a turn, the last first if wanted.
  void set_completions_per_turn(uint32_t count) { per_turn_ = count; }
  void set_last_first() { last_first_ = true; }

  io::FakeRegisterIo& registers() { return registers_; }
  const std::vector<Command>& commands() const { return commands_; }
  const std::vector<uint8_t>& admin_opcodes() const { return admin_opcodes_; }
  uint64_t ring_count() const { return ring_count_; }
  size_t most_in_flight() const { return most_in_flight_; }
  bool enabled() const { return enabled_; }
  bool was_shut_down() const { return was_shut_down_; }

  /// Lets the controller work for a moment.
  void Work();

 private:
  struct Queue {
    uint64_t submissions = 0;
    uint64_t completions = 0;
    uint32_t submission_entries = 0;
    uint32_t completion_entries = 0;
    uint32_t submission_head = 0;
    uint32_t submission_tail = 0;
    uint32_t completion_tail = 0;
    uint32_t completion_head = 0;
    uint16_t phase = 1;
    /// Taken and not completed, oldest first.
    std::vector<SubmissionEntry> in_flight{};
  };

  void BuildRegisters();
  void BuildAdminRegisters();
  void BuildDoorbells();
  uint32_t ReadStatus();
  void Configure(uint32_t value);
  void Take(uint16_t number);
  void Complete(uint16_t number, const SubmissionEntry& entry);
  uint16_t RunAdmin(const SubmissionEntry& entry);
  uint16_t CreateQueue(const SubmissionEntry& entry, bool completion);
  void Identify(const SubmissionEntry& entry);
  std::vector<std::byte> IdentityOf(const SubmissionEntry& entry);
  uint16_t RunIo(const SubmissionEntry& entry);
  /// The memory of a transfer, piece by piece.
  std::vector<MutableBytes> PagesOf(const SubmissionEntry& entry,
                                    uint64_t size_bytes);

  GuestMemory& memory_;
  Options options_;
  io::FakeRegisterIo registers_;
  Faults faults_;
  std::map<uint32_t, Namespace> namespaces_;
  std::map<uint16_t, Queue> queues_;
  uint32_t configuration_ = 0;
  bool enabled_ = false;
  bool failed_ = false;
  bool was_shut_down_ = false;
  uint32_t polls_left_ = 0;
  uint32_t per_turn_ = std::numeric_limits<uint32_t>::max();
  bool last_first_ = false;
  std::vector<Command> commands_;
  std::vector<uint8_t> admin_opcodes_;
  uint64_t completed_ = 0;
  uint64_t ring_count_ = 0;
  size_t most_in_flight_ = 0;
};

}  // namespace flint::nvme
