#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
#
# A distribution's initrd in short: drivers for the disk, then the root file
# system that the command line names, and its init.

run() {
  /bin/busybox "$@"
}

run mount -t proc proc /proc
run mount -t devtmpfs dev /dev
for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev \
  virtio_pci virtio_blk efivarfs nls_ascii nls_cp437 fat vfat; do
  run insmod "/modules/$module.ko"
done

root=
for word in $(run cat /proc/cmdline); do
  case $word in
    root=*) root=${word#root=} ;;
  esac
done

if ! run mount -t ext4 -o ro "$(run findfs "$root")" /root; then
  echo "initrd: no root file system $root"
  run poweroff -f
fi
run mount -o move /dev /root/dev
run umount /proc
exec /bin/busybox switch_root /root /sbin/init
