# SPDX-License-Identifier: Apache-2.0
"""A FAT file system with a cluster chain that runs in a circle."""

_SHOW = "exec \"$1\" -i \"$2\" \"::/$3\" > \"$4\""

def _looped_fat_chain_impl(ctx):
    clusters = ctx.actions.declare_file(ctx.label.name + ".clusters")
    image = ctx.actions.declare_file(ctx.label.name + ".fat")
    ctx.actions.run(
        executable = "/bin/sh",
        arguments = [
            "-c",
            _SHOW,
            "sh",
            ctx.file._mshowfat.path,
            ctx.file.src.path,
            ctx.attr.path,
            clusters.path,
        ],
        inputs = [ctx.file.src],
        outputs = [clusters],
        tools = [ctx.file._mshowfat],
        mnemonic = "ShowFat",
    )
    ctx.actions.run(
        executable = ctx.executable._loop_fat_chain,
        arguments = [ctx.file.src.path, image.path, clusters.path],
        inputs = [ctx.file.src, clusters],
        outputs = [image],
        mnemonic = "LoopFatChain",
    )
    return [DefaultInfo(files = depset([image]), runfiles = ctx.runfiles([image]))]

looped_fat_chain = rule(
    doc = "A copy of `src` in which the second cluster of `path` is followed by its first.",
    implementation = _looped_fat_chain_impl,
    attrs = {
        "path": attr.string(doc = "Of a file or directory, without leading slash."),
        "src": attr.label(allow_single_file = True, mandatory = True),
        "_loop_fat_chain": attr.label(
            cfg = "exec",
            default = "//testing/images:loop_fat_chain",
            executable = True,
        ),
        "_mshowfat": attr.label(allow_single_file = True, default = "@host_tools//:mshowfat"),
    },
)
