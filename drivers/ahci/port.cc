// SPDX-License-Identifier: Apache-2.0
#include "drivers/ahci/port.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <limits>

#include "drivers/ahci/registers.h"
#include "platforms/base/arena.h"

namespace flint::ahci {
namespace {

/// Polls of memory between two looks at the registers, which are VM exits.
constexpr uint32_t kPollsPerLook = 1024;

constexpr uint64_t kPageCount = sizeof(PortMemory) / memory::kPageSizeBytes;

/// How long a reset of the link is to last. [ahci-1.3.1 10.4.2]
constexpr uint64_t kLinkResetNs = clock::kNanosecondsPerMillisecond;

/// What registers read as when their device is gone.
constexpr uint32_t kGone = std::numeric_limits<uint32_t>::max();

/// Waits until `done`.
template <typename Condition>
bool Await(clock::Clock& clock, uint64_t timeout_ns, Condition done) {
  const clock::Deadline deadline(clock, timeout_ns);
  while (!done()) {
    if (deadline.Passed()) return false;
  }
  return true;
}

/// Yields one command.
class OneCommand final : public CommandSource {
 public:
  explicit OneCommand(const PortCommand& command) : command_(&command) {}

  std::optional<PortCommand> Next() override {
    if (command_ == nullptr) return std::nullopt;
    const PortCommand& command = *command_;
    command_ = nullptr;
    return command;
  }

