#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
#
# The whole userspace of the demonstration.
/bin/busybox mount -t proc proc /proc
read -r uptime _ < /proc/uptime
echo "Hello from userspace: Linux $(/bin/busybox uname -r), up ${uptime} s"
echo "Its command line: $(/bin/busybox cat /proc/cmdline)"
/bin/busybox poweroff -f
