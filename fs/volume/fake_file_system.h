// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/block/block_batch.h"
#include "drivers/block/block_device.h"
#include "fs/volume/file_system.h"
#include "fs/volume/file_writer.h"

namespace flint::volume {

/// A file system of a few files in memory, on a disk of its own, for tests.
///
/// Stricter than a real one: memory promised by `ReadInto` holds garbage until
/// the batch is submitted, garbage follows the last byte of a file, a buffer
/// that is too small or misaligned is refused, and each file is split into two
/// extents that are far apart.
class FakeFileSystem final : public FileSystem, private FileWriter {
 public:
  explicit FakeFileSystem(uint32_t block_size_bytes = 512);

  /// Adds a file, and the directories above it.
  void AddFile(std::string_view path, std::string_view contents);
  void AddDirectory(std::string_view path);

  void SetMetadata(std::string_view path, const FileMetadata& metadata);

  /// From now on there is a writer, which fails with kNoMemory where the files
  /// would be longer than `capacity_bytes` in all.
  void AllowWriting(uint64_t capacity_bytes);
  const std::string& contents(std::string_view path) const;
  std::string_view label() const { return label_; }
  /// True if something was written after the last flush.
  bool is_dirty() const { return is_dirty_; }

  /// The disk under the files, for making a batch.
  block::BlockDevice& device() { return disk_; }

  /// From now on operations on the file or directory at `path` fail; kSubmit:
  /// the disk fails to read the last block of the file.
  enum class Operation : uint8_t { kOpen, kList, kRead, kReadInto, kSubmit };
  void InjectFailure(Operation operation, std::string_view path, Error error);

  /// Bytes that `Read` returned and that `ReadInto` had to copy.
  uint64_t copied_bytes() const { return copied_bytes_; }
  /// How many times the disk was asked, and for how many extents in all.
  size_t submission_count() const { return disk_.submission_count; }
  size_t extent_count() const { return disk_.extent_count; }

  using FileSystem::Open;
  Result<File> Open(const File& directory, std::string_view path) override;
  File root() override;
  Result<bool> List(const File& directory,
                    DirectoryCursor& cursor,
                    DirectoryEntry& entry) override;
  Status Read(const File& file, uint64_t offset, MutableBytes out) override;
  Status ReadInto(const File& file,
                  uint64_t offset,
                  uint64_t size_bytes,
                  MutableBytes destination,
                  block::BlockBatch& batch) override;
  Result<VolumeInfo> Describe() override;
  FileWriter* writer() override {
    return capacity_bytes_.has_value() ? this : nullptr;
  }

 private:
  Result<File> Create(const File& directory,
                      std::string_view name,
                      bool is_directory,
                      const FileMetadata& metadata) override;
  Status Write(File& file,
               uint64_t offset,
               Bytes data,
               const Timestamp& now) override;
  Status Resize(File& file, uint64_t size_bytes, const Timestamp& now) override;
  Status Remove(const File& file) override;
  Status Move(File& file,
              const File& directory,
              std::string_view name) override;
  Status SetMetadata(File& file, const FileMetadata& metadata) override;
  Status SetLabel(std::string_view label) override;
  Status Flush() override;

  struct Node {
    std::string name;
    size_t parent;
    bool is_directory;
    std::string contents = {};
    uint64_t first_lba = 0;  // of its first `first_block_count` blocks
    uint64_t first_block_count = 0;
    uint64_t second_lba = 0;  // of the rest
    std::map<Operation, Error> failures = {};
    FileMetadata metadata = {};
    bool is_removed = false;
  };

  class Disk final : public block::BlockDevice {
   public:
    explicit Disk(uint32_t block_size_bytes);

    /// Stores `bytes`, padded with garbage to whole blocks; returns the block.
    uint64_t Append(std::string_view bytes);

    std::map<uint64_t, Error> bad_blocks;
    size_t submission_count = 0;
    size_t extent_count = 0;

   private:
    Status DoRead(std::span<const block::BlockExtent> extents) override;
    Status DoWrite(std::span<const block::ConstBlockExtent> extents) override;
    Status DoFlush() override;

    std::vector<std::byte> bytes_;
  };

  size_t AddNode(std::string_view path, bool is_directory);
  void Store(Node& node);
  uint64_t UsedBytes() const;
  Status CheckName(size_t directory, std::string_view name) const;
  std::optional<size_t> Child(size_t directory, std::string_view name) const;
  std::optional<size_t> Find(size_t directory, std::string_view path) const;
  Result<size_t> NodeOf(const File& file) const;
  File FileOf(size_t node) const;
  uint64_t LbaOf(const Node& node, uint64_t file_block) const;
  std::optional<Error> FailureOf(const Node& node, Operation operation) const;

  uint32_t block_size_bytes_;
  std::deque<Node> nodes_;
  Disk disk_;
  uint64_t copied_bytes_ = 0;
  std::optional<uint64_t> capacity_bytes_;
  std::string label_ = "FAKE";
  bool is_dirty_ = false;
};

}  // namespace flint::volume
