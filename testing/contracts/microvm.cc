// SPDX-License-Identifier: Apache-2.0
#include "testing/contracts/microvm.h"

#include "testing/contracts/aml.h"

namespace flint::contracts::microvm {

qemu::Machine Machine(int memory_mebibytes) {
  // The later type counts.
  return qemu::Machine::Q35()
      .WithMemoryMib(memory_mebibytes)
      .WithArguments({"-machine",
                      "microvm,acpi=on,auto-kernel-cmdline=off",
                      "-global",
                      "virtio-mmio.force-legacy=false"});
}

std::string Dsdt() {
  const std::string virtio = aml::Device(
      "V000",
      aml::Name("_HID", aml::Text("LNRO0005")) +
          aml::Name("_UID", aml::Integer(0)) +
          aml::Name("_CRS",
                    aml::Resources({aml::Memory(kVirtio, kVirtioSize),
                                    aml::Interrupt(kVirtioInterrupt)})));
  return aml::SoftOff(5) + aml::Scope("_SB_", aml::SerialPort() + virtio);
}

}  // namespace flint::contracts::microvm
