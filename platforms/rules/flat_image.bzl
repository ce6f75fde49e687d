# SPDX-License-Identifier: Apache-2.0
"""A program without a file format: what its memory looks like before it runs, at any address."""

load("@rules_cc//cc:defs.bzl", "cc_binary")
load("//platforms/rules:guest_transition.bzl", "guest_transition")

def _flat_file_impl(ctx):
    # A dependency with an outgoing transition arrives as a list.
    linked = ctx.attr.binary[0][DefaultInfo].files_to_run.executable
    image = ctx.actions.declare_file(ctx.label.name + ".bin")
    elf = ctx.actions.declare_file(ctx.label.name + ".debug.elf")
    ctx.actions.symlink(output = elf, target_file = linked)
    ctx.actions.run(
        executable = ctx.executable._objcopy,
        arguments = ["-O", "binary", linked.path, image.path],
        inputs = [linked],
        outputs = [image],
        mnemonic = "FlattenImage",
    )
    return [
        DefaultInfo(
            files = depset([image]),
            runfiles = ctx.runfiles(files = [image]),
        ),
        OutputGroupInfo(debug = depset([elf])),
    ]

_flat_file = rule(
    implementation = _flat_file_impl,
    attrs = {
        "binary": attr.label(cfg = guest_transition, mandatory = True),
        "image_features": attr.string_list(doc = "Read by the transition."),
        "platform": attr.string(mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
        "_objcopy": attr.label(
            allow_single_file = True,
            cfg = "exec",
            default = "@llvm//:bin/objcopy",
            executable = True,
        ),
    },
)

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
    cc_binary(
        name = name + "_linked",
        # Reached only through the transition: no part of `//...` on the host.
        tags = ["manual"],
        target_compatible_with = ["//platforms:freestanding"],
        linkstatic = True,
        malloc = "//platforms/runtime:no_malloc",
        visibility = ["//visibility:private"],
        deps = deps,
    )
    _flat_file(
        name = name,
        binary = ":" + name + "_linked",
        image_features = ["position_independent"],
        platform = platform,
        visibility = visibility,
    )
