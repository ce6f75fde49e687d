// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/new_name.h"

#include <algorithm>
#include <bit>

#include "platforms/base/unicode.h"

namespace flint::fat {
namespace {

constexpr size_t kBaseSize = 8;
constexpr size_t kExtensionSize = 3;
constexpr uint8_t kPadding = ' ';

constexpr bool IsLower(char16_t unit) { return unit >= u'a' && unit <= u'z'; }
constexpr bool IsUpper(char16_t unit) { return unit >= u'A' && unit <= u'Z'; }

/// What no name may have. [fat 7.1]
constexpr bool IsForbidden(char16_t unit) {
  constexpr std::u16string_view kForbidden = u"\"*/:<>?\\|\x7f";
  return unit < 0x20 || kForbidden.find(unit) != std::u16string_view::npos;
}

/// What only long names may have; outside of ASCII, what a byte means depends
/// on the reader.
constexpr bool IsOnlyLong(char16_t unit) {
  constexpr std::u16string_view kOnlyLong = u"+,;=[] .";
  return unit >= 0x80 || kOnlyLong.find(unit) != std::u16string_view::npos;
}

constexpr uint8_t ToShort(char16_t unit) {
  if (IsOnlyLong(unit)) return '_';
  return static_cast<uint8_t>(IsLower(unit) ? unit - u'a' + u'A' : unit);
}

/// One of the two parts of a short name.
struct Part {
  std::span<uint8_t> out;
  size_t size = 0;
  bool has_lower = false;
  bool has_upper = false;
  bool is_lossy = false;

