#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# make_iso.sh XORRISO IMAGE LABEL TABLE BOOT_IMAGE [PATH SOURCE]...
#
# Makes an ISO 9660 image of the files, and BOOT_IMAGE for UEFI: a file, or if
# TABLE is gpt a partition behind them, which boot catalogue and GPT name. The
# program is given as a path.
set -eu

xorriso=$1
image=$2
label=$3
table=$4
boot_image=$5
shift 5

export LC_ALL=C.UTF-8 TZ=UTC
# The time of everything, in seconds since 1970; identifiers are made of it.
export SOURCE_DATE_EPOCH=1704067200
readonly boot_path=boot/grub/efi.img

# Pairs become words PATH=SOURCE behind the options.
count=$#
while [ "$count" -gt 0 ]; do
  set -- "$@" "$1=$2"
  shift 2
  count=$((count - 2))
done
case $table in
  gpt)
    set -- -partition_offset 16 -append_partition 2 0xef "$boot_image" \
      -appended_part_as_gpt -e --interval:appended_partition_2:all:: \
      -no-emul-boot "$@"
    ;;
  none) set -- -e "$boot_path" -no-emul-boot "$@" "$boot_path=$boot_image" ;;
esac

# -f: inputs are links to what Bazel has.
rm -f "$image"
if ! said=$("$xorriso" -no_rc -as mkisofs -quiet -r -J -f -file-mode 0444 -V "$label" \
  --set_all_file_dates "=$SOURCE_DATE_EPOCH" -o "$image" -graft-points "$@" 2>&1); then
  echo "$said" >&2
  exit 1
fi
