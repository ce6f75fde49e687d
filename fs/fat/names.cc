// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/names.h"

#include <algorithm>
#include <utility>

#include "platforms/base/case_folding.h"
#include "platforms/base/unicode.h"

namespace flint::fat {
namespace {

constexpr size_t kBaseSize = 8;

// What the upper half of code page 437 stands for.
// clang-format off
constexpr auto kCodePage437 = std::to_array<char16_t>({
    0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7,
    0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5,
    0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9,
    0x00ff, 0x00d6, 0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192,
    0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba,
    0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb,
    0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556,
    0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510,
    0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f,
    0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567,
    0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b,
    0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580,
    0x03b1, 0x00df, 0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4,
    0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6, 0x03b5, 0x2229,
    0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248,
    0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0,
});
// clang-format on
static_assert(kCodePage437.size() == 128);

/// True for what would be taken for a separator, or upset a console.
constexpr bool IsHarmful(char16_t unit) {
  return unit < 0x20 || unit == 0x7f || unit == u'/' || unit == u'\\';
}

char16_t DecodeByte(uint8_t byte) {
  if (byte >= 0x80) return kCodePage437[byte - 0x80];
  return IsHarmful(byte) ? u'_' : char16_t{byte};
}

std::optional<uint8_t> EncodeLabelUnit(char16_t unit) {
  constexpr std::u16string_view kForbidden = u"\"*+,./:;<=>?[\\]|\x7f";
  if (unit >= 0x80) {
    const auto found = std::ranges::find(kCodePage437, unit);
    if (found == kCodePage437.end()) return std::nullopt;
    return static_cast<uint8_t>(0x80 + (found - kCodePage437.begin()));
  }
  if (unit < 0x20 || kForbidden.find(unit) != std::u16string_view::npos) {
    return std::nullopt;
  }
  const bool is_lower = unit >= u'a' && unit <= u'z';
  return static_cast<uint8_t>(is_lower ? unit - u'a' + u'A' : unit);
}

/// Appends a part of a short name without the spaces that fill it up.
void AppendPart(std::span<const uint8_t> bytes, bool lower_case, Name& name) {
  while (!bytes.empty() && bytes.back() == ' ') {
    bytes = bytes.first(bytes.size() - 1);
  }
  for (const uint8_t byte : bytes) {
    const char16_t unit = DecodeByte(byte);
    name.storage[name.size++] = lower_case ? FoldCase(unit) : unit;
  }
}

}  // namespace

uint8_t ShortNameChecksum(const std::array<uint8_t, 11>& name) {
  uint8_t sum = 0;
  for (const uint8_t byte : name) {
    sum = static_cast<uint8_t>((sum << 7 | sum >> 1) + byte);
  }
  return sum;
}

Name DecodeShortName(const DirectoryRecord& record) {
  std::array<uint8_t, 11> bytes = record.name;
  if (bytes[0] == DirectoryRecord::kReallyE5) {
    bytes[0] = DirectoryRecord::kDeleted;
  }
  const std::span base = std::span(bytes).first(kBaseSize);
  const std::span extension = std::span(bytes).subspan(kBaseSize);
  Name name;
  AppendPart(
      base, (record.case_flags & DirectoryRecord::kBaseIsLowerCase) != 0, name);
  const size_t base_end = name.size;
  name.storage[name.size++] = u'.';
  AppendPart(extension,
             (record.case_flags & DirectoryRecord::kExtensionIsLowerCase) != 0,
             name);
  if (name.size == base_end + 1) name.size = base_end;
  return name;
}

Name DecodeLabel(const std::array<uint8_t, 11>& label) {
  std::array<uint8_t, 11> bytes = label;
  if (bytes[0] == DirectoryRecord::kReallyE5) {
    bytes[0] = DirectoryRecord::kDeleted;
  }
  Name name;
  AppendPart(bytes, false, name);
  return name;
}

std::optional<std::array<uint8_t, 11>> EncodeLabel(std::string_view text) {
  std::array<uint8_t, 11> label;
  label.fill(' ');
  std::array<char16_t, label.size()> storage;
  const auto units = Utf8ToUtf16(text, storage);
  if (!units || text.starts_with(' ')) return std::nullopt;
  for (size_t i = 0; i < units->size(); ++i) {
    const auto byte = EncodeLabelUnit((*units)[i]);
    if (!byte) return std::nullopt;
    label[i] = *byte;
  }
  if (label[0] == DirectoryRecord::kDeleted) {
    label[0] = DirectoryRecord::kReallyE5;
  }
  return label;
}

std::optional<WantedName> WantedName::Create(std::string_view text) {
  const size_t last = text.find_last_not_of(". ");
  if (last == std::string_view::npos) return std::nullopt;
  WantedName wanted;
  const auto units =
      Utf8ToUtf16(text.substr(0, last + 1), wanted.folded_.storage);
  if (!units) return std::nullopt;
  wanted.folded_.size = units->size();
  for (char16_t& unit :
       std::span(wanted.folded_.storage).first(wanted.folded_.size)) {
    unit = FoldCase(unit);
  }
  return wanted;
}

bool WantedName::Matches(const Name& name) const {
  return std::ranges::equal(
      name.units(), folded_.units(), {}, [](char16_t unit) {
        return FoldCase(unit);
      });
}

uint32_t WantedName::hash() const {
  // FNV-1a, by units.
  uint32_t hash = 0x811C'9DC5;
  for (const char16_t unit : folded_.units()) {
    hash = (hash ^ unit) * 0x0100'0193;
  }
  return hash;
}

void LongNameAssembler::Add(const LongNameRecord& part) {
  const size_t number = part.sequence & LongNameRecord::kNumberMask;
  if ((part.sequence & LongNameRecord::kLastPart) != 0) {
    part_count_ = missing_count_ = number;
    checksum_ = part.checksum;
  }
  if (number == 0 || number > kMaxParts || number != missing_count_ ||
      part.sequence >= 2 * LongNameRecord::kLastPart || part.type != 0 ||
      part.checksum != checksum_) {
    Reset();
    return;
  }
  --missing_count_;
  auto out = units_.begin() + static_cast<ptrdiff_t>(
                                  missing_count_ * LongNameRecord::kUnitCount);
  const auto append = [&out](const auto& units) {
    for (const uint16_t unit : units) *out++ = unit;
  };
  append(part.units_0);
  append(part.units_5);
  append(part.units_11);
}

Name LongNameAssembler::Take(const DirectoryRecord& record) {
  Name name;
  const bool complete = part_count_ > 0 && missing_count_ == 0 &&
                        checksum_ == ShortNameChecksum(record.name);
  if (complete) {
    const std::span units =
        std::span(units_).first(part_count_ * LongNameRecord::kUnitCount);
    const auto end = std::ranges::find(units, u'\0');
    const auto size = static_cast<size_t>(end - units.begin());
    if (size <= Name::kMaxSize &&
        std::ranges::none_of(units.first(size), IsHarmful)) {
      std::ranges::copy(units.first(size), name.storage.begin());
      name.size = size;
    }
  }
  Reset();
  return name;
}

}  // namespace flint::fat
