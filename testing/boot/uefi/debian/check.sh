#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a whole system can do with the firmware's runtime services, one line a
# fact, each behind a mark that tests look for; then it restarts, or starts
# another kernel. Judging is left to the test.

readonly CHECK=$(sed 's/.*flint\.check=\([a-z]*\).*/\1/' /proc/cmdline)
readonly VARIABLES=/sys/firmware/efi/efivars
readonly VENDOR=0f11e700-0000-4000-8000-0000000000aa
readonly GLOBAL=8be4df61-93ca-11d2-aa0d-00e098032b8c

show() {
  sed "s/^/FLINT-GUEST $1: /"
}

# Runs a command: what it says, and its exit status.
try() {
  local name=$1
  shift
  "$@" 2>&1 | show "$name"
  echo "FLINT-GUEST $name status: ${PIPESTATUS[0]}"
}

# Each variable of the test's: attributes, then data.
show_own() {
  (cd "$VARIABLES" && for file in Flint*; do
    if [ -e "$file" ]; then echo "$file=$(od -An -v -tx1 -w4096 "$file")"; fi
  done) | tr -d ' ' | show "$1"
}

check_variables() {
  local variable=Flint$CHECK
  local own=$VARIABLES/$variable-$VENDOR gone=$VARIABLES/FlintGone-$VENDOR
  efivar --list | show list
  show_own found

  printf one > /tmp/data
  try create efivar --name="$VENDOR-$variable" --write --fromfile=/tmp/data --attributes=7
  show_own created
  printf ' two' > /tmp/data
  try append efivar --name="$VENDOR-$variable" --append --fromfile=/tmp/data --attributes=7
  show_own appended
  try print efivar --name="$VENDOR-$variable" --print
  chattr -i "$own"
  printf '\7\0\0\0three' > "$own"
  show_own replaced
  printf '\107\0\0\0 four' > "$own"
  printf '\7\0\0\0soon' > "$gone"
  show_own extended
  chattr -i "$gone"
  try delete rm "$gone"
  show_own deleted

  head -c 40000 /dev/urandom > /tmp/data
  try large efivar --name="$VENDOR-FlintLarge" --write --fromfile=/tmp/data --attributes=7
  { cat /tmp/data | md5sum; cat "$VARIABLES/FlintLarge-$VENDOR" | tail -c +5 | md5sum; } |
    show "large sum"
  chattr -i "$VARIABLES/FlintLarge-$VENDOR"
  rm "$VARIABLES/FlintLarge-$VENDOR"
}

# Last: Linux takes a file of which it tried to cut off everything for empty.
check_refusals() {
  chattr -i "$VARIABLES/SecureBoot-$GLOBAL"
  { printf '\6\0\0\0\1' > "$VARIABLES/SecureBoot-$GLOBAL"; } 2>&1 | show "secure boot"
  { printf '\6\0\0\0\1' > "$VARIABLES/FlintVolatile-$VENDOR"; } 2>&1 | show volatile
}

check_clock() {
  show rtc < /sys/class/rtc/rtc0/name
  try "clock at start" hwclock --show --utc
  date --set='2027-03-04 05:06:07 UTC' > /dev/null
  try "clock set" hwclock --systohc --utc
  try "clock read" hwclock --show --utc
  try "wake set" rtcwake --mode no --seconds 3600
  try "wake show" rtcwake --mode show
  try "wake disable" rtcwake --mode disable
}

# Linux switches a machine off by ACPI if it can. Here it cannot: its copy of
# the tables loses the sleep state S5.
make_second_initrd() {
  local table=kernel/firmware/acpi/dsdt.aml sum
  mkdir -p /tmp/tables/kernel/firmware/acpi
  cd /tmp/tables || return
  sed 's/_S5_/XS5_/' /sys/firmware/acpi/tables/DSDT > $table
  # It takes only a newer revision, and a good checksum.
  printf '\377\377\377\177' | dd of=$table bs=1 seek=24 conv=notrunc status=none
  printf '\0' | dd of=$table bs=1 seek=9 conv=notrunc status=none
  sum=$(($(od -An -v -tu1 $table | tr -s ' \n' '+' | sed 's/^+//; s/+$//')))
  printf "\\x$(printf %x $((-sum & 255)))" | dd of=$table bs=1 seek=9 conv=notrunc status=none
  install /boot/busybox /tmp/busybox
  { echo $table | /tmp/busybox cpio -o -H newc; cat /boot/guest.cpio; } > /tmp/initrd
}

show cmdline < /proc/cmdline
show efi < /sys/firmware/efi/fw_platform_size
try system systemctl is-system-running --wait
systemctl --failed --no-legend --plain | show failed
stat --format='%n %y' /boot/efi/EFI/flint/* | show store
check_variables
efibootmgr --verbose | show "boot manager"
bootctl status --no-pager 2>&1 | show bootctl
systemd-analyze | show times
check_clock
check_refusals
dmesg | show dmesg

case $CHECK in
  unified)
    try entry efibootmgr --create --disk /dev/vda --part 1 --label debian \
      --loader '\EFI\debian\shimx64.efi'
    number=$(efibootmgr | sed -n 's/^Boot\(....\)\*\{0,1\} debian.*/\1/p')
    try next efibootmgr --bootnext "$number"
    echo "FLINT-GUEST ready"
    systemctl reboot
    ;;
  grub)
    try entry efibootmgr --create --disk /dev/vda --part 1 --label small \
      --loader '\EFI\guest\small.efi'
    try initrd make_second_initrd
    # Not efi=debug, which looks at what is no longer there.
    try kexec kexec --load /boot/vmlinuz --initrd=/tmp/initrd --no-checks \
      --command-line="$(sed 's/efi=debug //' /proc/cmdline)"
    echo "FLINT-GUEST ready"
    systemctl kexec
    ;;
esac
