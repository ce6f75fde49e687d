# SPDX-License-Identifier: Apache-2.0
"""A UEFI application out of an image of other firmware."""

_EXTRACT = """
"$1" volume "$3" "$4.lzma"
"$2" --format=lzma --decompress --stdout "$4.lzma" > "$4.unpacked"
"$1" "$5" "$4.unpacked" "$4"
rm "$4.lzma" "$4.unpacked"
"""

def _firmware_file_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name + ".efi")
    ctx.actions.run(
        executable = "/bin/sh",
        arguments = [
            "-euc",
            _EXTRACT,
            "sh",
            ctx.executable._extract.path,
            ctx.file._xz.path,
            ctx.file.image.path,
            output.path,
            ctx.attr.guid,
        ],
        inputs = [ctx.file.image],
        outputs = [output],
        tools = [ctx.executable._extract, ctx.file._xz],
        mnemonic = "ExtractFirmwareFile",
    )
    return [DefaultInfo(files = depset([output]), runfiles = ctx.runfiles([output]))]

firmware_file = rule(
    doc = "The executable of the file `guid` in the volumes of `image`, as NAME.efi.",
    implementation = _firmware_file_impl,
    attrs = {
        "guid": attr.string(mandatory = True),
        "image": attr.label(allow_single_file = True, mandatory = True),
        "_extract": attr.label(
            cfg = "exec",
            default = "//testing/images:extract_firmware_file",
            executable = True,
        ),
        "_xz": attr.label(allow_single_file = True, default = "@host_tools//:xz"),
    },
)
