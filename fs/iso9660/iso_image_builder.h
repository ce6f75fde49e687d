// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/base/bytes.h"

namespace flint::iso9660 {

/// Lays out ISO 9660 volumes block by block, good ones and odd ones, for tests.
/// Nothing is added by itself but what a directory begins with.
class IsoImageBuilder {
 public:
  /// A place on the volume, in its blocks.
  struct Place {
    uint32_t block = 0;
    uint32_t size_bytes = 0;
  };

  /// A directory record; `name` and `system_use` as they are stored.
  struct Record {
    std::string name;
    Place place{};
    uint8_t flags = 0;
    std::string system_use = {};
    uint8_t extended_attribute_blocks = 0;
    uint8_t interleave_unit_blocks = 0;
    uint8_t interleave_gap_blocks = 0;
  };
  static constexpr uint8_t kDirectory = 2;
  static constexpr uint8_t kAssociated = 4;
  static constexpr uint8_t kContinued = 0x80;

  /// A volume of `sector_count` sectors of 2048 bytes.
  explicit IsoImageBuilder(uint32_t block_size_bytes = 2048,
                           uint32_t sector_count = 128);

  /// Takes whole sectors for so many bytes.
  Place Reserve(size_t size_bytes);

  /// Reserves a place for data and writes it there.
  Place AddData(std::string_view data);

  /// Writes the directory's links and the records; returns where each of the
  /// records is, in bytes. A record that does not fit into its sector goes to
  /// the next.
  std::vector<size_t> WriteDirectory(const Place& place,
                                     const Place& parent,
                                     const std::vector<Record>& records,
                                     std::string_view self_use = "",
                                     std::string_view parent_use = "");

  /// The next descriptor. A Joliet descriptor is a supplementary one.
  void AddPrimary(const Place& root, std::string_view label = "FLINT");
  void AddJoliet(const Place& root, std::string_view label = "Flint");
  void AddBootRecord(uint32_t catalog_sector);
  void AddTerminator();

  /// Makes a volume of the root alone: a primary descriptor and a terminator.
  std::vector<size_t> WriteRoot(const std::vector<Record>& records,
                                std::string_view self_use = "");

  void Write(size_t offset, std::string_view bytes);
  size_t OffsetOf(const Place& place) const {
    return size_t{place.block} * block_size_bytes_;
  }
  std::vector<std::byte>& image() { return image_; }

  /// A boot catalogue whose only entry is for UEFI.
  static std::string BootCatalog(const Place& boot_image);

  /// A number in both byte orders.
  static std::string Both(uint32_t value);

  /// Big-endian UTF-16 of an ASCII text.
  static std::string Ucs2(std::string_view text);

  // Entries of system use areas.
  static std::string Entry(std::string_view signature, std::string_view data);
  static std::string Sharing(uint8_t skipped_bytes = 0);
  static std::string PosixMode(uint32_t mode);
  static std::string RockName(std::string_view name, uint8_t flags = 0);
  static std::string Continuation(const Place& place, uint32_t offset = 0);

  /// What the first record of a root with Rock Ridge has.
  static std::string RootUse(uint8_t skipped_bytes = 0);

 private:
  std::string Encode(const Record& record) const;
  void AddDescriptor(std::string_view header,
                     const Place& root,
                     std::string_view label,
                     std::string_view escape_sequence);

  uint32_t block_size_bytes_;
  std::vector<std::byte> image_;
  size_t next_sector_ = 24;
  size_t next_descriptor_ = 16;
};

}  // namespace flint::iso9660
