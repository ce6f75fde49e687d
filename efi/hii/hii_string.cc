// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/hii_string.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "efi/hii/package_view.h"

namespace flint::efi {
namespace {

using abi::CHAR16;
using abi::CHAR8;
using abi::EFI_FONT_INFO;
using abi::EFI_HII_HANDLE;
using abi::EFI_HII_STRING_PROTOCOL;
using abi::EFI_STATUS;
using abi::EFI_STRING;
using abi::EFI_STRING_ID;
using abi::UINTN;
using hii::Package;
using hii::PackageList;
using hii::PackageView;
using hii::StoredString;
using hii::StringEdit;
using hii::StringFont;
using hii::StringPackage;

constexpr uint32_t kMaxStringId = 0xFFFF;

HiiString& From(const EFI_HII_STRING_PROTOCOL* self) {
  // SAFETY: ours to change; only images see it as constant.
  return static_cast<HiiString&>(*const_cast<EFI_HII_STRING_PROTOCOL*>(self));
}

EFI_STATUS EFIAPI NewString(const EFI_HII_STRING_PROTOCOL* self,
                            EFI_HII_HANDLE handle,
                            EFI_STRING_ID* id,
                            const CHAR8* language,
                            const CHAR16* language_name,
                            const CHAR16* text,
                            const EFI_FONT_INFO* font) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).New(handle, id, language, language_name, text, font);
}

EFI_STATUS EFIAPI GetString(const EFI_HII_STRING_PROTOCOL* self,
                            const CHAR8* language,
                            EFI_HII_HANDLE handle,
                            EFI_STRING_ID id,
                            EFI_STRING text,
                            UINTN* size_bytes,
                            EFI_FONT_INFO** font) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).Get(language, handle, id, text, size_bytes, font);
}

EFI_STATUS EFIAPI SetString(const EFI_HII_STRING_PROTOCOL* self,
                            EFI_HII_HANDLE handle,
                            EFI_STRING_ID id,
                            const CHAR8* language,
                            const CHAR16* text,
                            const EFI_FONT_INFO* font) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).Set(handle, id, language, text, font);
}

EFI_STATUS EFIAPI GetLanguages(const EFI_HII_STRING_PROTOCOL* self,
                               EFI_HII_HANDLE handle,
                               CHAR8* languages,
                               UINTN* size_bytes) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).Languages(handle, languages, size_bytes);
}

EFI_STATUS EFIAPI GetSecondaryLanguages(const EFI_HII_STRING_PROTOCOL* self,
                                        EFI_HII_HANDLE handle,
                                        const CHAR8* primary_language,
                                        CHAR8* languages,
                                        UINTN* size_bytes) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).SecondaryLanguages(
      handle, primary_language, languages, size_bytes);
}

/// Calls `visit(Package&, const StringPackage&)` for the good string packages
/// of a list, until it returns true.
template <typename Visitor>
void ForEachStrings(const PackageList& list, Visitor visit) {
  for (Package* package = list.packages.front(); package != nullptr;
       package = list.packages.Next(*package)) {
    if (package->type != abi::EFI_HII_PACKAGE_STRINGS) continue;
    const auto strings = StringPackage::Parse(package->bytes);
    if (strings && visit(*package, *strings)) return;
  }
}

/// Null if the list has nothing in that language.
Package* FindLanguage(const PackageList& list, std::string_view language) {
  Package* found = nullptr;
  ForEachStrings(list, [&](Package& package, const StringPackage& strings) {
    if (hii::IsSameLanguage(strings.primary_language(), language)) {
      found = &package;
    }
    return found != nullptr;
  });
  return found;
}

/// The first identifier that no language has.
uint32_t EndId(const PackageList& list) {
  uint32_t end = 1;
  ForEachStrings(list, [&end](Package&, const StringPackage& strings) {
    end = std::max(end, strings.end_id());
    return false;
  });
  return end;
}

/// Text in pieces, as far as there is room.
class AsciiOutput {
 public:
  AsciiOutput(CHAR8* out, UINTN size) : out_(out), size_(size) {}

  UINTN used() const { return used_; }

  void Put(std::string_view text) {
    for (const char c : text) Put(c);
  }
  void Put(char c) {
    if (used_ < size_) out_[used_] = c;
    ++used_;
  }

 private:
  CHAR8* out_;
  UINTN size_;
  UINTN used_ = 0;
};

/// Gives a caller the text that `write(AsciiOutput&)` writes, if it is not too
/// long for the buffer; tells how long it is.
template <typename Writer>
EFI_STATUS GiveText(CHAR8* buffer, UINTN& size, Writer write) {
  AsciiOutput counter(nullptr, 0);
  write(counter);
  const UINTN room = size;
  size = counter.used() + 1;
  if (size > room) return abi::EFI_BUFFER_TOO_SMALL;
  AsciiOutput out(buffer, size);
  write(out);
  out.Put('\0');
  return abi::EFI_SUCCESS;
}

