// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "drivers/io/cpu.h"
#include "gtest/gtest.h"

namespace flint::io {

/// A processor for tests. Its time-stamp counter moves a step at each reading
/// and when told; CPUID leaves and MSRs are those that were set.
class FakeCpu final : public Cpu {
 public:
  using MsrWriteHook = std::function<void(uint64_t value)>;

  /// A maximum leaf above what was set would promise leaves that are not there,
  /// so an unset leaf reads as garbage. [sdm 2A CPUID]
  void SetLeaf(uint32_t leaf, CpuidLeaf value) { leaves_[leaf] = value; }

  /// Only MSRs that were added may be touched: others would fault.
  void AddMsr(uint32_t index, uint64_t value = 0, MsrWriteHook hook = nullptr) {
    msrs_[index] = {value, std::move(hook)};
  }

  /// What the next readings give; after the last there is no number. Without a
  /// call of this there is no such instruction.
  void SetRandom(std::deque<std::optional<uint64_t>> numbers) {
    random_ = std::move(numbers);
  }
  void SetSeed(std::deque<std::optional<uint64_t>> numbers) {
    seed_ = std::move(numbers);
  }

  /// What a device does to an MSR that was added: its hook does not run.
  void SetMsr(uint32_t index, uint64_t value) { msrs_.at(index).value = value; }

  uint64_t msr(uint32_t index) const { return msrs_.at(index).value; }

  void set_timestamp(uint64_t ticks) { timestamp_ = ticks; }
  void set_ticks_per_reading(uint64_t ticks) { ticks_per_reading_ = ticks; }
  void AdvanceTimestamp(uint64_t ticks) { timestamp_ += ticks; }

  /// The counter, without moving it.
  uint64_t timestamp() const { return timestamp_; }

  int timestamp_count() const { return timestamp_count_; }
  int cpuid_count() const { return cpuid_count_; }
  int pause_count() const { return pause_count_; }

  uint64_t ReadTimestamp() override {
    ++timestamp_count_;
    return timestamp_ += ticks_per_reading_;
  }

  CpuidLeaf Cpuid(uint32_t leaf) override {
    ++cpuid_count_;
    const auto found = leaves_.find(leaf);
    if (found != leaves_.end()) return found->second;
    return {0xDEAD'0007, 0x0BAD'0007, 0xDEAD'BEEF, 0x0BAD'CAFE};
  }

  uint64_t ReadMsr(uint32_t index) override {
    const auto found = msrs_.find(index);
    if (found != msrs_.end()) return found->second.value;
    ADD_FAILURE() << "reading MSR 0x" << std::hex << index << " faults";
    return 0;
  }

  void WriteMsr(uint32_t index, uint64_t value) override {
    const auto found = msrs_.find(index);
    if (found == msrs_.end()) {
      ADD_FAILURE() << "writing MSR 0x" << std::hex << index << " faults";
      return;
    }
    found->second.value = value;
    if (found->second.hook) found->second.hook(value);
  }

  std::optional<uint64_t> ReadRandom() override {
    return TakeNumber(random_, "RDRAND");
  }
  std::optional<uint64_t> ReadSeed() override {
    return TakeNumber(seed_, "RDSEED");
  }

  void Pause() override { ++pause_count_; }

 private:
  using Numbers = std::optional<std::deque<std::optional<uint64_t>>>;

  static std::optional<uint64_t> TakeNumber(Numbers& numbers,
                                            const char* instruction) {
    if (!numbers) ADD_FAILURE() << instruction << " faults";
    if (!numbers || numbers->empty()) return std::nullopt;
    const std::optional<uint64_t> number = numbers->front();
    numbers->pop_front();
    return number;
  }

  struct Msr {
    uint64_t value = 0;
    MsrWriteHook hook;
  };

  std::map<uint32_t, CpuidLeaf> leaves_;
  std::map<uint32_t, Msr> msrs_;
  Numbers random_;
  Numbers seed_;
  uint64_t timestamp_ = 0x0123'4567'89AB;
  uint64_t ticks_per_reading_ = 20;
  int timestamp_count_ = 0;
  int cpuid_count_ = 0;
  int pause_count_ = 0;
};

}  // namespace flint::io
