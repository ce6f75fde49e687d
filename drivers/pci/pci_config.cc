// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci/pci_config.h"

namespace flint::pci {

FixedText<20> NameOf(const Address& address) {
  FixedText<20> name;
  name.AppendFormat("pci {:04x}:{:02x}:{:02x}.{:x}",
                    address.segment,
                    address.bus,
                    address.device,
                    address.function);
  return name;
}

}  // namespace flint::pci
