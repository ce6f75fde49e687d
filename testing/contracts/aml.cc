// SPDX-License-Identifier: Apache-2.0
#include "testing/contracts/aml.h"

#include <array>
#include <bit>
#include <cassert>
#include <concepts>

namespace flint::contracts::aml {
namespace {

/// Little-endian, as the host is.
template <std::unsigned_integral T>
std::string Bytes(T value) {
  const auto bytes = std::bit_cast<std::array<char, sizeof(T)>>(value);
  return {bytes.data(), bytes.size()};
}

std::string Byte(unsigned value) { return Bytes(static_cast<uint8_t>(value)); }

/// Behind its length, which counts itself. [acpi-6.5 20.2.4]
std::string WithLength(std::string_view body) {
  const auto size = static_cast<unsigned>(body.size()) + 3;
  assert(size < (1u << 20));
  const std::string length =
      Byte(0x80u | (size & 0xF)) + Byte(size >> 4 & 0xFF) + Byte(size >> 12);
  return length + std::string(body);
}

std::string BufferOf(std::string_view bytes) {
  return "\x11" + WithLength(Bytes(uint8_t{0x0B}) +
                             Bytes(static_cast<uint16_t>(bytes.size())) +
                             std::string(bytes));
}

/// A large resource descriptor. [acpi-6.5 6.4.3]
std::string Large(uint8_t type, const std::string& body) {
  return Byte(0x80u | type) + Bytes(static_cast<uint16_t>(body.size())) + body;
}

enum class WindowOf : uint8_t { kMemory = 0, kPorts = 1, kBuses = 2 };

/// Fixed at both ends, decoded positively, not translated.
template <std::unsigned_integral T>
std::string Window(uint8_t type, WindowOf of, uint8_t flags, T first, T last) {
  constexpr uint8_t kFixed = 0x0C;
  return Large(type,
               Byte(static_cast<uint8_t>(of)) + Byte(kFixed) + Byte(flags) +
                   Bytes(T{0}) + Bytes(first) + Bytes(last) + Bytes(T{0}) +
                   Bytes(static_cast<T>(last - first + 1)));
}

constexpr uint8_t kWritableMemory = 1;
constexpr uint8_t kEntirePortRange = 3;

}  // namespace

std::string Scope(std::string_view segment, std::string_view body) {
  return "\x10" + WithLength("\\" + std::string(segment) + std::string(body));
}

std::string Device(std::string_view name, std::string_view body) {
  return "\x5B\x82" + WithLength(std::string(name) + std::string(body));
}

std::string Name(std::string_view name, std::string_view data) {
  return "\x08" + std::string(name) + std::string(data);
}

std::string SoftOff(uint32_t type) {
  return Name("_S5_", Package({Integer(type), Integer(type)}));
}

std::string SerialPort() {
  return Device("COM1",
                Name("_HID", EisaId("PNP0501")) + Name("_UID", Integer(0)) +
                    Name("_CRS", Resources({Ports(0x3F8, 8), Interrupt(4)})));
}

std::string Integer(uint32_t value) { return "\x0C" + Bytes(value); }

std::string EisaId(std::string_view id) {
  uint32_t value = 0;
  for (const char letter : id.substr(0, 3)) {
    value = value << 5 | static_cast<uint32_t>(letter - '@');
  }
  value = value << 16 | static_cast<uint32_t>(
                            std::stoul(std::string(id.substr(3)), nullptr, 16));
  return Integer(__builtin_bswap32(value));
}

std::string Text(std::string_view text) {
  return "\x0D" + std::string(text) + '\0';
}

std::string Package(std::initializer_list<std::string> elements) {
  std::string body = Byte(static_cast<unsigned>(elements.size()));
  for (const std::string& element : elements) body += element;
  return "\x12" + WithLength(body);
}

std::string Resources(std::initializer_list<std::string> descriptors) {
  std::string bytes;
  for (const std::string& descriptor : descriptors) bytes += descriptor;
  // The end, whose checksum need not be there.
  return BufferOf(bytes + Byte(0x79) + Byte(0));
}

std::string Ports(uint16_t first, uint8_t count) {
  constexpr uint8_t kDecodes16Bits = 1;
  return Byte(0x47) + Byte(kDecodes16Bits) + Bytes(first) + Bytes(first) +
         Byte(1) + Byte(count);
}

std::string BusWindow(uint16_t first, uint16_t last) {
  return Window<uint16_t>(0x08, WindowOf::kBuses, 0, first, last);
}

std::string PortWindow(uint16_t first, uint16_t last) {
  return Window<uint16_t>(
      0x08, WindowOf::kPorts, kEntirePortRange, first, last);
}

std::string MemoryWindow(uint32_t first, uint32_t last) {
  return Window<uint32_t>(
      0x07, WindowOf::kMemory, kWritableMemory, first, last);
}

std::string HighMemoryWindow(uint64_t first, uint64_t last) {
  return Window<uint64_t>(
      0x0A, WindowOf::kMemory, kWritableMemory, first, last);
}

std::string Interrupt(uint32_t number) {
  constexpr uint8_t kEdgeTriggeredConsumer = 3;
  return Large(0x09, Byte(kEdgeTriggeredConsumer) + Byte(1) + Bytes(number));
}

std::string Memory(uint32_t address, uint32_t size_bytes) {
  return Large(0x06,
               Byte(kWritableMemory) + Bytes(address) + Bytes(size_bytes));
}

}  // namespace flint::contracts::aml
