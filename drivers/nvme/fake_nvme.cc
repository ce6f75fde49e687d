// SPDX-License-Identifier: Apache-2.0
#include "drivers/nvme/fake_nvme.h"

#include <algorithm>

#include "drivers/nvme/registers.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::nvme {
namespace {

constexpr uint64_t kPage = 4096;
constexpr uint32_t kEnabledConfiguration =
    Configuration::kEntrySizes | Configuration::kEnable;

}  // namespace

FakeNvme::FakeNvme(GuestMemory& memory, const Options& options)
    : memory_(memory), options_(options), registers_(0x2000) {
  BuildRegisters();
  BuildAdminRegisters();
  BuildDoorbells();
  if (options_.is_running) {
    enabled_ = true;
    was_shut_down_ = true;
    configuration_ = kEnabledConfiguration;
  }
}

void FakeNvme::BuildRegisters() {
  registers_.AddRegister(
      0x00, 32, (options_.max_queue_entries - 1) | 1 << 16 | 4 << 24);
  registers_.AddRegister(0x04,
                         32,
                         options_.doorbell_stride_shift |
                             (options_.has_nvm_commands ? 1u << 5 : 0) |
                             uint32_t{options_.min_page_shift} << 16);
  registers_.AddRegister(0x08, 32, options_.version);
  registers_.AddRegister(0x14, 32);
  registers_.OnRead(0x14, [this] { return configuration_; });
  registers_.OnWrite(0x14, [this](uint32_t value) { Configure(value); });
  registers_.AddRegister(0x1C, 32, 0, 0x1F);
  registers_.OnRead(0x1C, [this] { return ReadStatus(); });
}

void FakeNvme::BuildAdminRegisters() {
  registers_.AddRegister(0x24, 32);
  registers_.OnWrite(0x24, [this](uint32_t value) {
    EXPECT_FALSE(enabled_);
    queues_[0].submission_entries = (value & 0xFFF) + 1;
    queues_[0].completion_entries = (value >> 16 & 0xFFF) + 1;
  });
  const auto add_base = [this](uint64_t offset, uint64_t Queue::* place) {
    for (const uint32_t half : {0u, 4u}) {
      registers_.AddRegister(offset + half, 32);
      registers_.OnWrite(offset + half, [this, half, place](uint32_t value) {
        EXPECT_FALSE(enabled_);
        if (half == 0) EXPECT_EQ(value % kPage, 0u);
        uint64_t& address = queues_[0].*place;
        address = half == 0 ? value : address | uint64_t{value} << 32;
      });
    }
  };
  add_base(0x28, &Queue::submissions);
  add_base(0x30, &Queue::completions);
}

void FakeNvme::BuildDoorbells() {
  const uint64_t stride = uint64_t{4} << options_.doorbell_stride_shift;
  for (const uint16_t number : {uint16_t{0}, uint16_t{1}}) {
    const uint64_t submission = 0x1000 + 2 * number * stride;
    registers_.AddRegister(submission, 32);
    registers_.OnWrite(submission, [this, number](uint32_t value) {
      EXPECT_TRUE(queues_.contains(number));
      Queue& queue = queues_[number];
      EXPECT_LT(value, queue.submission_entries);
      EXPECT_NE(value, queue.submission_tail) << "nothing new";
      queue.submission_tail = value;
      if (number == 1) ++ring_count_;
    });
    registers_.AddRegister(submission + stride, 32);
    registers_.OnWrite(submission + stride, [this, number](uint32_t value) {
      Queue& queue = queues_[number];
      EXPECT_LT(value, queue.completion_entries);
      queue.completion_head = value;
    });
  }
}

uint32_t FakeNvme::ReadStatus() {
  uint32_t status = 0;
  if (failed_) status |= ControllerStatus::kFatal;
  const bool settled = polls_left_ == 0;
  if (!settled) --polls_left_;
  const bool ready = enabled_ == settled;
  if (ready && !faults_.never_ready) status |= ControllerStatus::kReady;
  if (!enabled_ && faults_.never_disabled) status |= ControllerStatus::kReady;
  if ((configuration_ & Configuration::kNormalShutdown) != 0 &&
      !faults_.never_shut_down) {
    status |= ControllerStatus::kShutdownComplete;
    was_shut_down_ = true;
  }
  return status;
}

void FakeNvme::Configure(uint32_t value) {
  const bool enable = (value & Configuration::kEnable) != 0;
  if (enable && !enabled_) {
    EXPECT_EQ(value, kEnabledConfiguration);
    EXPECT_GE(queues_[0].submission_entries, 2u);
    failed_ = faults_.fails_when_enabled;
    was_shut_down_ = false;
    polls_left_ = 3;
  }
  if (!enable && enabled_) {
    EXPECT_TRUE(was_shut_down_ || faults_.never_shut_down || failed_);
    queues_.clear();
    polls_left_ = 3;
  }
  enabled_ = enable;
  configuration_ = value;
}

