#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
#
# Sets UEFI variables at run time, as an operating system does; or, once they
# are there, says what it finds.

run() {
  /bin/busybox "$@"
}

run mount -t proc proc /proc
run mount -t sysfs sysfs /sys
run mount -t devtmpfs dev /dev
run insmod /modules/efivarfs.ko

variables=/sys/firmware/efi/efivars
run mount -t efivarfs efivarfs "$variables"
global=8be4df61-93ca-11d2-aa0d-00e098032b8c
vendor=0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0
test="$variables/FlintTest-$vendor"

# A variable's data, behind its attributes, in hexadecimal.
data() {
  run tail -c +5 "$variables/$1-$global" 2> /dev/null | run hexdump -v -e '1/1 "%02x"'
}

echo "FLINT-GUEST begin"
run sed "s/^/FLINT-GUEST cmdline: /" /proc/cmdline
run sed "s/^/FLINT-GUEST efi: /" /sys/firmware/efi/fw_platform_size
if [ -e "$test" ]; then
  echo "FLINT-GUEST system: test=$(run tail -c +5 "$test") current=$(data BootCurrent) next=$(data BootNext)"
else
  # Each is one write, and together they are more than the flash can hold. Of
  # the few variables that may be written again: an option with long data.
  large="$variables/Boot0100-$global"
  failures=
  i=10
  while [ $i -lt 22 ]; do
    { run cat /option; echo $i; run head -c 9000 /dev/zero; } > /large
    run dd if=/large of="$large" bs=16k conv=notrunc 2> /dev/null || failures="$failures $i"
    i=$((i + 1))
  done
  run rm -f "$large" || failures="$failures rm"
  run printf '\007\000\000\000set at run time' > "$test"
  run cat /option > "$variables/Boot0007-$global"
  run printf '\007\000\000\000\007\000' > "$variables/BootNext-$global"
  echo "FLINT-GUEST system: stored$failures"
fi
run dmesg | run grep -i -e efi -e firmware -e 'W+X' -e BUG | run sed 's/^/FLINT-GUEST dmesg: /'
echo "FLINT-GUEST ready"
# Waits until all of it is out.
run stty sane < /dev/console || run sleep 2
run poweroff -f
