// SPDX-License-Identifier: Apache-2.0
#include "efi/file_system/file_path.h"

#include "platforms/base/unicode.h"

namespace flint::efi {
namespace {

// A unit takes at most so many bytes.
constexpr size_t kBytesPerUnit = 3;

}  // namespace

Utf8Text::Utf8Text(PoolServices& pool, std::span<const abi::CHAR16> text)
    : storage_(pool, text.size() * kBytesPerUnit + 1) {
  if (!storage_.valid()) return;
  for (size_t i = 0; i < text.size() * kBytesPerUnit; ++i) storage_.Append(0);
  view_ = Utf16ToUtf8(text, storage_.items());
}

PathParts SplitPath(std::string_view path) {
  while (!path.empty() && IsSeparator(path.back())) path.remove_suffix(1);
  const size_t separator = path.find_last_of("\\/");
  const size_t start = separator == std::string_view::npos ? 0 : separator + 1;
  return {.directory = path.substr(0, start), .name = path.substr(start)};
}

}  // namespace flint::efi