  void Add(char16_t unit) {
    if (unit == u' ' || unit == u'.') {
      is_lossy = true;
      return;
    }
    if (size == out.size()) {
      is_lossy = true;
      return;
    }
    is_lossy |= IsOnlyLong(unit);
    has_lower |= IsLower(unit);
    has_upper |= IsUpper(unit);
    out[size++] = ToShort(unit);
  }
};

/// The number behind the '~' at the end of a short name's base, whose
/// beginning is that of `basis`; 0 if it is none of one digit.
uint32_t NumberOf(const ShortName& name, const ShortName& basis) {
  size_t size = kBaseSize;
  while (size > 0 && name[size - 1] == kPadding) --size;
  if (size < 2 || name[size - 2] != '~') return 0;
  const uint8_t digit = name[size - 1];
  if (digit < '1' || digit > '9') return 0;
  const auto extension = [](const ShortName& n) {
    return std::span(n).subspan(kBaseSize);
  };
  if (!std::ranges::equal(extension(name), extension(basis))) return 0;
  size_t basis_size = 0;
  while (basis_size < kBaseSize - 2 && basis[basis_size] != kPadding) {
    ++basis_size;
  }
  const auto start = [](const ShortName& n, size_t count) {
    return std::span(n).first(count);
  };
  const bool matches =
      basis_size == size - 2 &&
      std::ranges::equal(start(name, basis_size), start(basis, basis_size));
  return matches ? uint32_t{digit} - '0' : 0;
}

/// `name` as a short one, if it is the text of one.
std::optional<ShortName> AsShortName(const Name& name) {
  ShortName result;
  result.fill(kPadding);
  const auto units = name.units();
  const auto dot = std::ranges::find(units, u'.');
  const auto base_size = static_cast<size_t>(dot - units.begin());
  const auto extension =
      dot == units.end() ? units.last(0) : units.subspan(base_size + 1);
  if (base_size == 0 || base_size > kBaseSize ||
      extension.size() > kExtensionSize) {
    return std::nullopt;
  }
  std::ranges::transform(units.first(base_size), result.begin(), ToShort);
  std::ranges::transform(extension, result.begin() + kBaseSize, ToShort);
  return result;
}

/// 16 bits of FNV-1a, which tell long names with the same beginning apart.
uint16_t Mix(const Name& name, uint32_t round) {
  uint32_t hash = 2166136261u ^ round;
  for (const char16_t unit : name.units()) {
    hash = (hash ^ unit) * 16777619u;
  }
  return static_cast<uint16_t>(hash ^ hash >> 16);
}

}  // namespace

Result<NewName> NewName::Create(std::string_view text) {
  constexpr auto kNoName =
      Fail(ErrorCode::kInvalidArgument, "not a name that FAT can store");
  const size_t last = text.find_last_not_of(". ");
  if (last == std::string_view::npos) return kNoName;
  NewName name;
  const auto units =
      Utf8ToUtf16(text.substr(0, last + 1), name.long_name_.storage);
  if (!units) return kNoName;
  name.long_name_.size = units->size();
  if (std::ranges::any_of(*units, IsForbidden)) return kNoName;
  name.MakeBasis();
  return name;
}

void NewName::MakeBasis() {
  basis_.fill(kPadding);
  Part base{.out = std::span(basis_).first(kBaseSize)};
  Part extension{.out = std::span(basis_).subspan(kBaseSize)};
  const auto units = long_name_.units();
  // Leading periods are no separators.
  const auto start = std::ranges::find_if_not(
      units, [](char16_t unit) { return unit == u'.' || unit == u' '; });
  base.is_lossy = start != units.begin();
  size_t dot = units.size();
  for (size_t i = units.size(); i-- > 0;) {
    if (units[i] == u'.') {
      dot = i;
      break;
    }
  }
  const auto begin = static_cast<size_t>(start - units.begin());
  if (dot < begin) dot = units.size();
  for (size_t i = begin; i < units.size(); ++i) {
    if (i < dot) base.Add(units[i]);
    if (i > dot) extension.Add(units[i]);
  }
  is_lossy_ = base.is_lossy || extension.is_lossy;
  const bool is_mixed = (base.has_lower && base.has_upper) ||
                        (extension.has_lower && extension.has_upper);
  fits_short_ = !is_lossy_ && !is_mixed;
  if (base.has_lower) case_flags_ |= DirectoryRecord::kBaseIsLowerCase;
  if (extension.has_lower) {
    case_flags_ |= DirectoryRecord::kExtensionIsLowerCase;
  }
}

AliasChooser::AliasChooser(const NewName& name, uint32_t round)
    : plain_(name.basis()),
      basis_(name.basis()),
      plain_is_allowed_(!name.is_lossy() && round == 0) {
  if (round == 0) return;
  // The first two characters, then four digits.
  constexpr size_t kKept = 2;
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  size_t at = 0;
  while (at < kKept && basis_[at] != kPadding) ++at;
  const uint32_t mixed = Mix(name.long_name(), round);
  for (int shift = 12; shift >= 0; shift -= 4) {
    basis_[at++] = static_cast<uint8_t>(kDigits[mixed >> shift & 0xf]);
  }
  while (at < kBaseSize) basis_[at++] = kPadding;
}

void AliasChooser::See(const ShortName& taken) {
  if (taken == plain_) plain_is_allowed_ = false;
  taken_numbers_ |= 1u << NumberOf(taken, basis_);
}

void AliasChooser::See(const Name& taken) {
  if (const auto name = AsShortName(taken)) See(*name);
}

std::optional<ShortName> AliasChooser::Choose() const {
  if (plain_is_allowed_) return plain_;
  for (uint32_t number = 1; number <= kMaxNumber; ++number) {
    if ((taken_numbers_ & 1u << number) == 0) return WithNumber(number);
  }
  return std::nullopt;
}

ShortName AliasChooser::WithNumber(uint32_t number) const {
  ShortName name = basis_;
  size_t at = 0;
  while (at < kBaseSize - 2 && name[at] != kPadding) ++at;
  name[at++] = '~';
  name[at++] = static_cast<uint8_t>('0' + number);
  while (at < kBaseSize) name[at++] = kPadding;
  return name;
}

size_t RecordSet::MaxCount(const NewName& name) {
  const size_t size = name.long_name().size;
  return 1 +
         (size + LongNameRecord::kUnitCount - 1) / LongNameRecord::kUnitCount;
}

RecordSet::RecordSet(const NewName& name,
                     const ShortName& alias,
                     const DirectoryRecord& record) {
  const bool has_long = !name.fits_short() || alias != name.basis();
  const auto units = name.long_name().units();
  const uint8_t checksum = ShortNameChecksum(alias);
  const size_t part_count = has_long ? MaxCount(name) - 1 : 0;
  for (size_t part = part_count; part > 0; --part) {
    LongNameRecord out{};
    out.sequence = static_cast<uint8_t>(
        part | (part == part_count ? LongNameRecord::kLastPart : 0));
    out.attributes = DirectoryRecord::kLongName;
    out.checksum = checksum;
    size_t at = (part - 1) * LongNameRecord::kUnitCount;
    const auto put = [&](auto& field) {
      for (Le16& unit : field) {
        uint16_t value = 0xffff;
        if (at < units.size()) value = units[at];
        if (at == units.size()) value = 0;
        unit = value;
        ++at;
      }
    };
    put(out.units_0);
    put(out.units_5);
    put(out.units_11);
    records_[count_++] = std::bit_cast<DirectoryRecord>(out);
  }
  DirectoryRecord own = record;
  own.name = alias;
  own.case_flags = has_long ? uint8_t{0} : name.case_flags();
  records_[count_++] = own;
}

}  // namespace flint::fat
