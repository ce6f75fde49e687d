# SPDX-License-Identifier: Apache-2.0
"""A test of UEFI applications or boot loaders in a virtual machine."""

load("//testing:cc_host_test.bzl", "cc_host_test")

_OVMF = "@debian_ovmf//:ovmf.fd"

def uefi_boot_test(name, data, size = "medium", tags = [], **kwargs):
    """A test with Flint, NAME, and the same with OVMF by hand, NAME_on_ovmf.

    Args:
      name: name of the test.
      data: of both; the firmware comes with it.
      size: of the test with Flint.
      tags: of the test with Flint.
      **kwargs: as in cc_host_test.
    """
    cc_host_test(
        name = name,
        size = size,
        data = data + ["//:firmware"],
        tags = tags + ["qemu"],
        **kwargs
    )
    cc_host_test(
        name = name + "_on_ovmf",
        size = "large",
        data = depset(data + [_OVMF]).to_list(),
        env = {"FLINT_TEST_FIRMWARE": "ovmf"},
        tags = [
            "manual",
            "qemu",
        ],
        **kwargs
    )
