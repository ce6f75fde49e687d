# SPDX-License-Identifier: Apache-2.0
"""A program without a file format: what its memory looks like before it runs, at any address."""

load("//platforms/rules:guest_file.bzl", "guest_file")

def flat_image(
        name,
        deps,
        platform = "//platforms:guest_x86_64",
        visibility = None):
    """Links `deps` into NAME.bin, position-independent; output group `debug` has NAME.debug.elf.

    Everything is compiled so that it holds no address. The linker script has to see to it that
    nothing is left to relocate.

    Args:
      name: name of the image.
      deps: libraries, among them one linker_script and the one that holds the entry.
      platform: what the image is built for.
      visibility: as usual.
    """
    guest_file(
        name = name,
        deps = deps,
        image_features = ["position_independent"],
        objcopy_arguments = [
            "-O",
            "binary",
        ],
        platform = platform,
        suffix = ".bin",
        visibility = visibility,
    )
