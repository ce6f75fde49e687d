// SPDX-License-Identifier: Apache-2.0
#include "efi/memory/page_services.h"

#include <cstring>
#include <utility>
#include <vector>

#include "efi/memory/host_ram.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using abi::EFI_PHYSICAL_ADDRESS;
using ::testing::ElementsAre;
using ::testing::Pair;

constexpr uint64_t kPage = abi::EFI_PAGE_SIZE;
constexpr uint64_t kGib = uint64_t{1} << 30;

struct CountingObserver final : MemoryMapObserver {
  void OnMemoryMapChanged() override { ++changes; }
  int changes = 0;
};

class PageServicesTest : public ::testing::Test {
 protected:
  abi::EFI_STATUS Allocate(abi::EFI_ALLOCATE_TYPE type,
                           uint32_t memory_type,
                           uint64_t pages,
                           EFI_PHYSICAL_ADDRESS* address) {
    return services_.AllocatePages(
        type, static_cast<abi::EFI_MEMORY_TYPE>(memory_type), pages, address);
  }

  std::vector<abi::EFI_MEMORY_DESCRIPTOR> Descriptors() {
    abi::UINTN size = 0;
    EXPECT_EQ(services_.GetMemoryMap(&size, nullptr, &key_, nullptr, nullptr),
              abi::EFI_BUFFER_TOO_SMALL);
    std::vector<std::byte> buffer(size);
    abi::UINTN step = 0;
    EXPECT_EQ(services_.GetMemoryMap(&size,
                                     static_cast<abi::EFI_MEMORY_DESCRIPTOR*>(
                                         static_cast<void*>(buffer.data())),
                                     &key_,
                                     &step,
                                     nullptr),
              abi::EFI_SUCCESS);
    EXPECT_EQ(size, buffer.size());
    std::vector<abi::EFI_MEMORY_DESCRIPTOR> all(size / step);
    for (size_t i = 0; i < all.size(); ++i) {
      std::memcpy(&all[i], buffer.data() + i * step, sizeof(all[i]));
    }
    return all;
  }

  uint32_t TypeAt(uint64_t address) {
    for (const auto& descriptor : Descriptors()) {
      if (address >= descriptor.PhysicalStart &&
          address <
              descriptor.PhysicalStart + descriptor.NumberOfPages * kPage) {
        return descriptor.Type;
      }
    }
    return UINT32_MAX;
  }

  HostRam ram_{{.low_bytes = uint64_t{64} << 20, .high_bytes = 5 * kGib}};
  PageServices services_{ram_.map(), ram_};
  abi::UINTN key_ = 0;
  const uint64_t low_end_ = HostRam::kLowAddress + ram_.low_bytes();
};

TEST_F(PageServicesTest, AnyPagesComeFromTheTopOfLowMemory) {
  EFI_PHYSICAL_ADDRESS first = 0;
  EFI_PHYSICAL_ADDRESS second = 0;

  EXPECT_EQ(Allocate(abi::AllocateAnyPages, abi::EfiLoaderData, 2, &first),
            abi::EFI_SUCCESS);
  EXPECT_EQ(Allocate(abi::AllocateAnyPages, abi::EfiLoaderCode, 1, &second),
            abi::EFI_SUCCESS);

  EXPECT_EQ(first, low_end_ - 2 * kPage);
  EXPECT_EQ(second, low_end_ - 3 * kPage);
  EXPECT_EQ(TypeAt(first), abi::EfiLoaderData);
  EXPECT_EQ(TypeAt(second), abi::EfiLoaderCode);
}

TEST_F(PageServicesTest, AnyPagesComeFromHighMemoryWhenLowMemoryIsTooSmall) {
  EFI_PHYSICAL_ADDRESS address = 0;

  EXPECT_EQ(Allocate(abi::AllocateAnyPages,
                     abi::EfiLoaderData,
                     4 * kGib / kPage,
                     &address),
            abi::EFI_SUCCESS);

  EXPECT_GE(address, ram_.high_address());
  std::memset(ram_.Map(address, kPage)->data(), 0xA5, kPage);
}

