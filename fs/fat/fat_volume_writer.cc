// SPDX-License-Identifier: Apache-2.0
// The writing side of FatVolume: each operation is a FatEditor's.
#include "fs/fat/fat_editor.h"
#include "fs/fat/fat_volume.h"
#include "fs/fat/file_location.h"

namespace flint::fat {

using volume::File;
using volume::FileMetadata;
using volume::Timestamp;

volume::FileWriter* FatVolume::writer() {
  return range_.device->geometry().read_only ? nullptr : this;
}

Result<volume::VolumeInfo> FatVolume::Describe() {
  return FatEditor(*this).Describe();
}

bool FatVolume::IsSame(const File& a, const File& b) {
  if (a.is_directory != b.is_directory) return false;
  // The record of a directory may be unknown, the clusters of a file may have
  // changed.
  if (a.is_directory) return a.location[kContents] == b.location[kContents];
  return a.location[kParent] == b.location[kParent] &&
         a.location[kPosition] == b.location[kPosition];
}

Result<File> FatVolume::Create(const File& directory,
                               std::string_view name,
                               bool is_directory,
                               const FileMetadata& metadata) {
  return FatEditor(*this).Create(directory, name, is_directory, metadata);
}

Status FatVolume::Write(File& file,
                        uint64_t offset,
                        Bytes data,
                        const Timestamp& now) {
  return FatEditor(*this).Write(file, offset, data, now);
}

Status FatVolume::Resize(File& file,
                         uint64_t size_bytes,
                         const Timestamp& now) {
  return FatEditor(*this).Resize(file, size_bytes, now);
}

Status FatVolume::Remove(const File& file) {
  return FatEditor(*this).Remove(file);
}

Status FatVolume::Move(File& file,
                       const File& directory,
                       std::string_view name) {
  return FatEditor(*this).Move(file, directory, name);
}

Status FatVolume::SetMetadata(File& file, const FileMetadata& metadata) {
  return FatEditor(*this).SetMetadata(file, metadata);
}

Status FatVolume::SetLabel(std::string_view label) {
  return FatEditor(*this).SetLabel(label);
}

Status FatVolume::Flush() { return FatEditor(*this).Flush(); }

}  // namespace flint::fat
