# SPDX-License-Identifier: Apache-2.0
"""A linker script as a library: a binary gets the layout by depending on it."""

load("@rules_cc//cc:defs.bzl", "CcInfo")

def _linker_script_impl(ctx):
    script = ctx.file.script
    linker_input = cc_common.create_linker_input(
        owner = ctx.label,
        user_link_flags = depset(["-T", script.path]),
        additional_inputs = depset([script] + ctx.files.includes),
    )
    return [
        DefaultInfo(files = depset([script])),
        CcInfo(linking_context = cc_common.create_linking_context(
            linker_inputs = depset([linker_input]),
        )),
    ]

linker_script = rule(
    doc = "Links whatever depends on it with a script. One per binary.",
    implementation = _linker_script_impl,
    attrs = {
        "includes": attr.label_list(
            allow_files = [".ld"],
            doc = "Scripts the script includes.",
        ),
        "script": attr.label(
            allow_single_file = [".ld"],
            mandatory = True,
        ),
    },
    provides = [CcInfo],
)
