# SPDX-License-Identifier: Apache-2.0
"""An ELF image for a guest, built without any flag."""

load("//platforms/rules:guest_file.bzl", "guest_file")

def firmware_image(
        name,
        deps,
        platform = "//platforms:guest_x86_64",
        checked = False,
        testonly = False,
        visibility = None):
    """Links `deps` into NAME.elf, stripped; output group `debug` has NAME.debug.elf.

    Args:
      name: name of the image.
      deps: libraries, among them one linker_script and the one that holds the entry.
      platform: what the image is built for.
      checked: whether it is compiled with checks of its own behaviour, as all images are with
        --config=guest_checked.
      testonly: as usual.
      visibility: as usual.
    """
    guest_file(
        name = name,
        checked = checked,
        deps = deps,
        objcopy_arguments = ["--strip-all"],
        platform = platform,
        suffix = ".elf",
        testonly = testonly,
        visibility = visibility,
    )
