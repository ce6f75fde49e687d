#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packs a disk image for testdata: only the 512-byte pieces that are not zero.

Usage: pack_sparse_image.py IMAGE PACKED

The format, little-endian: the image's size (64 bits); then for each piece its
index (32 bits) and its bytes. sparse_image.h reads it.
"""

import struct
import sys

PIECE_BYTES = 512


def main():
    with open(sys.argv[1], "rb") as file:
        image = file.read()
    with open(sys.argv[2], "wb") as file:
        file.write(struct.pack("<Q", len(image)))
        for offset in range(0, len(image), PIECE_BYTES):
            piece = image[offset : offset + PIECE_BYTES]
            if any(piece):
                file.write(struct.pack("<I", offset // PIECE_BYTES))
                file.write(piece.ljust(PIECE_BYTES, b"\0"))


if __name__ == "__main__":
    main()
