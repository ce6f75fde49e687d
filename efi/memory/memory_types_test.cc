// SPDX-License-Identifier: Apache-2.0
#include "efi/memory/memory_types.h"

#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using memory::MemoryRange;
using memory::MemoryType;

abi::EFI_MEMORY_TYPE Type(uint32_t value) {
  return static_cast<abi::EFI_MEMORY_TYPE>(value);
}

TEST(MemoryTypes, AllocatesEveryTypeThatTheSpecificationAllows) {
  for (const uint32_t allowed :
       {0u, 1u, 2u, 3u, 4u, 5u, 6u, 8u, 9u, 10u, 11u, 12u, 13u}) {
    EXPECT_TRUE(IsAllocatable(Type(allowed))) << allowed;
  }
  for (const uint32_t allowed :
       {0x7000'0000u, 0x7FFF'FFFFu, 0x8000'0000u, 0xFFFF'FFFFu}) {
    EXPECT_TRUE(IsAllocatable(Type(allowed))) << allowed;
  }
  for (const uint32_t refused : {7u, 14u, 15u, 16u, 17u, 0x6FFF'FFFFu}) {
    EXPECT_FALSE(IsAllocatable(Type(refused))) << refused;
  }
}

TEST(MemoryTypes, OwnersSurviveTheMap) {
  for (const uint32_t type : {0u, 4u, 0x7000'0000u, 0xFFFF'FFFFu}) {
    for (const PageUse use : {PageUse::kPages, PageUse::kPoolLarge}) {
      const PageOwner owner{use, Type(type)};
      const MemoryRange range{.address = 0,
                              .end = 0x1000,
                              .type = MemoryType::kRuntime,
                              .owner = owner.Encode()};
      EXPECT_EQ(PageOwner::Decode(range), owner);
      EXPECT_EQ(ViewOf(range).type, Type(type));
    }
  }
}

TEST(MemoryTypes, RangesOfNoServiceHaveNoOwner) {
  EXPECT_EQ(PageOwner::Decode({.type = MemoryType::kFirmware}), std::nullopt);
  EXPECT_EQ(PageOwner::Decode({.type = MemoryType::kFree}), std::nullopt);
}

TEST(MemoryTypes, EveryKindOfRangeHasAView) {
  const auto type_of = [](MemoryType type) {
    return ViewOf({.type = type}).type;
  };

  EXPECT_EQ(type_of(MemoryType::kFree), abi::EfiConventionalMemory);
  EXPECT_EQ(type_of(MemoryType::kAcpiReclaim), abi::EfiACPIReclaimMemory);
  EXPECT_EQ(type_of(MemoryType::kAcpiNvs), abi::EfiACPIMemoryNVS);
  EXPECT_EQ(type_of(MemoryType::kPersistent), abi::EfiPersistentMemory);
  EXPECT_EQ(type_of(MemoryType::kMmio), abi::EfiMemoryMappedIO);
  EXPECT_EQ(type_of(MemoryType::kRuntimeMmio), abi::EfiMemoryMappedIO);
  EXPECT_EQ(ViewOf({.type = MemoryType::kRuntimeMmio}).attributes,
            abi::EFI_MEMORY_UC | abi::EFI_MEMORY_RUNTIME);
  EXPECT_EQ(type_of(MemoryType::kReserved), abi::EfiReservedMemoryType);
  EXPECT_EQ(type_of(MemoryType::kUnusable), abi::EfiUnusableMemory);
  EXPECT_EQ(type_of(MemoryType::kImage), abi::EfiBootServicesCode);
  EXPECT_EQ(type_of(MemoryType::kModule), abi::EfiBootServicesData);
  EXPECT_EQ(type_of(MemoryType::kFirmware), abi::EfiBootServicesData);
  EXPECT_EQ(type_of(MemoryType::kKernel), abi::EfiLoaderData);
  EXPECT_EQ(type_of(MemoryType::kRuntime), abi::EfiReservedMemoryType);
}

TEST(MemoryTypes, OnlyRuntimeServicesMemoryIsMappedAtRuntime) {
  const auto attributes_of = [](abi::EFI_MEMORY_TYPE type) {
    return ViewOf({.type = MemoryType::kRuntime,
                   .owner = PageOwner{PageUse::kPages, type}.Encode()})
        .attributes;
  };

  EXPECT_EQ(attributes_of(abi::EfiRuntimeServicesCode),
            abi::EFI_MEMORY_RUNTIME | 0xF);
  EXPECT_EQ(attributes_of(abi::EfiRuntimeServicesData),
            abi::EFI_MEMORY_RUNTIME | 0xF);
  EXPECT_EQ(attributes_of(abi::EfiACPIMemoryNVS), 0xFu);
  EXPECT_EQ(attributes_of(abi::EfiLoaderData), 0xFu);
}

TEST(MemoryTypes, WhatTheKernelMustKeepIsRuntimeMemory) {
  EXPECT_EQ(UseOf(abi::EfiLoaderCode), memory::MemoryUse::kFirmware);
  EXPECT_EQ(UseOf(abi::EfiBootServicesData), memory::MemoryUse::kFirmware);
  EXPECT_EQ(UseOf(abi::EfiRuntimeServicesData), memory::MemoryUse::kRuntime);
  EXPECT_EQ(UseOf(abi::EfiReservedMemoryType), memory::MemoryUse::kRuntime);
  EXPECT_EQ(UseOf(Type(0x7000'0000)), memory::MemoryUse::kRuntime);
}

}  // namespace
}  // namespace flint::efi
