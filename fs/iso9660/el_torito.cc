// SPDX-License-Identifier: Apache-2.0
#include "fs/iso9660/el_torito.h"

#include <optional>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::iso9660 {
namespace {

constexpr uint8_t kPlatformUefi = 0xef;
constexpr uint16_t kKey = 0xaa55;

/// Bytes of a "virtual sector", in which images are measured.
constexpr uint64_t kImageSectorBytes = 512;

/// Every entry has as many bytes.
constexpr size_t kEntryBytes = 32;

/// What is looked at; catalogues of real disks take less than ten entries.
constexpr size_t kMaxCatalogBytes = kSectorBytes;

enum EntryId : uint8_t {
  kValidation = 0x01,
  kExtension = 0x44,
  kBootable = 0x88,
  kHeader = 0x90,  // more sections follow
  kLastHeader = 0x91,
  kNotBootable = 0x00,
};

/// [el-torito 2.1]
struct ValidationEntry {
  uint8_t id;
  uint8_t platform;
  Le16 reserved;
  std::array<char, 24> maker;
  Le16 checksum;
  Le16 key;
};
static_assert(sizeof(ValidationEntry) == kEntryBytes);

/// [el-torito 2.3]
struct SectionHeader {
  uint8_t id;
  uint8_t platform;
  Le16 entry_count;
  std::array<char, 28> section;
};
static_assert(sizeof(SectionHeader) == kEntryBytes);

/// The initial entry, or one of a section. [el-torito 2.2, 2.4]
struct BootEntry {
  static constexpr uint8_t kEmulationMask = 0x0f;

  uint8_t id;
  uint8_t media;
  Le16 load_segment;
  uint8_t system_type;
  uint8_t unused;
  Le16 image_sectors;
  Le32 first_sector;
  std::array<uint8_t, 20> selection;
};
static_assert(sizeof(BootEntry) == kEntryBytes);

Status CheckValidation(Bytes catalog) {
  const auto entry = TRY(ReadWire<ValidationEntry>(catalog));
  if (entry.id != kValidation || entry.key != kKey) {
    return Fail(ErrorCode::kCorrupt, "El Torito boot catalogue has no start");
  }
  uint16_t sum = 0;
  for (size_t i = 0; i < kEntryBytes; i += sizeof(Le16)) {
    sum = static_cast<uint16_t>(sum + TRY(ReadWire<Le16>(catalog, i)));
  }
  if (sum != 0) {
    return Fail(ErrorCode::kCorrupt,
                "El Torito boot catalogue has a wrong checksum");
  }
  return {};
}

/// Goes through the entries behind the first.
class CatalogWalker {
 public:
  explicit CatalogWalker(uint8_t platform) : platform_(platform) {}

  /// False at the end of the catalogue.
  Result<bool> Take(Bytes entry) {
    const auto header = TRY(ReadWire<SectionHeader>(entry));
    if (expected_count_ > 0) {
      // Between the entries of a section.
      if (header.id == kExtension) return true;
      AddEntry(TRY(ReadWire<BootEntry>(entry)));
      return --expected_count_ > 0 || !is_last_section_;
    }
    switch (header.id) {
      case kExtension:  // of the last entry
        return true;
      case kHeader:
      case kLastHeader:
        platform_ = header.platform;
        expected_count_ = header.entry_count;
        is_last_section_ = header.id == kLastHeader;
        return expected_count_ > 0 || !is_last_section_;
      default:
        return false;
    }
  }

  const BootImageList& images() const { return images_; }

 private:
  void AddEntry(const BootEntry& entry) {
    const uint32_t number = next_number_++;
    if (entry.id != kBootable || platform_ != kPlatformUefi ||
        (entry.media & BootEntry::kEmulationMask) != 0) {
      return;
    }
    // One sector is what tools write that do not know the size.
    const uint64_t sectors = entry.image_sectors;
    images_.Add(
        {.boot_entry = number,
         .offset = entry.first_sector * kSectorBytes,
         .stated_bytes = sectors > 1 ? sectors * kImageSectorBytes : 0});
  }

  BootImageList images_;
  uint8_t platform_;
  // The initial entry belongs to the platform of the validation entry.
  uint32_t expected_count_ = 1;
  bool is_last_section_ = false;
  uint32_t next_number_ = 0;
};

}  // namespace

Result<BootImageList> ReadBootCatalog(block::BlockWindow& window,
                                      uint32_t catalog_sector) {
  const Bytes catalog =
      TRY(window.View(catalog_sector * kSectorBytes, kMaxCatalogBytes));
  TRY(CheckValidation(catalog));
  CatalogWalker walker(TRY(ReadWire<ValidationEntry>(catalog)).platform);
  for (size_t i = kEntryBytes; i < kMaxCatalogBytes; i += kEntryBytes) {
    if (!TRY(walker.Take(catalog.subspan(i, kEntryBytes)))) break;
  }
  return walker.images();
}

}  // namespace flint::iso9660
