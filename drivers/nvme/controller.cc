// SPDX-License-Identifier: Apache-2.0
#include "drivers/nvme/controller.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "boot/memory/page_allocator.h"
#include "drivers/nvme/registers.h"
#include "platforms/base/arena.h"
#include "platforms/base/checked.h"

namespace flint::nvme {
namespace {

constexpr uint64_t kPageBytes = memory::kPageSizeBytes;

/// Entries of the queues: more than slots, so that they are never full.
constexpr uint32_t kQueueEntries = 128;
static_assert(kQueueEntries > QueuePair::kMaxSlots);

/// Of the admin queues: only one command is ever in flight.
constexpr uint32_t kAdminEntries = 2;
constexpr uint16_t kAdminSlot = 0;

constexpr uint16_t kIoQueue = 1;

/// Polls of memory between two looks at whether the controller is still alive:
/// those are VM exits, the polls are not.
constexpr uint32_t kPollsPerLook = 1 << 14;

/// Sizes of the queues' entries, as powers of two.
constexpr uint8_t kSubmissionEntryShift =
    std::countr_zero(sizeof(SubmissionEntry));
constexpr uint8_t kCompletionEntryShift =
    std::countr_zero(sizeof(CompletionEntry));

/// True if the halves of `sizes` allow 2^shift.
constexpr bool Allows(uint8_t sizes, uint8_t shift) {
  return (sizes & 0xF) <= shift && shift <= sizes >> 4;
}

Error ErrorOf(uint16_t status) {
  switch (status) {
    case CommandStatus::kInvalidOpcode:
    case CommandStatus::kInvalidField:
      return Error(ErrorCode::kUnsupported, "disk does not know the command");
    case CommandStatus::kLbaOutOfRange:
      return Error(ErrorCode::kOutOfRange, "disk has no such block");
    case CommandStatus::kWriteProtected:
      return Error(ErrorCode::kReadOnly, "disk is write-protected");
    default:
      return (status & CommandStatus::kTypeMask) == CommandStatus::kMediumErrors
                 ? Error(ErrorCode::kDeviceError, "disk reports a medium error")
                 : Error(ErrorCode::kDeviceError, "disk reports an error");
  }
}

}  // namespace

/// The memory shared with the controller, which starts at a page. All queues
/// and lists that must are at the start of a page, and no list crosses one.
struct Controller::Memory {
  /// All pages of a transfer but the first.
  using PageList = std::array<Le64, kRequestBytesMax / kPageBytes>;
  static_assert(kPageBytes % sizeof(PageList) == 0);

