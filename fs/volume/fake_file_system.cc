// SPDX-License-Identifier: Apache-2.0
#include "fs/volume/fake_file_system.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "platforms/base/bytes.h"
#include "platforms/base/checked.h"

namespace flint::volume {
namespace {

constexpr size_t kRoot = 0;
constexpr std::byte kGarbage{0xa5};
// Marks our files, to notice those of another file system.
constexpr uint64_t kTag = 0x46616b6546696c65;
constexpr uint64_t kDiskSizeBytes = uint64_t{1} << 40;
constexpr size_t kGapBlocks = 3;

/// Takes the first name off a path, which may be empty or a dot.
std::string_view TakeName(std::string_view& path) {
  const size_t end = path.find_first_of("/\\");
  const std::string_view name = path.substr(0, end);
  path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  return name;
}

char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](char x, char y) { return ToLower(x) == ToLower(y); });
}

bool IsAlignedForDisk(MutableBytes buffer) {
  void* start = buffer.data();
  size_t room = buffer.size();
  return buffer.empty() ||
         std::align(block::kBufferAlignmentBytes, 1, start, room) ==
             buffer.data();
}

}  // namespace

FakeFileSystem::Disk::Disk(uint32_t block_size_bytes)
    : BlockDevice({.block_size_bytes = block_size_bytes,
                   .block_count = kDiskSizeBytes / block_size_bytes,
                   .read_only = true},
                  "fake disk") {}

uint64_t FakeFileSystem::Disk::Append(std::string_view bytes) {
  const uint64_t block_size = geometry().block_size_bytes;
  bytes_.resize(bytes_.size() + kGapBlocks * block_size, kGarbage);
  const uint64_t lba = bytes_.size() / block_size;
  const Bytes source = AsBytes(bytes);
  bytes_.insert(bytes_.end(), source.begin(), source.end());
  bytes_.resize(DivideRoundUp<uint64_t>(bytes_.size(), block_size) * block_size,
                kGarbage);
  return lba;
}

Status FakeFileSystem::Disk::DoRead(
    std::span<const block::BlockExtent> extents) {
  ++submission_count;
  extent_count += extents.size();
  const uint64_t block_size = geometry().block_size_bytes;
  for (const block::BlockExtent& extent : extents) {
    const auto bad = bad_blocks.lower_bound(extent.lba);
    const uint64_t end = extent.lba + extent.buffer.size() / block_size;
    if (bad != bad_blocks.end() && bad->first < end) {
      return std::unexpected(bad->second);
    }
    if (end * block_size > bytes_.size()) {
      return Fail(ErrorCode::kDeviceError, "read beyond the fake's files");
    }
    std::memcpy(extent.buffer.data(),
                bytes_.data() + extent.lba * block_size,
                extent.buffer.size());
  }
  return {};
}

Status FakeFileSystem::Disk::DoWrite(std::span<const block::ConstBlockExtent>) {
  return Fail(ErrorCode::kReadOnly, "the fake is read-only");
}

Status FakeFileSystem::Disk::DoFlush() { return {}; }

FakeFileSystem::FakeFileSystem(uint32_t block_size_bytes)
    : block_size_bytes_(block_size_bytes), disk_(block_size_bytes) {
  nodes_.push_back({.name = "", .parent = kRoot, .is_directory = true});
}

void FakeFileSystem::AddFile(std::string_view path, std::string_view contents) {
  Node& node = nodes_[AddNode(path, false)];
  node.contents = contents;
  Store(node);
}

/// Puts the contents of a file on the disk.
void FakeFileSystem::Store(Node& node) {
  const std::string_view contents = node.contents;
  const uint64_t block_count =
      DivideRoundUp<uint64_t>(contents.size(), block_size_bytes_);
  node.first_block_count = (block_count + 1) / 2;
  const size_t first_size = std::min<size_t>(
      contents.size(), node.first_block_count * block_size_bytes_);
  node.first_lba = disk_.Append(contents.substr(0, first_size));
  node.second_lba = disk_.Append(contents.substr(first_size));
}

void FakeFileSystem::AddDirectory(std::string_view path) {
  AddNode(path, true);
}

void FakeFileSystem::InjectFailure(Operation operation,
                                   std::string_view path,
                                   Error error) {
  Node& node = nodes_[Find(kRoot, path).value()];
  if (operation == Operation::kSubmit) {
    const uint64_t block_count =
        DivideRoundUp<uint64_t>(node.contents.size(), block_size_bytes_);
    disk_.bad_blocks.insert_or_assign(LbaOf(node, block_count - 1), error);
  } else {
    node.failures.insert_or_assign(operation, error);
  }
}

Result<File> FakeFileSystem::Open(const File& directory,
                                  std::string_view path) {
  const size_t start = TRY(NodeOf(directory));
  const std::optional<size_t> node = Find(start, path);
  if (!node) return Fail(ErrorCode::kNotFound, "file not found");
  if (const auto error = FailureOf(nodes_[*node], Operation::kOpen)) {
    return std::unexpected(*error);
  }
  return FileOf(*node);
}

File FakeFileSystem::root() { return FileOf(kRoot); }

