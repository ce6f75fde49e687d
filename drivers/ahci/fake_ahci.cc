// SPDX-License-Identifier: Apache-2.0
#include "drivers/ahci/fake_ahci.h"

#include <algorithm>
#include <bit>

#include "drivers/ahci/registers.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::ahci {
namespace {

constexpr uint8_t kReady = 0x50;
constexpr uint8_t kBusy = 0x80;
constexpr uint8_t kErrorStatus = 0x01;

void Put16(std::vector<uint8_t>& identity, size_t word, uint16_t value) {
  identity[word * 2] = static_cast<uint8_t>(value);
  identity[word * 2 + 1] = static_cast<uint8_t>(value >> 8);
}

}  // namespace

std::vector<uint8_t> DiskIdentity(uint64_t block_count,
                                  uint32_t block_size_bytes) {
  std::vector<uint8_t> identity(512);
  Put16(identity, 49, 0x0300);
  Put16(identity, 83, 0x4400);
  for (size_t i = 0; i < 4; ++i) {
    Put16(identity, 100 + i, static_cast<uint16_t>(block_count >> (16 * i)));
  }
  if (block_size_bytes != 512) {
    Put16(identity, 106, 0x5000);
    const uint32_t words = block_size_bytes / 2;
    Put16(identity, 117, static_cast<uint16_t>(words));
    Put16(identity, 118, static_cast<uint16_t>(words >> 16));
  }
  return identity;
}

