// SPDX-License-Identifier: Apache-2.0
#include "efi/file_system/simple_file_system.h"

#include <bit>
#include <cstring>
#include <new>

#include "drivers/block/block_batch.h"
#include "efi/file_system/file_handle.h"
#include "platforms/base/checked.h"

namespace flint::efi {
namespace {

/// Shorter reads are better served by what the file system keeps in memory.
constexpr size_t kLongReadBytes = size_t{32} * 1024;

abi::EFI_STATUS EFIAPI OpenVolume(abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL* self,
                                  abi::EFI_FILE_PROTOCOL** root) {
  if (self == nullptr || root == nullptr) return abi::EFI_INVALID_PARAMETER;
  return static_cast<SimpleFileSystem*>(self)->OpenRoot(root);
}

size_t BytesToAlignment(Bytes memory) {
  const auto address = std::bit_cast<uintptr_t>(memory.data());
  return (0 - address) & (block::kBufferAlignmentBytes - 1);
}

}  // namespace

SimpleFileSystem::SimpleFileSystem(const SimpleFileSystemParts& parts)
    : EFI_SIMPLE_FILE_SYSTEM_PROTOCOL{.Revision = abi::
                                          EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_REVISION,
                                      .OpenVolume = efi::OpenVolume},
      parts_(parts) {}

abi::EFI_STATUS SimpleFileSystem::OpenRoot(abi::EFI_FILE_PROTOCOL** root) {
  const volume::File file = files().root();
  return FileHandle::Create(
      *this, file, file, FileHandle::Access::kReadWrite, root);
}

volume::Timestamp SimpleFileSystem::Now() {
  return parts_.wall_clock == nullptr ? volume::Timestamp{}
                                      : parts_.wall_clock->Now();
}

OpenFile* SimpleFileSystem::Acquire(const volume::File& file,
                                    const volume::File& parent) {
  for (OpenFile* open = open_files_.front(); open != nullptr;
       open = open_files_.Next(*open)) {
    if (!open->deleted && files().IsSame(open->file, file)) {
      // Just looked up: somebody else may have written to it.
      open->file = file;
      ++open->handle_count;
      return open;
    }
  }
  void* const memory = pool().Allocate(sizeof(OpenFile));
  if (memory == nullptr) return nullptr;
  auto* const open = ::new (memory) OpenFile;
  open->file = file;
  open->parent = parent;
  open->handle_count = 1;
  open_files_.push_back(*open);
  return open;
}

void SimpleFileSystem::Release(OpenFile& open) {
  if (--open.handle_count > 0) return;
  IntrusiveList<OpenFile>::Remove(open);
  static_cast<void>(pool().FreePool(&open));
}

Result<volume::File> SimpleFileSystem::ParentOf(const OpenFile& open) {
  if (!open.file.is_directory) return open.parent;
  return files().Open(open.file, "..");
}

Result<volume::DirectoryEntry> SimpleFileSystem::Describe(
    const OpenFile& open) {
  volume::DirectoryEntry entry{
      .file = open.file, .name_size = 0, .name_storage = {}};
  if (IsRoot(open.file)) return entry;
  const volume::File parent = TRY(ParentOf(open));
  volume::DirectoryCursor cursor;
  while (TRY(files().List(parent, cursor, entry))) {
    if (files().IsSame(entry.file, open.file)) return entry;
  }
  return Fail(ErrorCode::kNotFound, "file is not in its directory");
}

Result<volume::VolumeInfo> SimpleFileSystem::DescribeVolume() {
  const Result<volume::VolumeInfo> told = files().Describe();
  if (told || told.error().code() != ErrorCode::kUnsupported) return told;
  const uint32_t block_size = parts_.range.device->geometry().block_size_bytes;
  return volume::VolumeInfo{.size_bytes = parts_.range.block_count * block_size,
                            .free_bytes = 0,
                            .cluster_size_bytes = block_size};
}

uint64_t SimpleFileSystem::cluster_size_bytes() {
  if (cluster_size_bytes_ == 0) {
    const auto info = DescribeVolume();
    cluster_size_bytes_ =
        info && info->cluster_size_bytes != 0
            ? info->cluster_size_bytes
            : parts_.range.device->geometry().block_size_bytes;
  }
  return cluster_size_bytes_;
}

Status SimpleFileSystem::Read(const volume::File& file,
                              uint64_t offset,
                              MutableBytes out) {
  const uint64_t block_size = parts_.range.device->geometry().block_size_bytes;
  if (out.size() >= kLongReadBytes) {
    // Up to the next block, then all whole blocks.
    const size_t head = (0 - offset) & (block_size - 1);
    if (head > 0) TRY(files().Read(file, offset, out.first(head)));
    out = out.subspan(head);
    offset += head;
    const size_t done = TRY(ReadBatch(file, offset, out));
    out = out.subspan(done);
    offset += done;
  }
  if (out.empty()) return {};
  return files().Read(file, offset, out);
}

/// Reads the whole blocks that fit into `out`, and returns how many bytes.
Result<size_t> SimpleFileSystem::ReadBatch(const volume::File& file,
                                           uint64_t offset,
                                           MutableBytes out) {
  const size_t gap = BytesToAlignment(out);
  if (gap > out.size()) return 0;
  const size_t block_size = parts_.range.device->geometry().block_size_bytes;
  const size_t size = AlignDown(out.size() - gap, block_size);
  if (size == 0) return 0;
  block::BlockBatch batch(*parts_.range.device, extents_);
  TRY(files().ReadInto(file, offset, size, out.subspan(gap, size), batch));
  TRY(batch.Submit());
  // A misaligned buffer is filled from its first aligned byte on.
  if (gap > 0) std::memmove(out.data(), out.data() + gap, size);
  return size;
}

}  // namespace flint::efi
