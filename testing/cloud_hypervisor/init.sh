#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
#
# The Linux in which cloud-hypervisor runs: gets KVM and disks ready, runs what
# the test has put into /vmm, and says how that ended.

run() {
  /bin/busybox "$@"
}

run mount -t proc proc /proc
run mount -t sysfs sysfs /sys
run mount -t devtmpfs dev /dev
run mkdir /dev/shm
run mount -t tmpfs shm /dev/shm

for module in irqbypass kvm kvm-amd virtio_ring virtio virtio_pci_modern_dev \
  virtio_pci_legacy_dev virtio_pci virtio_blk; do
  run insmod "/modules/$module.ko" || echo "FLINT-HOST no module: $module"
done

# Guests may be larger than this machine: they touch little of it.
echo 1 > /proc/sys/vm/overcommit_memory

cd /vmm || run poweroff -f
echo "FLINT-HOST begin"
/bin/busybox sh ./command
echo "FLINT-HOST status: $?"
run sed 's/^/FLINT-HOST event: /' events
echo "FLINT-HOST ready"
run poweroff -f
