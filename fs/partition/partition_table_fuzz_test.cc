// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/fake_block_device.h"
#include "fs/partition/gpt.h"
#include "fs/partition/partition_table.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/crc32.h"

namespace flint::partition {
namespace {

/// Makes the checksums of the header in block `lba` right, as far as it and
/// its array lie on the disk: else nothing gets past them.
void Seal(MutableBytes disk, uint64_t block_size, uint64_t lba) {
  const uint64_t offset = lba * block_size;
  auto header = ReadWire<GptHeader>(disk, offset);
  if (!header) return;
  const uint64_t array_bytes =
      uint64_t{header->entry_count} * header->entry_size_bytes;
  const uint64_t array_lba = header->entry_array_lba;
  if (array_lba > disk.size() / block_size) return;
  const auto array = Slice(disk, array_lba * block_size, array_bytes);
  if (array) header->entry_array_crc32 = Crc32(*array);
  header->header_crc32 = 0;
  if (!WriteWire(disk, offset, *header)) return;
  const auto covered = Slice(disk, offset, header->header_size_bytes);
  if (covered) header->header_crc32 = Crc32(*covered);
  (void)WriteWire(disk, offset, *header);
}

void Check(const PartitionTable& table, const block::BlockGeometry& geometry) {
  for (const Partition& partition : table.partitions) {
    if (partition.block_count == 0 ||
        partition.first_lba >= geometry.block_count ||
        partition.block_count > geometry.block_count - partition.first_lba ||
        partition.name().size() > Partition::kMaxNameBytes) {
      std::abort();
    }
  }
}

/// The first byte chooses the block size and whether checksums are made right;
/// the rest is the disk.
void ReadOne(std::span<const uint8_t> input) {
  if (input.empty()) return;
  const uint32_t block_size = 512u << (input[0] & 3);
  const bool seal = (input[0] & 4) != 0;
  const Bytes bytes = std::as_bytes(input.subspan(1));
  block::FakeBlockDevice disk({bytes.begin(), bytes.end()},
                              {.block_size_bytes = block_size});
  const uint64_t block_count = disk.geometry().block_count;
  if (seal && block_count > 1) {
    Seal(disk.contents(), block_size, kGptPrimaryLba);
    Seal(disk.contents(), block_size, block_count - 1);
  }
  block::AlignedBuffer scratch(MinScratchBytes(block_size));
  block::AlignedBuffer memory(size_t{64} * 1024);
  Arena arena(memory.bytes());

  const auto table = ReadPartitionTable(disk, scratch.bytes(), arena);

  if (table) Check(*table, disk.geometry());
}

}  // namespace
}  // namespace flint::partition

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::partition::ReadOne({data, size});
  return 0;
}