void FakeNvme::Work() {
  if (!enabled_ || failed_) return;
  for (const uint16_t number : {uint16_t{0}, uint16_t{1}}) {
    if (!queues_.contains(number)) continue;
    Take(number);
    for (uint32_t i = 0; i < per_turn_; ++i) {
      Queue& queue = queues_[number];
      if (queue.in_flight.empty()) break;
      if (number == 1 && completed_ >= faults_.silent_after) {
        failed_ = faults_.fails_when_silent;
        break;
      }
      const auto next =
          last_first_ ? queue.in_flight.end() - 1 : queue.in_flight.begin();
      const SubmissionEntry entry = *next;
      queue.in_flight.erase(next);
      Complete(number, entry);
    }
  }
}

void FakeNvme::Take(uint16_t number) {
  Queue& queue = queues_[number];
  while (queue.submission_head != queue.submission_tail) {
    const auto bytes = memory_.Map(
        queue.submissions + queue.submission_head * sizeof(SubmissionEntry),
        sizeof(SubmissionEntry));
    ASSERT_TRUE(bytes.has_value());
    const auto entry = *ReadWire<SubmissionEntry>(*bytes);
    EXPECT_EQ(entry.flags, 0);
    for (const SubmissionEntry& other : queue.in_flight) {
      EXPECT_NE(uint16_t{entry.command_id}, uint16_t{other.command_id});
    }
    queue.in_flight.push_back(entry);
    queue.submission_head =
        (queue.submission_head + 1) % queue.submission_entries;
  }
  if (number == 1) {
    most_in_flight_ = std::max(most_in_flight_, queue.in_flight.size());
  }
}

void FakeNvme::Complete(uint16_t number, const SubmissionEntry& entry) {
  const uint16_t status = number == 0 ? RunAdmin(entry) : RunIo(entry);
  Queue& queue = queues_[number];
  EXPECT_NE((queue.completion_tail + 1) % queue.completion_entries,
            queue.completion_head)
      << "completion queue is full";
  CompletionEntry completion{
      .result = 0,
      .reserved = 0,
      .submission_head = static_cast<uint16_t>(queue.submission_head),
      .submission_queue = number,
      .command_id = entry.command_id,
      .status = static_cast<uint16_t>(status << 1 | queue.phase)};
  if (number == 1) ++completed_;
  if (number == 1 && faults_.corrupt_completion) {
    faults_.corrupt_completion(completion);
  }
  const auto place = memory_.Map(
      queue.completions + queue.completion_tail * sizeof(CompletionEntry),
      sizeof(CompletionEntry));
  ASSERT_TRUE(place.has_value());
  std::ranges::copy(std::as_bytes(std::span(&completion, 1)), place->begin());
  if (++queue.completion_tail == queue.completion_entries) {
    queue.completion_tail = 0;
    queue.phase ^= 1;
  }
}

uint16_t FakeNvme::RunAdmin(const SubmissionEntry& entry) {
  admin_opcodes_.push_back(entry.opcode);
  const auto failure = faults_.admin_failures.find(entry.opcode);
  if (failure != faults_.admin_failures.end()) return failure->second;
  switch (entry.opcode) {
    case 0x01:
      return CreateQueue(entry, false);
    case 0x05:
      return CreateQueue(entry, true);
    case 0x06:
      Identify(entry);
      return 0;
    default:
      ADD_FAILURE() << "admin command " << int{entry.opcode};
      return 1;
  }
}

uint16_t FakeNvme::CreateQueue(const SubmissionEntry& entry, bool completion) {
  const auto number = static_cast<uint16_t>(entry.dword10 & 0xFFFF);
  const uint32_t entries = (entry.dword10 >> 16) + 1;
  EXPECT_EQ(number, 1);
  EXPECT_GE(entries, 2u);
  EXPECT_LE(entries, options_.max_queue_entries);
  EXPECT_EQ(entry.prp1 % kPage, 0u);
  EXPECT_EQ(entry.dword11 & 3, 1u) << "contiguous, without interrupts";
  Queue& queue = queues_[number];
  if (completion) {
    queue.completions = entry.prp1;
    queue.completion_entries = entries;
  } else {
    EXPECT_NE(queue.completions, 0u) << "completion queues come first";
    EXPECT_EQ(entry.dword11 >> 16, 1u);
    queue.submissions = entry.prp1;
    queue.submission_entries = entries;
  }
  return 0;
}

void FakeNvme::Identify(const SubmissionEntry& entry) {
  EXPECT_EQ(entry.prp1 % kPage, 0u);
  const auto place = memory_.Map(entry.prp1, kPage);
  ASSERT_TRUE(place.has_value());
  std::ranges::copy(IdentityOf(entry), place->begin());
}

