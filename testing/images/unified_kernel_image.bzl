# SPDX-License-Identifier: Apache-2.0
"""A unified kernel image: a UEFI application that is a kernel with its initrd and command line."""

def _unified_kernel_image_impl(ctx):
    image = ctx.actions.declare_file(ctx.label.name + ".efi")
    command_line = ctx.actions.declare_file(ctx.label.name + ".cmdline")
    ctx.actions.write(command_line, ctx.attr.command_line)

    # In this order: the kernel is last, because it may be unpacked over what is behind it.
    sections = [
        (".osrel", ctx.file.os_release),
        (".cmdline", command_line),
        (".initrd", ctx.file.initrd),
        (".linux", ctx.file.kernel),
    ]
    arguments = ctx.actions.args()
    for name, file in sections:
        arguments.add("--add-section=%s=%s" % (name, file.path))
        arguments.add("--set-section-flags=%s=alloc,data,readonly" % name)
    arguments.add_all([ctx.file.stub, image])
    ctx.actions.run(
        executable = ctx.executable._objcopy,
        arguments = [arguments],
        inputs = [file for _, file in sections] + [ctx.file.stub],
        outputs = [image],
        mnemonic = "UnifyKernel",
    )
    return [DefaultInfo(files = depset([image]), runfiles = ctx.runfiles([image]))]

unified_kernel_image = rule(
    doc = "NAME.efi, as the UAPI group's specification has it (uapi-5).",
    implementation = _unified_kernel_image_impl,
    attrs = {
        "command_line": attr.string(mandatory = True),
        "initrd": attr.label(allow_single_file = True, mandatory = True),
        "kernel": attr.label(allow_single_file = True, mandatory = True),
        "os_release": attr.label(allow_single_file = True, mandatory = True),
        "stub": attr.label(allow_single_file = True, mandatory = True),
        "_objcopy": attr.label(
            allow_single_file = True,
            cfg = "exec",
            default = "@llvm//:bin/objcopy",
            executable = True,
        ),
    },
)
