#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# make_fat.sh MKFS MMD MCOPY MDEL IMAGE KIBIBYTES [MKFS OPTION]... -- STEP...
#
# STEP is one of: dir PATH, file PATH SOURCE, delete PATH.
#
# Makes a FAT file system with mkfs.fat and fills it with mtools. The programs
# are given as paths; nothing else is run.
set -eu

mkfs=$1
mmd=$2
mcopy=$3
mdel=$4
image=$5
kibibytes=$6
shift 6

# Fixed times, no configuration of the user, names in UTF-8.
export SOURCE_DATE_EPOCH=1704067200 TZ=UTC LC_ALL=C.UTF-8
export MTOOLSRC=/dev/null MTOOLS_SKIP_CHECK=1

options=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  options="$options $1"
  shift
done
shift

# shellcheck disable=SC2086  # options are words without blanks
"$mkfs" --invariant $options -C "$image" "$kibibytes" > /dev/null

while [ $# -gt 0 ]; do
  case $1 in
    dir)
      "$mmd" -i "$image" "::/$2"
      shift 2
      ;;
    file)
      "$mcopy" -i "$image" "$3" "::/$2"
      shift 3
      ;;
    delete)
      "$mdel" -i "$image" "::/$2"
      shift 2
      ;;
    *)
      echo "make_fat.sh: bad argument $1" >&2
      exit 1
      ;;
  esac
done
