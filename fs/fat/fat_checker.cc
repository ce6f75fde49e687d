// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/fat_checker.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

#include "fs/fat/boot_sector.h"
#include "fs/fat/directory_record.h"
#include "fs/fat/names.h"
#include "platforms/base/endian.h"
#include "platforms/base/unicode.h"

namespace flint::fat {
namespace {

std::string ToText(const Name& name) {
  std::array<char, Name::kMaxSize * 3> storage;
  return std::string(Utf16ToUtf8(name.units(), storage).value_or("?"));
}

/// What a long name must not contain, nor short ones. [fat 6.1, 7.1]
constexpr std::u16string_view kNeverInNames = u"\"*/:<>?\\|\x7f";
constexpr std::string_view kNeverInShortNames = "+,.;=[]";

bool IsNameable(char16_t unit) {
  return unit >= u' ' && kNeverInNames.find(unit) == kNeverInNames.npos;
}

/// An empty one is none.
bool IsGoodLongName(std::span<const char16_t> name) {
  return std::ranges::all_of(name, IsNameable) &&
         (name.empty() || (name.back() != u'.' && name.back() != u' '));
}

bool IsGoodShortName(std::span<const uint8_t> name) {
  return name[0] != ' ' && std::ranges::all_of(name, [&](const uint8_t& byte) {
           if (&byte == name.data() && byte == 0x05) return true;  // 0xe5
           return IsNameable(byte) && (byte < 'a' || byte > 'z') &&
                  kNeverInShortNames.find(static_cast<char>(byte)) ==
                      kNeverInShortNames.npos;
         });
}

bool IsDots(const DirectoryRecord& record, std::string_view dots) {
  return AsText(std::as_bytes(std::span(record.name))) ==
         std::string(dots) + std::string(11 - dots.size(), ' ');
}

class Checker {
 public:
  Checker(Bytes image, const Layout& layout, CheckReport& report)
      : image_(image),
        layout_(layout),
        report_(report),
        owner_(layout.cluster_count + kFirstCluster, kNobody) {}

  void Run() {
    CompareCopies();
    CheckReservedEntries();
    CheckHints();
    if (layout_.type == FatType::kFat32) {
      CheckDirectory("", Claim("/", layout_.root_cluster), 0, 0);
    } else {
      CheckRecords("",
                   image_.subspan(layout_.root_offset, layout_.root_size_bytes),
                   0,
                   0);
    }
    for (uint32_t i = 0; i < layout_.cluster_count; ++i) {
      const uint32_t cluster = kFirstCluster + i;
      const uint32_t entry = Entry(cluster);
      if (entry != 0 && !IsBad(entry) && owner_[cluster] == kNobody) {
        ++report_.lost_cluster_count;
      }
    }
  }

 private:
  static constexpr size_t kNobody = SIZE_MAX;

  void Damage(const std::string& path, std::string_view what) {
    report_.damage.push_back(path + ": " + std::string(what));
  }

  uint32_t Entry(uint32_t cluster) const {
    const uint64_t start =
        layout_.fat_offset + layout_.active_fat * layout_.fat_size_bytes;
    if (layout_.type == FatType::kFat32) {
      return *ReadWire<Le32>(image_, start + uint64_t{cluster} * 4) &
             0x0fffffff;
    }
    if (layout_.type == FatType::kFat16) {
      return *ReadWire<Le16>(image_, start + uint64_t{cluster} * 2);
    }
    const uint32_t pair = *ReadWire<Le16>(image_, start + cluster * 3 / 2);
    return cluster % 2 == 0 ? pair & 0xfff : pair >> 4;
  }

  uint32_t End() const {
    return layout_.type == FatType::kFat12   ? 0xff8
           : layout_.type == FatType::kFat16 ? 0xfff8
                                             : 0x0ffffff8;
  }
  bool IsBad(uint32_t entry) const { return entry == End() - 1; }

