// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "testing/contracts/contract.h"

namespace flint::contracts {

// One function a way of being started, one file a VMM. The numbers are those of
// the VMM's source, as are the names beside them; where QEMU's machine cannot
// be made to follow, the file says so.

/// `--kernel flint --cmdline ... --initramfs ...`, or `--firmware flint`, which
/// is the same without them.
Contract CloudHypervisor(const VirtualMachine& vm);
/// With `--memory-zone`s apart from each other, 4607 MiB in all.
Contract CloudHypervisorWithZones(const VirtualMachine& vm);

/// With `--enable-pci`.
Contract FirecrackerWithPci(const VirtualMachine& vm);
/// Its default: virtio-mmio.
Contract Firecracker(const VirtualMachine& vm);

/// `--kernel flint`: crosvm knows no PVH.
Contract Crosvm(const VirtualMachine& vm);
/// With page tables that map the first GiB, and nothing else.
Contract CrosvmWithOneGib(const VirtualMachine& vm);

/// `--bios flint`, from where its reset vector has copied it.
Contract CrosvmBios(const VirtualMachine& vm);

/// `type = "pvh"`, `kernel = "flint"`.
Contract XenPvh(const VirtualMachine& vm);
/// With `acpi = 0`. Its output is at port 0xE9.
Contract XenPvhWithoutAcpi(const VirtualMachine& vm);

/// `-kernel flint` on q35: SeaBIOS and its option ROM.
Contract QemuSeaBios(const VirtualMachine& vm);
/// The same with a device that writes into free RAM once in a while: who drove
/// it was not as tidy as SeaBIOS. It is `kLiveDevice` among QEMU's objects.
Contract QemuSeaBiosWithLiveDevice(const VirtualMachine& vm);
inline constexpr char kLiveDevice[] = "/machine/peripheral/live/virtio-backend";
/// `-kernel flint` on microvm: qboot.
Contract QemuQboot(const VirtualMachine& vm);

// No VMM's.

/// All that may be odd and is allowed.
Contract Odd(const VirtualMachine& vm);
/// PVH of version 0, which has no memory map.
Contract OldPvh(const VirtualMachine& vm);
/// cloud-hypervisor, but for its ACPI tables.
Contract NoAcpi(const VirtualMachine& vm);

}  // namespace flint::contracts
