// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "platforms/base/result.h"

namespace flint::pci {

/// A Base Address Register, decoded. [pci-3.0 6.2.5.1]
struct Bar {
  enum class Space : uint8_t { kMemory, kIo };

  Space space;
  bool is_64_bit;
  bool prefetchable;
  /// 0 if nobody assigned one, or the register is not implemented.
  uint64_t address;

  bool assigned() const { return address != 0; }
};

/// Reads BAR `index`, without writing anything (so its size stays unknown:
/// some VMMs take the write that asks for it as the wish to move the device).
///
/// kNotFound if this kind of header has no such BAR; kCorrupt if its type is
/// reserved, or it is the low half of a 64-bit BAR without room for the high
/// half. An `index` that names a high half decodes as if it were a BAR.
Result<Bar> ReadBar(PciConfig& config, const Function& function, uint8_t index);

/// The size in bytes of what BAR `index` decodes: a power of two. kNotFound if
/// it is not implemented; otherwise as `ReadBar`.
///
/// Decoding is switched off meanwhile, so nobody may be using the device. Each
/// half of a 64-bit BAR is put back before the next is touched, low half
/// first: cloud-hypervisor takes any other order for a relocation.
Result<uint64_t> MeasureBar(PciConfig& config,
                            const Function& function,
                            uint8_t index);

/// Lets the function answer to its memory BARs and reach memory itself, and
/// silences its interrupt line. Leaves I/O decoding as it is.
void EnableMemoryAndBusMaster(PciConfig& config, const Address& address);

/// The same for its I/O BARs. Leaves memory decoding as it is.
void EnableIoAndBusMaster(PciConfig& config, const Address& address);

/// Keeps functions from reaching memory, bridges aside: who drove them is gone,
/// and what they write to has a new owner. Costs an access for each, and two
/// more for those that can.
void StopBusMasters(PciConfig& config, std::span<const Function> functions);

}  // namespace flint::pci
