# SPDX-License-Identifier: Apache-2.0
"""What only tests need: programs of this machine and Debian's packages."""

load("//platforms/repositories:debian_package.bzl", "debian_package")
load("//platforms/repositories:host_tools.bzl", "host_tools")
load("//platforms/repositories:qemu.bzl", "qemu")

_DRIVERS = "lib/modules/*/kernel/drivers/"

def flint_test_dependencies():
    """Declares the external repositories that tests use; fetched when used."""
    host_tools(name = "host_tools")
    qemu(name = "qemu")

    debian_package(
        name = "debian_busybox_static",
        files = {"busybox": "bin/busybox"},
        package = "busybox-static",
    )
    debian_package(
        name = "debian_linux_cloud",
        dependency = "linux-image-*-cloud-amd64",
        files = {
            "virtio.ko": _DRIVERS + "virtio/virtio.ko",
            "virtio_blk.ko": _DRIVERS + "block/virtio_blk.ko",
            "virtio_pci.ko": _DRIVERS + "virtio/virtio_pci.ko",
            "virtio_pci_legacy_dev.ko": _DRIVERS + "virtio/virtio_pci_legacy_dev.ko",
            "virtio_pci_modern_dev.ko": _DRIVERS + "virtio/virtio_pci_modern_dev.ko",
            "virtio_ring.ko": _DRIVERS + "virtio/virtio_ring.ko",
            "vmlinuz": "boot/vmlinuz-*",
        },
        package = "linux-image-cloud-amd64",
    )
