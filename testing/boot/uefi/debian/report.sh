#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a whole system says of itself, as guest/init.sh does for a small one;
# then it shuts down.

show() {
  sed "s/^/FLINT-GUEST $1: /"
}

show cmdline < /proc/cmdline
show iomem < /proc/iomem
show efi < /sys/firmware/efi/fw_platform_size
dmesg | show dmesg
mount /boot/efi
echo "$(systemctl is-system-running --wait) $(findmnt -n -o SOURCE,FSTYPE /) $(findmnt -n -o SOURCE,FSTYPE /boot/efi)" |
  show system
echo "FLINT-GUEST ready"
systemctl poweroff
