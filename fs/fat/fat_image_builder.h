// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fs/fat/boot_sector.h"
#include "fs/fat/directory_record.h"

namespace flint::fat {

/// Makes FAT volumes in memory, good ones and broken ones, for tests. What a
/// test asks for and cannot be made ends the test.
class FatImageBuilder {
 public:
  struct Shape {
    FatType type = FatType::kFat16;
    uint32_t sector_size_bytes = 512;
    uint32_t sectors_per_cluster = 1;
    /// 0 means the usual: 1, and 32 for FAT32.
    uint32_t reserved_sectors = 0;
    uint32_t fat_count = 2;
    uint32_t root_entry_count = 512;  // not for FAT32
    /// FAT32: with hints about free clusters, and a copy of the boot sector.
    bool with_information = false;
    /// 0 means few, but enough for the type: 400, 4200, 300.
    uint32_t cluster_count = 0;
  };

  struct FileOptions {
    /// Leaves a cluster unused after every so many; 0 means never.
    uint32_t clusters_per_fragment = 0;
    /// As stored; all zero means one is made up from the long name.
    std::array<char, 11> short_name{};
    bool with_long_name = true;
    uint8_t attributes = DirectoryRecord::kArchive;
    uint8_t case_flags = 0;
  };

  FatImageBuilder() : FatImageBuilder(Shape{}) {}
  explicit FatImageBuilder(const Shape& shape);

  /// Adds a file, and the directories above it; the path is separated by '/'.
  /// Returns the first cluster, or 0 if it has none.
  uint32_t AddFile(std::string_view path, std::string_view contents) {
    return AddFile(path, contents, FileOptions{});
  }
  uint32_t AddFile(std::string_view path,
                   std::string_view contents,
                   const FileOptions& options);

  /// Adds a directory and those above it, as far as they do not exist.
  uint32_t AddDirectory(std::string_view path);

  /// Appends records as they are to a directory.
  void AddRecord(std::string_view directory_path,
                 const DirectoryRecord& record);

  /// The entry of `cluster` in the allocation table; changed in every copy, or
  /// in one.
  uint32_t Entry(uint32_t cluster) const;
  void SetEntry(uint32_t cluster, uint32_t value);
  void SetEntryOfCopy(uint32_t copy, uint32_t cluster, uint32_t value);
  uint32_t end_mark() const;
  uint32_t bad_mark() const;

  uint64_t ClusterOffset(uint32_t cluster) const;
  uint64_t FatOffset(uint32_t copy) const;
  uint32_t cluster_size_bytes() const;
  /// Where the record of the file is on the volume.
  uint64_t RecordOffset(std::string_view path) const;

  /// The volume, to be changed at will.
  std::span<std::byte> bytes() { return image_; }
  const std::vector<std::byte>& image() const { return image_; }

 private:
  struct Directory {
    std::string path;
    uint32_t first_cluster = 0;  // 0 for the fixed root
    uint64_t used_bytes = 0;
  };
  struct Placed {
    std::string path;
    uint64_t record_offset = 0;
  };

  void WriteBootSector();
  void WriteInformation();
  uint32_t Allocate(uint32_t count, uint32_t clusters_per_fragment);
  size_t FindOrAddDirectory(std::string_view path);
  uint64_t AppendRecord(Directory& directory, const DirectoryRecord& record);
  uint64_t AppendFile(size_t parent,
                      std::string_view name,
                      DirectoryRecord record,
                      const FileOptions& options);
  uint32_t TableEntryCount() const { return shape_.cluster_count + 2; }
  uint32_t ReadEntryOfCopy(uint32_t copy, uint32_t cluster) const;

  Shape shape_;
  uint32_t fat_sectors_ = 0;
  uint64_t root_offset_ = 0;
  uint64_t data_offset_ = 0;
  uint32_t next_cluster_ = kFirstCluster;
  uint32_t made_up_count_ = 0;
  std::vector<std::byte> image_;
  std::vector<Directory> directories_;
  std::vector<Placed> files_;
};

/// The parts of `name` as a directory holds them before the file's record.
std::vector<LongNameRecord> MakeLongNameRecords(
    std::u16string_view name, const std::array<uint8_t, 11>& short_name);

}  // namespace flint::fat
