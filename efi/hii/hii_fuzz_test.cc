// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a package list: taken or refused, read, edited, exported.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "efi/environment/host_environment.h"
#include "efi/hii/hii_database.h"
#include "efi/hii/hii_string.h"

namespace flint::efi {
namespace {

using abi::EFI_HII_PACKAGE_LIST_HEADER;
using abi::EFI_STATUS;

/// Reads strings by the language that packages themselves tell.
void UseStrings(HiiString& strings, abi::EFI_HII_HANDLE handle) {
  std::vector<char> languages(0x1'0000);
  abi::UINTN size = languages.size();
  if (strings.Languages(handle, languages.data(), &size) != abi::EFI_SUCCESS) {
    return;
  }
  char* const language = languages.data();
  if (char* const end = std::strchr(language, ';')) *end = '\0';
  std::vector<char16_t> text(0x1'0000);
  for (abi::EFI_STRING_ID id = 0; id < 20; ++id) {
    size = text.size() * sizeof(char16_t);
    const EFI_STATUS read =
        strings.Get(language, handle, id, text.data(), &size, nullptr);
    const EFI_STATUS written =
        strings.Set(handle, id, language, u"new", nullptr);
    // What can be read can be written, and is then read.
    if (read == abi::EFI_SUCCESS && written == abi::EFI_NOT_FOUND) std::abort();
    if (written != abi::EFI_SUCCESS) continue;
    size = text.size() * sizeof(char16_t);
    if (strings.Get(language, handle, id, text.data(), &size, nullptr) !=
            abi::EFI_SUCCESS ||
        size != 8) {
      std::abort();
    }
  }
  abi::EFI_STRING_ID id = 0;
  static_cast<void>(
      strings.New(handle, &id, language, u"Name", u"text", nullptr));
}

void UseLayouts(HiiDatabase& database) {
  std::vector<abi::EFI_GUID> guids(100);
  auto size = static_cast<abi::UINT16>(guids.size() * sizeof(abi::EFI_GUID));
  if (database.FindLayouts(&size, guids.data()) != abi::EFI_SUCCESS) return;
  std::vector<std::byte> layout(UINT16_MAX);
  for (size_t i = 0; i < size / sizeof(abi::EFI_GUID); ++i) {
    abi::UINT16 length = UINT16_MAX;
    if (database.GetLayout(&guids[i], &length, layout.data()) !=
        abi::EFI_SUCCESS) {
      std::abort();
    }
  }
}

void Use(const EFI_HII_PACKAGE_LIST_HEADER* list) {
  static HostEnvironment host;
  static HiiDatabase database({.pages = host.environment().pages(),
                               .pool = host.environment().pool(),
                               .handles = host.environment().handles(),
                               .events = host.environment().events()});
  static HiiString strings(database, host.environment().pool());
  abi::EFI_HII_HANDLE handle = nullptr;
  if (database.New(list, nullptr, &handle) != abi::EFI_SUCCESS) return;
  UseStrings(strings, handle);
  UseLayouts(database);
  if (database.Update(handle, list) != abi::EFI_SUCCESS) std::abort();
  abi::UINTN size = 0;
  if (database.Export(handle, &size, nullptr) != abi::EFI_BUFFER_TOO_SMALL) {
    std::abort();
  }
  std::vector<std::byte> out(size);
  if (database.Export(handle, &size, out.data()) != abi::EFI_SUCCESS ||
      database.Remove(handle) != abi::EFI_SUCCESS) {
    std::abort();
  }
}

}  // namespace
}  // namespace flint::efi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using flint::efi::abi::EFI_HII_PACKAGE_LIST_HEADER;
  if (size < sizeof(EFI_HII_PACKAGE_LIST_HEADER)) return 0;
  std::vector<uint8_t> list(data, data + size);
  // As long as there is memory behind it, which no one can look up.
  auto* const header = static_cast<EFI_HII_PACKAGE_LIST_HEADER*>(
      static_cast<void*>(list.data()));
  if (header->PackageLength > size) {
    header->PackageLength = static_cast<uint32_t>(size);
  }
  flint::efi::Use(header);
  return 0;
}