  std::array<SubmissionEntry, kPageBytes / sizeof(SubmissionEntry)>
      admin_submissions;
  std::array<CompletionEntry, kPageBytes / sizeof(CompletionEntry)>
      admin_completions;
  std::array<SubmissionEntry, kQueueEntries> io_submissions;
  std::array<CompletionEntry, kPageBytes / sizeof(CompletionEntry)>
      io_completions;
  std::array<std::byte, kIdentityBytes> identity;
  std::array<PageList, QueuePair::kMaxSlots> page_lists;
};

Result<Controller> Controller::Start(uint64_t address,
                                     io::DeviceMapper& mapper,
                                     const io::DriverResources& resources) {
  io::RegisterIo* const header = TRY(mapper.Map(address, kDoorbellsOffset));
  const uint64_t capabilities = header->Read<Capabilities>();
  // Two doorbells for each of the two queue pairs.
  const uint64_t size_bytes =
      kDoorbellsOffset + 4 * Capabilities::DoorbellStride(capabilities);
  io::RegisterIo* const registers = TRY(mapper.Map(address, size_bytes));
  constexpr uint64_t kPageCount =
      DivideRoundUp<uint64_t>(sizeof(Memory), kPageBytes);
  const uint64_t pages =
      TRY(resources.pages.Allocate({.page_count = kPageCount}));
  Controller controller(*registers, resources);
  Arena shared(TRY(resources.memory.Map(pages, kPageCount * kPageBytes)));
  controller.memory_ = TRY(shared.Create<Memory>());
  if (const Status up = controller.BringUp(capabilities); !up) {
    if (controller.Stop()) {
      static_cast<void>(resources.pages.Free(pages, kPageCount));
    }
    return std::unexpected(up.error());
  }
  return controller;
}

// [nvme-1.4 7.6.1]
Status Controller::BringUp(uint64_t capabilities) {
  ready_timeout_ns_ = Capabilities::TimeoutNs(capabilities);
  if (registers_->Read<ControllerStatus>() == ControllerStatus::kGone) {
    return Fail(ErrorCode::kDeviceError, "NVMe controller does not answer");
  }
  if ((capabilities & Capabilities::kNvmCommandSet) == 0 ||
      Capabilities::MinPageBytes(capabilities) != kPageBytes) {
    return Fail(ErrorCode::kUnsupported,
                "NVMe controller has other commands or pages");
  }
  TRY(Disable());
  LayOutQueues(capabilities);
  TRY(Enable());
  TRY(ReadIdentity());
  if (io_entry_count_ < 2) {
    return Fail(ErrorCode::kCorrupt, "NVMe controller has no queues");
  }
  return CreateQueues();
}

void Controller::LayOutQueues(uint64_t capabilities) {
  io_entry_count_ =
      std::min(Capabilities::MaxQueueEntries(capabilities), kQueueEntries);
  const uint64_t stride = Capabilities::DoorbellStride(capabilities);
  admin_ = QueuePair(std::span(memory_->admin_submissions).first(kAdminEntries),
                     std::span(memory_->admin_completions).first(kAdminEntries),
                     *registers_,
                     kDoorbellsOffset,
                     kDoorbellsOffset + stride);
  io_ = QueuePair(std::span(memory_->io_submissions).first(io_entry_count_),
                  std::span(memory_->io_completions).first(io_entry_count_),
                  *registers_,
                  kDoorbellsOffset + 2 * stride,
                  kDoorbellsOffset + 3 * stride);
}

Status Controller::Enable() {
  registers_->Write<AdminQueueSizes>((kAdminEntries - 1) << 16 |
                                     (kAdminEntries - 1));
  registers_->Write<AdminSubmissionBase>(AddressOf(memory_->admin_submissions));
  registers_->Write<AdminCompletionBase>(AddressOf(memory_->admin_completions));
  registers_->Write<Configuration>(Configuration::kEntrySizes |
                                   Configuration::kEnable);
  return AwaitState(
      ControllerStatus::kReady, ControllerStatus::kReady, ready_timeout_ns_);
}

Status Controller::AwaitState(uint32_t mask,
                              uint32_t wanted,
                              uint64_t timeout_ns) {
  const clock::Deadline deadline(*clock_, timeout_ns);
  while (true) {
    const uint32_t status = registers_->Read<ControllerStatus>();
    if (status == ControllerStatus::kGone) {
      return Fail(ErrorCode::kDeviceError, "NVMe controller is gone");
    }
    // One that is to be disabled may well be broken.
    if (wanted != 0 && (status & ControllerStatus::kFatal) != 0) {
      return Fail(ErrorCode::kDeviceError, "NVMe controller has failed");
    }
    if ((status & mask) == wanted) return {};
    if (deadline.Passed()) {
      return Fail(ErrorCode::kTimedOut, "NVMe controller does not react");
    }
  }
}

Status Controller::Disable() {
  const uint32_t configuration = registers_->Read<Configuration>();
  if ((configuration & Configuration::kEnable) != 0) {
    registers_->Write<Configuration>(configuration & ~Configuration::kEnable);
  }
  return AwaitState(ControllerStatus::kReady, 0, ready_timeout_ns_);
}

// [nvme-1.4 7.6.2]
Status Controller::Stop() {
  const bool was_stopped = stopped_;
  stopped_ = true;
  const uint32_t configuration = registers_->Read<Configuration>();
  if (!was_stopped && (configuration & Configuration::kEnable) != 0) {
    registers_->Write<Configuration>(configuration |
                                     Configuration::kNormalShutdown);
    // One that does not shut down is disabled all the same.
    static_cast<void>(AwaitState(ControllerStatus::kShutdownMask,
                                 ControllerStatus::kShutdownComplete,
                                 kShutdownTimeoutNs));
  }
  return Disable();
}

Status Controller::RunAdmin(const SubmissionEntry& command) {
  admin_.Add(kAdminSlot, command);
  admin_.Ring();
  Status outcome;
  TRY(AwaitCompletions(admin_, outcome));
  return outcome;
}

Status Controller::Identify(Identity what, uint32_t namespace_id) {
  return RunAdmin({.opcode = static_cast<uint8_t>(AdminOpcode::kIdentify),
                   .namespace_id = namespace_id,
                   .prp1 = AddressOf(memory_->identity),
                   .dword10 = static_cast<uint32_t>(what)});
}

Status Controller::ReadIdentity() {
  TRY(Identify(Identity::kController, 0));
  const auto identity = TRY(ReadWire<ControllerIdentity>(memory_->identity));
  if (!Allows(identity.submission_entry_sizes, kSubmissionEntryShift) ||
      !Allows(identity.completion_entry_sizes, kCompletionEntryShift)) {
    return Fail(ErrorCode::kUnsupported,
                "NVMe controller has entries of other sizes");
  }
  constexpr uint8_t kMaxShift = std::countr_zero(kRequestBytesMax / kPageBytes);
  const uint8_t shift = identity.max_transfer_shift;
  if (shift != 0 && shift < kMaxShift) {
    transfer_bytes_max_ = static_cast<uint32_t>(kPageBytes << shift);
  }
  namespace_count_ = identity.namespace_count;
  has_write_cache_ = (identity.write_cache & 1) != 0;
  return {};
}

// [nvme-1.4 5.3, 5.4]
Status Controller::CreateQueues() {
  constexpr uint32_t kContiguous = 1;
  const uint32_t number_and_size = (io_entry_count_ - 1) << 16 | kIoQueue;
  TRY(RunAdmin(
      {.opcode = static_cast<uint8_t>(AdminOpcode::kCreateCompletionQueue),
       .prp1 = AddressOf(memory_->io_completions),
       .dword10 = number_and_size,
       .dword11 = kContiguous}));
  return RunAdmin(
      {.opcode = static_cast<uint8_t>(AdminOpcode::kCreateSubmissionQueue),
       .prp1 = AddressOf(memory_->io_submissions),
       .dword10 = number_and_size,
       .dword11 = kContiguous | uint32_t{kIoQueue} << 16});
}

Result<size_t> Controller::ListNamespaces(
    std::array<uint32_t, kMaxNamespaces>& ids) {
  if (registers_->Read<Version>() < Version::k1Dot1) {
    const size_t count = std::min<size_t>(namespace_count_, ids.size());
    for (size_t i = 0; i < count; ++i) ids[i] = static_cast<uint32_t>(i + 1);
    return count;
  }
  TRY(Identify(Identity::kActiveNamespaces, 0));
  for (size_t i = 0; i < ids.size(); ++i) {
    ids[i] = TRY(ReadWire<Le32>(memory_->identity, i * sizeof(Le32)));
    if (ids[i] == 0) return i;
  }
  return ids.size();
}

Result<std::optional<NamespaceInfo>> Controller::IdentifyNamespace(
    uint32_t id) {
  TRY(Identify(Identity::kNamespace, id));
  const auto identity = TRY(ReadWire<NamespaceIdentity>(memory_->identity));
  const uint64_t block_count = identity.block_count;
  if (block_count == 0) return std::nullopt;
  // Two bits above the four that there were at first. [nvme-2.0 5.17.2.1]
  const uint8_t format =
      (identity.format & 0xF) | (identity.format >> 1 & 0x30);
  if (format > identity.last_format || format >= identity.formats.size()) {
    return Fail(ErrorCode::kCorrupt, "NVMe namespace has no such format");
  }
  const LbaFormat& lba_format = identity.formats[format];
  if (lba_format.metadata_bytes != 0) {
    return Fail(ErrorCode::kUnsupported, "NVMe namespace has metadata");
  }
  constexpr uint8_t kMinShift = 9;
  constexpr uint8_t kMaxShift = 15;
  if (lba_format.data_shift < kMinShift || lba_format.data_shift > kMaxShift ||
      uint32_t{1} << lba_format.data_shift > transfer_bytes_max_) {
    return Fail(ErrorCode::kUnsupported, "disk has an unusable block size");
  }
  if (block_count > std::numeric_limits<uint64_t>::max() >>
      lba_format.data_shift) {
    return Fail(ErrorCode::kCorrupt, "disk claims an impossible capacity");
  }
  return NamespaceInfo{
      .id = id,
      .eui64 = identity.eui64,
      .geometry = {.block_size_bytes = uint32_t{1} << lba_format.data_shift,
                   .block_count = block_count,
                   .read_only = (identity.attributes &
                                 NamespaceIdentity::kWriteProtected) != 0}};
}

Status Controller::Run(CommandSource& source) {
  if (stopped_) return Fail(ErrorCode::kDeviceError, "disk has been stopped");
  Status outcome;
  const Status answers = Pump(source, outcome);
  if (!answers) {
    // If even this fails, it will fail again, and tell, before hand-over.
    static_cast<void>(Stop());
    return answers;
  }
  return outcome;
}

Status Controller::Pump(CommandSource& source, Status& outcome) {
  std::optional<IoCommand> next = source.Next();
  while (true) {
    bool added = false;
    for (auto slot = io_.FreeSlot(); next && outcome && slot;
         slot = io_.FreeSlot()) {
      io_.Add(*slot, ToEntry(*next, *slot));
      next = source.Next();
      added = true;
    }
    if (added) io_.Ring();
    if (io_.idle()) return {};
    TRY(AwaitCompletions(io_, outcome));
  }
}

Status Controller::AwaitCompletions(QueuePair& queue, Status& outcome) {
  const clock::Deadline deadline(*clock_, kCommandTimeoutNs);
  for (uint32_t polls = 1;; ++polls) {
    bool any = false;
    // Bounded by what is in flight: the queue refuses to yield more.
    while (const auto completion = TRY(queue.Take())) {
      any = true;
      if (completion->status != CommandStatus::kSuccess && outcome) {
        outcome = std::unexpected(ErrorOf(completion->status));
      }
    }
    if (any) {
      queue.Acknowledge();
      return {};
    }
    if (polls % kPollsPerLook == 0) {
      TRY(AwaitState(ControllerStatus::kReady, ControllerStatus::kReady, 0));
    }
    if (deadline.Passed()) {
      return Fail(ErrorCode::kTimedOut, "disk does not answer");
    }
  }
}

SubmissionEntry Controller::ToEntry(const IoCommand& command, uint16_t slot) {
  SubmissionEntry entry{.opcode = static_cast<uint8_t>(command.opcode),
                        .namespace_id = command.namespace_id};
  if (command.data.empty()) return entry;
  entry.dword10 = static_cast<uint32_t>(command.lba);
  entry.dword11 = static_cast<uint32_t>(command.lba >> 32);
  entry.dword12 = command.block_count - 1;
  PointToData(command.data, slot, entry);
  return entry;
}

// [nvme-1.4 4.3]
void Controller::PointToData(std::span<const std::byte> data,
                             uint16_t slot,
                             SubmissionEntry& entry) {
  const uint64_t first = guest_memory_->AddressOf(data.data());
  const uint64_t end = first + data.size();
  entry.prp1 = first;
  const uint64_t second = AlignDown(first, kPageBytes) + kPageBytes;
  if (second >= end) return;
  if (end - second <= kPageBytes) {
    entry.prp2 = second;
    return;
  }
  Memory::PageList& list = memory_->page_lists[slot];
  size_t count = 0;
  for (uint64_t page = second; page < end; page += kPageBytes) {
    list[count++] = page;
  }
  entry.prp2 = AddressOf(list);
}

}  // namespace flint::nvme
