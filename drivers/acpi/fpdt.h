// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/acpi/table_format.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::acpi {

/// When the firmware did what, in nanoseconds of a clock that started at, or
/// before, the firmware's first instruction. 0: it did not.
struct BootTimes {
  /// The firmware begins.
  uint64_t reset_end_ns = 0;
  /// It begins to load, and starts, the operating system's loader.
  uint64_t load_begin_ns = 0;
  uint64_t start_ns = 0;
  /// ExitBootServices is entered, and left.
  uint64_t exit_begin_ns = 0;
  uint64_t exit_end_ns = 0;
};

/// What each record of FPDT and FBPT begins with. [acpi-6.5 5.2.24.1]
struct PerformanceRecordHeader {
  Le16 type;
  uint8_t length;
  uint8_t revision;
};
static_assert(sizeof(PerformanceRecordHeader) == 4);

/// The Firmware Performance Data Table, with nothing in it but where the FBPT
/// is. [acpi-6.5 5.2.24]
struct Fpdt {
  TableHeader header;
  PerformanceRecordHeader pointer;
  Le32 reserved;
  Le64 fbpt_address;
};
static_assert(sizeof(Fpdt) == 52 && WireType<Fpdt>);

/// The Firmware Basic Boot Performance Table. It is in memory that the
/// operating system never uses. [acpi-6.5 5.2.24.4]
struct Fbpt {
  Signature signature;
  Le32 length;
  PerformanceRecordHeader basic_boot;
  Le32 reserved;
  Le64 reset_end;
  Le64 load_begin;
  Le64 start;
  Le64 exit_begin;
  Le64 exit_end;
};
static_assert(sizeof(Fbpt) == 56 && WireType<Fbpt>);

inline constexpr std::string_view kFpdtSignature = "FPDT";

/// A table for an FBPT at that address.
Fpdt MakeFpdt(uint64_t fbpt_address);

Fbpt MakeFbpt(const BootTimes& times);

}  // namespace flint::acpi
