// SPDX-License-Identifier: Apache-2.0

// Random operations on a memory map, checked against a model that is too simple
// to be wrong: an array with one element a page.

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include "boot/memory/memory_map.h"
#include "testing/result_matchers.h"

namespace flint::memory {
namespace {

constexpr uint64_t kPage = kPageSizeBytes;
constexpr size_t kPageCount = 2048;  // 8 MiB, of which 1 MiB is low
constexpr uint64_t kLimit = kPageCount * kPage;
constexpr size_t kLowPageCount = kLowMemoryEnd / kPage;

struct PageModel {
  bool known = false;
  MemoryType type = MemoryType::kFree;
  uint64_t owner = 0;

  friend bool operator==(const PageModel&, const PageModel&) = default;
};

class Model {
 public:
  void Build(const std::vector<E820Entry>& entries) {
    pages_.assign(kPageCount, {});
    for (const E820Entry& entry : entries) {
      if (entry.type != E820Type::kRam) continue;
      // RAM is given in whole pages here; rounding has its own test.
      Set(entry.address / kPage,
          entry.size_bytes / kPage,
          {true, MemoryType::kFree});
    }
    for (const E820Entry& entry : entries) {
      if (entry.type == E820Type::kRam || entry.type == 0) continue;
      Raise(entry.address / kPage, entry.size_bytes / kPage, TypeOf(entry));
    }
    Raise(0xA0, 0x60, MemoryType::kReserved);
  }

  bool IsFree(uint64_t page, uint64_t count) const {
    return All(page, count, [](const PageModel& model) {
      return model.known && model.type == MemoryType::kFree;
    });
  }

  bool IsAllocated(uint64_t page, uint64_t count) const {
    return All(page, count, [](const PageModel& model) {
      return model.known && memory::IsAllocated(model.type);
    });
  }

  // What a search from that end must find, or kPageCount.
  uint64_t Search(const PageRequest& request) const {
    const uint64_t step = std::max<uint64_t>(request.alignment_bytes, kPage);
    uint64_t found = kPageCount;
    for (uint64_t at = 0; at < kLimit; at += step) {
      if (at < request.min_address ||
          at < (request.low_memory ? kPage : kLowMemoryEnd) ||
          at + request.page_count * kPage - 1 > request.max_address ||
          !IsFree(at / kPage, request.page_count)) {
        continue;
      }
      found = at / kPage;
      if (request.search == Search::kLowestFirst) break;
    }
    return found;
  }

  void Set(uint64_t page, uint64_t count, PageModel value) {
    for (uint64_t i = page; i < page + count; ++i) pages_.at(i) = value;
  }

  void ExpectEqual(const MemoryMap& map) const {
    std::vector<PageModel> actual(kPageCount);
    const MemoryRange* previous = nullptr;
    for (const MemoryRange& range : map.ranges()) {
      ASSERT_LT(range.address, range.end);
      ASSERT_EQ(range.address % kPage, 0u);
      ASSERT_EQ(range.end % kPage, 0u);
      if (previous != nullptr) {
        ASSERT_LE(previous->end, range.address);
        ASSERT_FALSE(previous->end == range.address &&
                     previous->type == range.type &&
                     previous->owner == range.owner)
            << "neighbours of one kind";
      }
      for (uint64_t at = range.address; at < range.end; at += kPage) {
        actual.at(at / kPage) = {true, range.type, range.owner};
      }
      previous = &range;
    }
    ASSERT_TRUE(actual == pages_);
  }

 private:
  static MemoryType TypeOf(const E820Entry& entry) {
    switch (entry.type) {
      case E820Type::kAcpiReclaim:
        return MemoryType::kAcpiReclaim;
      case E820Type::kAcpiNvs:
        return MemoryType::kAcpiNvs;
      case E820Type::kUnusable:
        return MemoryType::kUnusable;
      case E820Type::kPersistent:
        return MemoryType::kPersistent;
      default:
        return MemoryType::kReserved;
    }
  }

  void Raise(uint64_t page, uint64_t count, MemoryType type) {
    for (uint64_t i = page; i < page + count; ++i) {
      PageModel& model = pages_.at(i);
      if (!model.known || model.type < type) model = {true, type};
    }
  }

  template <typename Predicate>
  bool All(uint64_t page, uint64_t count, Predicate predicate) const {
    if (page >= kPageCount || count > kPageCount - page) return false;
    for (uint64_t i = page; i < page + count; ++i) {
      if (!predicate(pages_[i])) return false;
    }
    return true;
  }

  std::vector<PageModel> pages_;
};

class MemoryMapModelTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  uint64_t Random(uint64_t first, uint64_t last) {
    return std::uniform_int_distribution<uint64_t>(first, last)(random_);
  }

