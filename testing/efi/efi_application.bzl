# SPDX-License-Identifier: Apache-2.0
"""A UEFI image (application or driver), built without any flag."""

load("@rules_cc//cc:defs.bzl", "cc_binary")
load("//platforms/rules:guest_transition.bzl", "guest_transition")

def _pe_image_impl(ctx):
    # A dependency with an outgoing transition arrives as a list.
    linked = ctx.attr.binary[0][DefaultInfo].files_to_run.executable
    image = ctx.actions.declare_file(ctx.label.name + ".efi")
    ctx.actions.symlink(output = image, target_file = linked)
    return [DefaultInfo(
        files = depset([image]),
        runfiles = ctx.runfiles(files = [image]),
    )]

_pe_image = rule(
    implementation = _pe_image_impl,
    attrs = {
        "binary": attr.label(cfg = guest_transition, mandatory = True),
        "platform": attr.string(mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)

def efi_application(
        name,
        srcs,
        deps = [],
        subsystem = "efi_application",
        linkopts = [],
        platform = "//platforms:uefi_x86_64",
        testonly = True,
        visibility = None):
    """Links `srcs` and `deps` into the PE file NAME.efi, which starts at EfiMain.

    Args:
      name: name of the image.
      srcs: among them one that defines EfiMain (see application.h).
      deps: libraries.
      subsystem: efi_application, efi_boot_service_driver or efi_runtime_driver.
      linkopts: more flags for lld-link.
      platform: what the image is built for.
      testonly: as usual.
      visibility: as usual.
    """
    cc_binary(
        name = name + "_linked",
        srcs = srcs,
        linkopts = [
            "/entry:EfiMain",
            "/subsystem:" + subsystem,
            # A debug directory, so that a crash dump can name the image.
            "/debug",
            "/pdbaltpath:%s.pdb" % name,
        ] + linkopts,
        linkstatic = True,
        malloc = "//platforms/runtime:no_malloc",
        # Reached only through the transition: no part of `//...` on the host.
        tags = ["manual"],
        target_compatible_with = ["//platforms:pe"],
        testonly = testonly,
        visibility = ["//visibility:private"],
        deps = deps + ["//testing/efi:runtime"],
    )
    _pe_image(
        name = name,
        binary = ":" + name + "_linked",
        platform = platform,
        testonly = testonly,
        visibility = visibility,
    )
