// SPDX-License-Identifier: Apache-2.0
#include "boot/paging/page_table_walker.h"

#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::paging {
namespace {

// Written from the manual, not shared with the code under test.
class Walker {
 public:
  Walker(GuestMemory& memory, const PagingFeatures& features)
      : memory_(memory), features_(features) {}

  void Walk(uint64_t table,
            int shift,
            uint64_t base,
            bool writable,
            bool executable) {
    EXPECT_EQ(table % 4096, 0u);
    EXPECT_LT(table, uint64_t{1} << 32);
    const auto bytes = memory_.Map(table, 4096);
    ASSERT_TRUE(bytes.has_value()) << "table outside memory";
    for (uint64_t i = 0; i < 512; ++i) {
      const uint64_t entry = *ReadWire<Le64>(*bytes, i * 8);
      if ((entry & 1) == 0) continue;
      uint64_t address = base | i << shift;
      if (shift == 39 && i >= 256) address |= 0xFFFF'0000'0000'0000;
      CheckReservedBits(entry, shift);
      const bool entry_writable = writable && (entry & 2) != 0;
      const bool entry_executable = executable && (entry >> 63) == 0;
      const uint64_t target = entry & 0x000F'FFFF'FFFF'F000;
      const bool leaf = shift == 12 || (entry & 0x80) != 0;
      if (!leaf) {
        Walk(target, shift - 9, address, entry_writable, entry_executable);
        continue;
      }
      Add({.virtual_address = address,
           .physical_address = target,
           .size_bytes = uint64_t{1} << shift,
           .writable = entry_writable,
           .executable = entry_executable,
           .uncached = (entry & 0x10) != 0});
    }
  }

  std::vector<Mapping> mappings;

 private:
  void CheckReservedBits(uint64_t entry, int shift) {
    const uint64_t target = entry & 0x000F'FFFF'FFFF'F000;
    EXPECT_EQ(target >> features_.physical_address_bits, 0u);
    EXPECT_TRUE(features_.no_execute || (entry >> 63) == 0);
    if (shift == 12 || (entry & 0x80) == 0) return;
    EXPECT_LT(shift, 39) << "a leaf at the top";
    EXPECT_TRUE(shift < 30 || features_.gigabyte_pages);
    EXPECT_EQ(target & ((uint64_t{1} << shift) - 1), 0u);
  }

  void Add(const Mapping& mapping) {
    if (!mappings.empty()) {
      Mapping& last = mappings.back();
      Mapping continued = mapping;
      continued.virtual_address = last.virtual_address + last.size_bytes;
      continued.physical_address = last.physical_address + last.size_bytes;
      Mapping same = last;
      same.virtual_address = continued.virtual_address;
      same.physical_address = continued.physical_address;
      same.size_bytes = mapping.size_bytes;
      if (continued == mapping && same == mapping) {
        last.size_bytes += mapping.size_bytes;
        return;
      }
    }
    mappings.push_back(mapping);
  }

  GuestMemory& memory_;
  const PagingFeatures& features_;
};

}  // namespace

void PrintTo(const Mapping& mapping, std::ostream* out) {
  *out << std::hex << mapping.virtual_address << " -> "
       << mapping.physical_address << ", " << mapping.size_bytes << " bytes "
       << (mapping.writable ? 'w' : '-') << (mapping.executable ? 'x' : '-')
       << (mapping.uncached ? 'u' : '-') << std::dec;
}

std::vector<Mapping> WalkPageTables(GuestMemory& memory,
                                    uint64_t root,
                                    const PagingFeatures& features) {
  Walker walker(memory, features);
  walker.Walk(root, 39, 0, true, true);
  return walker.mappings;
}

}  // namespace flint::paging
