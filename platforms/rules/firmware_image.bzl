# SPDX-License-Identifier: Apache-2.0
"""An ELF image for a guest, built without any flag."""

load("@rules_cc//cc:defs.bzl", "cc_binary")
load("//platforms/rules:guest_transition.bzl", "guest_transition")

def _stripped_image_impl(ctx):
    # A dependency with an outgoing transition arrives as a list.
    linked = ctx.attr.binary[0][DefaultInfo].files_to_run.executable
    image = ctx.actions.declare_file(ctx.label.name + ".elf")
    debug = ctx.actions.declare_file(ctx.label.name + ".debug.elf")
    ctx.actions.symlink(output = debug, target_file = linked)
    ctx.actions.run(
        executable = ctx.executable._objcopy,
        arguments = ["--strip-all", linked.path, image.path],
        inputs = [linked],
        outputs = [image],
        mnemonic = "StripImage",
    )
    return [
        DefaultInfo(
            files = depset([image]),
            runfiles = ctx.runfiles(files = [image]),
        ),
        OutputGroupInfo(debug = depset([debug])),
    ]

_stripped_image = rule(
    implementation = _stripped_image_impl,
    attrs = {
        "binary": attr.label(cfg = guest_transition, mandatory = True),
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

def firmware_image(
        name,
        deps,
        platform = "//platforms:guest_x86_64",
        testonly = False,
        visibility = None):
    """Links `deps` into NAME.elf, stripped; output group `debug` has NAME.debug.elf.

    Args:
      name: name of the image.
      deps: libraries, among them one linker_script and the one that holds the entry.
      platform: what the image is built for.
      testonly: as usual.
      visibility: as usual.
    """
    cc_binary(
        name = name + "_linked",
        # Reached only through the transition: no part of `//...` on the host.
        tags = ["manual"],
        target_compatible_with = ["//platforms:freestanding"],
        linkstatic = True,
        malloc = "//platforms/runtime:no_malloc",
        testonly = testonly,
        visibility = ["//visibility:private"],
        deps = deps,
    )
    _stripped_image(
        name = name,
        binary = ":" + name + "_linked",
        platform = platform,
        testonly = testonly,
        visibility = visibility,
    )
