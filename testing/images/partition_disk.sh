#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# partition_disk.sh FDISK SCRIPT SECTOR_SIZE COMPOSE_IMAGE IMAGE COMPOSE_STEP...
#
# Composes a disk image and writes a partition table on it, as the fdisk script
# says, without touching anything else. The programs are given as paths.
set -eu

fdisk=$1
script=$2
sector_size=$3
shift 3
image=$2

"$@"

# fdisk succeeds whether or not it could apply the script: look at its words.
said=$(printf 'I\n%s\nw\n' "$script" |
  LC_ALL=C "$fdisk" --noauto-pt --color=never --wipe=never --wipe-partitions=never \
    --sector-size "$sector_size" "$image" 2>&1)
case $said in
  *"Script successfully applied"*"The partition table has been altered"*) ;;
  *)
    echo "$said" >&2
    exit 1
    ;;
esac