  void CompareCopies() {
    if (!layout_.fats_are_mirrored) return;
    for (uint32_t copy = 1; copy < layout_.fat_count; ++copy) {
      const auto at = [&](uint32_t number) {
        return image_.subspan(
            layout_.fat_offset + number * layout_.fat_size_bytes,
            layout_.fat_size_bytes);
      };
      report_.copies_differ |= !std::ranges::equal(at(0), at(copy));
    }
  }

  /// Entry 0 repeats the media byte; of entry 1 two bits may be clear.
  void CheckReservedEntries() {
    const uint32_t ones = End() | 7;
    const uint32_t media = std::to_integer<uint32_t>(image_[21]);
    if (Entry(0) != ((ones & ~0xffu) | media))
      Damage("FAT", "wrong media byte");
    const bool is_fat12 = layout_.type == FatType::kFat12;
    const uint32_t clean = is_fat12 ? 0 : (ones + 1) / 2;
    const uint32_t no_errors = clean / 2;
    const uint32_t state = Entry(1);
    if ((state | clean | no_errors) != ones) Damage("FAT", "wrong entry 1");
    report_.is_marked |= (state & clean) != clean;
    if (layout_.extended_record_offset != 0) {
      const std::byte flags = image_[layout_.extended_record_offset + 1];
      report_.is_marked |= (flags & std::byte{1}) != std::byte{0};
    }
  }

  /// Nobody has to know how many clusters are free, but who says so must.
  void CheckHints() {
    if (layout_.information_offset == 0) return;
    const auto at = [&](uint64_t offset) -> uint32_t {
      return *ReadWire<Le32>(image_, layout_.information_offset + offset);
    };
    if (at(0) != 0x41615252 || at(484) != 0x61417272 || at(508) != 0xaa550000) {
      Damage("hints", "wrong signatures");
    }
    uint32_t free_count = 0;
    for (uint32_t i = 0; i < layout_.cluster_count; ++i) {
      if (Entry(kFirstCluster + i) == 0) ++free_count;
    }
    if (at(488) != 0xffffffff && at(488) != free_count) {
      Damage("hints", "wrong number of free clusters");
    }
  }

  /// The data of a chain, whose clusters belong to `path` from now on.
  std::string Claim(const std::string& path, uint32_t first) {
    std::string data;
    paths_.push_back(path);
    for (uint32_t cluster = first; cluster < End();) {
      if (!layout_.IsCluster(cluster)) {
        Damage(path, "chain leads to " + std::to_string(cluster));
        break;
      }
      if (owner_[cluster] != kNobody) {
        Damage(path, "shares a cluster with " + paths_[owner_[cluster]]);
        break;
      }
      const uint32_t next = Entry(cluster);
      if (next == 0) {
        Damage(path, "a cluster of it is free");
        break;
      }
      owner_[cluster] = paths_.size() - 1;
      data += AsText(image_.subspan(layout_.ClusterOffset(cluster),
                                    layout_.cluster_size_bytes));
      cluster = next;
    }
    return data;
  }

  void CheckDirectory(const std::string& path,
                      const std::string& data,
                      uint32_t cluster,
                      uint32_t parent) {
    CheckRecords(path, AsBytes(std::string_view(data)), cluster, parent);
  }

