// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "drivers/io/cpu.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"

namespace flint::clock {

/// What the hypervisor's timing leaf says: Cloud Hypervisor, VMware, and QEMU
/// when told to.
std::optional<uint64_t> HypervisorLeafHz(io::Cpu& cpu);

/// The ratio of the counter to the crystal, times the crystal. [sdm 3A 19.7.3]
std::optional<uint64_t> TscLeafHz(io::Cpu& cpu);

/// What KVM says its clock has to be scaled by. Gives KVM `shared` to write
/// that to, and takes it back. [kvm-msr]
std::optional<uint64_t> KvmClockHz(io::Cpu& cpu,
                                   GuestMemory& memory,
                                   MutableBytes shared);

}  // namespace flint::clock