std::vector<std::byte> FakeNvme::IdentityOf(const SubmissionEntry& entry) {
  std::vector<std::byte> bytes(kPage);
  switch (entry.dword10) {
    case 0: {
      const auto found = namespaces_.find(entry.namespace_id);
      if (found == namespaces_.end()) break;
      const Namespace& fields = found->second;
      NamespaceIdentity identity{};
      identity.block_count = fields.block_count.value_or(
          fields.contents.size() >> fields.block_shift);
      identity.last_format = 3;
      identity.format = fields.format;
      identity.attributes = fields.write_protected ? 1 : 0;
      identity.eui64 = fields.eui64;
      identity.formats[0] = {.metadata_bytes = fields.metadata_bytes,
                             .data_shift = fields.block_shift,
                             .performance = 0};
      EXPECT_OK(WriteWire(bytes, 0, identity));
      break;
    }
    case 1: {
      ControllerIdentity identity{};
      identity.max_transfer_shift = options_.max_transfer_shift;
      identity.submission_entry_sizes = options_.submission_entry_sizes;
      identity.completion_entry_sizes = 0x44;
      identity.namespace_count =
          namespaces_.empty() ? 0 : namespaces_.rbegin()->first;
      identity.write_cache = options_.has_write_cache ? 1 : 0;
      EXPECT_OK(WriteWire(bytes, 0, identity));
      break;
    }
    case 2: {
      EXPECT_GE(options_.version, 0x0001'0100u);
      uint64_t offset = 0;
      for (const auto& [id, fields] : namespaces_) {
        EXPECT_OK(WriteWire(bytes, offset, Le32(id)));
        offset += 4;
      }
      break;
    }
    default:
      ADD_FAILURE() << "identify " << entry.dword10;
  }
  return bytes;
}

std::vector<MutableBytes> FakeNvme::PagesOf(const SubmissionEntry& entry,
                                            uint64_t size_bytes) {
  std::vector<uint64_t> addresses{entry.prp1};
  EXPECT_EQ(entry.prp1 % 4, 0u);
  const uint64_t first = std::min(size_bytes, kPage - entry.prp1 % kPage);
  const uint64_t others = (size_bytes - first + kPage - 1) / kPage;
  if (others == 1) {
    addresses.push_back(entry.prp2);
  } else if (others > 1) {
    EXPECT_LE(entry.prp2 % kPage + others * 8, kPage) << "list crosses a page";
    const auto list = memory_.Map(entry.prp2, others * 8);
    EXPECT_TRUE(list.has_value());
    for (uint64_t i = 0; list && i < others; ++i) {
      addresses.push_back(*ReadWire<Le64>(*list, i * 8));
    }
  }
  std::vector<MutableBytes> pages;
  for (const uint64_t address : addresses) {
    const bool is_first = pages.empty();
    if (!is_first) EXPECT_EQ(address % kPage, 0u);
    const uint64_t size = is_first ? first : std::min(size_bytes, kPage);
    const auto bytes = memory_.Map(address, size);
    EXPECT_TRUE(bytes.has_value());
    if (bytes) pages.push_back(*bytes);
    size_bytes -= size;
  }
  return pages;
}

uint16_t FakeNvme::RunIo(const SubmissionEntry& entry) {
  const uint64_t lba = entry.dword10 | uint64_t{entry.dword11} << 32;
  const auto found = namespaces_.find(entry.namespace_id);
  if (found == namespaces_.end()) {
    ADD_FAILURE() << "no such namespace";
    return 0x0B;
  }
  Namespace& fields = found->second;
  if (entry.opcode == 0) {
    EXPECT_TRUE(options_.has_write_cache);
    commands_.push_back({entry.opcode, entry.namespace_id});
    const auto failure = fields.failures.find(0);
    return failure == fields.failures.end() ? 0 : failure->second;
  }
  EXPECT_LE(entry.dword12, 0xFFFFu);
  const uint64_t count = uint64_t{entry.dword12} + 1;
  const uint64_t size = count << fields.block_shift;
  commands_.push_back({entry.opcode, entry.namespace_id, lba, size});
  if (options_.max_transfer_shift != 0) {
    EXPECT_LE(size, kPage << options_.max_transfer_shift);
  }
  const auto failure = fields.failures.lower_bound(lba);
  if (failure != fields.failures.end() && failure->first < lba + count) {
    return failure->second;
  }
  uint64_t offset = lba << fields.block_shift;
  EXPECT_LE(offset + size, fields.contents.size());
  if (offset + size > fields.contents.size()) return 0x80;
  for (const MutableBytes page : PagesOf(entry, size)) {
    const MutableBytes place = fields.contents.subspan(offset, page.size());
    if (entry.opcode == 1) {
      std::ranges::copy(page, place.begin());
    } else {
      std::ranges::copy(place, page.begin());
    }
    offset += page.size();
  }
  return 0;
}

}  // namespace flint::nvme
