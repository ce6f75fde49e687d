// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/fake_packages.h"

#include "efi/abi/protocol/hii_package.h"
#include "efi/hii/package_view.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::efi::hii {
namespace {

template <WireType T>
std::string TextOf(const T& value) {
  return std::string(AsText(AsBytes(value)));
}

}  // namespace

std::string FakePackage(uint8_t type, std::string_view body) {
  return TextOf(PackageHeader(
             type, sizeof(abi::EFI_HII_PACKAGE_HEADER) + body.size())) +
         std::string(body);
}

std::string FakeGuidPackage(const Guid& guid, std::string_view body) {
  return FakePackage(abi::EFI_HII_PACKAGE_TYPE_GUID,
                     TextOf(guid) + std::string(body));
}

std::string FakePackageList(std::initializer_list<std::string_view> packages) {
  std::string body;
  for (const std::string_view package : packages) body += package;
  body += FakePackage(abi::EFI_HII_PACKAGE_END, {});
  const abi::EFI_HII_PACKAGE_LIST_HEADER header{
      .PackageListGuid = kListGuid,
      .PackageLength = static_cast<uint32_t>(
          sizeof(abi::EFI_HII_PACKAGE_LIST_HEADER) + body.size())};
  return TextOf(header) + body;
}

std::string FakeStringPackage(std::string_view languages,
                              std::initializer_list<std::string_view> blocks,
                              uint16_t language_name) {
  // As build tools write them: static windows, then dynamic ones.
  constexpr uint16_t kWindows[16] = {0x0000,
                                     0x0080,
                                     0x0100,
                                     0x0300,
                                     0x2000,
                                     0x2080,
                                     0x2100,
                                     0x3000,
                                     0x0080,
                                     0x00C0,
                                     0x0400,
                                     0x0600,
                                     0x0900,
                                     0x3040,
                                     0x30A0,
                                     0xFF00};
  std::string body;
  const auto header_size = static_cast<uint32_t>(
      sizeof(abi::EFI_HII_STRING_PACKAGE_HDR) + languages.size() + 1);
  body += TextOf(Le32(header_size)) + TextOf(Le32(header_size));
  for (const uint16_t window : kWindows) body += TextOf(Le16(window));
  body += TextOf(Le16(language_name));
  body += languages;
  body += '\0';
  for (const std::string_view block : blocks) body += block;
  body += '\0';
  return FakePackage(abi::EFI_HII_PACKAGE_STRINGS, body);
}

std::string FakeKeyboardPackage(std::initializer_list<Guid> layouts) {
  std::string body = TextOf(Le16(static_cast<uint16_t>(layouts.size())));
  constexpr std::string_view kDescriptors = "descriptors";
  for (const Guid& guid : layouts) {
    const abi::EFI_HII_KEYBOARD_LAYOUT header{
        .LayoutLength = static_cast<uint16_t>(
            sizeof(abi::EFI_HII_KEYBOARD_LAYOUT) + kDescriptors.size()),
        .Guid = guid,
        .LayoutDescriptorStringOffset = {},
        .DescriptorCount = 1};
    body += TextOf(header);
    body += kDescriptors;
  }
  return FakePackage(abi::EFI_HII_PACKAGE_KEYBOARD_LAYOUT, body);
}

std::string Ucs2(std::u16string_view text) {
  std::string bytes;
  for (const char16_t unit : text) bytes += TextOf(Le16(unit));
  return bytes + TextOf(Le16(uint16_t{0}));
}

std::string Ucs2Block(std::u16string_view text) {
  return static_cast<char>(abi::EFI_HII_SIBT_STRING_UCS2) + Ucs2(text);
}

}  // namespace flint::efi::hii
