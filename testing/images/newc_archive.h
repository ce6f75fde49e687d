// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flint::images {

/// Writes a cpio archive in the "newc" form that Linux unpacks as its initial
/// file system. Everything belongs to root and has the same fixed time, so the
/// same input gives the same bytes. [linux initramfs-buffer-format]
class NewcArchive {
 public:
  /// Paths have no leading slash; parents come before what they hold.
  void AddDirectory(std::string_view path);

  /// `permissions` as in `chmod`: 0755.
  void AddFile(std::string_view path,
               uint32_t permissions,
               std::string_view contents);

  /// The archive with its end mark. Length is a multiple of four.
  std::string Finish() &&;

 private:
  void AddEntry(std::string_view path,
                uint32_t mode,
                uint32_t link_count,
                std::string_view contents);
  void Pad();

  std::string bytes_;
  uint32_t next_inode_ = 1;
};

}  // namespace flint::images
