#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# make_bios_disk.sh TAR COMPOSE_IMAGE GRUB_TREE CONFIG DISK OUTPUT
#
# Puts GRUB for a BIOS on a copy of a disk with an MBR: into its first sector,
# and between that and the first partition. All are paths; the third is an
# archive with the contents of Debian's packages.
set -eu

tar=$1
compose_image=$2
grub_tree=$3
config=$4
disk=$5
output=$6

scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
"$tar" -xf "$grub_tree" -C "$scratch" ./usr
modules=$scratch/usr/lib/grub/i386-pc
LD_LIBRARY_PATH=$scratch/usr/lib/x86_64-linux-gnu "$scratch/usr/bin/grub-mkimage" \
  -O i386-pc -d "$modules" -c "$config" -p /boot/grub -o "$scratch/core.img" \
  biosdisk part_msdos fat linux

# Behind its code the first sector is the partition table's.
head -c 440 "$modules/boot.img" >"$scratch/boot.img"
"$compose_image" "$output" \
  copy "$disk" 0 1099511627776 \
  copy "$scratch/boot.img" 0 440 \
  copy "$scratch/core.img" 512 1048064
