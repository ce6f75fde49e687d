# SPDX-License-Identifier: Apache-2.0
"""A ROM around a firmware image."""

load("//platforms/rules:embedded_binary.bzl", "embedded_binary")
load("//platforms/rules:guest_file.bzl", "guest_file")

def _memory_content_impl(ctx):
    content = ctx.actions.declare_file(ctx.label.name + ".bin")
    ctx.actions.run(
        executable = ctx.executable._objcopy,
        arguments = ["-O", "binary", ctx.file.image.path, content.path],
        inputs = [ctx.file.image],
        outputs = [content],
        mnemonic = "ConvertImage",
    )
    return [DefaultInfo(files = depset([content]))]

_memory_content = rule(
    doc = "What an ELF image puts into memory, from its first byte to its last that is not zero by definition.",
    implementation = _memory_content_impl,
    attrs = {
        "image": attr.label(
            allow_single_file = [".elf"],
            mandatory = True,
        ),
        "_objcopy": attr.label(
            allow_single_file = True,
            cfg = "exec",
            default = "@llvm//:bin/objcopy",
            executable = True,
        ),
    },
)

def rom_image(
        name,
        firmware,
        reset_vector,
        platform = "//platforms:guest_x86_64",
        visibility = None):
    """NAME.bin: what to put below 4 GiB so that a processor starts `firmware` at its reset.

    Args:
      name: name of the image.
      firmware: a firmware_image.
      reset_vector: code and linker script; the firmware's bytes are in the section
        .rodata.flint_rom_firmware_payload.
      platform: what the reset vector is built for.
      visibility: as usual.
    """
    _memory_content(
        name = name + "_content",
        image = firmware,
    )
    embedded_binary(
        name = "firmware_payload",
        file = ":%s_content" % name,
        function = "FirmwarePayload",
        namespace = "rom",
    )
    guest_file(
        name = name,
        deps = [
            ":firmware_payload",
            reset_vector,
        ],
        objcopy_arguments = [
            "-O",
            "binary",
        ],
        platform = platform,
        suffix = ".bin",
        visibility = visibility,
    )
