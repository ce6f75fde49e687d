// SPDX-License-Identifier: Apache-2.0
// The writing side of the fake file system.
#include <algorithm>

#include "fs/volume/fake_file_system.h"
#include "platforms/base/bytes.h"

namespace flint::volume {
namespace {

constexpr uint64_t kMaxFileBytes = UINT32_MAX;

}  // namespace

void FakeFileSystem::SetMetadata(std::string_view path,
                                 const FileMetadata& metadata) {
  nodes_[Find(0, path).value()].metadata = metadata;
}

void FakeFileSystem::AllowWriting(uint64_t capacity_bytes) {
  capacity_bytes_ = capacity_bytes;
}

const std::string& FakeFileSystem::contents(std::string_view path) const {
  return nodes_[Find(0, path).value()].contents;
}

uint64_t FakeFileSystem::UsedBytes() const {
  uint64_t used = 0;
  for (const Node& node : nodes_) {
    if (!node.is_removed) used += node.contents.size();
  }
  return used;
}

Result<VolumeInfo> FakeFileSystem::Describe() {
  const uint64_t capacity = capacity_bytes_.value_or(UsedBytes());
  VolumeInfo info{.size_bytes = capacity,
                  .free_bytes = capacity - UsedBytes(),
                  .cluster_size_bytes = 4 * block_size_bytes_,
                  .label_size = label_.size()};
  std::ranges::copy(label_, info.label_storage.begin());
  return info;
}

Status FakeFileSystem::CheckName(size_t directory,
                                 std::string_view name) const {
  if (name.empty() || name.find_first_of("/\\*?") != std::string_view::npos) {
    return Fail(ErrorCode::kInvalidArgument, "not a name");
  }
  if (Child(directory, name)) {
    return Fail(ErrorCode::kInvalidArgument, "name is taken");
  }
  return {};
}

Result<File> FakeFileSystem::Create(const File& directory,
                                    std::string_view name,
                                    bool is_directory,
                                    const FileMetadata& metadata) {
  const size_t parent = TRY(NodeOf(directory));
  TRY(CheckName(parent, name));
  nodes_.push_back({.name = std::string(name),
                    .parent = parent,
                    .is_directory = is_directory,
                    .metadata = metadata});
  is_dirty_ = true;
  return FileOf(nodes_.size() - 1);
}

Status FakeFileSystem::Write(File& file,
                             uint64_t offset,
                             Bytes data,
                             const Timestamp& now) {
  Node& node = nodes_[TRY(NodeOf(file))];
  if (node.is_directory || offset > kMaxFileBytes ||
      data.size() > kMaxFileBytes - offset) {
    return Fail(ErrorCode::kOutOfRange, "longer than a file can be");
  }
  if (offset + data.size() > node.contents.size()) {
    TRY(Resize(file, offset + data.size(), now));
  }
  node.contents.replace(offset, data.size(), AsText(data));
  node.metadata.modified = now;
  Store(node);
  is_dirty_ = true;
  return {};
}

Status FakeFileSystem::Resize(File& file,
                              uint64_t size_bytes,
                              const Timestamp& now) {
  const size_t index = TRY(NodeOf(file));
  Node& node = nodes_[index];
  if (node.is_directory || size_bytes > kMaxFileBytes) {
    return Fail(ErrorCode::kOutOfRange, "longer than a file can be");
  }
  if (UsedBytes() - node.contents.size() + size_bytes > *capacity_bytes_) {
    return Fail(ErrorCode::kNoMemory, "the fake is full");
  }
  node.contents.resize(size_bytes);
  node.metadata.modified = now;
  Store(node);
  file = FileOf(index);
  is_dirty_ = true;
  return {};
}

Status FakeFileSystem::Remove(const File& file) {
  const size_t index = TRY(NodeOf(file));
  const bool is_parent = std::ranges::any_of(nodes_, [&](const Node& node) {
    return !node.is_removed && node.parent == index;
  });
  if (is_parent) {
    return Fail(ErrorCode::kInvalidArgument, "directory is not empty");
  }
  nodes_[index].is_removed = true;
  is_dirty_ = true;
  return {};
}

Status FakeFileSystem::Move(File& file,
                            const File& directory,
                            std::string_view name) {
  const size_t index = TRY(NodeOf(file));
  const size_t parent = TRY(NodeOf(directory));
  if (Child(parent, name) != index) TRY(CheckName(parent, name));
  nodes_[index].name = name;
  nodes_[index].parent = parent;
  is_dirty_ = true;
  return {};
}

Status FakeFileSystem::SetMetadata(File& file, const FileMetadata& metadata) {
  nodes_[TRY(NodeOf(file))].metadata = metadata;
  is_dirty_ = true;
  return {};
}

Status FakeFileSystem::SetLabel(std::string_view label) {
  if (label.size() > VolumeInfo::kMaxLabelBytes) {
    return Fail(ErrorCode::kInvalidArgument, "label is too long");
  }
  label_ = label;
  is_dirty_ = true;
  return {};
}

Status FakeFileSystem::Flush() {
  is_dirty_ = false;
  return {};
}

}  // namespace flint::volume
