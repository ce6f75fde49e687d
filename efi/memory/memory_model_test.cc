// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <map>
#include <random>
#include <vector>

#include "efi/memory/host_ram.h"
#include "efi/memory/page_services.h"
#include "efi/memory/pool_services.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

constexpr uint64_t kPage = abi::EFI_PAGE_SIZE;
constexpr uint64_t kHighBytes = uint64_t{5} << 30;
constexpr uint64_t kLowBytes = uint64_t{1} << 30;
constexpr int kSteps = 100'000;

constexpr std::array<uint32_t, 9> kTypes{abi::EfiLoaderCode,
                                         abi::EfiLoaderData,
                                         abi::EfiBootServicesCode,
                                         abi::EfiBootServicesData,
                                         abi::EfiRuntimeServicesCode,
                                         abi::EfiRuntimeServicesData,
                                         abi::EfiACPIReclaimMemory,
                                         0x7000'0001,
                                         0x8000'0001};

/// A guest of 6 GiB, and what a simple model believes of it: the type of every
/// allocated page, and every live pool buffer with its content.
class MemoryModel : public ::testing::Test {
 protected:
  struct Buffer {
    size_t size;
    uint32_t type;
    uint8_t fill;
  };

  uint64_t Random(uint64_t end) { return random_() % end; }

  abi::EFI_MEMORY_TYPE RandomType() {
    return static_cast<abi::EFI_MEMORY_TYPE>(kTypes[Random(kTypes.size())]);
  }

  uint64_t RandomAddress() {
    return Random(2) == 0
               ? HostRam::kLowAddress + Random(kLowBytes / kPage) * kPage
               : ram_.high_address() + Random(kHighBytes / kPage) * kPage;
  }

  void AllocatePages() {
    const auto how = static_cast<abi::EFI_ALLOCATE_TYPE>(Random(3));
    const abi::EFI_MEMORY_TYPE type = RandomType();
    const uint64_t count = 1 + Random(Random(20) == 0 ? 300 : 8);
    const uint64_t wanted =
        RandomAddress() + (how == abi::AllocateMaxAddress ? Random(kPage) : 0);
    uint64_t address = wanted;
    if (services_.AllocatePages(how, type, count, &address) !=
        abi::EFI_SUCCESS) {
      return;
    }
    if (how == abi::AllocateAddress) ASSERT_EQ(address, wanted);
    if (how == abi::AllocateMaxAddress) {
      ASSERT_LE(address + count * kPage - 1, wanted);
    }
    for (uint64_t page = address; page < address + count * kPage;
         page += kPage) {
      ASSERT_TRUE(pages_.try_emplace(page, type).second) << "given out twice";
    }
  }

  // Frees a run of pages, whoever allocated them together.
  void FreePages() {
    if (pages_.empty()) return;
    auto at = pages_.lower_bound(RandomAddress());
    if (at == pages_.end()) at = pages_.begin();
    const uint64_t address = at->first;
    uint64_t count = 0;
    const uint64_t wanted = Random(4) == 0 ? 1 + Random(16) : UINT64_MAX;
    while (count < wanted && at != pages_.end() &&
           at->first == address + count * kPage) {
      at = pages_.erase(at);
      ++count;
    }
    ASSERT_EQ(services_.FreePages(address, count), abi::EFI_SUCCESS);
    ASSERT_EQ(services_.FreePages(address, count), abi::EFI_NOT_FOUND);
  }

  void AllocatePool() {
    const size_t size = Random(Random(10) == 0 ? 20'000 : 600);
    const abi::EFI_MEMORY_TYPE type = RandomType();
    void* buffer = nullptr;
    ASSERT_EQ(pool_.AllocatePool(type, size, &buffer), abi::EFI_SUCCESS);
    const auto fill = static_cast<uint8_t>(random_());
    std::memset(buffer, fill, size);
    ASSERT_TRUE(buffers_.try_emplace(buffer, Buffer{size, type, fill}).second);
  }

  void FreePool() {
    if (buffers_.empty()) return;
    auto at = buffers_.begin();
    std::advance(at, Random(std::min<size_t>(buffers_.size(), 64)));
    const auto [buffer, expected] = *at;
    for (size_t i = 0; i < expected.size; ++i) {
      ASSERT_EQ(static_cast<uint8_t*>(buffer)[i], expected.fill);
    }
    ASSERT_EQ(pool_.FreePool(buffer), abi::EFI_SUCCESS);
    buffers_.erase(at);
  }

  std::vector<abi::EFI_MEMORY_DESCRIPTOR> Descriptors() {
    abi::UINTN size = 0;
    abi::UINTN step = 0;
    services_.GetMemoryMap(&size, nullptr, nullptr, &step, nullptr);
    std::vector<std::byte> buffer(size);
    EXPECT_EQ(services_.GetMemoryMap(&size,
                                     static_cast<abi::EFI_MEMORY_DESCRIPTOR*>(
                                         static_cast<void*>(buffer.data())),
                                     nullptr,
                                     nullptr,
                                     nullptr),
              abi::EFI_SUCCESS);
    std::vector<abi::EFI_MEMORY_DESCRIPTOR> all(size / step);
    for (size_t i = 0; i < all.size(); ++i) {
      std::memcpy(&all[i], buffer.data() + i * step, sizeof(all[i]));
    }
    return all;
  }

  void CheckMap() {
    std::map<uint64_t, std::pair<uint64_t, uint32_t>> by_start;
    uint64_t previous_end = 0;
    uint64_t ram_pages = 0;
    for (const auto& descriptor : Descriptors()) {
      const uint64_t end =
          descriptor.PhysicalStart + descriptor.NumberOfPages * kPage;
      ASSERT_GE(descriptor.PhysicalStart, previous_end);
      ASSERT_GT(end, descriptor.PhysicalStart);
      previous_end = end;
      if (descriptor.PhysicalStart >= HostRam::kLowAddress) {
        ram_pages += descriptor.NumberOfPages;
      }
      by_start[descriptor.PhysicalStart] = {end, descriptor.Type};
    }
    ASSERT_EQ(ram_pages, (kLowBytes + kHighBytes) / kPage);
    const auto type_at = [&](uint64_t address) {
      const auto next = by_start.upper_bound(address);
      const auto& [end, type] = std::prev(next)->second;
      EXPECT_LT(address, end);
      return type;
    };
    for (const auto& [address, type] : pages_) {
      ASSERT_EQ(type_at(address), type);
    }
    for (const auto& [buffer, content] : buffers_) {
      ASSERT_EQ(type_at(reinterpret_cast<uint64_t>(buffer)), content.type);
    }
  }

  HostRam ram_{{.low_bytes = kLowBytes, .high_bytes = kHighBytes}};
  PageServices services_{ram_.map(), ram_};
  PoolServices pool_{services_};
  std::mt19937_64 random_{20261123};
  std::map<uint64_t, uint32_t> pages_;
  std::map<void*, Buffer> buffers_;
};

TEST_F(MemoryModel, StaysConsistentThroughRandomCalls) {
  for (int step = 0; step < kSteps; ++step) {
    // Grows for a while, then shrinks.
    const bool growing = step / 5000 % 2 == 0;
    const uint64_t choice = Random(10);
    if (choice < (growing ? 3u : 1u)) {
      AllocatePages();
    } else if (choice < (growing ? 4u : 5u)) {
      FreePages();
    } else if (choice < (growing ? 8u : 7u)) {
      AllocatePool();
    } else {
      FreePool();
    }
    if (HasFatalFailure()) FAIL() << "step " << step;
    if (step % 10'000 == 0) CheckMap();
  }
  CheckMap();

  for (const auto& [address, type] : pages_) {
    ASSERT_EQ(services_.FreePages(address, 1), abi::EFI_SUCCESS);
  }
  for (const auto& [buffer, content] : buffers_) {
    ASSERT_EQ(pool_.FreePool(buffer), abi::EFI_SUCCESS);
  }
  uint64_t used_bytes = 0;
  for (const memory::MemoryRange& range : ram_.map().ranges()) {
    if (memory::IsAllocated(range.type)) used_bytes += range.size_bytes();
  }
  // One slab of 16 KiB a type and size class stays, and the pool's own objects.
  EXPECT_LE(used_bytes, (kTypes.size() * 14 + 2) * (uint64_t{16} << 10));
}

}  // namespace
}  // namespace flint::efi
