#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds //:firmware twice from nothing, in two output bases and without a
# cache, and compares the bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

directory=$(mktemp -d)
trap 'chmod -R u+w "$directory" && rm -rf "$directory"' EXIT
for round in first second; do
  bazel --output_base="$directory/$round" build --disk_cache= \
    --symlink_prefix="$directory/$round-" //:firmware
  cp "$directory/$round-bin/firmware.elf" "$directory/$round.elf"
  bazel --output_base="$directory/$round" shutdown
done
sha256sum "$directory"/*.elf
cmp "$directory/first.elf" "$directory/second.elf"
echo "The bytes are the same."