  std::vector<E820Entry> RandomEntries() {
    std::vector<E820Entry> entries;
    const uint64_t count = Random(0, 40);
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t page = Random(0, kPageCount - 1);
      const uint64_t longest = Random(0, 3) == 0 ? kPageCount : 64;
      const uint64_t pages = Random(0, std::min(kPageCount - page, longest));
      const auto type =
          static_cast<uint32_t>(Random(0, 3) == 0 ? Random(0, 9) : 1);
      entries.push_back({page * kPage, pages * kPage, type});
    }
    return entries;
  }

  void AllocateSomewhere() {
    const uint64_t low = Random(0, 9) == 0 ? Random(0, kLimit) : 0;
    const PageRequest request = {
        .page_count = Random(1, 32),
        .alignment_bytes = kPage << (Random(0, 3) == 0 ? Random(0, 8) : 0),
        .min_address = low,
        .max_address = Random(0, 9) == 0 ? Random(low, kLimit) : UINT64_MAX,
        .low_memory = Random(0, 9) == 0,
        .search =
            Random(0, 1) == 0 ? Search::kLowestFirst : Search::kHighestFirst,
        .use = static_cast<MemoryUse>(Random(0, 2)),
        .owner = static_cast<uint32_t>(Random(0, 1))};
    const uint64_t expected = model_.Search(request);

    const Result<uint64_t> address = map_.Allocate(request);

    ASSERT_EQ(address.has_value(), expected != kPageCount);
    if (!address) return;
    ASSERT_EQ(*address, expected * kPage);
    model_.Set(expected,
               request.page_count,
               {true, TypeFor(request.use), request.owner});
  }

  void AllocateAt() {
    const uint64_t page = Random(0, kPageCount);
    const uint64_t count = Random(1, 16);
    const auto use = static_cast<MemoryUse>(Random(0, 2));
    const bool expected = page >= kLowPageCount && model_.IsFree(page, count);

    ASSERT_EQ(map_.AllocateAt(page * kPage, count, use).has_value(), expected);
    if (expected) model_.Set(page, count, {true, TypeFor(use)});
  }

  void Free() {
    const uint64_t page = Random(0, kPageCount);
    const uint64_t count = Random(1, 16);
    const bool expected = model_.IsAllocated(page, count);

    ASSERT_EQ(map_.Free(page * kPage, count).has_value(), expected);
    if (expected) model_.Set(page, count, {true, MemoryType::kFree});
  }

  static MemoryType TypeFor(MemoryUse use) {
    switch (use) {
      case MemoryUse::kFirmware:
        return MemoryType::kFirmware;
      case MemoryUse::kKernel:
        return MemoryType::kKernel;
      case MemoryUse::kRuntime:
        return MemoryType::kRuntime;
    }
    return MemoryType::kUnusable;
  }

  std::mt19937 random_{GetParam()};
  std::vector<MemoryRange> storage_ = std::vector<MemoryRange>(4096);
  MemoryMap map_{storage_};
  Model model_;
};

TEST_P(MemoryMapModelTest, AgreesWithAnArrayOfPages) {
  for (int round = 0; round < 8; ++round) {
    const std::vector<E820Entry> entries = RandomEntries();
    map_.Build(entries, kLimit);
    model_.Build(entries);
    ASSERT_NO_FATAL_FAILURE(model_.ExpectEqual(map_));
    for (int operation = 0; operation < 60; ++operation) {
      switch (Random(0, 3)) {
        case 0:
          ASSERT_NO_FATAL_FAILURE(AllocateSomewhere());
          break;
        case 1:
          ASSERT_NO_FATAL_FAILURE(AllocateAt());
          break;
        default:
          ASSERT_NO_FATAL_FAILURE(Free());
          break;
      }
      ASSERT_NO_FATAL_FAILURE(model_.ExpectEqual(map_));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, MemoryMapModelTest, ::testing::Range(0u, 24u));

// The bound is generous: on a slow machine with sanitizers it takes a tenth.
TEST(MemoryMapSpeed, Makes100000ChangesAmong4096Ranges) {
  std::vector<MemoryRange> storage(4096);
  MemoryMap map(storage);
  map.Build({{E820Entry{kLowMemoryEnd, uint64_t{4} << 30, E820Type::kRam}}},
            uint64_t{1} << 40);
  std::mt19937 random(1);
  std::vector<std::pair<uint64_t, uint64_t>> allocations;
  size_t most_ranges = 0;
  const auto start = std::chrono::steady_clock::now();

  for (int i = 0; i < 100'000; ++i) {
    if (allocations.size() < 3000 || random() % 2 == 0) {
      const uint64_t count = random() % 16 + 1;
      const auto address = map.Allocate(
          {.page_count = count, .owner = static_cast<uint32_t>(random() % 8)});
      if (address) allocations.emplace_back(*address, count);
    } else {
      std::swap(allocations[random() % allocations.size()], allocations.back());
      ASSERT_OK(map.Free(allocations.back().first, allocations.back().second));
      allocations.pop_back();
    }
    most_ranges = std::max(most_ranges, map.ranges().size());
  }

  EXPECT_GT(most_ranges, 2000u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

}  // namespace
}  // namespace flint::memory
