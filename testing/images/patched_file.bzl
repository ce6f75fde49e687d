# SPDX-License-Identifier: Apache-2.0
"""A file with something in it spoiled."""

def _patched_file_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name)
    arguments = ctx.actions.args()
    arguments.add(output)

    # No file is longer than this.
    arguments.add_all(["copy", ctx.file.src, "0", "%d" % (1 << 62)])
    for fill in ctx.attr.fills:
        words = fill.split(" ")
        if len(words) != 3:
            fail("%r is not OFFSET LENGTH VALUE" % fill, attr = "fills")
        arguments.add_all(["fill"] + words)
    if ctx.attr.size_bytes:
        arguments.add_all(["size", str(ctx.attr.size_bytes)])
    ctx.actions.run(
        executable = ctx.executable._compose_image,
        arguments = [arguments],
        inputs = [ctx.file.src],
        outputs = [output],
        mnemonic = "PatchFile",
    )
    return [DefaultInfo(files = depset([output]), runfiles = ctx.runfiles([output]))]

patched_file = rule(
    doc = "A copy of `src` with bytes overwritten, then cut or extended.",
    implementation = _patched_file_impl,
    attrs = {
        "fills": attr.string_list(doc = "OFFSET LENGTH VALUE, in decimal."),
        "size_bytes": attr.int(doc = "The copy's length, if it is to differ."),
        "src": attr.label(allow_single_file = True, mandatory = True),
        "_compose_image": attr.label(
            cfg = "exec",
            default = "//testing/images:compose_image",
            executable = True,
        ),
    },
)
