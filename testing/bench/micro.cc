// SPDX-License-Identifier: Apache-2.0
//
// How the cost of what is done often grows with what there is of it, on the
// host: `bazel run -c opt //testing/bench:micro`. Sizes grow by about ten, so
// that the growth is seen in the column of times; `requests` are the disk's.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "benchmark/benchmark.h"
#include "boot/memory/e820.h"
#include "boot/memory/memory_map.h"
#include "drivers/block/block_batch.h"
#include "drivers/block/block_cache.h"
#include "efi/abi/boot_services.h"
#include "efi/environment/host_environment.h"
#include "fs/fat/address_room.h"
#include "fs/fat/computed_volume.h"
#include "fs/fat/fat_volume.h"
#include "loader/pe/relocation.h"
#include "platforms/base/check.h"
#include "platforms/base/endian.h"

namespace flint::bench {
namespace {

namespace abi = efi::abi;

using benchmark::State;
using fat::AddressRoom;
using fat::ComputedVolume;

constexpr uint64_t kMib = 1 << 20;
/// The largest file that FAT can have.
constexpr uint64_t kLargestFile = UINT32_MAX;
/// What firmware gives for one call of the driver.
constexpr size_t kBatchExtents = 1024;

double ToFigure(uint64_t count) { return static_cast<double>(count); }

/// A volume, mounted anew.
struct Mounted {
  explicit Mounted(ComputedVolume& disk, MutableBytes scratch)
      : volume(fat::FatVolume::Create(disk.range(), scratch)) {
    FLINT_CHECK(volume.has_value(), "not mounted");
  }

  volume::File Open(const ComputedVolume& disk) {
    const auto file = volume->Open(disk.last_name());
    FLINT_CHECK(file.has_value(), "not found");
    return *file;
  }

