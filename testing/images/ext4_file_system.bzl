# SPDX-License-Identifier: Apache-2.0
"""An ext4 file system made by e2fsprogs."""

load("//testing/images:initrd.bzl", "parents_of")

def _ext4_file_system_impl(ctx):
    image = ctx.actions.declare_file(ctx.label.name + ".ext4")
    arguments = ctx.actions.args()
    tools = [ctx.file._mke2fs, ctx.file._debugfs, ctx.file._tar]
    arguments.add_all(tools + [image, ctx.file.tree])
    arguments.add(str(ctx.attr.size_mib * 1024))
    arguments.add(ctx.attr.uuid)
    paths = ctx.attr.files.values() + ctx.attr.links.keys() + [path + "/" for path in ctx.attr.directories]
    for path in parents_of(paths):
        arguments.add_all(["dir", path])
    for target, path in ctx.attr.files.items():
        arguments.add_all(["file", path, "644", target.files.to_list()[0]])
    for path, target in ctx.attr.links.items():
        arguments.add_all(["link", path, target])
    ctx.actions.run(
        executable = ctx.file._make_ext4,
        arguments = [arguments],
        inputs = ctx.files.files + [ctx.file.tree],
        outputs = [image],
        tools = tools,
        mnemonic = "MakeExt4",
    )
    return [DefaultInfo(files = depset([image]), runfiles = ctx.runfiles([image]))]

ext4_file_system = rule(
    doc = "An ext4 file system that holds `tree` and `files`; all of them root's, times fixed.",
    implementation = _ext4_file_system_impl,
    attrs = {
        "directories": attr.string_list(doc = "More directories."),
        "files": attr.label_keyed_string_dict(
            allow_files = True,
            doc = "File to its path, without leading slash; takes the place of the tree's.",
        ),
        "links": attr.string_dict(doc = "Path, without leading slash, to what it links to."),
        "size_mib": attr.int(mandatory = True),
        "tree": attr.label(
            allow_single_file = True,
            doc = "An archive that tar unpacks.",
            mandatory = True,
        ),
        "uuid": attr.string(mandatory = True),
        "_debugfs": attr.label(allow_single_file = True, default = "@host_tools//:debugfs"),
        "_make_ext4": attr.label(
            allow_single_file = True,
            default = "//testing/images:make_ext4.sh",
        ),
        "_mke2fs": attr.label(allow_single_file = True, default = "@host_tools//:mke2fs"),
        "_tar": attr.label(allow_single_file = True, default = "@host_tools//:tar"),
    },
)
