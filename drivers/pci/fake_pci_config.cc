// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci/fake_pci_config.h"

#include <algorithm>
#include <tuple>

#include "drivers/pci/registers.h"
#include "gtest/gtest.h"

namespace flint::pci {
namespace {

constexpr uint8_t kGarbage = 0xA5;
constexpr uint16_t kFirstBar = BaseAddress0::kOffset;
constexpr uint16_t kBarsEnd = kFirstBar + 6 * 4;

/// What firmware leaves in the reserved bits of a link.
constexpr uint8_t kReservedLinkBits = 0b01;

/// The bits of the command register that can be set.
constexpr uint16_t kCommandBits = 0x0547;

bool IsBarRegister(uint16_t offset) {
  return offset >= kFirstBar && offset < kBarsEnd;
}

uint32_t TypeBits(const FakeBar& bar) {
  if (bar.io) return BaseAddress0::kIoSpace;
  return (bar.is_64_bit ? BaseAddress0::kType64Bit : 0) |
         (bar.prefetchable ? BaseAddress0::kPrefetchable : 0);
}

}  // namespace

FakeFunction::FakeFunction(uint16_t vendor_id, uint16_t device_id) {
  bytes_.fill(kGarbage);
  Set16(0x00, vendor_id);
  Set16(0x02, device_id);
  Set16(Command::kOffset, 0);
  Set16(StatusRegister::kOffset, 0x0280);
  Set8(HeaderType::kOffset, 0);
  SetClass(0xFF00);
  for (uint16_t bar = kFirstBar; bar < kBarsEnd; bar += 4) Set32(bar, 0);
}

void FakeFunction::Set8(uint16_t offset, uint8_t value) {
  bytes_.at(offset) = value;
}

void FakeFunction::Set16(uint16_t offset, uint16_t value) {
  Set8(offset, static_cast<uint8_t>(value));
  Set8(static_cast<uint16_t>(offset + 1), static_cast<uint8_t>(value >> 8));
}

void FakeFunction::Set32(uint16_t offset, uint32_t value) {
  Set16(offset, static_cast<uint16_t>(value));
  Set16(static_cast<uint16_t>(offset + 2), static_cast<uint16_t>(value >> 16));
}

uint16_t FakeFunction::Get16(uint16_t offset) const {
  return static_cast<uint16_t>(bytes_.at(offset) | bytes_.at(offset + 1u) << 8);
}

uint32_t FakeFunction::Get32(uint16_t offset) const {
  return Get16(offset) | uint32_t{Get16(static_cast<uint16_t>(offset + 2))}
                             << 16;
}

void FakeFunction::SetMultiFunction() {
  bytes_[HeaderType::kOffset] |= HeaderType::kMultiFunction;
}

void FakeFunction::SetClass(uint16_t class_code) {
  Set16(ClassAndRevision::kOffset + 2, class_code);
}

void FakeFunction::SetBridge(uint8_t primary,
                             uint8_t secondary,
                             uint8_t subordinate) {
  bytes_[HeaderType::kOffset] |= HeaderType::kBridge;
  SetClass(0x0604);
  Set8(BusNumbers::kOffset, primary);
  Set8(BusNumbers::kOffset + 1, secondary);
  Set8(BusNumbers::kOffset + 2, subordinate);
}

void FakeFunction::SetBar(uint8_t index, const FakeBar& bar) {
  const auto offset = static_cast<uint16_t>(kFirstBar + index * 4);
  bars_[index] = bar;
  Set32(offset, static_cast<uint32_t>(bar.address) | TypeBits(bar));
  if (bar.is_64_bit) {
    Set32(static_cast<uint16_t>(offset + 4),
          static_cast<uint32_t>(bar.address >> 32));
  }
}

uint8_t FakeFunction::AddCapability(uint8_t id, std::span<const uint8_t> body) {
  const uint8_t offset = free_offset_;
  Set8(offset, id);
  Set8(static_cast<uint16_t>(offset + 1), kReservedLinkBits);
  std::ranges::copy(body, bytes_.begin() + offset + 2);
  free_offset_ = static_cast<uint8_t>((offset + 2u + body.size() + 3u) & ~3u);
  if (last_capability_ == 0) {
    SetFirstCapability(offset);
  } else {
    LinkCapability(last_capability_, offset);
  }
  last_capability_ = offset;
  return offset;
}

void FakeFunction::LinkCapability(uint8_t offset, uint8_t next) {
  Set8(static_cast<uint16_t>(offset + 1), next | kReservedLinkBits);
}

void FakeFunction::SetFirstCapability(uint8_t first) {
  bytes_[StatusRegister::kOffset] |= StatusRegister::kCapabilitiesList;
  Set8(CapabilitiesPointer::kOffset, first | kReservedLinkBits);
}

void FakeFunction::Write(uint16_t offset, int size_bytes, uint32_t value) {
  if (offset == Command::kOffset) {
    EXPECT_EQ(size_bytes, 2) << "wider writes clear bits of the status";
    Set16(offset, value & kCommandBits);
  } else if (IsBarRegister(offset)) {
    EXPECT_EQ(size_bytes, 4);
    WriteBar(static_cast<uint8_t>((offset - kFirstBar) / 4), value);
  }
}

void FakeFunction::WriteBar(uint8_t index, uint32_t value) {
  const auto offset = static_cast<uint16_t>(kFirstBar + index * 4);
  bool high_half = false;
  auto found = bars_.find(index);
  if (found == bars_.end() && index > 0) {
    found = bars_.find(static_cast<uint8_t>(index - 1));
    if (found == bars_.end() || !found->second.is_64_bit) return;
    high_half = true;
  }
  if (found == bars_.end()) return;
  const FakeBar& bar = found->second;
  const uint16_t decoded = bar.io ? Command::kIoSpace : Command::kMemorySpace;
  EXPECT_EQ(Get16(Command::kOffset) & decoded, 0)
      << "BAR " << int{index} << " is written while it is decoded";
  if (high_half) {
    EXPECT_EQ(Get32(static_cast<uint16_t>(offset - 4)),
              static_cast<uint32_t>(bar.address) | TypeBits(bar))
        << "BAR " << int{index} << " would relocate the device";
    Set32(offset, value & static_cast<uint32_t>(~(bar.size_bytes - 1) >> 32));
    return;
  }
  Set32(offset,
        (value & static_cast<uint32_t>(~(bar.size_bytes - 1))) | TypeBits(bar));
}

FakeFunction& FakePciConfig::AddFunction(const Address& address,
                                         uint16_t vendor_id,
                                         uint16_t device_id) {
  const auto [place, added] =
      functions_.try_emplace(address, FakeFunction(vendor_id, device_id));
  EXPECT_TRUE(added) << NameOf(address).view() << " is taken";
  return place->second;
}

FakeFunction& FakePciConfig::AddBridge(const Address& address,
                                       uint8_t secondary,
                                       uint8_t subordinate) {
  FakeFunction& bridge = AddFunction(address, 0x1B36, 0x000C);
  bridge.SetBridge(address.bus, secondary, subordinate);
  return bridge;
}

size_t FakePciConfig::write_count() const {
  return static_cast<size_t>(std::ranges::count_if(
      accesses_, [](const Access& access) { return access.write; }));
}

bool FakePciConfig::IsRouted(const Address& address) const {
  for (const BusRange& range : ranges_) {
    if (range.segment != address.segment || address.bus < range.first_bus ||
        address.bus > range.last_bus) {
      continue;
    }
    if (address.bus == range.first_bus) return true;
    if (more_roots_.contains(address.bus)) return true;
    // Behind a bridge, or a further root bus of a multi-function host bridge.
    return std::ranges::any_of(functions_, [&](const auto& entry) {
      const auto& [place, function] = entry;
      if (place.segment != address.segment) return false;
      const uint32_t numbers = function.Get32(BusNumbers::kOffset);
      const uint8_t layout =
          function.bytes_[HeaderType::kOffset] & HeaderType::kLayoutMask;
      const bool bridged = layout == HeaderType::kBridge &&
                           BusNumbers::Secondary(numbers) <= address.bus &&
                           address.bus <= (numbers >> 16 & 0xFF);
      const bool root =
          ClassAndRevision::Class(function.Get32(ClassAndRevision::kOffset)) ==
              ClassAndRevision::kHostBridge &&
          range.first_bus + place.function == address.bus;
      return bridged || root;
    });
  }
  return false;
}

FakeFunction* FakePciConfig::Reach(Address address,
                                   uint16_t offset,
                                   int size_bytes,
                                   bool write) {
  accesses_.push_back({address, offset, size_bytes, write});
  EXPECT_EQ(offset % size_bytes, 0) << "misaligned access";
  EXPECT_LE(offset + size_bytes, 4096) << "access beyond the function";
  EXPECT_LT(address.device, 32);
  EXPECT_LT(address.function, 8);
  if (alias_functions_) address.function = 0;
  const auto found = functions_.find(address);
  if (found == functions_.end() || !IsRouted(address)) return nullptr;
  return &found->second;
}

uint32_t FakePciConfig::Read(const Address& address,
                             uint16_t offset,
                             int size_bytes) {
  const FakeFunction* function = Reach(address, offset, size_bytes, false);
  if (function == nullptr) return UINT32_MAX;
  return function->Get32(static_cast<uint16_t>(offset & ~3)) >>
         (8 * (offset % 4));
}

void FakePciConfig::Write(const Address& address,
                          uint16_t offset,
                          int size_bytes,
                          uint32_t value) {
  FakeFunction* function = Reach(address, offset, size_bytes, true);
  if (function != nullptr) function->Write(offset, size_bytes, value);
}

uint8_t FakePciConfig::Read8(const Address& address, uint16_t offset) {
  return static_cast<uint8_t>(Read(address, offset, 1));
}

uint16_t FakePciConfig::Read16(const Address& address, uint16_t offset) {
  return static_cast<uint16_t>(Read(address, offset, 2));
}

uint32_t FakePciConfig::Read32(const Address& address, uint16_t offset) {
  return Read(address, offset, 4);
}

void FakePciConfig::Write8(const Address& address,
                           uint16_t offset,
                           uint8_t value) {
  Write(address, offset, 1, value);
}

void FakePciConfig::Write16(const Address& address,
                            uint16_t offset,
                            uint16_t value) {
  Write(address, offset, 2, value);
}

void FakePciConfig::Write32(const Address& address,
                            uint16_t offset,
                            uint32_t value) {
  Write(address, offset, 4, value);
}

}  // namespace flint::pci