std::optional<hii::FontLook> LookOf(const EFI_FONT_INFO* font) {
  if (font == nullptr) return std::nullopt;
  return hii::FontLook{.size = font->FontSize,
                       .style = font->FontStyle,
                       .name = std::u16string_view(font->FontName)};
}

}  // namespace

/// A string package that is being written, in pool memory, apart from the
/// database: edits that cannot be finished leave that as it was.
class HiiString::Draft {
 public:
  explicit Draft(PoolServices& pool) : pool_(pool) {}
  ~Draft() { Become({}); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  /// What has been written so far.
  Bytes bytes() const { return bytes_; }

  bool BeginEmpty(std::string_view language) {
    return Write([&](hii::PackageWriter& out) {
      hii::WriteEmptyStringPackage(language, out);
      return true;
    });
  }

  /// Edits what there is, or else `original`.
  bool Edit(Bytes original, const StringEdit& edit) {
    const auto strings =
        StringPackage::Parse(bytes_.empty() ? original : Bytes(bytes_));
    return strings && Write([&](hii::PackageWriter& out) {
             return hii::WriteEdited(*strings, edit, out);
           });
  }

 private:
  /// Calls `write` twice: to count, and to write.
  template <typename Writer>
  bool Write(Writer write) {
    hii::PackageWriter counter{{}};
    if (!write(counter) || counter.size() > hii::kMaxPackageSizeBytes) {
      return false;
    }
    abi::VOID* const buffer = pool_.Allocate(counter.size());
    if (buffer == nullptr) return false;
    const MutableBytes bytes(static_cast<std::byte*>(buffer), counter.size());
    hii::PackageWriter writer(bytes);
    static_cast<void>(write(writer));
    Become(bytes);
    return true;
  }

  void Become(MutableBytes bytes) {
    if (!bytes_.empty()) static_cast<void>(pool_.FreePool(bytes_.data()));
    bytes_ = bytes;
  }

  PoolServices& pool_;
  MutableBytes bytes_;
};

HiiString::HiiString(HiiDatabase& database, PoolServices& pool)
    : EFI_HII_STRING_PROTOCOL{.NewString = efi::NewString,
                              .GetString = efi::GetString,
                              .SetString = efi::SetString,
                              .GetLanguages = efi::GetLanguages,
                              .GetSecondaryLanguages =
                                  efi::GetSecondaryLanguages},
      database_(database),
      pool_(pool) {}

EFI_STATUS HiiString::New(EFI_HII_HANDLE handle,
                          EFI_STRING_ID* id,
                          const CHAR8* language,
                          const CHAR16* language_name,
                          const CHAR16* text,
                          const EFI_FONT_INFO* font) {
  if (id == nullptr || language == nullptr || text == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  PackageList* const list = database_.store().Find(handle);
  if (list == nullptr) return abi::EFI_NOT_FOUND;
  Package* const package = FindLanguage(*list, language);
  const uint32_t new_id = EndId(*list);

  // The name of the language is a string, too, which it may have already.
  bool has_name = language_name == nullptr;
  Draft draft(pool_);
  Bytes original;
  if (package != nullptr) {
    original = package->bytes;
    const auto strings = StringPackage::Parse(original);
    has_name = has_name || (strings && strings->language_name() != 0);
  } else if (!draft.BeginEmpty(language)) {
    return abi::EFI_OUT_OF_RESOURCES;
  }
  const uint32_t last_id = has_name ? new_id : new_id + 1;
  if (last_id > kMaxStringId) return abi::EFI_OUT_OF_RESOURCES;
  bool is_good = draft.Edit(original,
                            {.id = static_cast<uint16_t>(new_id),
                             .text = text,
                             .font = LookOf(font)});
  if (!has_name) {
    is_good = is_good && draft.Edit(original,
                                    {.id = static_cast<uint16_t>(last_id),
                                     .text = language_name,
                                     .font = std::nullopt,
                                     .names_language = true});
  }
  if (!is_good) return abi::EFI_OUT_OF_RESOURCES;
  const EFI_STATUS status = database_.Put(*list, package, draft.bytes());
  if (!abi::EFI_ERROR(status)) *id = static_cast<EFI_STRING_ID>(new_id);
  return status;
}

EFI_STATUS HiiString::Get(const CHAR8* language,
                          EFI_HII_HANDLE handle,
                          EFI_STRING_ID id,
                          CHAR16* text,
                          UINTN* size_bytes,
                          EFI_FONT_INFO** font) {
  if (language == nullptr || size_bytes == nullptr ||
      (*size_bytes != 0 && text == nullptr)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const PackageList* const list = database_.store().Find(handle);
  if (list == nullptr) return abi::EFI_NOT_FOUND;
  EFI_STATUS status = abi::EFI_NOT_FOUND;
  ForEachStrings(*list, [&](Package&, const StringPackage& strings) {
    const auto found = strings.Find(id);
    if (!found) return false;
    status = abi::EFI_INVALID_LANGUAGE;
    if (!hii::IsSameLanguage(strings.primary_language(), language)) {
      return false;
    }
    const size_t room = *size_bytes / sizeof(CHAR16);
    const size_t needed = strings.Decode(*found, {});
    *size_bytes = needed * sizeof(CHAR16);
    status = abi::EFI_BUFFER_TOO_SMALL;
    if (needed > room) return true;
    status = abi::EFI_SUCCESS;
    if (font != nullptr) {
      *font = nullptr;
      if (found->font) status = NewFontInfo(strings, *found->font, font);
    }
    if (!abi::EFI_ERROR(status)) strings.Decode(*found, {text, needed});
    return true;
  });
  return status;
}

EFI_STATUS HiiString::NewFontInfo(const StringPackage& package,
                                  uint8_t font,
                                  EFI_FONT_INFO** info) {
  EFI_STATUS status = abi::EFI_SUCCESS;
  package.ForEachFont([&](const StringFont& candidate) {
    if (candidate.id != font) return false;
    constexpr size_t kNameOffset = offsetof(EFI_FONT_INFO, FontName);
    const size_t size =
        std::max(sizeof(EFI_FONT_INFO), kNameOffset + candidate.name.size());
    abi::VOID* const buffer = pool_.Allocate(size);
    if (buffer == nullptr) {
      status = abi::EFI_OUT_OF_RESOURCES;
      return true;
    }
    auto* const out = static_cast<EFI_FONT_INFO*>(buffer);
    *out = {.FontStyle = candidate.style,
            .FontSize = candidate.size,
            .FontName = {}};
    std::memcpy(static_cast<std::byte*>(buffer) + kNameOffset,
                candidate.name.data(),
                candidate.name.size());
    *info = out;
    return true;
  });
  return status;
}

EFI_STATUS HiiString::Set(EFI_HII_HANDLE handle,
                          EFI_STRING_ID id,
                          const CHAR8* language,
                          const CHAR16* text,
                          const EFI_FONT_INFO* font) {
  if (language == nullptr || text == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  PackageList* const list = database_.store().Find(handle);
  if (list == nullptr) return abi::EFI_NOT_FOUND;
  Package* const package = FindLanguage(*list, language);
  if (package == nullptr || id == 0 || id >= EndId(*list)) {
    return abi::EFI_NOT_FOUND;
  }
  Draft draft(pool_);
  if (!draft.Edit(package->bytes,
                  {.id = id, .text = text, .font = LookOf(font)})) {
    return abi::EFI_OUT_OF_RESOURCES;
  }
  return database_.Put(*list, package, draft.bytes());
}

EFI_STATUS HiiString::Languages(EFI_HII_HANDLE handle,
                                CHAR8* languages,
                                UINTN* size_bytes) {
  if (size_bytes == nullptr || (*size_bytes != 0 && languages == nullptr)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const PackageList* const list = database_.store().Find(handle);
  if (list == nullptr) return abi::EFI_NOT_FOUND;
  return GiveText(languages, *size_bytes, [list](AsciiOutput& out) {
    ForEachStrings(*list, [&](Package& package, const StringPackage& strings) {
      // Named once, however many packages are in that language.
      const std::string_view language = strings.primary_language();
      if (FindLanguage(*list, language) != &package) return false;
      if (out.used() != 0) out.Put(';');
      out.Put(language);
      return false;
    });
  });
}

EFI_STATUS HiiString::SecondaryLanguages(EFI_HII_HANDLE handle,
                                         const CHAR8* primary_language,
                                         CHAR8* languages,
                                         UINTN* size_bytes) {
  if (primary_language == nullptr || size_bytes == nullptr ||
      (*size_bytes != 0 && languages == nullptr)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const PackageList* const list = database_.store().Find(handle);
  if (list == nullptr) return abi::EFI_NOT_FOUND;
  const Package* const package = FindLanguage(*list, primary_language);
  if (package == nullptr) return abi::EFI_INVALID_LANGUAGE;
  const auto strings = StringPackage::Parse(package->bytes);
  if (!strings) return abi::EFI_INVALID_LANGUAGE;
  return GiveText(languages, *size_bytes, [&strings](AsciiOutput& out) {
    out.Put(strings->secondary_languages());
  });
}

}  // namespace flint::efi
