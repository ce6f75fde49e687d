// SPDX-License-Identifier: Apache-2.0
#include "efi/device_path/ip_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace flint::efi {
namespace {

/// Takes the text up to `separator` off `rest`.
std::u16string_view TakeUpTo(char16_t separator, std::u16string_view& rest) {
  const size_t size = std::min(rest.find(separator), rest.size());
  const std::u16string_view part = rest.substr(0, size);
  rest.remove_prefix(std::min(size + 1, rest.size()));
  return part;
}

}  // namespace

void PutIpv4(const abi::EFI_IPv4_ADDRESS& address, TextWriter& out) {
  bool first = true;
  for (const uint8_t part : address.Addr) {
    if (!first) out.Put(u'.');
    first = false;
    out.PutDecimal(part);
  }
}

abi::EFI_IPv4_ADDRESS ReadIpv4(TextReader text) {
  abi::EFI_IPv4_ADDRESS address{};
  std::u16string_view rest = text.text();
  for (uint8_t& part : address.Addr) {
    part = static_cast<uint8_t>(TextReader(TakeUpTo(u'.', rest)).Integer());
  }
  return address;
}

void PutIpv6(const abi::EFI_IPv6_ADDRESS& address, TextWriter& out) {
  const Bytes bytes = std::as_bytes(std::span(address.Addr));
  for (size_t i = 0; i < bytes.size(); i += 2) {
    if (i != 0) out.Put(u':');
    out.PutBytes(bytes.subspan(i, 2));
  }
}

abi::EFI_IPv6_ADDRESS ReadIpv6(TextReader text) {
  constexpr size_t kGroupCount = 8;
  std::array<uint16_t, kGroupCount> groups{};
  size_t count = 0;
  std::optional<size_t> gap;
  std::u16string_view rest = text.text();
  if (rest.starts_with(u':')) rest.remove_prefix(1);  // "::1"
  while (!rest.empty() && count < kGroupCount) {
    const std::u16string_view group = TakeUpTo(u':', rest);
    if (group.empty()) {
      gap = count;
      continue;
    }
    groups[count++] = static_cast<uint16_t>(TextReader(group).HexDigits());
  }
  if (gap) {
    // What came after the gap belongs at the end.
    std::ranges::rotate(groups.begin() + static_cast<ptrdiff_t>(*gap),
                        groups.begin() + static_cast<ptrdiff_t>(count),
                        groups.end());
  }
  abi::EFI_IPv6_ADDRESS address{};
  for (size_t i = 0; i < kGroupCount; ++i) {
    address.Addr[2 * i] = static_cast<uint8_t>(groups[i] >> 8);
    address.Addr[2 * i + 1] = static_cast<uint8_t>(groups[i]);
  }
  return address;
}

}  // namespace flint::efi