  Result<fat::FatVolume> volume;
};

/// A file of so many MiB becomes extents, from a volume just mounted.
void MapFile(State& state, bool fragmented) {
  const uint64_t size_bytes = std::min(
      static_cast<uint64_t>(state.range(0)) * kMib, kLargestFile / 512 * 512);
  ComputedVolume disk({.size_bytes = size_bytes, .fragmented = fragmented});
  AddressRoom room(fat::FatVolume::kGoodScratchBytes + size_bytes);
  const MutableBytes scratch =
      room.bytes().first(fat::FatVolume::kGoodScratchBytes);
  const MutableBytes destination = room.bytes().subspan(scratch.size());
  std::vector<block::BlockExtent> extents(kBatchExtents);
  for (auto _ : state) {
    Mounted mounted(disk, scratch);
    const volume::File file = mounted.Open(disk);
    block::BlockBatch batch(disk, extents);
    FLINT_CHECK(
        mounted.volume->ReadInto(file, 0, size_bytes, destination, batch)
            .has_value(),
        "not read");
    FLINT_CHECK(batch.Submit().has_value(), "not read");
  }
  state.counters["requests"] = benchmark::Counter(
      ToFigure(disk.request_count()), benchmark::Counter::kAvgIterations);
}

void FatMapContiguous(State& state) { MapFile(state, false); }
void FatMapFragmented(State& state) { MapFile(state, true); }
BENCHMARK(FatMapContiguous)->RangeMultiplier(8)->Range(1, 4096);
BENCHMARK(FatMapFragmented)->RangeMultiplier(8)->Range(1, 4096);

/// The last of so many entries; a directory of FAT has no more than 65,536.
void FatOpenLast(State& state, bool again) {
  ComputedVolume disk({.file_count = static_cast<uint32_t>(state.range(0))});
  AddressRoom room(fat::FatVolume::kGoodScratchBytes);
  Mounted mounted(disk, room.bytes());
  if (again) mounted.Open(disk);
  const uint64_t before = disk.request_count();
  for (auto _ : state) {
    if (!again)
      mounted.volume = fat::FatVolume::Create(disk.range(), room.bytes());
    benchmark::DoNotOptimize(mounted.Open(disk));
  }
  state.counters["requests"] =
      benchmark::Counter(ToFigure(disk.request_count() - before),
                         benchmark::Counter::kAvgIterations);
}

void FatOpenFirstTime(State& state) { FatOpenLast(state, false); }
void FatOpenAgain(State& state) { FatOpenLast(state, true); }
BENCHMARK(FatOpenFirstTime)->RangeMultiplier(10)->Range(10, 65'000);
BENCHMARK(FatOpenAgain)->RangeMultiplier(10)->Range(10, 65'000);

/// A map of so many ranges, every second of them free.
class RangedMap {
 public:
  explicit RangedMap(int64_t range_count) : storage_(kMaxRanges) {
    std::vector<memory::E820Entry> entries;
    for (int64_t i = 0; i < range_count; ++i) {
      entries.push_back({.address = (16 + static_cast<uint64_t>(i)) * kMib,
                         .size_bytes = kMib,
                         .type = i % 2 == 0 ? memory::E820Type::kRam
                                            : memory::E820Type::kReserved});
    }
    map_.Build(entries, uint64_t{1} << 46);
  }

  memory::MemoryMap& map() { return map_; }

 private:
  static constexpr size_t kMaxRanges = 8192;

  std::vector<memory::MemoryRange> storage_;
  memory::MemoryMap map_{storage_};
};

void AllocateAndFreePage(State& state, memory::Search search) {
  RangedMap ranged(state.range(0));
  for (auto _ : state) {
    const auto address =
        ranged.map().Allocate({.page_count = 1, .search = search});
    FLINT_CHECK(address.has_value(), "no memory");
    FLINT_CHECK(ranged.map().Free(*address, 1).has_value(), "not freed");
  }
}

void AllocateHighest(State& state) {
  AllocateAndFreePage(state, memory::Search::kHighestFirst);
}
void AllocateLowest(State& state) {
  AllocateAndFreePage(state, memory::Search::kLowestFirst);
}
BENCHMARK(AllocateHighest)->RangeMultiplier(16)->Range(16, 4096);
BENCHMARK(AllocateLowest)->RangeMultiplier(16)->Range(16, 4096);

/// The table that a kernel is given.
void RenderE820(State& state) {
  RangedMap ranged(state.range(0));
  for (auto _ : state) {
    memory::E820Cursor cursor(ranged.map());
    while (const auto entry = cursor.Next()) benchmark::DoNotOptimize(*entry);
  }
}
BENCHMARK(RenderE820)->RangeMultiplier(16)->Range(16, 4096);

/// So many KiB of an image, every second word of which is an address.
void Relocate(State& state) {
  constexpr uint32_t kPage = 4096;
  constexpr uint16_t kEntries = 256;
  const auto page_count = static_cast<uint32_t>(state.range(0) / 4);
  std::vector<std::byte> image(size_t{page_count} * kPage);
  const auto table_rva = static_cast<uint32_t>(image.size());
  for (uint32_t page = 0; page < page_count; ++page) {
    const pe::RelocationBlock block{
        .page_rva = page * kPage,
        .block_size = sizeof(pe::RelocationBlock) + kEntries * sizeof(Le16)};
    const Bytes header = AsBytes(block);
    image.insert(image.end(), header.begin(), header.end());
    for (uint16_t i = 0; i < kEntries; ++i) {
      const Le16 entry(static_cast<uint16_t>(
          static_cast<unsigned>(pe::RelocationType::kDir64) << 12 | i * 16U));
      const Bytes bytes = AsBytes(entry);
      image.insert(image.end(), bytes.begin(), bytes.end());
    }
  }
  const pe::DataDirectory table{
      .rva = table_rva,
      .size_bytes = static_cast<uint32_t>(image.size()) - table_rva};
  for (auto _ : state) {
    FLINT_CHECK(
        pe::ApplyRelocations(image, table, {.from = 0, .to = kMib}).has_value(),
        "not relocated");
  }
}
BENCHMARK(Relocate)->RangeMultiplier(10)->Range(40, 40'000);

/// So many KiB, by 512 bytes, as GRUB reads; from a cache that has not seen
/// them, and from one that has.
void ReadSequentially(State& state) {
  ComputedVolume disk({.size_bytes = 64 * kMib});
  AddressRoom room(block::BlockCache::kGoodMemoryBytes);
  block::BlockCache cache(disk, room.bytes());
  std::array<std::byte, 512> sector;
  const uint64_t end = static_cast<uint64_t>(state.range(0)) * 1024;
  for (auto _ : state) {
    cache.Invalidate();
    for (uint64_t offset = 0; offset < end; offset += sector.size()) {
      FLINT_CHECK(cache.ReadBytes(offset, sector).has_value(), "not read");
    }
  }
  state.counters["requests"] = benchmark::Counter(
      ToFigure(disk.request_count()), benchmark::Counter::kAvgIterations);
}
BENCHMARK(ReadSequentially)->RangeMultiplier(10)->Range(40, 40'000);

void ReadRemembered(State& state) {
  ComputedVolume disk({.size_bytes = 64 * kMib});
  AddressRoom room(block::BlockCache::kGoodMemoryBytes);
  block::BlockCache cache(disk, room.bytes());
  std::array<std::byte, 512> sector;
  for (auto _ : state) {
    FLINT_CHECK(cache.ReadBytes(0, sector).has_value(), "not read");
  }
}
BENCHMARK(ReadRemembered);

/// Handles with a protocol of each of so many kinds.
struct Handles {
  explicit Handles(int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      abi::EFI_GUID own = GuidOf(static_cast<uint32_t>(i));
      handle = nullptr;
      Install(own);
      Install(shared);
    }
    last = GuidOf(static_cast<uint32_t>(count - 1));
  }

  static abi::EFI_GUID GuidOf(uint32_t number) {
    abi::EFI_GUID guid =
        abi::EFI_GUID::Of("6f4d7a52-7c5b-4a0c-9d0e-0d4b8f6f2000");
    std::memcpy(guid.bytes.data() + 12, &number, sizeof number);
    return guid;
  }

  void Install(abi::EFI_GUID& guid) {
    FLINT_CHECK(services.InstallProtocolInterface(
                    &handle, &guid, abi::EFI_NATIVE_INTERFACE, this) ==
                    abi::EFI_SUCCESS,
                "not installed");
  }

  efi::HostEnvironment host;
  abi::EFI_BOOT_SERVICES& services = host.boot_services();
  abi::EFI_GUID shared = GuidOf(UINT32_MAX);
  abi::EFI_GUID last = shared;
  abi::EFI_HANDLE handle = nullptr;
};

void HandleProtocol(State& state) {
  Handles handles(state.range(0));
  abi::VOID* interface = nullptr;
  for (auto _ : state) {
    FLINT_CHECK(
        handles.services.HandleProtocol(
            handles.handle, &handles.last, &interface) == abi::EFI_SUCCESS,
        "not found");
  }
}
void LocateProtocol(State& state) {
  Handles handles(state.range(0));
  abi::VOID* interface = nullptr;
  for (auto _ : state) {
    FLINT_CHECK(handles.services.LocateProtocol(
                    &handles.last, nullptr, &interface) == abi::EFI_SUCCESS,
                "not found");
  }
}
BENCHMARK(HandleProtocol)->RangeMultiplier(10)->Range(10, 10'000);
BENCHMARK(LocateProtocol)->RangeMultiplier(10)->Range(10, 10'000);

}  // namespace
}  // namespace flint::bench

BENCHMARK_MAIN();
