#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the samples beside it anew, with dosfstools and mtools. Run it from the
# workspace's root; that is only needed to change them.
set -eu

here=fs/fat/testdata
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SOURCE_DATE_EPOCH=1795000000 MTOOLSRC=/dev/null LC_ALL=C.UTF-8

seq 100000 | head -c 2000 > "$work/numbers"
printf 'title Debian\nlinux /vmlinuz\n' > "$work/entry"

make_sample() { # type, size in MiB, sectors per cluster
  image=$work/fat$1
  truncate -s "$2M" "$image"
  mkfs.fat -F "$1" -s "$3" -n 'FLINT TEST' --invariant "$image"
  mmd -i "$image" ::/EFI ::/EFI/BOOT ::/loader ::/loader/entries
  mcopy -i "$image" "$work/numbers" ::/EFI/BOOT/BOOTX64.EFI
  mcopy -i "$image" "$work/entry" \
    ::/loader/entries/debian-6.1.0-13-cloud-amd64.conf
  mcopy -i "$image" "$work/entry" ::/readme.txt
  mcopy -i "$image" "$work/entry" '::/Größe Ωμέγα.conf'
  python3 fs/volume/pack_sparse_image.py "$image" "$here/fat$1.sparse"
}

make_sample 12 2 4
make_sample 16 5 1
make_sample 32 34 1
