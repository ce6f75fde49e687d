// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/memory_attributes.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using abi::EFI_MEMORY_RO;
using abi::EFI_MEMORY_XP;
using ::testing::ElementsAre;

// Type, address, pages, protections.
using Row = std::tuple<uint32_t, uint64_t, uint64_t, uint64_t>;

constexpr uint32_t kCode = abi::EfiRuntimeServicesCode;
constexpr uint32_t kData = abi::EfiRuntimeServicesData;

abi::EFI_MEMORY_DESCRIPTOR Descriptor(uint32_t type,
                                      uint64_t address,
                                      uint64_t page_count) {
  return {.Type = type,
          .PhysicalStart = address,
          .VirtualStart = 0,
          .NumberOfPages = page_count,
          .Attribute = abi::EFI_MEMORY_RUNTIME | abi::EFI_MEMORY_WB};
}

/// What an operating system reads.
std::vector<Row> Read(Bytes table) {
  abi::EFI_MEMORY_ATTRIBUTES_TABLE header;
  std::memcpy(&header, table.data(), sizeof(header));
  EXPECT_EQ(header.Version, 1u);
  EXPECT_EQ(header.DescriptorSize, sizeof(abi::EFI_MEMORY_DESCRIPTOR));
  EXPECT_EQ(header.Flags, 0u);
  std::vector<Row> rows;
  for (uint32_t i = 0; i < header.NumberOfEntries; ++i) {
    abi::EFI_MEMORY_DESCRIPTOR entry;
    std::memcpy(&entry,
                table.data() + sizeof(header) + i * sizeof(entry),
                sizeof(entry));
    EXPECT_NE(entry.Attribute & abi::EFI_MEMORY_RUNTIME, 0u);
    rows.emplace_back(entry.Type,
                      entry.PhysicalStart,
                      entry.NumberOfPages,
                      entry.Attribute & ~abi::EFI_MEMORY_RUNTIME);
  }
  return rows;
}

TEST(MemoryAttributes, TellsKnownPartsAndWhatIsBetweenThem) {
  const std::array<ProtectedPages, 3> known{
      {{0x11000, 2, EFI_MEMORY_RO},
       {0x13000, 1, EFI_MEMORY_RO | EFI_MEMORY_XP},
       {0x15000, 1, EFI_MEMORY_XP}}};
  std::array<std::byte, 1024> memory{};
  MemoryAttributesBuilder table(memory, known);

  EXPECT_TRUE(table.Add(Descriptor(abi::EfiConventionalMemory, 0, 16)));
  EXPECT_TRUE(table.Add(Descriptor(kCode, 0x10000, 8)));
  EXPECT_TRUE(table.Add(Descriptor(abi::EfiMemoryMappedIO, 0x18000, 1)));
  EXPECT_TRUE(table.Add(Descriptor(kData, 0x20000, 3)));

  EXPECT_THAT(Read(memory),
              ElementsAre(Row(kCode, 0x10000, 1, 0),
                          Row(kCode, 0x11000, 2, EFI_MEMORY_RO),
                          Row(kCode, 0x13000, 1, EFI_MEMORY_RO | EFI_MEMORY_XP),
                          Row(kCode, 0x14000, 1, 0),
                          Row(kCode, 0x15000, 1, EFI_MEMORY_XP),
                          Row(kCode, 0x16000, 2, 0),
                          Row(kData, 0x20000, 3, EFI_MEMORY_XP)));
  EXPECT_EQ(table.size_bytes(), 16 + 7 * 40u);
}

TEST(MemoryAttributes, StartsEmpty) {
  std::array<std::byte, 16> memory{};
  memory.fill(std::byte{0xFF});

  const MemoryAttributesBuilder table(memory, {});

  EXPECT_TRUE(Read(memory).empty());
}

TEST(MemoryAttributes, TellsWhenThereIsNoRoom) {
  std::array<std::byte, 16 + 40> memory{};
  MemoryAttributesBuilder table(memory, {});

  EXPECT_TRUE(table.Add(Descriptor(kData, 0x1000, 1)));
  EXPECT_FALSE(table.Add(Descriptor(kData, 0x3000, 1)));
  EXPECT_EQ(Read(memory).size(), 1u);
}

}  // namespace
}  // namespace flint::efi