  /// `cluster` is 0 for the root directory.
  void CheckRecords(const std::string& path,
                    Bytes records,
                    uint32_t cluster,
                    uint32_t parent) {
    std::set<std::u16string> names;
    LongNameAssembler long_name;
    size_t part_count = 0;
    bool has_label = false;
    for (size_t at = 0; at + 32 <= records.size(); at += 32) {
      const auto record = *ReadWire<DirectoryRecord>(records, at);
      if (cluster != 0 && at < 64) {
        CheckLink(path, record, at == 0 ? cluster : parent, at == 0);
        continue;
      }
      if (record.name[0] == DirectoryRecord::kEnd) break;
      if (record.name[0] == DirectoryRecord::kDeleted ||
          record.is_volume_label()) {
        report_.orphan_count += part_count;
        part_count = 0;
        long_name.Reset();
        if (record.name[0] != DirectoryRecord::kDeleted) {
          if (has_label || cluster != 0) Damage(path, "a label too many");
          has_label = true;
        }
        continue;
      }
      if (record.is_long_name()) {
        long_name.Add(std::bit_cast<LongNameRecord>(record));
        ++part_count;
        continue;
      }
      const Name name = long_name.Take(record);
      const size_t used = (name.size + LongNameRecord::kUnitCount - 1) /
                          LongNameRecord::kUnitCount;
      report_.orphan_count += part_count - used;
      part_count = 0;
      const Name alias = DecodeShortName(record);
      if (!IsGoodShortName(record.name) || !IsGoodLongName(name.units())) {
        Damage(path + ToText(name), "a name that must not be");
      }
      CheckNames(path, names, name, alias);
      CheckFile(path + ToText(name.empty() ? alias : name), record, cluster);
    }
    report_.orphan_count += part_count;
  }

  void CheckLink(const std::string& path,
                 const DirectoryRecord& record,
                 uint32_t target,
                 bool is_self) {
    if (!IsDots(record, is_self ? "." : "..") || !record.is_directory()) {
      Damage(path, "no link to itself or its parent");
    } else if (is_self && FirstCluster(layout_.type, record) != target) {
      Damage(path, "link leads elsewhere");
    } else if (FirstCluster(layout_.type, record) != target) {
      Damage(path, "wrong parent");
    }
  }

  void CheckNames(const std::string& path,
                  std::set<std::u16string>& names,
                  const Name& name,
                  const Name& alias) {
    const auto fold = [](const Name& n) {
      std::u16string folded;
      for (const char16_t unit : n.units()) {
        folded += unit < 0x80 && unit >= u'A' && unit <= u'Z'
                      ? static_cast<char16_t>(unit + 32)
                      : unit;
      }
      return folded;
    };
    if (!names.insert(fold(alias)).second) {
      Damage(path, "two files called " + ToText(alias));
    }
    if (!name.empty() && fold(name) != fold(alias) &&
        !names.insert(fold(name)).second) {
      Damage(path, "two files called " + ToText(name));
    }
  }

  void CheckFile(const std::string& path,
                 const DirectoryRecord& record,
                 uint32_t parent) {
    const uint32_t first = FirstCluster(layout_.type, record);
    const std::string data = first == 0 ? "" : Claim(path, first);
    if (record.is_directory()) {
      if (record.size_bytes != 0) Damage(path, "a directory with a size");
      if (data.empty()) Damage(path, "a directory without clusters");
      report_.files[path + "/"] = "";
      CheckDirectory(path + "/", data, first, parent);
      return;
    }
    const uint64_t size = record.size_bytes;
    if (data.size() < size) {
      Damage(path, "longer than its clusters");
      return;
    }
    const uint64_t cluster_size = layout_.cluster_size_bytes;
    report_.surplus_cluster_count +=
        data.size() / cluster_size - (size + cluster_size - 1) / cluster_size;
    report_.files[path] = data.substr(0, size);
  }

  Bytes image_;
  const Layout& layout_;
  CheckReport& report_;
  /// Of each cluster, the number of who has it.
  std::vector<size_t> owner_;
  std::vector<std::string> paths_;
};

}  // namespace

CheckReport CheckVolume(Bytes image) {
  CheckReport report;
  const auto layout = ParseBootSector(
      image.first(std::min(image.size(), kBootSectorBytes)), image.size());
  if (!layout) {
    report.damage.emplace_back("no boot sector");
    return report;
  }
  Checker(image, *layout, report).Run();
  return report;
}

}  // namespace flint::fat
