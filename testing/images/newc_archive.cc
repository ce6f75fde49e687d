// SPDX-License-Identifier: Apache-2.0
#include "testing/images/newc_archive.h"

#include <array>
#include <cstdio>
#include <utility>

namespace flint::images {
namespace {

constexpr std::string_view kMagic = "070701";
constexpr std::string_view kTrailer = "TRAILER!!!";
constexpr uint32_t kDirectoryMode = 040755;
constexpr uint32_t kFileType = 0100000;
/// 2024-01-01, as good a time as any.
constexpr uint32_t kModificationTime = 1704067200;

void AppendHex(uint32_t value, std::string& out) {
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08X", value);
  out += digits.data();
}

}  // namespace

void NewcArchive::AddDirectory(std::string_view path) {
  AddEntry(path, kDirectoryMode, 2, "");
}

void NewcArchive::AddFile(std::string_view path,
                          uint32_t permissions,
                          std::string_view contents) {
  AddEntry(path, kFileType | permissions, 1, contents);
}

std::string NewcArchive::Finish() && {
  AddEntry(kTrailer, 0, 1, "");
  return std::move(bytes_);
}

void NewcArchive::AddEntry(std::string_view path,
                           uint32_t mode,
                           uint32_t link_count,
                           std::string_view contents) {
  const uint32_t inode = path == kTrailer ? 0 : next_inode_++;
  const uint32_t time = path == kTrailer ? 0 : kModificationTime;
  const auto size = static_cast<uint32_t>(contents.size());
  const auto name_size = static_cast<uint32_t>(path.size() + 1);
  bytes_ += kMagic;
  for (const uint32_t field :
       // Inode, mode, user, group, links, time, size, device numbers (two of
       // the archive, two of the entry), name's size, checksum (unused).
       {inode,
        mode,
        0u,
        0u,
        link_count,
        time,
        size,
        0u,
        0u,
        0u,
        0u,
        name_size,
        0u}) {
    AppendHex(field, bytes_);
  }
  bytes_ += path;
  bytes_ += '\0';
  Pad();
  bytes_ += contents;
  Pad();
}

void NewcArchive::Pad() { bytes_.resize((bytes_.size() + 3) / 4 * 4); }

}  // namespace flint::images
