# SPDX-License-Identifier: Apache-2.0
"""A program for a guest, linked without any flag on the command line, in the form that objcopy gives it."""

load("@rules_cc//cc:defs.bzl", "cc_binary")
load("//platforms/rules:guest_transition.bzl", "guest_transition")

def _converted_impl(ctx):
    # A dependency with an outgoing transition arrives as a list.
    linked = ctx.attr.binary[0][DefaultInfo].files_to_run.executable
    image = ctx.actions.declare_file(ctx.label.name + ctx.attr.suffix)
    debug = ctx.actions.declare_file(ctx.label.name + ".debug.elf")
    ctx.actions.symlink(output = debug, target_file = linked)
    ctx.actions.run(
        executable = ctx.executable._objcopy,
        arguments = ctx.attr.objcopy_arguments + [linked.path, image.path],
        inputs = [linked],
        outputs = [image],
        mnemonic = "ConvertImage",
    )
    return [
        DefaultInfo(
            files = depset([image]),
            runfiles = ctx.runfiles(files = [image]),
        ),
        OutputGroupInfo(debug = depset([debug])),
    ]

_converted = rule(
    implementation = _converted_impl,
    attrs = {
        "binary": attr.label(cfg = guest_transition, mandatory = True),
        "checked": attr.bool(doc = "Read by the transition."),
        "image_features": attr.string_list(doc = "Read by the transition."),
        "objcopy_arguments": attr.string_list(),
        "platform": attr.string(mandatory = True),
        "suffix": attr.string(mandatory = True),
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

def guest_file(
        name,
        deps,
        suffix,
        objcopy_arguments,
        platform,
        checked = False,
        image_features = [],
        testonly = False,
        visibility = None):
    """Links `deps` and converts the result to NAME + suffix; output group `debug` has NAME.debug.elf.

    Args:
      name: name of the file's target.
      deps: libraries, among them one linker_script and the one that holds the entry.
      suffix: of the file.
      objcopy_arguments: what to do with the linked ELF file.
      platform: what the program is built for.
      checked: whether it is compiled with checks of its own behaviour, as all images are with
        --config=guest_checked.
      image_features: of the toolchain, beyond those of every guest program.
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
    _converted(
        name = name,
        binary = ":" + name + "_linked",
        checked = checked,
        image_features = image_features,
        objcopy_arguments = objcopy_arguments,
        platform = platform,
        suffix = suffix,
        testonly = testonly,
        visibility = visibility,
    )
