# SPDX-License-Identifier: Apache-2.0
"""An ISO 9660 image made by xorriso, as installers and live systems come."""

def _iso_image_impl(ctx):
    image = ctx.actions.declare_file(ctx.label.name + ".iso")
    arguments = ctx.actions.args()
    arguments.add_all([
        ctx.file._xorriso,
        image,
        ctx.attr.volume_label,
        ctx.attr.table,
        ctx.file.boot_image,
    ])
    for target, path in ctx.attr.files.items():
        arguments.add_all([path, target.files.to_list()[0]])
    ctx.actions.run(
        executable = ctx.file._make_iso,
        arguments = [arguments],
        inputs = ctx.files.files + [ctx.file.boot_image],
        outputs = [image],
        tools = [ctx.file._xorriso],
        mnemonic = "MakeIso",
    )
    return [DefaultInfo(files = depset([image]), runfiles = ctx.runfiles([image]))]

iso_image = rule(
    doc = "An ISO 9660 image with Rock Ridge and Joliet names that UEFI boots; times are fixed.",
    implementation = _iso_image_impl,
    attrs = {
        "boot_image": attr.label(
            allow_single_file = True,
            doc = "The file system that El Torito's boot catalogue leads to.",
            mandatory = True,
        ),
        "files": attr.label_keyed_string_dict(
            allow_files = True,
            doc = "File to its path, without leading slash.",
        ),
        "table": attr.string(
            default = "none",
            doc = "Where else the boot image is found, when the image is on a disk.",
            values = ["none", "gpt"],
        ),
        "volume_label": attr.string(default = "FLINT"),
        "_make_iso": attr.label(
            allow_single_file = True,
            default = "//testing/images:make_iso.sh",
        ),
        "_xorriso": attr.label(allow_single_file = True, default = "@host_tools//:xorriso"),
    },
)
