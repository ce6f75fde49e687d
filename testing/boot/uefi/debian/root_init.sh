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
# In the order in which they need each other; what is built into a kernel is
# no file.
for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev \
  virtio_pci virtio_mmio virtio_blk scsi_common scsi_mod crct10dif_common \
  crc-t10dif crc64 crc64-rocksoft t10-pi sd_mod virtio_scsi libata libahci \
  ahci crc16 mbcache crc32c_generic jbd2 ext4 autofs4 efivarfs nls_ascii \
  nls_cp437 fat vfat; do
  [ -e "/modules/$module.ko" ] && run insmod "/modules/$module.ko"
done

root=
for word in $(run cat /proc/cmdline); do
  case $word in
    root=*) root=${word#root=} ;;
  esac
done

# Some drivers look for disks by and by.
for wait in 1 2 3 4 5 6 7 8 9 10; do
  run findfs "$root" > /dev/null 2>&1 && break
  run sleep 1
done

if ! run mount -t ext4 -o ro "$(run findfs "$root")" /root; then
  echo "initrd: no root file system $root"
  run poweroff -f
fi
run mount -o move /dev /root/dev
run umount /proc
exec /bin/busybox switch_root /root /sbin/init
