# SPDX-License-Identifier: Apache-2.0
"""What only tests need: programs of this machine and Debian's packages."""

load("//platforms/repositories:debian_package.bzl", "debian_package")
load("//platforms/repositories:debian_tree.bzl", "debian_tree")
load("//platforms/repositories:host_tools.bzl", "host_tools")
load("//platforms/repositories:qemu.bzl", "qemu")

# What systemd starts up with to a login prompt, and the tools for what UEFI
# offers it.
_SYSTEMD_PACKAGES = [
    "base-files",
    "base-passwd",
    "bash",
    "coreutils",
    "dash",
    "debianutils",
    "e2fsprogs",
    "efibootmgr",
    "efivar",
    "kexec-tools",
    "kmod",
    "libacl1",
    "libapparmor1",
    "libargon2-1",
    "libattr1",
    "libaudit1",
    "libblkid1",
    "libc6",
    "libcap-ng0",
    "libcap2",
    "libcom-err2",
    "libcrypt1",
    "libcryptsetup12",
    "libdevmapper1.02.1",
    "libefiboot1",
    "libefivar1",
    "libext2fs2",
    "libfdisk1",
    "libgcc-s1",
    "libgcrypt20",
    "libgmp10",
    "libgpg-error0",
    "libip4tc2",
    "libjson-c5",
    "libkmod2",
    "liblz4-1",
    "liblzma5",
    "libmount1",
    "libpam-modules",
    "libpam-runtime",
    "libpam0g",
    "libpcre2-8-0",
    "libpopt0",
    "libseccomp2",
    "libselinux1",
    "libsmartcols1",
    "libssl3",
    "libsystemd-shared",
    "libsystemd0",
    "libtinfo6",
    "libudev1",
    "libuuid1",
    "libxencall1",
    "libxendevicemodel1",
    "libxenevtchn1",
    "libxenforeignmemory1",
    "libxengnttab1",
    "libxenmisc4.17",
    "libxentoolcore1",
    "libxentoollog1",
    "libzstd1",
    "login",
    "mount",
    "sed",
    "systemd",
    "systemd-boot",
    "systemd-sysv",
    "udev",
    "util-linux",
    "util-linux-extra",
    "zlib1g",
]

