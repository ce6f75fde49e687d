# SPDX-License-Identifier: Apache-2.0
"""A FAT file system made by dosfstools and mtools."""

load("//testing/images:initrd.bzl", "parents_of")

def _dig_holes(arguments, count, filler):
    """Leaves holes as large as the filler, with one of its copies behind each."""
    for index in range(2 * count):
        arguments.add_all(["file", "filler%d" % index, filler])
    for index in range(0, 2 * count, 2):
        arguments.add_all(["delete", "filler%d" % index])

def _fat_file_system_impl(ctx):
    image = ctx.actions.declare_file(ctx.label.name + ".fat")
    sector_size = ctx.attr.sector_size
    if ctx.attr.cluster_size % sector_size:
        fail("not a multiple of the sector size", attr = "cluster_size")

    arguments = ctx.actions.args()
    tools = [ctx.file._mkfs_fat, ctx.file._mmd, ctx.file._mcopy, ctx.file._mdel]
    arguments.add_all(tools + [image])
    arguments.add(str(ctx.attr.size_mib * 1024))
    arguments.add_all(["-F", str(ctx.attr.type), "-S", str(sector_size), "-n", ctx.attr.volume_label])
    if ctx.attr.cluster_size:
        arguments.add_all(["-s", str(ctx.attr.cluster_size // sector_size)])
    arguments.add("--")
    _dig_holes(arguments, ctx.attr.hole_count, ctx.file._filler)
    for path in parents_of(ctx.attr.files.values()):
        arguments.add_all(["dir", path])
    for target, path in ctx.attr.files.items():
        arguments.add_all(["file", path, target.files.to_list()[0]])
    ctx.actions.run(
        executable = ctx.file._make_fat,
        arguments = [arguments],
        inputs = ctx.files.files + [ctx.file._filler],
        outputs = [image],
        tools = tools,
        mnemonic = "MakeFat",
    )
    return [DefaultInfo(files = depset([image]), runfiles = ctx.runfiles([image]))]

fat_file_system = rule(
    doc = "A FAT file system that holds `files`; times and serial number are fixed.",
    implementation = _fat_file_system_impl,
    attrs = {
        "cluster_size": attr.int(doc = "In bytes; mkfs.fat's choice unless given."),
        "files": attr.label_keyed_string_dict(
            allow_files = True,
            doc = "File to its path, without leading slash.",
        ),
        "hole_count": attr.int(
            doc = "Scatters the files over so many holes of 1 MiB, which cost the same again.",
        ),
        "sector_size": attr.int(default = 512, values = [512, 1024, 2048, 4096]),
        "size_mib": attr.int(mandatory = True),
        "type": attr.int(mandatory = True, values = [12, 16, 32]),
        "volume_label": attr.string(default = "FLINT"),
        "_filler": attr.label(allow_single_file = True, default = "//testing/images:filler"),
        "_make_fat": attr.label(
            allow_single_file = True,
            default = "//testing/images:make_fat.sh",
        ),
        "_mcopy": attr.label(allow_single_file = True, default = "@host_tools//:mcopy"),
        "_mdel": attr.label(allow_single_file = True, default = "@host_tools//:mdel"),
        "_mkfs_fat": attr.label(allow_single_file = True, default = "@host_tools//:mkfs.fat"),
        "_mmd": attr.label(allow_single_file = True, default = "@host_tools//:mmd"),
    },
)
