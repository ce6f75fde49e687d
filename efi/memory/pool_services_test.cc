// SPDX-License-Identifier: Apache-2.0
#include "efi/memory/pool_services.h"

#include <cstring>
#include <set>
#include <vector>

#include "efi/memory/host_ram.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

class PoolServicesTest : public ::testing::Test {
 protected:
  void* Allocate(size_t size, uint32_t type = abi::EfiLoaderData) {
    void* buffer = nullptr;
    EXPECT_EQ(pool_.AllocatePool(
                  static_cast<abi::EFI_MEMORY_TYPE>(type), size, &buffer),
              abi::EFI_SUCCESS);
    return buffer;
  }

  static std::byte* Bytes(void* buffer) {
    return static_cast<std::byte*>(buffer);
  }

  uint64_t FreePages() const {
    uint64_t pages = 0;
    for (const memory::MemoryRange& range : map_.ranges()) {
      if (range.type == memory::MemoryType::kFree) {
        pages += range.size_bytes() / abi::EFI_PAGE_SIZE;
      }
    }
    return pages;
  }

  HostRam ram_;
  const memory::MemoryMap& map_ = ram_.map();
  PageServices pages_{ram_.map(), ram_};
  PoolServices pool_{pages_};
};

TEST_F(PoolServicesTest, BuffersAreAlignedDistinctAndWhole) {
  std::vector<std::pair<std::byte*, size_t>> buffers;
  for (size_t size = 0; size < 6000; size += 7) {
    std::byte* const buffer = Bytes(Allocate(size));
    ASSERT_EQ(ram_.AddressOf(buffer) % 16, 0u);
    std::memset(buffer, static_cast<int>(size % 251), size);
    buffers.emplace_back(buffer, size);
  }

  for (const auto& [buffer, size] : buffers) {
    for (size_t i = 0; i < size; ++i) {
      ASSERT_EQ(buffer[i], static_cast<std::byte>(size % 251)) << size;
    }
    EXPECT_EQ(pool_.FreePool(buffer), abi::EFI_SUCCESS);
  }
}

TEST_F(PoolServicesTest, TheMapTellsTheTypeOfABuffer) {
  for (const uint32_t type : {0u, 2u, 6u, 9u, 0x7000'0001u, 0x8000'0001u}) {
    for (const size_t size : {size_t{1}, size_t{5000}}) {
      void* const buffer = Allocate(size, type);
      const auto* range = map_.Find(ram_.AddressOf(Bytes(buffer)));
      EXPECT_EQ(ViewOf(*range).type, type);
    }
  }
}

TEST_F(PoolServicesTest, RefusesBadParameters) {
  void* buffer = &buffer;
  void* const untouched = buffer;

  EXPECT_EQ(pool_.AllocatePool(abi::EfiConventionalMemory, 8, &buffer),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(pool_.AllocatePool(abi::EfiPersistentMemory, 8, &buffer),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(pool_.AllocatePool(abi::EfiMaxMemoryType, 8, &buffer),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(pool_.AllocatePool(abi::EfiLoaderData, 8, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(pool_.AllocatePool(abi::EfiLoaderData, UINT64_MAX, &buffer),
            abi::EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(pool_.AllocatePool(abi::EfiLoaderData, uint64_t{1} << 40, &buffer),
            abi::EFI_OUT_OF_RESOURCES);

  EXPECT_EQ(buffer, untouched);
}

TEST_F(PoolServicesTest, RefusesToFreeWhatItDidNotAllocate) {
  std::byte* const small = Bytes(Allocate(100));
  std::byte* const large = Bytes(Allocate(100'000));
  abi::EFI_PHYSICAL_ADDRESS pages = 0;
  ASSERT_EQ(pages_.AllocatePages(
                abi::AllocateAnyPages, abi::EfiLoaderData, 1, &pages),
            abi::EFI_SUCCESS);
  int on_the_stack = 0;

  for (void* const address :
       {static_cast<void*>(nullptr),
        static_cast<void*>(&on_the_stack),
        static_cast<void*>(ram_.Map(pages, 1)->data()),
        static_cast<void*>(ram_.Map(HostRam::kLowAddress, 1)->data()),
        static_cast<void*>(small + 1),
        static_cast<void*>(small + 16),
        static_cast<void*>(small + 128),
        static_cast<void*>(small - 128),
        static_cast<void*>(large + 16),
        static_cast<void*>(large - 64),
        static_cast<void*>(large + abi::EFI_PAGE_SIZE)}) {
    EXPECT_EQ(pool_.FreePool(address), abi::EFI_INVALID_PARAMETER) << address;
  }

  EXPECT_EQ(pool_.FreePool(small), abi::EFI_SUCCESS);
  EXPECT_EQ(pool_.FreePool(large), abi::EFI_SUCCESS);
}

TEST_F(PoolServicesTest, RefusesToFreeTwice) {
  void* const small = Allocate(100);
  void* const neighbour = Allocate(100);
  void* const large = Allocate(100'000);
  EXPECT_EQ(pool_.FreePool(small), abi::EFI_SUCCESS);
  EXPECT_EQ(pool_.FreePool(large), abi::EFI_SUCCESS);

  EXPECT_EQ(pool_.FreePool(small), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(pool_.FreePool(large), abi::EFI_INVALID_PARAMETER);

  EXPECT_EQ(pool_.FreePool(neighbour), abi::EFI_SUCCESS);
  EXPECT_EQ(pool_.FreePool(neighbour), abi::EFI_INVALID_PARAMETER);
}

TEST_F(PoolServicesTest, AnOverwrittenHeaderNeverFreesOthersPages) {
  std::byte* const large = Bytes(Allocate(5000));
  std::byte* const other = Bytes(Allocate(5000, abi::EfiBootServicesData));
  const uint64_t page_count = 1 << 10;

  std::memcpy(large - 64 + 8, &page_count, sizeof(page_count));
  EXPECT_EQ(pool_.FreePool(large), abi::EFI_INVALID_PARAMETER);
  std::memset(large - 64, 0, 64);
  EXPECT_EQ(pool_.FreePool(large), abi::EFI_INVALID_PARAMETER);

  EXPECT_EQ(pool_.FreePool(other), abi::EFI_SUCCESS);
}

TEST_F(PoolServicesTest, MemoryComesBack) {
  Allocate(24);
  const uint64_t before = FreePages();
  std::vector<void*> buffers;
  for (int i = 0; i < 10'000; ++i) buffers.push_back(Allocate(24));
  EXPECT_LT(FreePages(), before);

  for (void* const buffer : buffers) {
    ASSERT_EQ(pool_.FreePool(buffer), abi::EFI_SUCCESS);
  }

  EXPECT_GE(FreePages() + 4, before);
}

TEST_F(PoolServicesTest, FillsMemoryAndRecovers) {
  std::set<void*> buffers;
  void* buffer = nullptr;
  for (const size_t size : {size_t{1} << 20, size_t{2000}, size_t{16}}) {
    while (pool_.AllocatePool(abi::EfiLoaderData, size, &buffer) ==
           abi::EFI_SUCCESS) {
      EXPECT_TRUE(buffers.insert(buffer).second);
    }
  }
  EXPECT_LT(FreePages(), 0xA0u + 4);

  for (void* const each : buffers) {
    ASSERT_EQ(pool_.FreePool(each), abi::EFI_SUCCESS);
  }

  EXPECT_NE(Allocate(size_t{32} << 20), nullptr);
}

}  // namespace
}  // namespace flint::efi
