// SPDX-License-Identifier: Apache-2.0
#include "testing/efi/application.h"

#include <algorithm>
#include <array>

#include "efi/abi/protocol/simple_text.h"

namespace flint::efi_testing {

void Console::WriteLine(std::string_view text) {
  constexpr size_t kMaxCharacters = 240;
  constexpr std::u16string_view kLineEnd = u"\r\n";
  std::array<char16_t, kMaxCharacters + kLineEnd.size() + 1> line{};
  const std::string_view fitting = text.substr(0, kMaxCharacters);
  const auto end = std::ranges::transform(fitting, line.begin(), [](char c) {
                     return static_cast<char16_t>(c);
                   }).out;
  std::ranges::copy(kLineEnd, end);
  auto* const out = system_->ConOut;
  out->OutputString(out, line.data());
}

}  // namespace flint::efi_testing
