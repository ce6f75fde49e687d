// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "efi/abi/protocol/hii_package.h"
#include "efi/hii/scsu.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi::hii {

/// A string as a package has it, with its terminator.
struct StoredString {
  enum class Encoding : uint8_t { kScsu, kUcs2 };

  Bytes bytes;
  Encoding encoding = Encoding::kUcs2;
  /// Which of the package's fonts it wants; nothing for the usual one.
  std::optional<uint8_t> font;
};

/// One block, and the identifiers of strings it stands for.
/// [uefi-2.10 33.3.6.2]
struct StringBlock {
  enum class Kind : uint8_t { kStrings, kDuplicate, kSkip, kOther };

  Kind kind = Kind::kOther;
  uint8_t type = 0;
  uint32_t first_id = 0;
  uint32_t id_count = 0;
  /// All of it.
  Bytes bytes = {};

  /// Of kStrings: the strings one after the other, and what they share.
  Bytes texts = {};
  StoredString::Encoding encoding = StoredString::Encoding::kUcs2;
  std::optional<uint8_t> font = {};

  /// Of kDuplicate: where the string is.
  uint16_t original_id = 0;

  bool Defines(uint32_t id) const {
    return id >= first_id && id - first_id < id_count;
  }
};

/// Goes over blocks, up to the one that ends them or the first that is damaged
/// or unknown: what follows it has no identifiers one could know.
class StringBlockReader {
 public:
  StringBlockReader(Bytes blocks, const ScsuWindows& windows)
      : reader_(blocks), windows_(windows) {}

  std::optional<StringBlock> Next();

  /// The identifier of the string that would come next.
  uint32_t next_id() const { return next_id_; }

  /// How many bytes the string at the start of `texts` takes, with its
  /// terminator; nothing if it has none.
  std::optional<size_t> StringSize(Bytes texts,
                                   StoredString::Encoding encoding) const;

 private:
  static constexpr uint32_t kMaxId = 0xFFFF;

  bool ReadStrings(ByteReader& ahead, StringBlock& block) const;
  static bool ReadExtension(ByteReader& ahead, uint8_t type);

  ByteReader reader_;
  const ScsuWindows& windows_;
  uint32_t next_id_ = 1;
};

/// A font that strings of a package may ask for. [uefi-2.10 33.3.6.2.4]
struct StringFont {
  uint8_t id = 0;
  uint16_t size = 0;
  uint32_t style = 0;
  /// Little-endian, with its terminator.
  Bytes name;
};

/// A string package: a view of its bytes. Damaged blocks, and what follows, are
/// as good as not there.
class StringPackage {
 public:
  /// kTruncated, kCorrupt: the header is damaged.
  static Result<StringPackage> Parse(Bytes package);

  /// What precedes the blocks, and all of it.
  Bytes header() const { return bytes_.first(blocks_offset_); }

  /// The language its strings are in.
  std::string_view primary_language() const;
  /// Languages to which it can be put besides, parted by ";".
  std::string_view secondary_languages() const;
  /// The string that names the language; zero if there is none.
  uint16_t language_name() const { return language_name_; }

  StringBlockReader blocks() const {
    return {bytes_.subspan(blocks_offset_), windows_};
  }

  /// The first identifier that the package does not know.
  uint32_t end_id() const;

  /// The string; nothing if there is none, or not in this package.
  std::optional<StoredString> Find(uint16_t id) const;

  /// Writes the units of a string of this package, with a terminator, as far
  /// as there is room. Returns how many there are.
  size_t Decode(const StoredString& string, std::span<char16_t> out) const;

  /// Calls `visit(const StringFont&)` for each font, until it returns true.
  template <typename Visitor>
  void ForEachFont(Visitor visit) const {
    StringBlockReader reader = blocks();
    while (const auto block = reader.Next()) {
      const auto font = FontOf(*block);
      if (font && visit(*font)) return;
    }
  }

 private:
  StringPackage(Bytes bytes, const abi::EFI_HII_STRING_PACKAGE_HDR& header);

  std::optional<StringBlock> FindBlock(uint16_t id) const;
  static std::optional<StringFont> FontOf(const StringBlock& block);

  Bytes bytes_;
  size_t blocks_offset_;
  std::string_view languages_;
  uint16_t language_name_;
  ScsuWindows windows_;
};

/// True if both are the same language, in whatever case. [rfc4646 2.1]
bool IsSameLanguage(std::string_view a, std::string_view b);

}  // namespace flint::efi::hii
