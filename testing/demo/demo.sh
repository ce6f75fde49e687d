#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Boots Debian's kernel from a disk through Flint, in QEMU without KVM, and
# tells when each stage spoke: demo.sh QEMU FIRMWARE DISK
set -uo pipefail

readonly qemu=$1 firmware=$2 disk=$3

milliseconds() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

greeted=
started=$(milliseconds)
while IFS= read -r line; do
  printf '%6d ms  %s\n' $(($(milliseconds) - started)) "${line%$'\r'}"
  case $line in
    "flint: Flint "*) firmware_at=$(milliseconds) ;;
    "flint: booting "*) chosen_at=$(milliseconds) ;;
    "Hello from userspace"*) greeted=$(milliseconds) ;;
  esac
done < <("$qemu" -accel tcg -machine q35 -m 512 -nodefaults -no-user-config \
  -display none -no-reboot -serial stdio -kernel "$firmware" \
  -append flint.on_failure=poweroff \
  -drive "file=$disk,format=raw,if=none,id=disk,snapshot=on" \
  -device virtio-blk-pci,drive=disk </dev/null)

if [ -z "$greeted" ]; then
  echo "The guest never came up."
  exit 1
fi
echo
echo "Boot time: $((greeted - started)) ms in all (emulated by TCG), of which" \
  "$((firmware_at - started)) ms QEMU and SeaBIOS, $((chosen_at - firmware_at)) ms Flint" \
  "until it chose, $((greeted - chosen_at)) ms loading and Linux."
