// SPDX-License-Identifier: Apache-2.0
//
// loop_fat_chain INPUT OUTPUT CLUSTERS
//
// Copies a FAT file system and makes a chain run in a circle: its second
// cluster is followed by its first, in every copy of the table. CLUSTERS is a
// file with what mtools' mshowfat printed: "::/name <4-1735>".
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/result.h"

namespace {

using flint::Bytes;
using flint::ErrorCode;
using flint::Fail;
using flint::Le16;
using flint::Le32;
using flint::MutableBytes;
using flint::ReadWire;
using flint::Result;
using flint::Status;
using flint::WriteWire;

/// What is needed of the boot sector. [fat 3.1, 3.3]
struct BootSector {
  std::array<uint8_t, 11> jump_and_name;
  Le16 bytes_per_sector;
  uint8_t sectors_per_cluster;
  Le16 reserved_sector_count;
  uint8_t table_count;
  Le16 root_entry_count;
  Le16 sector_count_16;
  uint8_t media;
  Le16 sectors_per_table_16;
  std::array<uint8_t, 8> geometry;
  Le32 sector_count_32;
  Le32 sectors_per_table_32;
};
static_assert(sizeof(BootSector) == 40);

constexpr uint64_t kRootEntrySize = 32;

uint64_t ClusterCount(const BootSector& boot) {
  const uint64_t sector_size = boot.bytes_per_sector;
  const uint64_t sectors = boot.sector_count_16 != 0
                               ? uint64_t{boot.sector_count_16}
                               : uint64_t{boot.sector_count_32};
  const uint64_t table = boot.sectors_per_table_16 != 0
                             ? uint64_t{boot.sectors_per_table_16}
                             : uint64_t{boot.sectors_per_table_32};
  const uint64_t root = boot.root_entry_count * kRootEntrySize / sector_size;
  return (sectors - boot.reserved_sector_count - boot.table_count * table -
          root) /
         boot.sectors_per_cluster;
}

/// Makes `next` follow `cluster` in the table at `table`. [fat 4.1]
Status SetNext(MutableBytes image,
               uint64_t table,
               uint64_t cluster_count,
               uint32_t cluster,
               uint32_t next) {
  if (cluster_count >= 65525) {
    return WriteWire(image, table + cluster * 4, Le32(next));
  }
  if (cluster_count >= 4085) {
    return WriteWire(
        image, table + cluster * 2, Le16(static_cast<uint16_t>(next)));
  }
  const uint64_t offset = table + cluster + cluster / 2;
  const uint16_t old = TRY(ReadWire<Le16>(image, offset));
  const uint32_t merged =
      cluster % 2 == 0 ? (old & 0xf000u) | next : (old & 0x000fu) | (next << 4);
  return WriteWire(image, offset, Le16(static_cast<uint16_t>(merged)));
}

Status LoopChain(MutableBytes image, uint32_t first) {
  const auto boot = TRY(ReadWire<BootSector>(image));
  if (boot.bytes_per_sector == 0 || boot.sectors_per_cluster == 0) {
    return Fail(ErrorCode::kCorrupt, "no FAT file system");
  }
  const uint64_t table_size =
      uint64_t{boot.bytes_per_sector} *
      (boot.sectors_per_table_16 != 0 ? uint64_t{boot.sectors_per_table_16}
                                      : uint64_t{boot.sectors_per_table_32});
  for (uint64_t i = 0; i < boot.table_count; ++i) {
    const uint64_t table =
        uint64_t{boot.bytes_per_sector} * boot.reserved_sector_count +
        i * table_size;
    TRY(SetNext(image, table, ClusterCount(boot), first + 1, first));
  }
  return {};
}

/// The first cluster of a chain whose second follows it directly.
Result<uint32_t> FirstCluster(std::string_view clusters) {
  const size_t open = clusters.rfind('<');
  const size_t dash = clusters.find('-', open);
  if (open == clusters.npos || dash == clusters.npos) {
    return Fail(ErrorCode::kUnsupported, "the chain is too short to loop");
  }
  return static_cast<uint32_t>(
      std::stoul(std::string(clusters.substr(open + 1, dash - open - 1))));
}

std::string ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream contents;
  contents << file.rdbuf();
  return std::move(contents).str();
}

Status Run(const char* input, const char* output, const char* clusters) {
  std::string image = ReadFile(input);
  const uint32_t first = TRY(FirstCluster(ReadFile(clusters)));
  TRY(LoopChain(std::as_writable_bytes(std::span(image)), first));
  std::ofstream(output, std::ios::binary) << image;
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const Status status = Run(argv[1], argv[2], argv[3]);
  if (status) return 0;
  std::cerr << "loop_fat_chain: " << argv[1] << ": " << status.error().reason()
            << "\n";
  return 1;
}
