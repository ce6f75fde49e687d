#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the samples beside it anew, with gdisk and util-linux. Run it from the
# workspace's root; that is only needed to change them.
set -eu

here=fs/partition/testdata
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C.UTF-8

truncate -s 8M "$work/gpt"
sgdisk \
  -n 1:2048:6143 -t 1:8300 -c '1:Linux root' \
  -u 1:11111111-1111-1111-1111-111111111111 \
  -n 15:6144:10239 -t 15:EF00 -c '15:EFI System Partition' \
  -u 15:22222222-2222-2222-2222-222222222222 \
  -n 16:10240:12287 -t 16:EA00 -c '16:bootäß€' \
  -u 16:33333333-3333-3333-3333-333333333333 \
  -U 0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0 "$work/gpt"
python3 fs/volume/pack_sparse_image.py "$work/gpt" "$here/gpt.sparse"

truncate -s 16M "$work/mbr"
sfdisk "$work/mbr" <<'TABLE'
label: dos
label-id: 0xcafe1234
start=2048, size=4096, type=ef, bootable
start=6144, size=20480, type=5
start=8192, size=2048, type=83
start=12288, size=4096, type=c
TABLE
python3 fs/volume/pack_sparse_image.py "$work/mbr" "$here/mbr.sparse"
