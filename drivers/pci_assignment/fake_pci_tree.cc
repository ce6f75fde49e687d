// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci_assignment/fake_pci_tree.h"

#include <algorithm>

#include "drivers/pci/registers.h"
#include "gtest/gtest.h"

namespace flint::pci {
namespace {

constexpr uint16_t kFirstBar = BaseAddress0::kOffset;
constexpr uint16_t kPin = 0x3D;

uint32_t TypeBits(const FakeTreeBar& bar) {
  if (bar.io) return BaseAddress0::kIoSpace;
  return (bar.is_64_bit ? BaseAddress0::kType64Bit : 0) |
         (bar.prefetchable ? BaseAddress0::kPrefetchable : 0);
}

FakePciFunction* FindOn(FakePciBus& bus,
                        uint8_t number,
                        const Address& address) {
  if (address.bus == number) {
    const auto found = bus.find({address.device, address.function});
    return found == bus.end() ? nullptr : found->second.get();
  }
  for (auto& [place, function] : bus) {
    if (!function->is_bridge()) continue;
    const auto secondary = static_cast<uint8_t>(function->Get(0x19, 1));
    if (secondary == 0 || address.bus < secondary ||
        address.bus > function->Get(0x1A, 1)) {
      continue;
    }
    return FindOn(function->bus_behind(), secondary, address);
  }
  return nullptr;
}

/// A range that is decoded, for comparing.
struct Decoded {
  bool io;
  uint64_t base;
  uint64_t end;
};

bool IsWithin(const AddressWindow& window, uint64_t base, uint64_t end) {
  return base >= window.base && end <= window.end;
}

void ExpectBar(const FakePciFunction& function,
               uint8_t index,
               const FakeTreeBar& bar,
               std::span<const AddressWindow> around,
               std::vector<Decoded>& decoded) {
  const uint16_t space = bar.io ? Command::kIoSpace : Command::kMemorySpace;
  const uint64_t base = function.AddressOfBar(index);
  if (base == 0 || (function.Get(Command::kOffset, 2) & space) == 0) return;
  const uint64_t end = base + bar.size_bytes;
  EXPECT_EQ(base % bar.size_bytes, 0u);
  EXPECT_TRUE(std::ranges::any_of(
      around,
      [&](const AddressWindow& window) { return IsWithin(window, base, end); }))
      << std::hex << base;
  decoded.push_back({.io = bar.io, .base = base, .end = end});
}

struct Around {
  std::vector<AddressWindow> io;
  std::vector<AddressWindow> memory;
  std::vector<AddressWindow> prefetchable;
};

void ExpectWindow(const AddressWindow& window,
                  std::span<const AddressWindow> around) {
  if (window.size_bytes() == 0) return;
  EXPECT_TRUE(std::ranges::any_of(around,
                                  [&](const AddressWindow& outer) {
                                    return IsWithin(
                                        outer, window.base, window.end);
                                  }))
      << std::hex << window.base;
}

void ExpectBus(const FakePciBus& bus,
               uint32_t number,
               const Around& around,
               std::vector<Decoded>& decoded) {
  for (const auto& [place, function] : bus) {
    for (const auto& [index, bar] : function->bars()) {
      const auto& windows = bar.io             ? around.io
                            : bar.prefetchable ? around.prefetchable
                                               : around.memory;
      ExpectBar(*function, index, bar, windows, decoded);
    }
    if (!function->is_bridge()) continue;
    const uint32_t secondary = function->Get(0x19, 1);
    if (secondary == 0) continue;
    EXPECT_EQ(function->Get(0x18, 1), number);
    EXPECT_GT(secondary, number);
    EXPECT_GE(function->Get(0x1A, 1), secondary);
    ExpectWindow(function->io_window(), around.io);
    ExpectWindow(function->memory_window(), around.memory);
    ExpectWindow(function->prefetchable_window(), around.prefetchable);
    ExpectBus(function->bus_behind(),
              secondary,
              {.io = {function->io_window()},
               .memory = {function->memory_window()},
               .prefetchable = {function->memory_window(),
                                function->prefetchable_window()}},
              decoded);
  }
}

}  // namespace

FakePciFunction::FakePciFunction(uint16_t class_code)
    : is_bridge_(class_code == 0x0604) {
  Set(VendorAndDevice::kOffset, 4, 0x0001'1B36);
  Set(ClassAndRevision::kOffset, 4, uint32_t{class_code} << 16);
  Set(HeaderType::kOffset, 1, is_bridge_ ? 1 : 0);
  // 64-bit prefetchable memory, which software cannot change.
  if (is_bridge_) Set(0x24, 4, 0x0001'0001);
}

FakePciFunction& FakePciFunction::WithBar(uint8_t index,
                                          const FakeTreeBar& bar) {
  bars_[index] = bar;
  Set(static_cast<uint16_t>(kFirstBar + index * 4), 4, TypeBits(bar));
  return *this;
}

FakePciFunction& FakePciFunction::WithPin(uint8_t pin) {
  Set(kPin, 1, pin);
  return *this;
}

FakePciFunction& FakePciFunction::WithMultiFunction() {
  Set(HeaderType::kOffset,
      1,
      Get(HeaderType::kOffset, 1) | HeaderType::kMultiFunction);
  return *this;
}

FakePciFunction& FakePciFunction::AsRootPort(bool takes_devices) {
  std::array<uint8_t, 0x18> express{};
  express[0] = 0x10;
  express[2] = 0x42;  // root port, version 2
  express[3] = 1;     // with a slot
  express[0x14] = takes_devices ? 0x40 : 0;
  AddCapability(express);
  return *this;
}

FakePciFunction& FakePciFunction::WithHints(uint32_t buses,
                                            uint32_t memory_bytes) {
  std::array<uint8_t, 32> hints;
  hints.fill(0xFF);
  hints[0] = 0x09;
  hints[2] = 32;
  hints[3] = 1;
  for (size_t i = 0; i < 4; ++i) {
    hints[4 + i] = static_cast<uint8_t>(buses >> 8 * i);
    hints[16 + i] = static_cast<uint8_t>(memory_bytes >> 8 * i);
  }
  AddCapability(hints);
  return *this;
}

void FakePciFunction::AddCapability(std::span<const uint8_t> bytes) {
  std::ranges::copy(bytes, bytes_.begin() + next_capability_);
  // In front of those that are there.
  bytes_[next_capability_ + 1u] =
      static_cast<uint8_t>(Get(CapabilitiesPointer::kOffset, 1));
  Set(CapabilitiesPointer::kOffset, 1, next_capability_);
  Set(StatusRegister::kOffset, 2, StatusRegister::kCapabilitiesList);
  next_capability_ = static_cast<uint8_t>(next_capability_ + bytes.size());
}

uint32_t FakePciFunction::Get(uint16_t offset, int size_bytes) const {
  uint32_t value = 0;
  for (int i = size_bytes; i-- > 0;) {
    value = value << 8 | bytes_.at(static_cast<size_t>(offset + i));
  }
  return value;
}

void FakePciFunction::Set(uint16_t offset, int size_bytes, uint32_t value) {
  for (int i = 0; i < size_bytes; ++i) {
    bytes_.at(static_cast<size_t>(offset + i)) =
        static_cast<uint8_t>(value >> 8 * i);
  }
}

uint64_t FakePciFunction::AddressOfBar(uint8_t index) const {
  const FakeTreeBar& bar = bars_.at(index);
  const auto offset = static_cast<uint16_t>(kFirstBar + index * 4);
  const uint32_t low = Get(offset, 4);
  if (bar.io) return low & BaseAddress0::kIoAddressMask;
  const uint64_t high =
      bar.is_64_bit ? Get(static_cast<uint16_t>(offset + 4), 4) : 0;
  return high << 32 | (low & BaseAddress0::kMemoryAddressMask);
}

AddressWindow FakePciFunction::io_window() const {
  const uint64_t base = (Get(0x1C, 1) & 0xF0) << 8;
  const uint64_t limit = ((Get(0x1D, 1) & 0xF0) << 8) + 0xFFF;
  return limit < base ? AddressWindow{} : AddressWindow{base, limit + 1};
}

AddressWindow FakePciFunction::memory_window() const {
  const uint64_t base = uint64_t{Get(0x20, 2) & 0xFFF0} << 16;
  const uint64_t limit = (uint64_t{Get(0x22, 2) & 0xFFF0} << 16) + 0xF'FFFF;
  return limit < base ? AddressWindow{} : AddressWindow{base, limit + 1};
}

AddressWindow FakePciFunction::prefetchable_window() const {
  const uint64_t base =
      uint64_t{Get(0x28, 4)} << 32 | uint64_t{Get(0x24, 2) & 0xFFF0} << 16;
  const uint64_t limit =
      (uint64_t{Get(0x2C, 4)} << 32 | uint64_t{Get(0x26, 2) & 0xFFF0} << 16) +
      0xF'FFFF;
  return limit < base ? AddressWindow{} : AddressWindow{base, limit + 1};
}

void FakePciFunction::Write(uint16_t offset, int size_bytes, uint32_t value) {
  const auto bars_end =
      static_cast<uint16_t>(kFirstBar + (is_bridge_ ? 2 : 6) * 4);
  if (offset >= kFirstBar && offset < bars_end) {
    EXPECT_EQ(size_bytes, 4);
    WriteBar(static_cast<uint8_t>((offset - kFirstBar) / 4), value);
  } else if (offset >= 0x40 || offset < Command::kOffset) {
    ADD_FAILURE() << "write to offset 0x" << std::hex << offset;
  } else {
    Set(offset, size_bytes, value);
    if (is_bridge_) Set(0x24, 1, (Get(0x24, 1) & 0xF0) | 1);
    if (is_bridge_) Set(0x26, 1, (Get(0x26, 1) & 0xF0) | 1);
  }
}

void FakePciFunction::WriteBar(uint8_t index, uint32_t value) {
  EXPECT_EQ(Get(Command::kOffset, 2), 0u) << "BAR is written while decoded";
  const auto offset = static_cast<uint16_t>(kFirstBar + index * 4);
  if (const auto found = bars_.find(index); found != bars_.end()) {
    const FakeTreeBar& bar = found->second;
    Set(offset,
        4,
        (value & static_cast<uint32_t>(~(bar.size_bytes - 1))) | TypeBits(bar));
  } else if (index > 0) {
    const auto low = bars_.find(static_cast<uint8_t>(index - 1));
    if (low == bars_.end() || !low->second.is_64_bit) return;
    Set(offset,
        4,
        value & static_cast<uint32_t>(~(low->second.size_bytes - 1) >> 32));
  }
}

FakePciFunction& FakePciTree::Add(FakePciBus& bus,
                                  uint8_t device,
                                  uint16_t class_code,
                                  uint8_t function) {
  auto& place = bus[{device, function}];
  EXPECT_EQ(place, nullptr) << "the place is taken";
  place = std::make_unique<FakePciFunction>(class_code);
  return *place;
}

FakePciFunction* FakePciTree::Find(const Address& address) {
  ++access_count_;
  // The root bus that is nearest below.
  auto root = roots_.upper_bound(address.bus);
  if (root == roots_.begin()) return nullptr;
  --root;
  return FindOn(root->second, root->first, address);
}

uint8_t FakePciTree::Read8(const Address& address, uint16_t offset) {
  const FakePciFunction* function = Find(address);
  return function ? static_cast<uint8_t>(function->Get(offset, 1)) : 0xFF;
}

uint16_t FakePciTree::Read16(const Address& address, uint16_t offset) {
  const FakePciFunction* function = Find(address);
  return function ? static_cast<uint16_t>(function->Get(offset, 2)) : 0xFFFF;
}

uint32_t FakePciTree::Read32(const Address& address, uint16_t offset) {
  const FakePciFunction* function = Find(address);
  return function ? function->Get(offset, 4) : UINT32_MAX;
}

void FakePciTree::Write8(const Address& address,
                         uint16_t offset,
                         uint8_t value) {
  if (FakePciFunction* function = Find(address)) {
    function->Write(offset, 1, value);
  }
}

void FakePciTree::Write16(const Address& address,
                          uint16_t offset,
                          uint16_t value) {
  if (FakePciFunction* function = Find(address)) {
    function->Write(offset, 2, value);
  }
}

void FakePciTree::Write32(const Address& address,
                          uint16_t offset,
                          uint32_t value) {
  if (FakePciFunction* function = Find(address)) {
    function->Write(offset, 4, value);
  }
}

void ExpectConsistent(const FakePciTree& tree, const HostWindows& windows) {
  const Around host{.io = {windows.io, windows.more_io},
                    .memory = {windows.memory, windows.high_memory},
                    .prefetchable = {windows.memory, windows.high_memory}};
  std::vector<Decoded> decoded;
  for (const auto& [number, bus] : tree.roots()) {
    ExpectBus(bus, number, host, decoded);
  }
  for (size_t i = 0; i < decoded.size(); ++i) {
    for (size_t j = i + 1; j < decoded.size(); ++j) {
      if (decoded[i].io != decoded[j].io) continue;
      EXPECT_TRUE(decoded[i].end <= decoded[j].base ||
                  decoded[j].end <= decoded[i].base)
          << std::hex << decoded[i].base << " overlaps " << decoded[j].base;
    }
  }
}

}  // namespace flint::pci
