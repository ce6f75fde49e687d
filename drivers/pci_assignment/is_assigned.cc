// SPDX-License-Identifier: Apache-2.0
#include <ranges>

#include "drivers/pci/bar.h"
#include "drivers/pci/registers.h"
#include "drivers/pci_assignment/assignment.h"

namespace flint::pci {
namespace {

bool HasAddress(PciConfig& config, const Function& function) {
  for (uint8_t index = 0;; ++index) {
    const Result<Bar> bar = ReadBar(config, function, index);
    if (!bar) return bar.error().code() != ErrorCode::kNotFound;
    if (bar->assigned()) return true;
    if (bar->is_64_bit) ++index;
  }
}

/// A chipset's bridges decode what no BAR names from the start.
bool Decodes(PciConfig& config, const Function& function) {
  constexpr Command::Value kAny = Command::kIoSpace | Command::kMemorySpace;
  if ((config.Read<Command>(function.address) & kAny) == 0) return false;
  const uint16_t function_class =
      ClassAndRevision::Class(config.Read<ClassAndRevision>(function.address));
  return function_class >> 8 != ClassAndRevision::kBridgeBaseClass;
}

}  // namespace

bool IsAssigned(PciConfig& config, std::span<const Function> functions) {
  for (const Function& function : std::views::reverse(functions)) {
    if (HasAddress(config, function) || Decodes(config, function)) return true;
  }
  return false;
}

}  // namespace flint::pci
