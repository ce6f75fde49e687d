// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"

namespace flint::acpi {

/// Builds ACPI tables in a test's memory, as a VMM does: tables first, then
/// `Finish`.
class FakeTables final {
 public:
  /// Tables go to `address` and up, one region each, so that a sanitizer sees
  /// reads beyond a table.
  explicit FakeTables(FakeGuestMemory& memory, uint64_t address = 0x7FE'0000)
      : memory_(memory), next_address_(address) {}

  /// Adds a table of this body, with a good header, and returns its address.
  /// It is not listed: see `List`.
  uint64_t Add(std::string_view signature, uint8_t revision, Bytes body);

  /// Has the root tables name this address.
  void List(uint64_t address) { listed_.push_back(address); }

  /// Adds a table and lists it.
  uint64_t AddListed(std::string_view signature, uint8_t revision, Bytes body) {
    const uint64_t address = Add(signature, revision, body);
    List(address);
    return address;
  }

  /// Adds a FADT whose fields are given by their offset in the table.
  class Fadt;
  uint64_t AddListedFadt(const Fadt& fadt);

  /// The table at an address that `Add` returned; call `FixChecksum` after
  /// changing it.
  MutableBytes TableAt(uint64_t address);
  void FixChecksum(uint64_t address);

  enum class Root : uint8_t { kRsdt, kXsdt, kBoth };

  /// Writes the root tables, and the root pointer to `rsdp_address`, which must
  /// be in memory already or is added. Revision 0 for `kRsdt`, else 2.
  void Finish(uint64_t rsdp_address, Root root = Root::kXsdt);

  uint64_t rsdt_address() const { return rsdt_address_; }
  uint64_t xsdt_address() const { return xsdt_address_; }

 private:
  uint64_t AddBytes(Bytes bytes);
  uint64_t AddRoot(std::string_view signature, size_t entry_size);

  FakeGuestMemory& memory_;
  uint64_t next_address_;
  std::vector<uint64_t> listed_;
  uint64_t rsdt_address_ = 0;
  uint64_t xsdt_address_ = 0;
};

/// A FADT under construction: all zeros but what is set. [acpi-6.5 5.2.9]
class FakeTables::Fadt final {
 public:
  static constexpr size_t kRevision1Size = 116;
  static constexpr size_t kRevision3Size = 244;
  static constexpr size_t kRevision6Size = 276;

  static constexpr size_t kFirmwareControl = 36;
  static constexpr size_t kDsdt = 40;
  static constexpr size_t kPm1aControl = 64;
  static constexpr size_t kPm1bControl = 68;
  static constexpr size_t kPmTimer = 76;
  static constexpr size_t kPmTimerLength = 91;
  static constexpr size_t kFlags = 112;
  static constexpr size_t kResetRegister = 116;
  static constexpr size_t kResetValue = 128;
  static constexpr size_t kXFirmwareControl = 132;
  static constexpr size_t kXDsdt = 140;
  static constexpr size_t kXPm1aControl = 172;
  static constexpr size_t kXPm1bControl = 184;
  static constexpr size_t kXPmTimer = 208;
  static constexpr size_t kSleepControl = 244;

  static constexpr uint32_t kFlagTimer32Bit = 1 << 8;
  static constexpr uint32_t kFlagResetRegister = 1 << 10;
  static constexpr uint32_t kFlagHardwareReduced = 1 << 20;

  /// `size_bytes` tells the revision.
  explicit Fadt(size_t size_bytes = kRevision6Size) : bytes_(size_bytes) {}

  Fadt& Set8(size_t offset, uint8_t value) { return Set(offset, value, 1); }
  Fadt& Set32(size_t offset, uint32_t value) { return Set(offset, value, 4); }
  Fadt& Set64(size_t offset, uint64_t value) { return Set(offset, value, 8); }

  /// A generic address structure; space 0 is memory, 1 is I/O ports.
  Fadt& SetRegister(size_t offset, uint8_t space, uint64_t address) {
    return Set8(offset, space).Set64(offset + 4, address);
  }

  /// Everything after the header.
  Bytes body() const;

  /// The whole table, without a good header.
  Bytes bytes() const { return std::as_bytes(std::span(bytes_)); }

 private:
  Fadt& Set(size_t offset, uint64_t value, size_t size_bytes) {
    for (size_t index = 0; index < size_bytes; ++index) {
      bytes_.at(offset + index) = static_cast<uint8_t>(value >> (8 * index));
    }
    return *this;
  }

  std::vector<uint8_t> bytes_;
};

}  // namespace flint::acpi
