# SPDX-License-Identifier: Apache-2.0
"""Disks with the guest under test."""

load("//testing/images:fat_file_system.bzl", "fat_file_system")
load("//testing/images:partitioned_disk.bzl", "partition", "partitioned_disk")

# Odd in length, so that the second initrd stands right only if the firmware
# aligns it.
_INITRDS = {
    ":guest_initrd": "debian/initrd.cpio",
    ":guest_overlay": "debian/overlay.cpio",
}

def guest_file_system(name, entries, size_mib, type = 16, kernel = "@debian_linux_cloud//:vmlinuz", initrds = None, **kwargs):
    """A file system with the guest.

    Args:
      name: name of the file system.
      entries: labels of Boot Loader Specification entries.
      size_mib: size.
      type: of FAT.
      kernel: label of what is /debian/vmlinuz; None for none.
      initrds: label to path; the guest's two unless given.
      **kwargs: as in fat_file_system.
    """
    files = {entry: "loader/" + entry for entry in entries}
    files.update(_INITRDS if initrds == None else initrds)
    if kernel:
        files[kernel] = "debian/vmlinuz"
    fat_file_system(
        name = name,
        files = files,
        size_mib = size_mib,
        type = type,
        **kwargs
    )

def guest_disk(name, size_mib, sector_size = 512, table = "gpt", others_before = 0, **kwargs):
    """A disk, NAME.img, with the guest in an EFI system partition, NAME_esp.

    Args:
      name: name of the disk.
      size_mib: size of the partition.
      sector_size: of the disk and the file system.
      table: gpt or mbr.
      others_before: how many empty partitions of one mebibyte come first.
      **kwargs: as in guest_file_system.
    """
    guest_file_system(
        name = name + "_esp",
        sector_size = sector_size,
        size_mib = size_mib,
        **kwargs
    )
    empty = partition("linux", size_mib = 1)
    partitioned_disk(
        name = name,
        partitions = others_before * [empty] +
                     [partition("esp", size_mib = size_mib, content = ":" + name + "_esp")],
        sector_size = sector_size,
        table = table,
    )
