// SPDX-License-Identifier: Apache-2.0
//
// What needs no driver: blocks of bytes as configuration strings and back, and
// the choice of a part of a string.

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "efi/abi/protocol/device_path.h"
#include "efi/device_path/device_path.h"
#include "efi/hii/hii_config_routing.h"
#include "platforms/base/checked.h"

namespace flint::efi {
namespace {

using abi::CHAR16;
using abi::EFI_STATUS;
using abi::UINT8;
using abi::UINTN;
using hii::ConfigElementReader;
using hii::ConfigSection;
using hii::ConfigSectionReader;
using hii::PoolText;

/// A part of a block, by a pair of elements.
struct BlockName {
  uint64_t offset = 0;
  uint64_t width = 0;
  uint64_t end = 0;
};

/// Nothing if what is next is none; then the reader is where it was.
std::optional<BlockName> NextBlockName(ConfigElementReader& reader) {
  ConfigElementReader ahead = reader;
  const auto offset = ahead.Next();
  const auto width = ahead.Next();
  if (!offset || !offset->Is(u"OFFSET") || !width || !width->Is(u"WIDTH")) {
    return std::nullopt;
  }
  const auto offset_number = hii::ParseHex(*offset->value);
  const auto width_number = hii::ParseHex(*width->value);
  if (!offset_number || !width_number) return std::nullopt;
  const auto end = CheckedAdd(*offset_number, *width_number);
  if (!end) return std::nullopt;
  reader = ahead;
  return BlockName{
      .offset = *offset_number, .width = *width_number, .end = *end};
}

bool IsWanted(const ConfigSection& section,
              const HiiConfigRouting::Wanted& wanted) {
  if (wanted.guid != nullptr &&
      !hii::IsHexOf(section.guid_digits, AsBytes(*wanted.guid))) {
    return false;
  }
  if (wanted.name != nullptr &&
      !hii::IsHexOfText(section.name_digits, wanted.name)) {
    return false;
  }
  if (wanted.path == nullptr) return true;
  const auto path = DevicePath::At(wanted.path);
  return path && hii::IsHexOf(section.path_digits, path->bytes());
}

}  // namespace

EFI_STATUS HiiConfigRouting::ToConfig(CHAR16* request,
                                      Bytes block,
                                      CHAR16** config,
                                      CHAR16** progress) {
  if (progress == nullptr) return abi::EFI_INVALID_PARAMETER;
  *progress = request;
  if (request == nullptr || config == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const std::u16string_view all(request);
  ConfigSectionReader sections(all);
  const auto section = sections.Next();
  if (!section) return abi::EFI_INVALID_PARAMETER;
  PoolText out(pool_);
  out.Append(section->header);
  ConfigElementReader reader(section->body);
  while (!reader.remaining().empty()) {
    const std::u16string_view rest = reader.remaining();
    *progress = request + (rest.data() - all.data());
    const auto name = NextBlockName(reader);
    if (!name) return abi::EFI_INVALID_PARAMETER;
    const auto part = Slice(block, name->offset, name->width);
    if (!part) return abi::EFI_DEVICE_ERROR;
    out.Append(rest.substr(0, rest.size() - reader.remaining().size()));
    out.Append(u"&VALUE=");
    out.AppendNumber(*part);
  }
  *progress = request + (all.size() - sections.remaining().size());
  if (!sections.at_end()) return abi::EFI_INVALID_PARAMETER;
  CHAR16* const text = out.Release();
  if (text == nullptr) {
    *progress = request;
    return abi::EFI_OUT_OF_RESOURCES;
  }
  *config = text;
  return abi::EFI_SUCCESS;
}

EFI_STATUS HiiConfigRouting::ToBlock(CHAR16* response,
                                     UINT8* block,
                                     UINTN* size_bytes,
                                     CHAR16** progress) {
  if (progress == nullptr) return abi::EFI_INVALID_PARAMETER;
  *progress = response;
  if (response == nullptr || size_bytes == nullptr ||
      (block == nullptr && *size_bytes != 0)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const std::u16string_view all(response);
  const MutableBytes bytes =
      std::as_writable_bytes(std::span(block, *size_bytes));
  ConfigSectionReader sections(all);
  const auto section = sections.Next();
  if (!section) return abi::EFI_INVALID_PARAMETER;
  uint64_t needed = 0;
  uint64_t end = 0;
  ConfigElementReader reader(section->body);
  while (!reader.remaining().empty()) {
    *progress = response + (reader.remaining().data() - all.data());
    const auto name = NextBlockName(reader);
    const auto value = reader.Next();
    if (!name || !value || !value->Is(u"VALUE")) {
      return abi::EFI_INVALID_PARAMETER;
    }
    needed = std::max(needed, name->end);
    if (needed > bytes.size()) continue;
    if (!hii::HexToBytes(*value->value,
                         bytes.subspan(name->offset, name->width))) {
      return abi::EFI_INVALID_PARAMETER;
    }
    end = needed;
  }
  *progress = response + (all.size() - sections.remaining().size());
  if (!sections.at_end()) return abi::EFI_INVALID_PARAMETER;
  if (needed > bytes.size()) {
    *size_bytes = needed;
    return abi::EFI_BUFFER_TOO_SMALL;
  }
  *size_bytes = end == 0 ? 0 : end - 1;
  return abi::EFI_SUCCESS;
}

EFI_STATUS HiiConfigRouting::Select(const CHAR16* response,
                                    const Wanted& wanted,
                                    CHAR16** selected) {
  if (response == nullptr || selected == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  ConfigSectionReader sections{std::u16string_view(response)};
  while (!sections.at_end()) {
    const auto section = sections.Next();
    if (!section) return abi::EFI_INVALID_PARAMETER;
    ConfigElementReader reader(section->body);
    std::u16string_view body = section->body;
    const auto first = reader.Next();
    std::optional<uint64_t> alternative;
    if (first && first->Is(u"ALTCFG")) {
      alternative = hii::ParseHex(*first->value);
      body = reader.remaining();
      if (!alternative) return abi::EFI_INVALID_PARAMETER;
    }
    const bool is_asked_for = wanted.alternative == nullptr
                                  ? !alternative
                                  : alternative == *wanted.alternative;
    if (!is_asked_for || !IsWanted(*section, wanted)) continue;
    PoolText out(pool_);
    out.Append(section->header);
    out.Append(body);
    CHAR16* const text = out.Release();
    if (text == nullptr) return abi::EFI_OUT_OF_RESOURCES;
    *selected = text;
    return abi::EFI_SUCCESS;
  }
  return abi::EFI_NOT_FOUND;
}

}  // namespace flint::efi
