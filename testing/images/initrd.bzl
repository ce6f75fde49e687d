# SPDX-License-Identifier: Apache-2.0
"""A Linux initial file system from declared files."""

def parents_of(paths):
    """The directories above the paths, each after its own parent.

    Args:
      paths: of files, without leading slash; a directory ends in a slash.

    Returns:
      a sorted list.
    """
    parents = {}
    for path in paths:
        components = path.split("/")
        for depth in range(1, len(components)):
            parents["/".join(components[:depth])] = True
    return sorted(parents.keys())

def _initrd_impl(ctx):
    archive = ctx.actions.declare_file(ctx.label.name + ".cpio")
    paths = ctx.attr.files.values() + [path + "/" for path in ctx.attr.directories]
    arguments = ctx.actions.args()
    arguments.add(archive)
    arguments.add(ctx.attr.trailing_zero_bytes)
    for path in parents_of(paths):
        arguments.add_all(["dir", path])
    for target, path in ctx.attr.files.items():
        arguments.add_all(["file", path, target.files.to_list()[0]])
    ctx.actions.run(
        executable = ctx.executable._make_initrd,
        arguments = [arguments],
        inputs = ctx.files.files,
        outputs = [archive],
        mnemonic = "MakeInitrd",
    )
    if ctx.attr.compression == "none":
        return [DefaultInfo(files = depset([archive]), runfiles = ctx.runfiles([archive]))]

    compressed = ctx.actions.declare_file(archive.basename + "." + ctx.attr.compression)
    ctx.actions.run(
        executable = ctx.executable._zstd,
        # Inputs are symbolic links, which zstd takes only by force.
        arguments = ["-f", "-q", "-19", "--single-thread", archive.path, "-o", compressed.path],
        inputs = [archive],
        outputs = [compressed],
        mnemonic = "CompressInitrd",
    )
    return [DefaultInfo(files = depset([compressed]), runfiles = ctx.runfiles([compressed]))]

initrd = rule(
    doc = """A cpio archive, with root as owner of all and fixed times.

All files get the permissions 0755.
""",
    implementation = _initrd_impl,
    attrs = {
        "compression": attr.string(default = "none", values = ["none", "zst"]),
        "directories": attr.string_list(doc = "Empty directories."),
        "files": attr.label_keyed_string_dict(
            allow_files = True,
            doc = "File to its path, without leading slash.",
        ),
        "trailing_zero_bytes": attr.int(
            doc = "Appended to the archive, before compression: Linux skips them.",
        ),
        "_make_initrd": attr.label(
            cfg = "exec",
            default = "//testing/images:make_initrd",
            executable = True,
        ),
        "_zstd": attr.label(
            allow_single_file = True,
            cfg = "exec",
            default = "@host_tools//:zstd",
            executable = True,
        ),
    },
)
