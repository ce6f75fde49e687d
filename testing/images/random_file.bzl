# SPDX-License-Identifier: Apache-2.0
"""A file of bytes that look random but are always the same."""

def _random_file_impl(ctx):
    output = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.run(
        executable = ctx.executable._make_random_file,
        arguments = [output.path, str(ctx.attr.size_mib), str(ctx.attr.seed)],
        outputs = [output],
        mnemonic = "MakeRandomFile",
    )
    return [DefaultInfo(files = depset([output]), runfiles = ctx.runfiles([output]))]

random_file = rule(
    doc = "A file that cannot be compressed, the same for the same seed.",
    implementation = _random_file_impl,
    attrs = {
        "seed": attr.int(default = 1),
        "size_mib": attr.int(mandatory = True),
        "_make_random_file": attr.label(
            cfg = "exec",
            default = "//testing/images:make_random_file",
            executable = True,
        ),
    },
)
