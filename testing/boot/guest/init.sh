#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
#
# The guest under test: says what it was given, one line a fact, each behind a
# mark that tests look for; then powers off through ACPI, or resets if there is
# none.

run() {
  /bin/busybox "$@"
}

# Prints a file, each line behind a mark.
show() {
  run sed "s/^/FLINT-GUEST $1: /" "$2"
}

run mount -t proc proc /proc
run mount -t sysfs sysfs /sys
run mount -t devtmpfs dev /dev

echo "FLINT-GUEST begin"
show cmdline /proc/cmdline
show iomem /proc/iomem
show overlay /overlay
[ -e /sys/firmware/efi ] && show efi /sys/firmware/efi/fw_platform_size

# When the firmware did what: five times, behind the header of a table in
# reserved memory, of which FPDT tells.
show_boot_times() {
  address=$(run od -A n -t u8 -j 44 -N 8 /sys/firmware/acpi/tables/FPDT | run tr -d ' ')
  run dd if=/dev/mem bs=8 skip=$((address / 8 + 2)) count=5 2> /dev/null |
    run od -A n -t u8 -v -w8 | run sed 's/^ */FLINT-GUEST boot_time: /'
}
[ -e /sys/firmware/acpi/tables/FPDT ] && show_boot_times

# Some drivers look for what is there by and by.
await_disk() {
  for wait in 1 2 3 4 5 6 7 8 9 10; do
    [ -e "/sys/block/$1" ] && break
    run sleep 1
  done
}

# The disks must work for whoever comes after the firmware.
show_disks() {
  for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev \
    virtio_pci virtio_mmio virtio_blk; do
    run insmod "/modules/$module.ko"
  done
  # NVMe is built into the kernel.
  if run grep -qs 0x010802 /sys/bus/pci/devices/*/class; then await_disk nvme0n1; fi
  if run grep -qsx 0x0008 /sys/bus/virtio/devices/*/device; then
    for module in scsi_common scsi_mod sd_mod virtio_scsi; do
      run insmod "/modules/$module.ko"
    done
    await_disk sda
  fi
  for disk in /sys/block/vd* /sys/block/nvme* /sys/block/sd*; do
    [ -e "$disk" ] || continue
    block_size=$(run cat "$disk/queue/logical_block_size")
    header=$(run dd if="/dev/${disk##*/}" bs="$block_size" skip=1 count=1 2> /dev/null |
      run head -c 8 | run tr -cd 'A-Za-z0-9 ')
    echo "FLINT-GUEST disk: ${disk##*/} $block_size $header"
  done
}

# A test that counts the firmware's requests wants none of ours.
run grep -q flint.no_disks /proc/cmdline || show_disks

# How drivers of PCI devices are interrupted.
echo "FLINT-GUEST messages: $(run grep -c PCI-MSI /proc/interrupts)"

mount_esp() {
  for module in nls_ascii nls_cp437 fat vfat; do
    run insmod "/modules/$module.ko"
  done
  run mkdir /esp
  run mount -t vfat -o "$1" /dev/vda1 /esp
}

# What the EFI system partition of the first disk holds, large files aside.
show_files() {
  mount_esp ro
  run find /esp -type f -size -2048k -exec /bin/busybox md5sum {} + |
    run sed 's/^/FLINT-GUEST file: /'
}
if run grep -q flint.files /proc/cmdline; then show_files; fi

# Restarts the machine once.
restart() {
  mount_esp rw
  [ -e /esp/restarted ] && return
  echo > /esp/restarted
  run umount /esp
  run reboot -f
}
if run grep -q flint.restart /proc/cmdline; then restart; fi

# What tests set of UEFI's variables, and whether one can still be set.
show_variables() {
  run insmod /modules/efivarfs.ko
  variables=/sys/firmware/efi/efivars
  run mount -t efivarfs efivarfs "$variables"
  written=$variables/FlintSmall-0f11e700-0000-4000-8000-0000000000aa
  printf '\7\0\0\0small' > "$written"
  for variable in "$variables"/Flint* "$variables"/Boot*; do
    bytes=$(run od -An -v -tx1 "$variable" | run tr -d ' \n')
    echo "FLINT-GUEST found: ${variable##*/}=$bytes"
  done
}
if run grep -q flint.variables /proc/cmdline; then show_variables; fi

if run grep -q flint.dmesg /proc/cmdline; then
  run dmesg | run sed 's/^/FLINT-GUEST dmesg: /'
fi

if [ -e /large.md5 ]; then
  if run md5sum < /large | run cmp -s - /large.md5; then
    echo "FLINT-GUEST large: intact"
  else
    echo "FLINT-GUEST large: differs"
  fi
fi

show uptime /proc/uptime
echo "FLINT-GUEST ready"
[ -e /sys/firmware/acpi ] || run reboot -f
run poweroff -f
