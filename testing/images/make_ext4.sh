#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# make_ext4.sh MKE2FS DEBUGFS TAR IMAGE TREE KIBIBYTES UUID STEP...
#
# STEP is one of: dir PATH, file PATH MODE SOURCE, link PATH TARGET.
#
# Makes an ext4 file system of what the archive TREE holds, changed by the
# steps. All is root's. The programs are given as paths.
set -eu

mke2fs=$1
debugfs=$2
tar=$3
image=$4
tree=$5
kibibytes=$6
uuid=$7
shift 7

export LC_ALL=C TZ=UTC
# The time of everything, in seconds since 1970.
export E2FSPROGS_FAKE_TIME=1704067200
export MKE2FS_CONFIG=$image.conf DEBUGFS_PAGER=cat
# This machine's is not asked; without any, mke2fs complains.
printf '[fs_types]\n' > "$MKE2FS_CONFIG"
printf '%s = {\ninode_size = 256\n}\n' ext4 small >> "$MKE2FS_CONFIG"
: > "$image"

files=$image.files
rm -rf "$files"
mkdir "$files"
"$tar" --extract --file="$tree" --directory="$files" --no-same-owner --same-permissions

while [ $# -gt 0 ]; do
  place=$files/$2
  case $1 in
    dir)
      mkdir -p "$place"
      shift 2
      ;;
    file)
      rm -f "$place"
      cp "$4" "$place"
      chmod "$3" "$place"
      shift 4
      ;;
    link)
      rm -f "$place"
      ln -s "$3" "$place"
      shift 3
      ;;
    *)
      echo "make_ext4.sh: bad argument $1" >&2
      exit 1
      ;;
  esac
done

# Features that GRUB 2.06 knows.
"$mke2fs" -q -t ext4 -F -b 4096 -I 256 -m 0 -U "$uuid" \
  -O has_journal,extent,huge_file,flex_bg,metadata_csum,64bit,dir_nlink,extra_isize \
  -E "hash_seed=$uuid,lazy_itable_init=1,nodiscard" "$image" "${kibibytes}k"

# debugfs and not mke2fs -d: the order and the times are ours.
say() { printf '%s\n' "$*"; }
script=$image.script
find "$files" -mindepth 1 -printf '%y %04m %P\n' | sort -k 3 | while read -r kind mode path; do
  case $path in
    */*) name=${path##*/} directory=/${path%/*} ;;
    *) name=$path directory=/ ;;
  esac
  say "cd \"$directory\""
  case $kind in
    d)
      say "mkdir \"$name\""
      say "set_inode_field \"$name\" mode 04$mode"
      ;;
    f) say "write \"$files/$path\" \"$name\"" ;;
    l) say "symlink \"$name\" \"$(readlink "$files/$path")\"" ;;
  esac
done > "$script"

# debugfs succeeds whatever happens: look at its words, behind its version.
said=$("$debugfs" -w -f "$script" "$image" 2>&1 > /dev/null | sed 1d)
if [ -n "$said" ]; then
  echo "$said" >&2
  exit 1
fi
rm -r "$files" "$script" "$MKE2FS_CONFIG"