Result<bool> FakeFileSystem::List(const File& directory,
                                  DirectoryCursor& cursor,
                                  DirectoryEntry& entry) {
  const size_t parent = TRY(NodeOf(directory));
  if (const auto error = FailureOf(nodes_[parent], Operation::kList)) {
    return std::unexpected(*error);
  }
  if (!nodes_[parent].is_directory) {
    return Fail(ErrorCode::kInvalidArgument, "not a directory");
  }
  for (size_t i = cursor.position; i < nodes_.size(); ++i) {
    if (i == kRoot || nodes_[i].parent != parent || nodes_[i].is_removed) {
      continue;
    }
    cursor.position = i + 1;
    const FileMetadata& metadata = nodes_[i].metadata;
    entry = {.file = FileOf(i),
             .name_size = 0,
             .name_storage = {},
             .attributes = metadata.attributes,
             .created = metadata.created,
             .modified = metadata.modified,
             .accessed = metadata.accessed};
    entry.name_size = nodes_[i].name.copy(entry.name_storage.data(),
                                          entry.name_storage.size());
    return true;
  }
  cursor.position = nodes_.size();
  return false;
}

Status FakeFileSystem::Read(const File& file,
                            uint64_t offset,
                            MutableBytes out) {
  const Node& node = nodes_[TRY(NodeOf(file))];
  if (const auto error = FailureOf(node, Operation::kRead)) {
    return std::unexpected(*error);
  }
  if (offset > node.contents.size() ||
      out.size() > node.contents.size() - offset) {
    return Fail(ErrorCode::kOutOfRange, "read beyond the end of file");
  }
  std::memcpy(out.data(), node.contents.data() + offset, out.size());
  copied_bytes_ += out.size();
  return {};
}

Status FakeFileSystem::ReadInto(const File& file,
                                uint64_t offset,
                                uint64_t size_bytes,
                                MutableBytes destination,
                                block::BlockBatch& batch) {
  const Node& node = nodes_[TRY(NodeOf(file))];
  if (const auto error = FailureOf(node, Operation::kReadInto)) {
    return std::unexpected(*error);
  }
  const uint64_t room_needed =
      DivideRoundUp<uint64_t>(size_bytes, block_size_bytes_) *
      block_size_bytes_;
  if (destination.size() < room_needed || !IsAlignedForDisk(destination) ||
      &batch.device() != &disk_ || offset > node.contents.size() ||
      size_bytes > node.contents.size() - offset) {
    return Fail(ErrorCode::kInvalidArgument,
                "ReadInto: bad buffer, batch or range");
  }
  std::ranges::fill(destination.first(room_needed), kGarbage);
  if (offset % block_size_bytes_ != 0) {
    std::memcpy(destination.data(), node.contents.data() + offset, size_bytes);
    copied_bytes_ += size_bytes;
    return {};
  }
  for (uint64_t done = 0; done < room_needed; done += block_size_bytes_) {
    TRY(batch.Add({LbaOf(node, (offset + done) / block_size_bytes_),
                   destination.subspan(done, block_size_bytes_)}));
  }
  return {};
}

size_t FakeFileSystem::AddNode(std::string_view path, bool is_directory) {
  size_t directory = kRoot;
  while (!path.empty()) {
    const std::string_view name = TakeName(path);
    if (name.empty()) continue;
    if (const auto child = Child(directory, name)) {
      directory = *child;
      continue;
    }
    nodes_.push_back({.name = std::string(name),
                      .parent = directory,
                      .is_directory = is_directory || !path.empty()});
    directory = nodes_.size() - 1;
  }
  return directory;
}

std::optional<size_t> FakeFileSystem::Child(size_t directory,
                                            std::string_view name) const {
  for (size_t i = kRoot + 1; i < nodes_.size(); ++i) {
    if (nodes_[i].parent == directory && !nodes_[i].is_removed &&
        EqualIgnoringCase(nodes_[i].name, name)) {
      return i;
    }
  }
  return std::nullopt;
}

std::optional<size_t> FakeFileSystem::Find(size_t directory,
                                           std::string_view path) const {
  while (!path.empty()) {
    const std::string_view name = TakeName(path);
    if (name.empty() || name == ".") continue;
    if (name == "..") {
      directory = nodes_[directory].parent;
      continue;
    }
    const std::optional<size_t> child = Child(directory, name);
    if (!child) return std::nullopt;
    directory = *child;
  }
  return directory;
}

Result<size_t> FakeFileSystem::NodeOf(const File& file) const {
  if (file.location[1] != kTag || file.location[0] >= nodes_.size() ||
      nodes_[file.location[0]].is_removed) {
    return Fail(ErrorCode::kInvalidArgument, "not a file of this fake");
  }
  return static_cast<size_t>(file.location[0]);
}

File FakeFileSystem::FileOf(size_t node) const {
  return {.size_bytes = nodes_[node].contents.size(),
          .is_directory = nodes_[node].is_directory,
          .location = {node, kTag, 0}};
}

uint64_t FakeFileSystem::LbaOf(const Node& node, uint64_t file_block) const {
  return file_block < node.first_block_count
             ? node.first_lba + file_block
             : node.second_lba + (file_block - node.first_block_count);
}

std::optional<Error> FakeFileSystem::FailureOf(const Node& node,
                                               Operation operation) const {
  const auto found = node.failures.find(operation);
  if (found == node.failures.end()) return std::nullopt;
  return found->second;
}

}  // namespace flint::volume