 private:
  const PortCommand* command_;
};

}  // namespace

Result<Port> Port::Start(io::RegisterIo& registers,
                         const io::DriverResources& resources,
                         const Options& options) {
  const uint64_t last_address = options.has_64_bit_addresses
                                    ? std::numeric_limits<uint64_t>::max()
                                    : std::numeric_limits<uint32_t>::max();
  const uint64_t address = TRY(resources.pages.Allocate(
      {.page_count = kPageCount, .max_address = last_address}));
  const MutableBytes bytes =
      TRY(resources.memory.Map(address, sizeof(PortMemory)));
  PortMemory& shared = *TRY(Arena(bytes).Create<PortMemory>());
  Port port(registers, resources, options, shared);
  if (const Status up = port.BringUp(); !up) {
    if (port.Stop()) {
      static_cast<void>(resources.pages.Free(address, kPageCount));
    }
    return std::unexpected(up.error());
  }
  return port;
}

// [ahci-1.3.1 10.1.2, 10.3.1]
Status Port::BringUp() {
  io::RegisterIo& port = *registers_;
  port.Write<InterruptEnable>(0);
  port.Write<CommandListBase>(AddressOf(memory_->command_list));
  port.Write<ReceivedFisBase>(AddressOf(memory_->received));
  constexpr uint32_t kAwake = CommandAndStatus::kSpinUp |
                              CommandAndStatus::kPowerOn |
                              CommandAndStatus::kInterfaceActive;
  port.Write<CommandAndStatus>(kAwake);
  TRY(AwaitLink());
  port.Write<SataError>(SataError::kAll);
  port.Write<CommandAndStatus>(kAwake | CommandAndStatus::kReceiveFis);
  TRY(AwaitReady());
  switch (port.Read<Signature>()) {
    case Signature::kDisk:
      device_ = Device::kDisk;
      break;
    case Signature::kPacketDevice:
      device_ = Device::kPacketDevice;
      break;
    default:
      device_ = Device::kOther;
      break;
  }
  port.Write<InterruptStatus>(port.Read<InterruptStatus>());
  port.Write<CommandAndStatus>(kAwake | CommandAndStatus::kReceiveFis |
                               CommandAndStatus::kStart);
  return {};
}

Status Port::AwaitLink() {
  const bool up = Await(*clock_, kLinkTimeoutNs, [this] {
    return (registers_->Read<SataStatus>() & SataStatus::kDetectionMask) ==
           SataStatus::kEstablished;
  });
  if (!up) return Fail(ErrorCode::kTimedOut, "SATA link does not come up");
  return {};
}

Status Port::AwaitReady() {
  const bool ready = Await(*clock_, kReadyTimeoutNs, [this] {
    return (registers_->Read<TaskFile>() &
            (TaskFile::kBusy | TaskFile::kDataRequest)) == 0;
  });
  if (!ready) return Fail(ErrorCode::kTimedOut, "SATA device stays busy");
  return {};
}

Status Port::CheckReach(std::span<const std::byte> data) const {
  if (options_.has_64_bit_addresses || data.empty() ||
      guest_memory_->AddressOf(data.data()) + data.size() - 1 <=
          std::numeric_limits<uint32_t>::max()) {
    return {};
  }
  return Fail(ErrorCode::kUnsupported,
              "SATA controller reaches only the first 4 GiB");
}

Status Port::StopEngine() {
  const uint32_t state = registers_->Read<CommandAndStatus>();
  registers_->Write<CommandAndStatus>(state & ~CommandAndStatus::kStart);
  const bool stopped = Await(*clock_, kLinkTimeoutNs, [this] {
    return (registers_->Read<CommandAndStatus>() &
            CommandAndStatus::kRunning) == 0;
  });
  if (!stopped) return Fail(ErrorCode::kTimedOut, "SATA port does not stop");
  return {};
}

Status Port::Stop() {
  stopped_ = true;
  TRY(StopEngine());
  const uint32_t state = registers_->Read<CommandAndStatus>();
  registers_->Write<CommandAndStatus>(state & ~CommandAndStatus::kReceiveFis);
  const bool stopped = Await(*clock_, kLinkTimeoutNs, [this] {
    return (registers_->Read<CommandAndStatus>() &
            CommandAndStatus::kReceivingFis) == 0;
  });
  if (!stopped) return Fail(ErrorCode::kTimedOut, "SATA port does not stop");
  return {};
}

// [ahci-1.3.1 6.2.2.1]
Status Port::Recover() {
  io::RegisterIo& port = *registers_;
  TRY(StopEngine());
  in_flight_ = 0;
  port.Write<SataError>(SataError::kAll);
  port.Write<InterruptStatus>(port.Read<InterruptStatus>());
  if ((port.Read<TaskFile>() & (TaskFile::kBusy | TaskFile::kDataRequest)) !=
      0) {
    port.Write<SataControl>(SataControl::kNoPowerManagement |
                            SataControl::kReset);
    static_cast<void>(Await(*clock_, kLinkResetNs, [] { return false; }));
    port.Write<SataControl>(SataControl::kNoPowerManagement |
                            SataControl::kNoReset);
    TRY(AwaitLink());
    port.Write<SataError>(SataError::kAll);
    TRY(AwaitReady());
  }
  port.Write<CommandAndStatus>(port.Read<CommandAndStatus>() |
                               CommandAndStatus::kStart);
  return {};
}

Result<PortOutcome> Port::Run(CommandSource& source) {
  if (stopped_) return Fail(ErrorCode::kDeviceError, "disk has been stopped");
  const Result<PortOutcome> outcome = Pump(source);
  const Status alive = outcome && outcome->good ? Status() : Recover();
  if (!outcome || !alive) {
    // If even this fails, it will fail again, and tell, before hand-over.
    static_cast<void>(Stop());
    return std::unexpected(outcome ? alive.error() : outcome.error());
  }
  return outcome;
}

Result<PortOutcome> Port::Run(const PortCommand& command,
                              size_t* transferred_bytes) {
  OneCommand source(command);
  const PortOutcome outcome = TRY(Run(source));
  if (transferred_bytes != nullptr) {
    // It was the only one, so it had the first slot.
    *transferred_bytes = std::min<size_t>(
        memory_->command_list[0].transferred_bytes, command.data.size());
  }
  return outcome;
}

Result<PortOutcome> Port::Pump(CommandSource& source) {
  PortOutcome outcome;
  const uint32_t slots =
      static_cast<uint32_t>((uint64_t{1} << options_.slot_count) - 1);
  std::optional<PortCommand> next = source.Next();
  while (true) {
    uint32_t issued = 0;
    while (next && (in_flight_ | issued) != slots) {
      const auto slot =
          static_cast<uint32_t>(std::countr_one(in_flight_ | issued));
      Fill(slot, *next);
      issued |= uint32_t{1} << slot;
      next = source.Next();
    }
    if (issued != 0) registers_->Write<CommandIssue>(issued);
    in_flight_ |= issued;
    if (in_flight_ == 0) return outcome;
    in_flight_ &= ~TRY(AwaitProgress(outcome));
    if (!outcome.good) return outcome;
  }
}

void Port::Fill(uint32_t slot, const PortCommand& command) {
  CommandTable& table = memory_->tables[slot];
  table.fis = command.fis;
  uint16_t flags = CommandHeader::kFisDwords;
  if (command.packet) {
    table.packet = *command.packet;
    flags |= CommandHeader::kPacket;
  }
  if (command.device_reads) flags |= CommandHeader::kWrite;
  const size_t size = command.data.size();
  if (size != 0) {
    table.region = {.address = guest_memory_->AddressOf(command.data.data()),
                    .reserved = uint32_t{0},
                    .last_byte = static_cast<uint32_t>(size - 1)};
  }
  memory_->command_list[slot] = {
      .flags = flags,
      .region_count = static_cast<uint16_t>(size != 0 ? 1 : 0),
      .transferred_bytes = uint32_t{0},
      .table_address = AddressOf(table),
      .reserved = {}};
}

// The first byte of a message is its type, which is never 0. Forgotten before
// the registers are read, so that what comes meanwhile is noticed next time.
bool Port::HasReceived() {
  const auto take = [](uint8_t& type) {
    return std::atomic_ref(type).exchange(0, std::memory_order_acq_rel) != 0;
  };
  const bool registers = take(memory_->received.device_to_host[0]);
  const bool data = take(memory_->received.pio_setup[0]);
  return registers || data;
}

bool Port::IsStarted() {
  return (registers_->Read<CommandAndStatus>() & CommandAndStatus::kStart) != 0;
}

Result<uint32_t> Port::AwaitProgress(PortOutcome& outcome) {
  const clock::Deadline deadline(*clock_, kCommandTimeoutNs);
  for (uint32_t polls = 0;; ++polls) {
    if (HasReceived() || polls % kPollsPerLook == kPollsPerLook - 1) {
      const uint32_t issued = registers_->Read<CommandIssue>();
      const uint32_t interrupts = registers_->Read<InterruptStatus>();
      if (issued == kGone && interrupts == kGone) {
        return Fail(ErrorCode::kDeviceError, "SATA controller is gone");
      }
      if ((interrupts & InterruptStatus::kErrors) != 0) {
        outcome = {.good = false,
                   .error = TaskFile::ErrorOf(registers_->Read<TaskFile>())};
        return uint32_t{0};
      }
      const uint32_t done = in_flight_ & ~issued;
      // A command that ends leaves a reason for an interrupt, and we clear
      // none. If nothing is left but zeros, so may be the controller: that is
      // what some machines read where there is no device.
      if (done != 0 && interrupts == 0 && !IsStarted()) {
        return Fail(ErrorCode::kDeviceError, "SATA controller is gone");
      }
      if (done != 0) return done;
    }
    if (deadline.Passed()) {
      return Fail(ErrorCode::kTimedOut, "disk does not answer");
    }
  }
}

}  // namespace flint::ahci
