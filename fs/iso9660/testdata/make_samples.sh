#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the samples beside it anew, with xorriso, dosfstools and mtools. Run it
# from the workspace's root; that is only needed to change them.
set -eu

here=fs/iso9660/testdata
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1795000000 MTOOLSRC=/dev/null LC_ALL=C.UTF-8 TZ=UTC
tree=$work/tree
long=$(printf '%0250d' 0 | tr 0 x)

mkdir -p "$tree/EFI/BOOT" "$tree/boot/grub" "$tree/Many" \
  "$tree/1/2/3/4/5/6/7/8/9/10"
seq 100000 | head -c 5000 > "$tree/boot/numbers.txt"
printf 'title Debian\n' > "$tree/boot/grub/grub.cfg"
printf 'title Debian\n' > "$tree/1/2/3/4/5/6/7/8/9/10/deep.txt"
printf 'long\n' > "$tree/$long"
printf 'umlauts\n' > "$tree/Größe Ωμέγα.conf"
printf 'program\n' > "$tree/EFI/BOOT/BOOTX64.EFI"
: > "$tree/empty"
ln -s boot/numbers.txt "$tree/link"
for i in $(seq 40); do printf '%s' "$i" > "$tree/Many/File number $i"; done

efi=$work/efi.img
mkfs.fat -C -S 512 --invariant -n BOOT "$efi" 120 > /dev/null
mmd -i "$efi" ::/EFI ::/EFI/BOOT
mcopy -i "$efi" "$tree/EFI/BOOT/BOOTX64.EFI" ::/EFI/BOOT/BOOTX64.EFI
cp "$efi" "$tree/boot/grub/efi.img"

pack() {
  python3 fs/volume/pack_sparse_image.py "$work/$1.iso" "$here/$1.sparse"
}

# Deep directories relocated, as the standard wants it.
xorriso -outdev "$work/rock_ridge.iso" -volid 'Flint test' \
  -compliance deep_paths_off -rr_reloc_dir rr_moved -joliet on \
  -map "$tree" / -boot_image any efi_path=/boot/grub/efi.img \
  -boot_image any cat_path=/boot/boot.cat
pack rock_ridge

xorriso -outdev "$work/joliet.iso" -volid 'Flint test' \
  -rockridge off -joliet on -map "$tree" /
pack joliet

rm -r "$tree/1"
xorriso -outdev "$work/plain.iso" -volid 'FLINT_TEST' -rockridge off \
  -map "$tree" /
pack plain

# The boot image as a partition of a GPT, of an MBR, and of an MBR that does not
# tell.
rm -r "$tree/Many"
hybrid() {
  name=$1
  shift
  xorriso -as mkisofs -R -V 'Flint test' -o "$work/$name.iso" "$@" \
    -no-emul-boot "$tree"
  pack "$name"
}
hybrid hybrid_gpt -append_partition 2 0xef "$efi" -appended_part_as_gpt \
  -partition_offset 16 -e --interval:appended_partition_2:all::
hybrid hybrid_mbr -append_partition 2 0xef "$efi" \
  -e --interval:appended_partition_2:all::
hybrid hybrid_unlisted -append_partition 2 0x83 "$tree/boot/numbers.txt" \
  -e boot/grub/efi.img
