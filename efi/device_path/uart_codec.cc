// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "efi/device_path/node_codec.h"
#include "efi/device_path/nodes.h"

namespace flint::efi {
namespace {

/// What the line has by default: written DEFAULT, or D, and stored as zero.
constexpr std::string_view kDefault = "DEFAULT";

constexpr std::array<Keyword, 6> kParities{{
    {"D", 0},
    {"N", 1},
    {"E", 2},
    {"O", 3},
    {"M", 4},
    {"S", 5},
}};
constexpr std::array<Keyword, 4> kStopBits{{
    {"D", 0},
    {"1", 1},
    {"1.5", 2},
    {"2", 3},
}};

void PutNumberOrDefault(uint64_t value, TextWriter& out) {
  if (value == 0) return out.Put(kDefault);
  out.PutDecimal(value);
}

uint64_t NumberOrDefault(TextReader text) {
  return text.Is(kDefault) ? 0 : text.Integer();
}

bool ToText(const DeviceNode& node, TextOptions, TextWriter& out) {
  if (!node.Is(abi::MESSAGING_DEVICE_PATH, abi::MSG_UART_DP)) return false;
  const auto uart = node.As<abi::UART_DEVICE_PATH>();
  if (!uart) return false;
  out.Put("Uart(");
  PutNumberOrDefault(uart->BaudRate, out);
  out.Put(u',');
  PutNumberOrDefault(uart->DataBits, out);
  out.Put(u',');
  PutKeywordOrHex(kParities, uart->Parity, out);
  out.Put(u',');
  PutKeywordOrHex(kStopBits, uart->StopBits, out);
  out.Put(u')');
  return true;
}

bool FromText(TextReader name, Arguments arguments, PathWriter& out) {
  if (!name.Is("Uart")) return false;
  abi::UART_DEVICE_PATH uart = nodes::Uart(0);
  uart.BaudRate = NumberOrDefault(arguments.Next());
  uart.DataBits = static_cast<uint8_t>(NumberOrDefault(arguments.Next()));
  uart.Parity =
      static_cast<uint8_t>(KeywordOrInteger(kParities, arguments.Next()));
  uart.StopBits =
      static_cast<uint8_t>(KeywordOrInteger(kStopBits, arguments.Next()));
  out.Append(uart);
  return true;
}

}  // namespace

constexpr NodeCodec kUartCodec{.to_text = ToText, .from_text = FromText};

}  // namespace flint::efi
