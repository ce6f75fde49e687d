// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/fpdt.h"

#include "drivers/acpi/table_format.h"

namespace flint::acpi {
namespace {

// [acpi-6.5 5.2.24.2, 5.2.24.5]
constexpr PerformanceRecordHeader kFbptPointer{
    .type = 0, .length = sizeof(Fpdt) - sizeof(TableHeader), .revision = 1};
constexpr PerformanceRecordHeader kBasicBootRecord{
    .type = 2,
    .length = sizeof(Fbpt) - sizeof(Signature) - sizeof(Le32),
    .revision = 2};
static_assert(kFbptPointer.length == 16 && kBasicBootRecord.length == 48);

}  // namespace

Fpdt MakeFpdt(uint64_t fbpt_address) {
  Fpdt table{};
  table.header = {.signature = {'F', 'P', 'D', 'T'},
                  .length = sizeof(Fpdt),
                  .revision = 1,
                  .checksum = 0,
                  .oem_id = {'F', 'L', 'I', 'N', 'T', ' '},
                  .oem_table_id = {'F', 'L', 'I', 'N', 'T', ' ', ' ', ' '},
                  .oem_revision = 1,
                  .creator_id = {'F', 'L', 'N', 'T'},
                  .creator_revision = 1};
  table.pointer = kFbptPointer;
  table.fbpt_address = fbpt_address;
  table.header.checksum = ChecksumFor(AsBytes(table));
  return table;
}

Fbpt MakeFbpt(const BootTimes& times) {
  return {.signature = {'F', 'B', 'P', 'T'},
          .length = sizeof(Fbpt),
          .basic_boot = kBasicBootRecord,
          .reserved = 0,
          .reset_end = times.reset_end_ns,
          .load_begin = times.load_begin_ns,
          .start = times.start_ns,
          .exit_begin = times.exit_begin_ns,
          .exit_end = times.exit_end_ns};
}

}  // namespace flint::acpi
