// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "drivers/block/block_window.h"
#include "fs/iso9660/names.h"
#include "fs/iso9660/system_use.h"
#include "fs/iso9660/volume_descriptors.h"
#include "fs/iso9660/wire.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::iso9660 {

/// Where a volume's names come from.
enum class Naming : uint8_t { kPlain, kRockRidge, kJoliet };

/// The pieces that a file consists of, one after the other.
class Sections {
 public:
  /// A section has up to 4 GiB.
  static constexpr size_t kMaxSections = 64;

  std::span<const Extent> extents() const {
    return std::span(extents_).first(count_);
  }
  uint64_t size_bytes() const { return size_bytes_; }

  /// False if there is no room.
  bool Add(const Extent& extent) {
    if (count_ == extents_.size()) return false;
    extents_[count_++] = extent;
    size_bytes_ += extent.size_bytes;
    return true;
  }

 private:
  std::array<Extent, kMaxSections> extents_;
  size_t count_ = 0;
  uint64_t size_bytes_ = 0;
};

/// A file or directory as its directory describes it.
struct DirectoryItem {
  Name name;
  /// The first record; those of further sections say the same but for the
  /// place.
  DirectoryRecord record{};
  /// Where that is, in bytes from the start of the volume.
  uint64_t record_offset = 0;
  bool is_directory = false;
  /// What its first record says; for a directory, all of it.
  Extent extent{};
  uint64_t size_bytes = 0;  // 0 for a directory
  bool has_more_sections = false;
  /// Why its contents cannot be read, if they cannot be.
  bool is_interleaved = false;
  bool is_compressed = false;
};

/// Reads the records of a volume's directories.
class DirectoryReader {
 public:
  /// More than half a million files: larger ones are not believed.
  static constexpr uint64_t kMaxDirectoryBytes = uint64_t{64} * 1024 * 1024;

  DirectoryReader() = default;

  /// Chooses the tree whose names are best: Rock Ridge's, else Joliet's. Both
  /// windows show all of the volume, and become the reader's.
  ///
  /// kCorrupt: the root directory has no good start. And what the disk reports.
  static Result<DirectoryReader> Create(
      const VolumeDescriptors& descriptors,
      const block::BlockWindow& directories,
      const block::BlockWindow& continuations);

  Naming naming() const { return naming_; }
  const Tree& tree() const { return tree_; }

  /// Finds the next file or directory at or after `position`, an offset into
  /// the directory, and moves that behind it; false at the end. The directory's
  /// links to itself and its parent are left out, and so are what is neither
  /// file nor directory, relocated directories where they are not at home, and
  /// names that nobody could ask for.
  ///
  /// kCorrupt: the records make no sense. kUnsupported: a file of more sections
  /// than anybody needs. And what the disk reports.
  Result<bool> ReadItem(const Extent& directory,
                        uint64_t& position,
                        DirectoryItem& item);

  /// The sections of the file whose first record is at `record_offset`, in a
  /// directory that ends at `directory_end`. Fails as above.
  Result<Sections> ReadSections(uint64_t record_offset, uint64_t directory_end);

  /// The directory that `directory`, which is not the root, lies in.
  Result<Extent> ParentOf(const Extent& directory);

  /// Begins a new operation, to which a bound on requests applies.
  void StartOperation() { system_use_.StartOperation(); }

  /// Forgets what was read of the volume.
  void Forget();

 private:
  /// A copy of a record: windows move.
  struct Record {
    DirectoryRecord header;
    std::array<std::byte, 256> storage;
    uint64_t offset;

    Bytes bytes() const { return Bytes(storage).first(header.length); }
    Bytes name() const {
      return bytes().subspan(sizeof(DirectoryRecord), header.name_size);
    }
    bool is_link(char name_byte) const {
      return header.name_size == 1 && name()[0] == std::byte(name_byte);
    }
    Bytes system_use(size_t skipped_bytes) const;
  };

  Result<Bytes> View(uint64_t offset, size_t size_bytes);
  Result<std::optional<Record>> ReadRecord(const Extent& directory,
                                           uint64_t& position);
  Result<Sections> CollectSections(const Record& first,
                                   const Extent& directory,
                                   uint64_t& position);
  Result<bool> Interpret(const Record& record, DirectoryItem& item);
  Name NameOf(const Record& record, const SystemUse& system_use) const;
  Result<Extent> DirectoryAt(uint32_t block);
  Result<bool> FindRockRidge();
  Extent ExtentOf(const DirectoryRecord& record) const;
  uint64_t OffsetOf(uint32_t block) const {
    return uint64_t{block} * tree_.block_size_bytes;
  }

  Tree tree_;
  Naming naming_ = Naming::kPlain;
  /// Of each record's area for systems, these bytes are for somebody else.
  size_t skipped_bytes_ = 0;
  block::BlockWindow window_;
  SystemUseReader system_use_;
};

}  // namespace flint::iso9660
