// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fs/partition/gpt.h"
#include "platforms/base/guid.h"

namespace flint::partition {

/// Makes disks with a GPT, in memory, good ones and odd ones, for tests.
class GptImageBuilder {
 public:
  /// The table's shape; the defaults are what everybody uses.
  struct Shape {
    uint32_t block_size_bytes = 512;
    uint64_t block_count = 2048;
    uint32_t entry_count = 128;
    uint32_t entry_size_bytes = 128;
    /// Where the first copy's array is.
    uint64_t array_lba = 2;
    /// Where the second copy's header is; 0 means in the last block.
    uint64_t backup_lba = 0;
    bool with_protective_mbr = true;
  };

  struct Entry {
    uint32_t slot = 1;  // from 1
    Guid type = kLinuxDataType;
    Guid unique_guid{};
    uint64_t first_lba = 0;
    uint64_t last_lba = 0;
    uint64_t attributes = 0;
    std::u16string_view name{};
  };

  GptImageBuilder() : GptImageBuilder(Shape{}) {}
  explicit GptImageBuilder(const Shape& shape);

  /// The first and last block that partitions may use.
  uint64_t first_usable_lba() const;
  uint64_t last_usable_lba() const;

  GptImageBuilder& Add(const Entry& entry);

  /// The whole disk.
  std::vector<std::byte> Build() const;

  static constexpr Guid kDiskGuid =
      Guid::Of("11111111-2222-3333-4444-555555555555");

 private:
  uint64_t array_blocks() const;
  uint64_t backup_lba() const;
  void WriteCopy(std::span<std::byte> disk,
                 uint64_t lba,
                 uint64_t alternate_lba,
                 uint64_t array_lba) const;

  Shape shape_;
  std::vector<std::byte> array_;
};

/// Changes the header in block `lba` and makes its checksum right again.
void EditGptHeader(std::span<std::byte> disk,
                   uint32_t block_size_bytes,
                   uint64_t lba,
                   void (*edit)(GptHeader&));

/// Makes the header's checksums of itself and of its array right.
void SealGpt(std::span<std::byte> disk,
             uint32_t block_size_bytes,
             uint64_t lba);

}  // namespace flint::partition