TEST_F(PageServicesTest, MaxAddressIsTheLastAddressThatMayBelong) {
  const uint64_t wanted = HostRam::kLowAddress + 16 * kPage;
  EFI_PHYSICAL_ADDRESS address = wanted + 2 * kPage - 1;

  EXPECT_EQ(Allocate(abi::AllocateMaxAddress, abi::EfiLoaderData, 2, &address),
            abi::EFI_SUCCESS);
  EXPECT_EQ(address, wanted);

  // Page 0 is nobody's.
  address = 3 * kPage - 2;
  EXPECT_EQ(Allocate(abi::AllocateMaxAddress, abi::EfiLoaderData, 2, &address),
            abi::EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(address, 3 * kPage - 2);
}

TEST_F(PageServicesTest, MaxAddressAboveFourGibReachesHighMemory) {
  EFI_PHYSICAL_ADDRESS address = UINT64_MAX;

  EXPECT_EQ(Allocate(abi::AllocateMaxAddress, abi::EfiLoaderData, 1, &address),
            abi::EFI_SUCCESS);

  EXPECT_EQ(address, ram_.high_address() + ram_.high_bytes() - kPage);
}

TEST_F(PageServicesTest, AddressIsThatPlaceOrNothing) {
  const uint64_t wanted = HostRam::kLowAddress + 8 * kPage;
  EFI_PHYSICAL_ADDRESS address = wanted;

  EXPECT_EQ(Allocate(abi::AllocateAddress, abi::EfiLoaderData, 4, &address),
            abi::EFI_SUCCESS);
  EXPECT_EQ(address, wanted);

  EXPECT_EQ(Allocate(abi::AllocateAddress, abi::EfiLoaderData, 4, &address),
            abi::EFI_NOT_FOUND);
  address = wanted + 3 * kPage;
  EXPECT_EQ(Allocate(abi::AllocateAddress, abi::EfiLoaderData, 2, &address),
            abi::EFI_NOT_FOUND);
  address = low_end_ - kPage;
  EXPECT_EQ(Allocate(abi::AllocateAddress, abi::EfiLoaderData, 2, &address),
            abi::EFI_NOT_FOUND);
  address = wanted + 4 * kPage;
  EXPECT_EQ(Allocate(abi::AllocateAddress, abi::EfiLoaderData, 2, &address),
            abi::EFI_SUCCESS);
}

TEST_F(PageServicesTest, MemoryBelowOneMibIsForThoseWhoNameIt) {
  EFI_PHYSICAL_ADDRESS address = 0x1000;
  EXPECT_EQ(TypeAt(0x1000), abi::EfiConventionalMemory);
  EXPECT_EQ(Allocate(abi::AllocateAddress, abi::EfiLoaderData, 1, &address),
            abi::EFI_SUCCESS);

  address = 0x8FFFF;
  EXPECT_EQ(Allocate(abi::AllocateMaxAddress, abi::EfiLoaderData, 1, &address),
            abi::EFI_SUCCESS);
  EXPECT_EQ(address, 0x8F000u);
}

TEST_F(PageServicesTest, RefusesBadParametersAndTouchesNothing) {
  const abi::UINTN key = services_.map_key();
  EFI_PHYSICAL_ADDRESS address = 0x1234;

  EXPECT_EQ(Allocate(abi::MaxAllocateType, abi::EfiLoaderData, 1, &address),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Allocate(abi::AllocateAnyPages, 0x6FFF'FFFF, 1, &address),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Allocate(abi::AllocateAnyPages, abi::EfiMaxMemoryType, 1, &address),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      Allocate(abi::AllocateAnyPages, abi::EfiPersistentMemory, 1, &address),
      abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Allocate(abi::AllocateAnyPages, abi::EfiLoaderData, 1, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Allocate(abi::AllocateAddress, abi::EfiLoaderData, 1, &address),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Allocate(abi::AllocateAnyPages, abi::EfiLoaderData, 0, &address),
            abi::EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(
      Allocate(abi::AllocateAnyPages, abi::EfiLoaderData, UINT64_MAX, &address),
      abi::EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(Allocate(abi::AllocateMaxAddress,
                     abi::EfiLoaderData,
                     uint64_t{1} << 52,
                     &address),
            abi::EFI_OUT_OF_RESOURCES);

  EXPECT_EQ(address, 0x1234u);
  EXPECT_EQ(services_.map_key(), key);
}

TEST_F(PageServicesTest, FreesPartsOfAnAllocation) {
  EFI_PHYSICAL_ADDRESS address = 0;
  ASSERT_EQ(Allocate(abi::AllocateAnyPages, abi::EfiLoaderData, 4, &address),
            abi::EFI_SUCCESS);

  EXPECT_EQ(services_.FreePages(address + kPage, 2), abi::EFI_SUCCESS);

  EXPECT_EQ(TypeAt(address), abi::EfiLoaderData);
  EXPECT_EQ(TypeAt(address + kPage), abi::EfiConventionalMemory);
  EXPECT_EQ(TypeAt(address + 2 * kPage), abi::EfiConventionalMemory);
  EXPECT_EQ(TypeAt(address + 3 * kPage), abi::EfiLoaderData);
  EXPECT_EQ(services_.FreePages(address, 4), abi::EFI_NOT_FOUND);
  EXPECT_EQ(services_.FreePages(address, 1), abi::EFI_SUCCESS);
  EXPECT_EQ(services_.FreePages(address + 3 * kPage, 1), abi::EFI_SUCCESS);
}

TEST_F(PageServicesTest, FreesOnlyWhatItAllocated) {
  EFI_PHYSICAL_ADDRESS address = 0;
  ASSERT_EQ(Allocate(abi::AllocateAnyPages, abi::EfiLoaderData, 1, &address),
            abi::EFI_SUCCESS);
  const auto firmware = ram_.map().Allocate({.page_count = 1});
  const auto pool =
      services_.Take({PageUse::kPoolLarge, abi::EfiLoaderData}, 1);

  EXPECT_EQ(services_.FreePages(address + 1, 1), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.FreePages(address, 0), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.FreePages(address, UINT64_MAX),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.FreePages(address, 2), abi::EFI_NOT_FOUND);
  EXPECT_EQ(services_.FreePages(*firmware, 1), abi::EFI_NOT_FOUND);
  EXPECT_EQ(services_.FreePages(ram_.AddressOf(pool.data()), 1),
            abi::EFI_NOT_FOUND);
  EXPECT_EQ(services_.FreePages(0, 1), abi::EFI_NOT_FOUND);
  EXPECT_EQ(services_.FreePages(uint64_t{1} << 51, 1), abi::EFI_NOT_FOUND);
  EXPECT_EQ(services_.FreePages(address, 1), abi::EFI_SUCCESS);
  EXPECT_EQ(services_.FreePages(address, 1), abi::EFI_NOT_FOUND);
}

TEST_F(PageServicesTest, TheMapTellsItsSizeAndShape) {
  abi::UINTN size = 1;
  abi::UINTN step = 0;
  abi::UINT32 version = 0;
  abi::UINTN key = 0x5EED;

  EXPECT_EQ(services_.GetMemoryMap(&size, nullptr, &key, &step, &version),
            abi::EFI_BUFFER_TOO_SMALL);

  EXPECT_EQ(size % 48, 0u);
  EXPECT_EQ(step, 48u);
  EXPECT_EQ(version, 1u);
  EXPECT_EQ(key, 0x5EEDu);
  EXPECT_EQ(services_.GetMemoryMap(&size, nullptr, &key, &step, &version),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.GetMemoryMap(nullptr, nullptr, &key, &step, &version),
            abi::EFI_INVALID_PARAMETER);
  std::vector<std::byte> buffer(size, std::byte{0xCC});
  auto* const map = static_cast<abi::EFI_MEMORY_DESCRIPTOR*>(
      static_cast<void*>(buffer.data()));
  abi::UINTN one_too_few = size - 1;
  EXPECT_EQ(services_.GetMemoryMap(&one_too_few, map, &key, &step, &version),
            abi::EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(one_too_few, size);
  EXPECT_EQ(buffer.front(), std::byte{0xCC});
  EXPECT_EQ(services_.GetMemoryMap(&size, map, nullptr, nullptr, nullptr),
            abi::EFI_SUCCESS);
}

TEST_F(PageServicesTest, DescriptorsJoinWhatOnlyWeTellApart) {
  const auto firmware =
      ram_.map().Allocate({.page_count = 1, .max_address = low_end_ - 1});
  ASSERT_TRUE(firmware.has_value());
  EFI_PHYSICAL_ADDRESS address = 0;
  ASSERT_EQ(
      Allocate(abi::AllocateAnyPages, abi::EfiBootServicesData, 1, &address),
      abi::EFI_SUCCESS);
  ASSERT_EQ(address + kPage, *firmware);

  const auto all = Descriptors();

  std::vector<std::pair<uint32_t, uint64_t>> types_and_pages;
  for (const auto& descriptor : all) {
    types_and_pages.emplace_back(descriptor.Type, descriptor.NumberOfPages);
  }
  EXPECT_THAT(
      types_and_pages,
      ElementsAre(std::pair(abi::EfiConventionalMemory, 0xA0u),
                  std::pair(abi::EfiReservedMemoryType, 0x60u),
                  std::pair(abi::EfiConventionalMemory, 0x4000u - 2),
                  std::pair(abi::EfiBootServicesData, 2u),
                  std::pair(abi::EfiConventionalMemory, 5 * kGib / kPage)));
}

TEST_F(PageServicesTest, TheKeyChangesWithTheMapOnly) {
  Descriptors();
  const abi::UINTN before = key_;
  Descriptors();
  EXPECT_EQ(key_, before);
  EFI_PHYSICAL_ADDRESS address = 0;

  ASSERT_EQ(Allocate(abi::AllocateAnyPages, abi::EfiLoaderData, 1, &address),
            abi::EFI_SUCCESS);
  EXPECT_NE(services_.map_key(), before);
  const abi::UINTN between = services_.map_key();
  ASSERT_EQ(services_.FreePages(address, 1), abi::EFI_SUCCESS);

  EXPECT_NE(services_.map_key(), between);
  EXPECT_NE(services_.map_key(), before);
}

TEST_F(PageServicesTest, TellsItsObserverOfChangesOnly) {
  CountingObserver observer;
  services_.set_observer(&observer);
  EFI_PHYSICAL_ADDRESS address = 0;

  Descriptors();
  Allocate(abi::AllocateAnyPages, abi::EfiLoaderData, 0, &address);
  EXPECT_EQ(observer.changes, 0);
  Allocate(abi::AllocateAnyPages, abi::EfiLoaderData, 1, &address);
  EXPECT_EQ(observer.changes, 1);
  services_.FreePages(address, 1);
  EXPECT_EQ(observer.changes, 2);
}

struct FakeProtection final : PageProtection {
  Status Set(uint64_t address, uint64_t size, uint64_t protections) override {
    if (stuck) return Fail(ErrorCode::kNoMemory, "no page table");
    EXPECT_EQ(protections, 0u);
    opened.emplace_back(address, size);
    return {};
  }
  Status Reset(uint64_t address, uint64_t size) override {
    if (stuck) return Fail(ErrorCode::kNoMemory, "no page table");
    resets.emplace_back(address, size);
    return {};
  }
  Status AllowExecution() override { return {}; }
  Result<uint64_t> Get(uint64_t, uint64_t) override { return 0; }

  bool stuck = false;
  std::vector<std::pair<uint64_t, uint64_t>> opened;
  std::vector<std::pair<uint64_t, uint64_t>> resets;
};

TEST_F(PageServicesTest, PagesThatLoadersRunAreExecutable) {
  FakeProtection protection;
  services_.set_protection(&protection);
  EFI_PHYSICAL_ADDRESS data = 0;
  EFI_PHYSICAL_ADDRESS other = 0;

  ASSERT_EQ(services_.AllocatePages(
                abi::AllocateAnyPages, abi::EfiLoaderData, 3, &data),
            abi::EFI_SUCCESS);
  ASSERT_EQ(services_.AllocatePages(
                abi::AllocateAnyPages, abi::EfiBootServicesData, 3, &other),
            abi::EFI_SUCCESS);
  EXPECT_THAT(protection.opened, ElementsAre(Pair(data, 3 * kPage)));

  protection.stuck = true;
  EXPECT_EQ(services_.AllocatePages(
                abi::AllocateAnyPages, abi::EfiLoaderCode, 1, &other),
            abi::EFI_OUT_OF_RESOURCES);
}

TEST_F(PageServicesTest, FreedPagesLoseTheirProtections) {
  FakeProtection protection;
  services_.set_protection(&protection);
  EFI_PHYSICAL_ADDRESS address = 0;
  ASSERT_EQ(Allocate(abi::AllocateAnyPages, abi::EfiLoaderCode, 3, &address),
            abi::EFI_SUCCESS);

  protection.stuck = true;
  EXPECT_EQ(services_.FreePages(address, 3), abi::EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(TypeAt(address), abi::EfiLoaderCode);
  protection.stuck = false;
  EXPECT_EQ(services_.FreePages(address, 3), abi::EFI_SUCCESS);

  EXPECT_THAT(protection.resets, ElementsAre(Pair(address, 3 * kPage)));
}

}  // namespace
}  // namespace flint::efi
