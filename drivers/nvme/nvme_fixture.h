// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "boot/memory/e820.h"
#include "boot/memory/memory_map.h"
#include "drivers/block/disk_list.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/nvme/fake_nvme.h"
#include "drivers/nvme/nvme_probe.h"
#include "drivers/pci/fake_pci_config.h"
#include "gtest/gtest.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::nvme {

/// A machine with one NVMe controller, whose registers are behind PCI.
class NvmeTest : public ::testing::Test {
 protected:
  static constexpr uint64_t kMiB = 1 << 20;
  static constexpr uint64_t kPagesAddress = 16 * kMiB;
  static constexpr uint64_t kBufferAddress = 32 * kMiB;
  static constexpr uint64_t kRegisters = 0x80'0000'0000;

  NvmeTest() {
    memory_.AddRegion(kPagesAddress, kMiB);
    const std::array<memory::E820Entry, 1> entries{
        {{.address = kPagesAddress,
          .size_bytes = kMiB,
          .type = memory::E820Type::kRam}}};
    pages_.Build(entries, uint64_t{1} << 46);
    clock_.OnRelax([this] { controller().Work(); });
    function_.SetBar(
        0, {.address = kRegisters, .size_bytes = 0x4000, .is_64_bit = true});
    PutIn({});
  }

  /// Replaces the controller.
  void PutIn(const FakeNvme::Options& options) {
    mapper_ = {};
    controllers_.emplace_back(memory_, options);
    mapper_.AddWindow(kRegisters, controller().registers());
  }

  FakeNvme& controller() { return controllers_.back(); }

  /// A namespace whose contents differ from byte to byte.
  FakeNvme::Namespace& AddNamespace(FakeNvme::Namespace fields = {},
                                    uint64_t size_bytes = kMiB) {
    auto& contents = contents_.emplace_back(size_bytes);
    for (size_t i = 0; i < contents.size(); ++i) {
      contents[i] = static_cast<std::byte>(i ^ i >> 9 ^ i >> 17 ^ fields.id);
    }
    fields.contents = contents;
    return controller().AddNamespace(fields);
  }

  std::span<block::Disk> Probe() {
    AddNvme(
        config_,
        {.address = {0, 0, 3, 0},
         .vendor_id = 0x1B36,
         .device_id = 0x0010,
         .header_layout = 0},
        mapper_,
        {.clock = clock_, .memory = memory_, .pages = pages_, .arena = arena_},
        list_);
    return list_.disks();
  }

  /// The only disk that a probe finds.
  block::BlockDevice& ProbeOne() {
    const auto disks = Probe();
    EXPECT_EQ(disks.size(), 1u);
    EXPECT_OK(disks[0].status);
    return *disks[0].device;
  }

  /// Guest memory for a transfer, at a page boundary.
  MutableBytes Buffer(uint64_t size_bytes) {
    const MutableBytes buffer = memory_.AddRegion(next_buffer_, size_bytes);
    next_buffer_ += (size_bytes + 8191) & ~uint64_t{4095};
    return buffer;
  }

  MutableBytes OnDisk(uint64_t offset, uint64_t size_bytes) {
    return MutableBytes(contents_[0]).subspan(offset, size_bytes);
  }

  bool SomePagesAreTaken() const {
    return std::ranges::any_of(pages_.ranges(), [](const auto& range) {
      return range.type == memory::MemoryType::kFirmware;
    });
  }

  FakeGuestMemory memory_;
  std::array<memory::MemoryRange, 16> ranges_{};
  memory::MemoryMap pages_{ranges_};
  // Slow, so that a wait of half a minute is not millions of polls.
  clock::FakeClock clock_{500'000};
  std::array<std::byte, 65536> arena_memory_{};
  Arena arena_{arena_memory_};
  pci::FakePciConfig config_;
  pci::FakeFunction& function_ =
      config_.AddFunction({0, 0, 3, 0}, 0x1B36, 0x0010);
  io::FakeDeviceMapper mapper_;
  std::deque<FakeNvme> controllers_;
  std::deque<std::vector<std::byte>> contents_;
  std::array<block::Disk, 8> storage_{};
  block::DiskList list_{storage_};
  uint64_t next_buffer_ = kBufferAddress;
};

}  // namespace flint::nvme