FakeAhci::FakeAhci(GuestMemory& memory, const Options& options)
    : memory_(memory), options_(options) {
  uint32_t capabilities = (options_.slot_count - 1) << 8;
  if (options_.has_64_bit_addresses) capabilities |= uint32_t{1} << 31;
  if (options_.staggered_spin_up) capabilities |= 1 << 27;
  registers_.AddRegister(0x00, 32, capabilities);
  registers_.AddRegister(0x04, 32, 0, 0x8000'0003);
  registers_.OnWrite(0x04, [this](uint32_t value) {
    EXPECT_EQ(value & 0x2, 0u) << "interrupts are not wanted";
    enabled_ = (value & GlobalControl::kAhciEnable) != 0;
    if ((value & GlobalControl::kReset) == 0) return;
    EXPECT_TRUE(enabled_);
    ++reset_count_;
    reset_polls_left_ = 3;
    for (auto& [number, port] : ports_) ResetPort(port);
  });
  registers_.OnRead(0x04, [this]() -> uint32_t {
    if (never_resets_) return GlobalControl::kReset;
    if (reset_polls_left_ > 0) return --reset_polls_left_ > 0 ? 0x8000'0001 : 0;
    return enabled_ ? GlobalControl::kAhciEnable : 0;
  });
  registers_.AddRegister(0x0C, 32, 0);
}

void FakeAhci::ResetPort(Port& port) {
  std::optional<Device> device = std::move(port.device);
  port = {};
  port.device = std::move(device);
  port.link_polls_left = 2;
}

void FakeAhci::AddEmptyPort(uint32_t port) {
  registers_.set_value(0x0C, registers_.value(0x0C) | uint32_t{1} << port);
  ports_[port];
  BuildPort(port);
}

FakeAhci::Device& FakeAhci::AddDevice(uint32_t port, const Device& device) {
  AddEmptyPort(port);
  Device& added = ports_[port].device.emplace(device);
  if (added.identity.empty()) {
    added.identity = DiskIdentity(
        added.contents.size() / added.block_size_bytes, added.block_size_bytes);
  }
  return added;
}

bool FakeAhci::IsActive(uint32_t port) const {
  return (ports_.at(port).control &
          (CommandAndStatus::kStart | CommandAndStatus::kReceiveFis)) != 0;
}

void FakeAhci::BuildPort(uint32_t number) {
  Port& port = ports_[number];
  const uint64_t base = 0x100 + uint64_t{number} * 0x80;
  const auto add_address = [&](uint64_t offset,
                               uint64_t& place,
                               uint32_t unit) {
    for (const uint32_t half : {0u, 4u}) {
      registers_.AddRegister(base + offset + half, 32);
      registers_.OnWrite(base + offset + half, [&, half, unit](uint32_t value) {
        EXPECT_TRUE(enabled_);
        EXPECT_EQ(port.control & CommandAndStatus::kStart, 0u);
        if (half == 0) EXPECT_EQ(value % unit, 0u);
        const uint64_t shifted = uint64_t{value} << (8 * half);
        place = (place & (uint64_t{0xFFFF'FFFF} << (32 - 8 * half))) | shifted;
      });
    }
  };
  add_address(0x00, port.command_list, 1024);
  add_address(0x08, port.received, 256);
  BuildPortState(number);
  BuildLink(number);
}

void FakeAhci::BuildPortState(uint32_t number) {
  Port& port = ports_[number];
  const uint64_t base = 0x100 + uint64_t{number} * 0x80;
  registers_.AddRegister(base + 0x10, 32);
  registers_.OnRead(base + 0x10, [&] { return port.interrupts; });
  registers_.OnWrite(base + 0x10,
                     [&](uint32_t value) { port.interrupts &= ~value; });
  registers_.AddRegister(base + 0x14, 32);
  registers_.OnWrite(base + 0x14, [](uint32_t value) { EXPECT_EQ(value, 0u); });
  registers_.AddRegister(base + 0x18, 32);
  registers_.OnRead(base + 0x18, [&] {
    uint32_t value = port.control;
    const bool stuck = port.device && port.device->never_stops;
    if ((value & CommandAndStatus::kStart) != 0 || stuck) {
      value |= CommandAndStatus::kRunning;
    }
    if ((value & CommandAndStatus::kReceiveFis) != 0) {
      value |= CommandAndStatus::kReceivingFis;
    }
    return value;
  });
  registers_.OnWrite(base + 0x18,
                     [&](uint32_t value) { WriteControl(port, value); });
  registers_.AddRegister(base + 0x20, 32, 0, 0xFFFF);
  registers_.OnRead(base + 0x20, [&] {
    const bool stuck = port.device && port.device->stays_busy;
    return uint32_t{stuck ? kBusy : port.status} | uint32_t{port.error} << 8;
  });
  registers_.AddRegister(base + 0x24, 32);
  registers_.OnRead(base + 0x24, [&] {
    const bool known = (port.control & CommandAndStatus::kReceiveFis) != 0;
    return known && port.device ? port.device->signature : 0xFFFF'FFFF;
  });
  registers_.AddRegister(base + 0x38, 32);
  registers_.OnRead(base + 0x38, [&] { return port.issued; });
  registers_.OnWrite(base + 0x38, [&](uint32_t value) { Issue(port, value); });
}

void FakeAhci::BuildLink(uint32_t number) {
  Port& port = ports_[number];
  const uint64_t base = 0x100 + uint64_t{number} * 0x80;
  registers_.AddRegister(base + 0x28, 32, 0, 0xFFF);
  registers_.OnRead(base + 0x28, [&] { return SataStatus(port); });
  registers_.AddRegister(base + 0x2C, 32);
  registers_.OnWrite(base + 0x2C, [&](uint32_t value) {
    EXPECT_EQ(port.control & CommandAndStatus::kStart, 0u);
    const bool was_reset = (port.sata_control & 0xF) == 1;
    port.sata_control = value;
    if (!was_reset || (value & 0xF) != 0) return;
    if (port.device) ++port.device->link_reset_count;
    port.status = kReady;
    port.link_polls_left = 2;
    port.reset_since_failure = true;
  });
  registers_.AddRegister(base + 0x30, 32);
}

uint32_t FakeAhci::SataStatus(Port& port) {
  const bool awake = !options_.staggered_spin_up ||
                     (port.control & CommandAndStatus::kSpinUp) != 0;
  if (!port.device || !awake) return 0;
  if (reset_count_ == 0) return 0x113;
  if (!port.device->link_comes_up || port.link_polls_left > 0) {
    if (port.link_polls_left > 0) --port.link_polls_left;
    return 0x001;
  }
  return 0x113;
}

void FakeAhci::WriteControl(Port& port, uint32_t value) {
  constexpr uint32_t kWritable =
      CommandAndStatus::kStart | CommandAndStatus::kSpinUp |
      CommandAndStatus::kPowerOn | CommandAndStatus::kReceiveFis;
  const uint32_t set = value & ~port.control;
  if ((set & CommandAndStatus::kReceiveFis) != 0) {
    EXPECT_TRUE(memory_.Map(port.received, 256).has_value());
    if (port.device && port.reset_since_failure) {
      port.status = kReady;
      port.error = 1;
    }
  }
  if ((set & CommandAndStatus::kStart) != 0) {
    EXPECT_NE(value & CommandAndStatus::kReceiveFis, 0u);
    EXPECT_EQ(port.status & (kBusy | 0x08), 0) << "started while busy";
    EXPECT_EQ(port.interrupts & InterruptStatus::kErrors, 0u);
    EXPECT_TRUE(memory_.Map(port.command_list, 1024).has_value());
  }
  if ((value & CommandAndStatus::kReceiveFis) == 0 &&
      (port.control & CommandAndStatus::kReceiveFis) != 0) {
    EXPECT_EQ(port.control & CommandAndStatus::kStart, 0u);
  }
  if ((value & CommandAndStatus::kStart) == 0) {
    port.issued = 0;
    port.failed = false;
  }
  port.control = value & kWritable;
}

void FakeAhci::Issue(Port& port, uint32_t slots) {
  EXPECT_NE(port.control & CommandAndStatus::kStart, 0u);
  EXPECT_EQ(port.issued & slots, 0u) << "a slot that is in flight";
  EXPECT_EQ(uint64_t{slots} >> options_.slot_count, 0u);
  EXPECT_NE(slots, 0u);
  EXPECT_FALSE(port.failed);
  port.issued |= slots;
  if (!port.device) return;
  ++port.device->issue_count;
  port.device->most_in_flight =
      std::max(port.device->most_in_flight,
               static_cast<uint32_t>(std::popcount(port.issued)));
}

void FakeAhci::Work() {
  for (auto& [number, port] : ports_) {
    if (!port.device) continue;
    for (uint32_t i = 0; i < port.device->commands_per_turn; ++i) {
      if (port.issued == 0 || port.failed ||
          port.device->commands.size() >= port.device->silent_after) {
        break;
      }
      const auto slot = static_cast<uint32_t>(std::countr_zero(port.issued));
      if (RunSlot(port, slot)) port.issued &= ~(uint32_t{1} << slot);
    }
  }
}

bool FakeAhci::RunSlot(Port& port, uint32_t slot) {
  // That it lies in memory was seen when the port was started.
  const auto place = memory_.Map(
      port.command_list + slot * sizeof(CommandHeader), sizeof(CommandHeader));
  CommandHeader header = *ReadWire<CommandHeader>(*place);
  EXPECT_EQ(header.flags & 0x1F, 5);
  EXPECT_EQ(header.flags & 0xFF80, 0);
  EXPECT_EQ(header.table_address % 128, 0u);
  const auto table_bytes = memory_.Map(header.table_address, 256);
  if (!table_bytes) {
    ADD_FAILURE() << "command table";
    return true;
  }
  const auto table = *ReadWire<CommandTable>(*table_bytes);
  EXPECT_EQ(table.fis.type, 0x27);
  EXPECT_EQ(table.fis.flags, 0x80);
  const bool good = Execute(port, table, header);
  EXPECT_OK(WriteWire(*place, 0, header));
  Finish(port, good, table.fis.command == 0xEC);
  return good;
}

MutableBytes FakeAhci::DataOf(const CommandTable& table,
                              const CommandHeader& header) {
  EXPECT_LE(header.region_count, 1u);
  if (header.region_count == 0) return {};
  const uint64_t size = uint64_t{table.region.last_byte} + 1;
  EXPECT_EQ(size % 2, 0u);
  EXPECT_LE(size, uint64_t{4} << 20);
  EXPECT_EQ(table.region.address % 2, 0u);
  if (!options_.has_64_bit_addresses) {
    EXPECT_LE(table.region.address + size, uint64_t{1} << 32);
  }
  const auto data = memory_.Map(table.region.address, size);
  EXPECT_TRUE(data.has_value());
  return data ? *data : MutableBytes{};
}

bool FakeAhci::Execute(Port& port,
                       const CommandTable& table,
                       CommandHeader& header) {
  const RegisterFis& fis = table.fis;
  if (fis.command == 0xA0) return RunPacket(port, table, header);
  const MutableBytes data = DataOf(table, header);
  uint64_t lba = 0;
  for (size_t i = 0; i < 3; ++i) {
    lba |= uint64_t{fis.lba_low[i]} << (8 * i);
    lba |= uint64_t{fis.lba_high[i]} << (24 + 8 * i);
  }
  port.device->commands.push_back({fis.command, lba, data.size()});
  EXPECT_EQ((header.flags & CommandHeader::kWrite) != 0, fis.command == 0x35);
  EXPECT_EQ(header.flags & CommandHeader::kPacket, 0);
  bool good = true;
  switch (fis.command) {
    case 0xEC:
      EXPECT_EQ(data.size(), 512u);
      std::ranges::copy(std::as_bytes(std::span(port.device->identity)),
                        data.begin());
      break;
    case 0x25:
    case 0x35:
      good = Transfer(port, fis.command == 0x35, fis, data);
      break;
    case 0xEA:
      EXPECT_TRUE(data.empty());
      if (port.device->failures.contains(0)) {
        port.error = port.device->failures.at(0);
        good = false;
      }
      break;
    default:
      ADD_FAILURE() << "command " << int{fis.command};
      good = false;
  }
  header.transferred_bytes = static_cast<uint32_t>(good ? data.size() : 0);
  return good;
}

bool FakeAhci::Transfer(Port& port,
                        bool write,
                        const RegisterFis& fis,
                        MutableBytes data) {
  Device& device = *port.device;
  EXPECT_EQ(fis.device, 0x40);
  const uint64_t lba = device.commands.back().lba;
  const uint64_t count = fis.count == 0 ? 65536 : uint64_t{fis.count};
  EXPECT_EQ(count * device.block_size_bytes, data.size());
  const auto failure = device.failures.lower_bound(lba);
  if (failure != device.failures.end() && failure->first < lba + count) {
    port.error = failure->second;
    return false;
  }
  const uint64_t offset = lba * device.block_size_bytes;
  if (offset + data.size() > device.contents.size()) {
    ADD_FAILURE() << "transfer beyond the end";
    return false;
  }
  const MutableBytes place = device.contents.subspan(offset, data.size());
  if (write) {
    std::ranges::copy(data, place.begin());
  } else {
    std::ranges::copy(place, data.begin());
  }
  return true;
}

bool FakeAhci::RunPacket(Port& port,
                         const CommandTable& table,
                         CommandHeader& header) {
  EXPECT_NE(header.flags & CommandHeader::kPacket, 0);
  EXPECT_EQ(header.flags & CommandHeader::kWrite, 0);
  const MutableBytes data = DataOf(table, header);
  EXPECT_EQ(table.fis.features, data.empty() ? 0 : 1);
  port.device->commands.push_back({table.packet[0], 0, data.size()});
  std::vector<std::byte> answer;
  if (table.packet[0] == 0x03) {
    answer = scsi::FixedSenseData(port.device->unit->last_sense());
  } else {
    auto result = port.device->unit->Run(table.packet, {});
    if (result.status != 0) {
      port.error = static_cast<uint8_t>(result.sense.key << 4);
      header.transferred_bytes = uint32_t{0};
      return false;
    }
    answer = std::move(result.data);
  }
  const size_t size = std::min(answer.size(), data.size());
  std::ranges::copy(std::span(answer).first(size), data.begin());
  header.transferred_bytes = static_cast<uint32_t>(size);
  return true;
}

void FakeAhci::Finish(Port& port, bool good, bool by_pio) {
  port.status = kReady;
  if (!good) {
    port.status |= kErrorStatus;
    port.failed = true;
    port.interrupts |= InterruptStatus::kTaskFileError;
    if (port.device->hangs_after_failure) {
      port.status = kBusy;
      port.reset_since_failure = false;
    }
  }
  const auto received = memory_.Map(port.received, 256);
  if (!received) return;
  if (by_pio && good) {
    (*received)[0x20] = std::byte{0x5F};
    port.interrupts |= InterruptStatus::kPioSetup;
  } else {
    (*received)[0x40] = std::byte{0x34};
    port.interrupts |= InterruptStatus::kDeviceToHost;
  }
}

}  // namespace flint::ahci
