// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/fake_tables.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "drivers/acpi/table_format.h"
#include "platforms/base/endian.h"

namespace flint::acpi {
namespace {

constexpr size_t kChecksumOffset = 9;

void SetChecksum(MutableBytes bytes, size_t checksum_offset) {
  bytes[checksum_offset] = std::byte{0};
  uint8_t sum = 0;
  for (const std::byte byte : bytes) {
    sum = static_cast<uint8_t>(sum + std::to_integer<uint8_t>(byte));
  }
  bytes[checksum_offset] = std::byte{static_cast<uint8_t>(0x100 - sum)};
}

/// What cannot fail in a test unless the test is wrong.
template <typename T>
T Must(Result<T> result) {
  if (!result) std::abort();
  return *result;
}

}  // namespace

uint64_t FakeTables::AddBytes(Bytes bytes) {
  const uint64_t address = next_address_;
  memory_.AddRegion(address, bytes);
  next_address_ += (bytes.size() + 63) / 64 * 64;
  return address;
}

uint64_t FakeTables::Add(std::string_view signature,
                         uint8_t revision,
                         Bytes body) {
  TableHeader header{};
  std::copy_n(signature.begin(), 4, header.signature.begin());
  header.length = static_cast<uint32_t>(sizeof(header) + body.size());
  header.revision = revision;
  std::vector<std::byte> table(header.length);
  std::memcpy(table.data(), &header, sizeof(header));
  std::copy(body.begin(), body.end(), table.begin() + sizeof(header));
  SetChecksum(table, kChecksumOffset);
  return AddBytes(table);
}

uint64_t FakeTables::AddListedFadt(const Fadt& fadt) {
  return AddListed("FACP", 6, fadt.body());
}

Bytes FakeTables::Fadt::body() const {
  return bytes().subspan(sizeof(TableHeader));
}

MutableBytes FakeTables::TableAt(uint64_t address) {
  const auto header = Must(
      ReadWire<TableHeader>(Must(memory_.Map(address, sizeof(TableHeader)))));
  return Must(memory_.Map(address, header.length));
}

void FakeTables::FixChecksum(uint64_t address) {
  SetChecksum(TableAt(address), kChecksumOffset);
}

uint64_t FakeTables::AddRoot(std::string_view signature, size_t entry_size) {
  std::vector<std::byte> entries(listed_.size() * entry_size);
  for (size_t index = 0; index < listed_.size(); ++index) {
    const Le64 address = listed_[index];
    std::memcpy(entries.data() + index * entry_size, &address, entry_size);
  }
  return Add(signature, 1, entries);
}

void FakeTables::Finish(uint64_t rsdp_address, Root root) {
  if (root != Root::kXsdt) rsdt_address_ = AddRoot("RSDT", 4);
  if (root != Root::kRsdt) xsdt_address_ = AddRoot("XSDT", 8);
  RootPointer pointer{};
  const size_t size =
      root == Root::kRsdt ? RootPointer::kSizeRevision0 : sizeof(pointer);
  std::copy_n(RootPointer::kSignature.begin(), 8, pointer.signature.begin());
  pointer.rsdt_address = static_cast<uint32_t>(rsdt_address_);
  if (root != Root::kRsdt) {
    pointer.revision = 2;
    pointer.length = sizeof(pointer);
    pointer.xsdt_address = xsdt_address_;
  }
  auto place = memory_.Map(rsdp_address, size);
  if (!place) place = memory_.AddRegion(rsdp_address, size);
  std::memcpy(place->data(), &pointer, size);
  SetChecksum(place->first(RootPointer::kSizeRevision0), 8);
  if (size == sizeof(pointer)) {
    SetChecksum(*place, offsetof(RootPointer, extended_checksum));
  }
}

}  // namespace flint::acpi
