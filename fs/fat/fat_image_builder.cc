// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/fat_image_builder.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>

#include "fs/fat/names.h"
#include "platforms/base/bytes.h"
#include "platforms/base/checked.h"
#include "platforms/base/unicode.h"

namespace flint::fat {
namespace {

using Record = DirectoryRecord;

void Require(bool condition) {
  if (!condition) std::abort();
}

template <typename T>
T Get(std::span<const std::byte> image, uint64_t offset) {
  const auto value = ReadWire<T>(image, offset);
  Require(value.has_value());
  return *value;
}

void Put(std::span<std::byte> image, uint64_t offset, const auto& value) {
  Require(WriteWire(image, offset, value).has_value());
}

uint32_t BitsPerEntry(FatType type) {
  return type == FatType::kFat12 ? 12 : type == FatType::kFat16 ? 16 : 32;
}

std::array<uint8_t, 11> ToBytes(const std::array<char, 11>& name) {
  return std::bit_cast<std::array<uint8_t, 11>>(name);
}

/// The short name if `name` is one as it stands, in capitals.
bool ToShortName(std::string_view name, std::array<char, 11>& out) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-~";
  const size_t dot = name.rfind('.');
  const std::string_view base = name.substr(0, dot);
  const std::string_view extension =
      dot == std::string_view::npos ? "" : name.substr(dot + 1);
  if (base.empty() || base.size() > 8 || extension.size() > 3 ||
      base.find_first_not_of(kAllowed) != std::string_view::npos ||
      extension.find_first_not_of(kAllowed) != std::string_view::npos) {
    return false;
  }
  out.fill(' ');
  std::ranges::copy(base, out.begin());
  std::ranges::copy(extension, out.begin() + 8);
  return true;
}

std::u16string ToUtf16(std::string_view name) {
  std::u16string units(name.size(), u'\0');
  const auto converted = Utf8ToUtf16(name, units);
  Require(converted.has_value());
  units.resize(converted->size());
  return units;
}

std::string_view ParentPath(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? "" : path.substr(0, slash);
}

std::string_view LastName(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::vector<LongNameRecord> MakeLongNameRecords(
    std::u16string_view name, const std::array<uint8_t, 11>& short_name) {
  constexpr size_t kUnits = LongNameRecord::kUnitCount;
  const size_t part_count = DivideRoundUp(name.size(), kUnits);
  std::u16string padded(name);
  if (padded.size() % kUnits != 0) padded.push_back(u'\0');
  padded.resize(part_count * kUnits, char16_t{0xffff});
  std::vector<LongNameRecord> parts;
  for (size_t number = part_count; number > 0; --number) {
    LongNameRecord part{};
    part.sequence = static_cast<uint8_t>(
        number | (number == part_count ? LongNameRecord::kLastPart : 0));
    part.attributes = Record::kLongName;
    part.checksum = ShortNameChecksum(short_name);
    const auto* unit = &padded[(number - 1) * kUnits];
    for (Le16& out : part.units_0) out = static_cast<uint16_t>(*unit++);
    for (Le16& out : part.units_5) out = static_cast<uint16_t>(*unit++);
    for (Le16& out : part.units_11) out = static_cast<uint16_t>(*unit++);
    parts.push_back(part);
  }
  return parts;
}

FatImageBuilder::FatImageBuilder(const Shape& shape) : shape_(shape) {
  const bool is_fat32 = shape.type == FatType::kFat32;
  if (shape_.cluster_count == 0) {
    shape_.cluster_count = is_fat32                        ? 300
                           : shape.type == FatType::kFat16 ? 4200
                                                           : 400;
  }
  if (shape_.reserved_sectors == 0) {
    shape_.reserved_sectors = is_fat32 ? 32 : 1;
  }
  if (is_fat32) shape_.root_entry_count = 0;
  const uint64_t sector_size = shape_.sector_size_bytes;
  const uint64_t table_bytes = DivideRoundUp<uint64_t>(
      uint64_t{TableEntryCount()} * BitsPerEntry(shape_.type), 8);
  fat_sectors_ = static_cast<uint32_t>(DivideRoundUp(table_bytes, sector_size));
  root_offset_ = FatOffset(shape_.fat_count);
  const uint64_t root_sectors = DivideRoundUp<uint64_t>(
      uint64_t{shape_.root_entry_count} * sizeof(Record), sector_size);
  data_offset_ = root_offset_ + root_sectors * sector_size;
  image_.resize(data_offset_ +
                uint64_t{shape_.cluster_count} * cluster_size_bytes());
  WriteBootSector();
  if (is_fat32 && shape.with_information) WriteInformation();
  SetEntry(0, end_mark() - 7);  // the media byte
  SetEntry(1, end_mark());
  directories_.push_back({"", is_fat32 ? Allocate(1, 0) : 0, 0});
}

void FatImageBuilder::WriteBootSector() {
  const auto put16 = [&](uint64_t offset, uint64_t value) {
    Put(image_, offset, Le16(static_cast<uint16_t>(value)));
  };
  const auto put32 = [&](uint64_t offset, uint64_t value) {
    Put(image_, offset, Le32(static_cast<uint32_t>(value)));
  };
  const auto put8 = [&](uint64_t offset, uint64_t value) {
    image_[offset] = static_cast<std::byte>(value);
  };
  // Offsets as in the tables of [fat 3.1] to [fat 3.3].
  put8(0, 0xeb);
  put8(2, 0x90);
  std::ranges::copy(AsBytes("FLINTFAT"), image_.begin() + 3);
  put16(11, shape_.sector_size_bytes);
  put8(13, shape_.sectors_per_cluster);
  put16(14, shape_.reserved_sectors);
  put8(16, shape_.fat_count);
  put16(17, shape_.root_entry_count);
  const uint64_t total = image_.size() / shape_.sector_size_bytes;
  if (total < 65536 && shape_.type != FatType::kFat32) {
    put16(19, total);
  } else {
    put32(32, total);
  }
  put8(21, 0xf8);
  uint64_t extended = 36;
  if (shape_.type == FatType::kFat32) {
    put32(36, fat_sectors_);
    put32(44, kFirstCluster);
    extended = 64;
  } else {
    put16(22, fat_sectors_);
  }
  put8(extended + 2, 0x29);
  put32(extended + 3, 0xcafe1234);
  std::ranges::copy(AsBytes("NO NAME    "),
                    image_.begin() + static_cast<ptrdiff_t>(extended + 7));
  put16(510, 0xaa55);
}

/// The hints say nothing: neither how many clusters are free, nor where.
void FatImageBuilder::WriteInformation() {
  constexpr uint16_t kInformationSector = 1;
  constexpr uint16_t kBackupSector = 6;
  // Offsets as in the tables of [fat 3.3] and [fat 5].
  Put(image_, 48, Le16(kInformationSector));
  Put(image_, 50, Le16(kBackupSector));
  const uint64_t information =
      uint64_t{kInformationSector} * shape_.sector_size_bytes;
  Put(image_, information, Le32(0x41615252));
  Put(image_, information + 484, Le32(0x61417272));
  Put(image_, information + 488, Le32(0xffffffff));
  Put(image_, information + 492, Le32(0xffffffff));
  Put(image_, information + 508, Le32(0xaa550000));
  const std::span image(image_);
  std::ranges::copy(
      image.first(kBootSectorBytes),
      image.subspan(kBackupSector * shape_.sector_size_bytes).begin());
}

uint32_t FatImageBuilder::end_mark() const {
  return shape_.type == FatType::kFat12   ? 0xfff
         : shape_.type == FatType::kFat16 ? 0xffff
                                          : 0x0fffffff;
}

uint32_t FatImageBuilder::bad_mark() const { return end_mark() - 8; }

uint32_t FatImageBuilder::cluster_size_bytes() const {
  return shape_.sector_size_bytes * shape_.sectors_per_cluster;
}

uint64_t FatImageBuilder::ClusterOffset(uint32_t cluster) const {
  return data_offset_ +
         uint64_t{cluster - kFirstCluster} * cluster_size_bytes();
}

uint64_t FatImageBuilder::FatOffset(uint32_t copy) const {
  return (shape_.reserved_sectors + uint64_t{copy} * fat_sectors_) *
         shape_.sector_size_bytes;
}

uint64_t FatImageBuilder::RecordOffset(std::string_view path) const {
  const auto found = std::ranges::find(files_, path, &Placed::path);
  Require(found != files_.end());
  return found->record_offset;
}

uint32_t FatImageBuilder::Entry(uint32_t cluster) const {
  return ReadEntryOfCopy(0, cluster);
}

uint32_t FatImageBuilder::ReadEntryOfCopy(uint32_t copy,
                                          uint32_t cluster) const {
  const uint64_t offset =
      FatOffset(copy) + uint64_t{cluster} * BitsPerEntry(shape_.type) / 8;
  if (shape_.type == FatType::kFat32) return Get<Le32>(image_, offset);
  const uint32_t pair = Get<Le16>(image_, offset);
  if (shape_.type == FatType::kFat16) return pair;
  return cluster % 2 == 0 ? pair & 0xfff : pair >> 4;
}

void FatImageBuilder::SetEntry(uint32_t cluster, uint32_t value) {
  for (uint32_t copy = 0; copy < shape_.fat_count; ++copy) {
    SetEntryOfCopy(copy, cluster, value);
  }
}

void FatImageBuilder::SetEntryOfCopy(uint32_t copy,
                                     uint32_t cluster,
                                     uint32_t value) {
  const uint64_t offset =
      FatOffset(copy) + uint64_t{cluster} * BitsPerEntry(shape_.type) / 8;
  if (shape_.type == FatType::kFat32) {
    Put(image_, offset, Le32(value));
    return;
  }
  uint32_t pair = value;
  if (shape_.type == FatType::kFat12) {
    const uint32_t old = Get<Le16>(image_, offset);
    pair =
        cluster % 2 == 0 ? (old & 0xf000) | value : (old & 0x000f) | value << 4;
  }
  Put(image_, offset, Le16(static_cast<uint16_t>(pair)));
}

uint32_t FatImageBuilder::Allocate(uint32_t count,
                                   uint32_t clusters_per_fragment) {
  if (count == 0) return 0;
  const uint32_t first = next_cluster_;
  uint32_t cluster = first;
  for (uint32_t i = 1; i <= count; ++i) {
    Require(cluster < TableEntryCount());
    next_cluster_ = cluster + 1;
    if (clusters_per_fragment != 0 && i % clusters_per_fragment == 0) {
      ++next_cluster_;
    }
    SetEntry(cluster, i == count ? end_mark() : next_cluster_);
    cluster = next_cluster_;
  }
  return first;
}

size_t FatImageBuilder::FindOrAddDirectory(std::string_view path) {
  const auto found = std::ranges::find(directories_, path, &Directory::path);
  if (found != directories_.end()) {
    return static_cast<size_t>(found - directories_.begin());
  }
  const size_t parent = FindOrAddDirectory(ParentPath(path));
  const uint32_t cluster = Allocate(1, 0);
  Directory directory{std::string(path), cluster, 0};
  Record record{};
  record.attributes = Record::kDirectory;
  record.cluster_low = static_cast<uint16_t>(cluster);
  record.cluster_high = static_cast<uint16_t>(cluster >> 16);
  AppendFile(
      parent, LastName(path), record, {.attributes = Record::kDirectory});

  record.name =
      ToBytes({'.', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '});
  AppendRecord(directory, record);
  record.name[1] = '.';
  const uint32_t above = parent == 0 ? 0 : directories_[parent].first_cluster;
  record.cluster_low = static_cast<uint16_t>(above);
  record.cluster_high = static_cast<uint16_t>(above >> 16);
  AppendRecord(directory, record);
  directories_.push_back(directory);
  return directories_.size() - 1;
}

uint32_t FatImageBuilder::AddDirectory(std::string_view path) {
  return directories_[FindOrAddDirectory(path)].first_cluster;
}

void FatImageBuilder::AddRecord(std::string_view directory_path,
                                const Record& record) {
  AppendRecord(directories_[FindOrAddDirectory(directory_path)], record);
}

uint32_t FatImageBuilder::AddFile(std::string_view path,
                                  std::string_view contents,
                                  const FileOptions& options) {
  const size_t parent = FindOrAddDirectory(ParentPath(path));
  const auto count = static_cast<uint32_t>(
      DivideRoundUp<size_t>(contents.size(), cluster_size_bytes()));
  const uint32_t first = Allocate(count, options.clusters_per_fragment);
  uint32_t cluster = first;
  for (std::string_view rest = contents; !rest.empty();) {
    const std::string_view piece = rest.substr(0, cluster_size_bytes());
    std::ranges::copy(
        AsBytes(piece),
        std::span(image_).subspan(ClusterOffset(cluster)).begin());
    rest.remove_prefix(piece.size());
    cluster = Entry(cluster);
  }
  Record record{};
  record.attributes = options.attributes;
  record.case_flags = options.case_flags;
  record.cluster_low = static_cast<uint16_t>(first);
  record.cluster_high = static_cast<uint16_t>(first >> 16);
  record.size_bytes = static_cast<uint32_t>(contents.size());
  AppendFile(parent, LastName(path), record, options);
  return first;
}

uint64_t FatImageBuilder::AppendFile(size_t parent,
                                     std::string_view name,
                                     Record record,
                                     const FileOptions& options) {
  std::array<char, 11> short_name = options.short_name;
  bool needs_long_name = options.with_long_name;
  if (short_name[0] == '\0' && ToShortName(name, short_name)) {
    needs_long_name = false;
  } else if (short_name[0] == '\0') {
    std::array<char, 12> text;
    std::snprintf(
        text.data(), text.size(), "MADE~%03u   ", ++made_up_count_ % 1000);
    std::copy_n(text.begin(), short_name.size(), short_name.begin());
  }
  record.name = ToBytes(short_name);
  if (needs_long_name) {
    for (const LongNameRecord& part :
         MakeLongNameRecords(ToUtf16(name), record.name)) {
      AppendRecord(directories_[parent], std::bit_cast<Record>(part));
    }
  }
  const uint64_t offset = AppendRecord(directories_[parent], record);
  const std::string& above = directories_[parent].path;
  files_.push_back(
      {above.empty() ? std::string(name) : above + "/" + std::string(name),
       offset});
  return offset;
}

uint64_t FatImageBuilder::AppendRecord(Directory& directory,
                                       const Record& record) {
  uint64_t offset = root_offset_ + directory.used_bytes;
  if (directory.first_cluster == 0) {
    Require(directory.used_bytes <
            uint64_t{shape_.root_entry_count} * sizeof(Record));
  } else {
    uint32_t cluster = directory.first_cluster;
    uint64_t skip = directory.used_bytes;
    for (; skip >= cluster_size_bytes(); skip -= cluster_size_bytes()) {
      if (Entry(cluster) == end_mark()) SetEntry(cluster, Allocate(1, 0));
      cluster = Entry(cluster);
    }
    offset = ClusterOffset(cluster) + skip;
  }
  Put(image_, offset, record);
  directory.used_bytes += sizeof(Record);
  return offset;
}

}  // namespace flint::fat
