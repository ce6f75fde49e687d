// SPDX-License-Identifier: Apache-2.0
#include "efi/memory/host_ram.h"

#include <sys/mman.h>

#include <cstdlib>
#include <iostream>

namespace flint::efi {
namespace {

constexpr uint64_t kAddressLimit = uint64_t{1} << 47;
constexpr size_t kMaxRanges = 8192;

[[noreturn]] void Abort(const char* reason) {
  std::cerr << "HostRam: " << reason << "\n";
  std::abort();
}

// SAFETY: the test's memory at the test's addresses.
void* ToPointer(uint64_t address) { return reinterpret_cast<void*>(address); }

uint64_t Reserve(uint64_t address, uint64_t size_bytes, int extra_flags) {
  void* const memory =
      mmap(ToPointer(address),
           size_bytes,
           PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | extra_flags,
           -1,
           0);
  if (memory == MAP_FAILED) Abort("no memory at the wanted address");
  return reinterpret_cast<uint64_t>(memory);
}

}  // namespace

HostRam::HostRam(const Layout& layout)
    : layout_(layout), storage_(kMaxRanges), map_(storage_) {
  Reserve(kLowAddress, layout.low_bytes, MAP_FIXED_NOREPLACE);
  if (layout.high_bytes != 0) high_address_ = Reserve(0, layout.high_bytes, 0);
  map_.Build(entries(), kAddressLimit);
}

HostRam::~HostRam() {
  munmap(ToPointer(kLowAddress), layout_.low_bytes);
  if (layout_.high_bytes != 0) {
    munmap(ToPointer(high_address_), layout_.high_bytes);
  }
}

std::vector<memory::E820Entry> HostRam::entries() const {
  std::vector<memory::E820Entry> entries{
      {.address = 0, .size_bytes = 0xA0000, .type = memory::E820Type::kRam},
      {.address = kLowAddress,
       .size_bytes = layout_.low_bytes,
       .type = memory::E820Type::kRam}};
  if (layout_.high_bytes != 0) {
    entries.push_back({.address = high_address_,
                       .size_bytes = layout_.high_bytes,
                       .type = memory::E820Type::kRam});
  }
  return entries;
}

Result<std::span<std::byte>> HostRam::Map(uint64_t address,
                                          uint64_t size_bytes) {
  const auto within = [&](uint64_t start, uint64_t size) {
    return address >= start && address - start <= size &&
           size_bytes <= size - (address - start);
  };
  if (!within(kLowAddress, layout_.low_bytes) &&
      !within(high_address_, layout_.high_bytes)) {
    return Fail(ErrorCode::kOutOfRange, "no memory at that address");
  }
  return std::span(static_cast<std::byte*>(ToPointer(address)), size_bytes);
}

uint64_t HostRam::AddressOf(const std::byte* bytes) {
  return reinterpret_cast<uint64_t>(bytes);
}

}  // namespace flint::efi
