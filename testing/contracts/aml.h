// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace flint::contracts::aml {

/// Just as much of the ACPI Machine Language as it takes to describe a small
/// machine. Each function returns the bytes of one term. [acpi-6.5 20.2]

/// Scope(\_SB) { body }: a path of one segment, from the root.
std::string Scope(std::string_view segment, std::string_view body);
/// Device (NAME) { body }
std::string Device(std::string_view name, std::string_view body);
/// Name (NAME, data)
std::string Name(std::string_view name, std::string_view data);

/// The type of sleep that is off.
std::string SoftOff(uint32_t type);
/// COM1, at its usual ports and interrupt.
std::string SerialPort();

std::string Integer(uint32_t value);
/// EisaId ("PNP0A08")
std::string EisaId(std::string_view id);
std::string Text(std::string_view text);
std::string Package(std::initializer_list<std::string> elements);

/// ResourceTemplate () { descriptors }
std::string Resources(std::initializer_list<std::string> descriptors);
/// Ports that are decoded there and nowhere else. [acpi-6.5 6.4.2.5]
std::string Ports(uint16_t first, uint8_t count);
/// Whole windows, inclusive. [acpi-6.5 6.4.3.5]
std::string BusWindow(uint16_t first, uint16_t last);
std::string PortWindow(uint16_t first, uint16_t last);
std::string MemoryWindow(uint32_t first, uint32_t last);
std::string HighMemoryWindow(uint64_t first, uint64_t last);
/// An edge-triggered interrupt of the I/O APIC. [acpi-6.5 6.4.3.6]
std::string Interrupt(uint32_t number);
/// Registers in memory. [acpi-6.5 6.4.3.4]
std::string Memory(uint32_t address, uint32_t size_bytes);

}  // namespace flint::contracts::aml