_DRIVERS = "lib/modules/*/kernel/drivers/"
_FILE_SYSTEMS = "lib/modules/*/kernel/fs/"
_KVM = "lib/modules/*/kernel/arch/x86/kvm/"

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
            "efivarfs.ko": _FILE_SYSTEMS + "efivarfs/efivarfs.ko",
            "fat.ko": _FILE_SYSTEMS + "fat/fat.ko",
            "irqbypass.ko": "lib/modules/*/kernel/virt/lib/irqbypass.ko",
            "kvm-amd.ko": _KVM + "kvm-amd.ko",
            "kvm.ko": _KVM + "kvm.ko",
            "nls_ascii.ko": _FILE_SYSTEMS + "nls/nls_ascii.ko",
            "nls_cp437.ko": _FILE_SYSTEMS + "nls/nls_cp437.ko",
            "scsi_common.ko": _DRIVERS + "scsi/scsi_common.ko",
            "scsi_mod.ko": _DRIVERS + "scsi/scsi_mod.ko",
            "sd_mod.ko": _DRIVERS + "scsi/sd_mod.ko",
            "vfat.ko": _FILE_SYSTEMS + "fat/vfat.ko",
            "virtio.ko": _DRIVERS + "virtio/virtio.ko",
            "virtio_blk.ko": _DRIVERS + "block/virtio_blk.ko",
            "virtio_mmio.ko": _DRIVERS + "virtio/virtio_mmio.ko",
            "virtio_pci.ko": _DRIVERS + "virtio/virtio_pci.ko",
            "virtio_pci_legacy_dev.ko": _DRIVERS + "virtio/virtio_pci_legacy_dev.ko",
            "virtio_pci_modern_dev.ko": _DRIVERS + "virtio/virtio_pci_modern_dev.ko",
            "virtio_ring.ko": _DRIVERS + "virtio/virtio_ring.ko",
            "virtio_scsi.ko": _DRIVERS + "scsi/virtio_scsi.ko",
            "vmlinuz": "boot/vmlinuz-*",
        },
        package = "linux-image-cloud-amd64",
    )

    # The kernel of Debian's installer and of whoever installs by it: it has
    # drivers for hardware, too, and ext4 is one of its modules.
    debian_package(
        name = "debian_linux",
        dependency = "linux-image-*-amd64",
        files = dict({
            "vmlinuz": "boot/vmlinuz-*",
        }.items() + {
            path.split("/")[-1] + ".ko": "lib/modules/*/kernel/" + path + ".ko"
            for path in [
                "block/t10-pi",
                "crypto/crc32c_generic",
                "crypto/crct10dif_common",
                "drivers/ata/ahci",
                "drivers/ata/libahci",
                "drivers/ata/libata",
                "drivers/block/virtio_blk",
                "drivers/scsi/scsi_common",
                "drivers/scsi/scsi_mod",
                "drivers/scsi/sd_mod",
                "drivers/virtio/virtio",
                "drivers/virtio/virtio_pci",
                "drivers/virtio/virtio_pci_legacy_dev",
                "drivers/virtio/virtio_pci_modern_dev",
                "drivers/virtio/virtio_ring",
                "fs/autofs/autofs4",
                "fs/efivarfs/efivarfs",
                "fs/ext4/ext4",
                "fs/fat/fat",
                "fs/fat/vfat",
                "fs/jbd2/jbd2",
                "fs/mbcache",
                "fs/nls/nls_ascii",
                "fs/nls/nls_cp437",
                "lib/crc-t10dif",
                "lib/crc16",
                "lib/crc64",
                "lib/crc64-rocksoft",
            ]
        }.items()),
        package = "linux-image-amd64",
    )

    _boot_loaders()

    # Another UEFI firmware, which the tests themselves are tried on.
    debian_package(
        name = "debian_ovmf",
        files = {
            "ovmf.fd": "usr/share/ovmf/OVMF.fd",
            "ovmf_vars_4m.fd": "usr/share/OVMF/OVMF_VARS_4M.fd",
            "ovmf_vars_4m_ms.fd": "usr/share/OVMF/OVMF_VARS_4M.ms.fd",
        },
        package = "ovmf",
    )

    # What starts a PVH kernel where the firmware is flash.
    debian_package(
        name = "debian_seabios",
        files = {"bios.bin": "usr/share/seabios/bios-256k.bin"},
        package = "seabios",
    )

    # Firmware to compare with.
    debian_package(
        name = "debian_qboot",
        files = {"qboot.rom": "usr/share/qemu/qboot.rom"},
        package = "qemu-system-data",
    )
    debian_tree(
        name = "debian_systemd_tree",
        excludes = [
            "lib/udev/hwdb.d/*",
            "usr/lib/*/gconv",
            "usr/share/doc",
            "usr/share/info",
            "usr/share/lintian",
            "usr/share/locale",
            "usr/share/man",
        ],
        packages = _SYSTEMD_PACKAGES,
    )

def _boot_loaders():
    debian_package(
        name = "debian_shim",
        files = {"shimx64.efi": "usr/lib/shim/shimx64.efi.signed"},
        package = "shim-signed",
    )
    debian_package(
        name = "debian_shim_helpers",
        files = {
            "fbx64.efi": "usr/lib/shim/fbx64.efi.signed",
            "mmx64.efi": "usr/lib/shim/mmx64.efi.signed",
        },
        package = "shim-helpers-amd64-signed",
    )
    debian_package(
        name = "debian_grub",
        files = {
            # For CD-ROMs.
            "gcdx64.efi": "usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed",
            "grubx64.efi": "usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed",
        },
        package = "grub-efi-amd64-signed",
    )

    # For a BIOS: modules, and what makes an image of them.
    debian_tree(
        name = "debian_grub_pc",
        packages = [
            "grub-common",
            "grub-pc-bin",
            "libdevmapper1.02.1",
        ],
    )
    debian_package(
        name = "debian_systemd_boot",
        files = {
            "linuxx64.efi.stub": "usr/lib/systemd/boot/efi/linuxx64.efi.stub",
            "systemd-bootx64.efi": "usr/lib/systemd/boot/efi/systemd-bootx64.efi",
        },
        package = "systemd-boot-efi",
    )
    debian_package(
        name = "debian_refind",
        files = {"refind_x64.efi": "usr/share/refind/refind/refind_x64.efi"},
        package = "refind",
    )
    debian_package(
        name = "debian_ipxe",
        files = {"ipxe.efi": "boot/ipxe.efi"},
        package = "ipxe",
    )
