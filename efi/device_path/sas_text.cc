// SPDX-License-Identifier: Apache-2.0
#include "efi/device_path/sas_text.h"

namespace flint::efi {
namespace {

// How many bytes of the word mean something.
constexpr uint16_t kByteCountMask = 0x0f;
constexpr uint16_t kOneByte = 1;
constexpr uint16_t kTwoBytes = 2;  // the upper one is the drive bay, less one

constexpr uint16_t kSata = 1 << 4;
constexpr uint16_t kExternal = 1 << 5;
constexpr uint16_t kExpanded = 1 << 6;
constexpr uint16_t kReserved = 1 << 7;

}  // namespace

void PutSasTopology(uint16_t topology, TextWriter& out) {
  const uint16_t byte_count = topology & kByteCountMask;
  if (byte_count > kTwoBytes || (topology & kReserved) != 0) {
    out.PutHex(topology);
    return out.Put(",0,0,0");
  }
  if (byte_count == 0) return out.Put("NoTopology,0,0,0");
  out.Put((topology & kSata) != 0 ? "SATA," : "SAS,");
  out.Put((topology & kExternal) != 0 ? "External," : "Internal,");
  out.Put((topology & kExpanded) != 0 ? "Expanded," : "Direct,");
  if (byte_count == kOneByte) return out.Put(u'0');
  out.PutHex((topology >> 8) + 1u);
}

uint16_t TakeSasTopology(Arguments& arguments) {
  const TextReader kind = arguments.Next();
  const TextReader location = arguments.Next();
  const TextReader connection = arguments.Next();
  const TextReader bay = arguments.Next();
  if (kind.Is("NoTopology")) return 0;
  if (!kind.Is("SAS") && !kind.Is("SATA")) {
    return static_cast<uint16_t>(kind.Integer());
  }
  unsigned topology = kind.Is("SATA") ? kSata : 0u;
  if (location.Is("External") || location.Is("1")) topology |= kExternal;
  if (connection.Is("Expanded") || connection.Is("1")) topology |= kExpanded;
  const uint64_t bay_number = bay.Integer();
  if (bay_number == 0) return static_cast<uint16_t>(topology | kOneByte);
  return static_cast<uint16_t>(topology | kTwoBytes |
                               ((bay_number - 1) & 0xff) << 8);
}

}  // namespace flint::efi
