# SPDX-License-Identifier: Apache-2.0
"""A partitioned disk image made by fdisk."""

_MIB = 1 << 20

_GPT_TYPES = {
    "esp": "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
    "linux": "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
    "xbootldr": "BC13C2FF-59E6-4262-A352-B275FD6F7172",
}

_MBR_TYPES = {
    "esp": "ef",
    "fat": "c",
    "linux": "83",
}

def partition(type, size_mib, content = None, name = ""):
    """One partition of a partitioned_disk; they follow each other from 1 MiB on.

    Args:
      type: esp, linux, xbootldr (GPT only), fat (MBR only), or the table's own spelling.
      size_mib: size.
      content: label of what it holds; nothing if None.
      name: name in the table (GPT only).

    Returns:
      what partitioned_disk wants.
    """
    return struct(type = type, size_mib = size_mib, content = content, name = name)

def _partitioned_disk_impl(ctx):
    image = ctx.actions.declare_file(ctx.label.name + ".img")
    script = ctx.actions.declare_file(ctx.label.name + ".fdisk")
    ctx.actions.write(script, ctx.attr.script)

    arguments = ctx.actions.args()
    arguments.add_all([ctx.file._fdisk, script, str(ctx.attr.sector_size)])
    arguments.add(ctx.executable._compose_image)
    arguments.add_all([image, "size", str(ctx.attr.size_mib * _MIB)])
    for index, place in zip(ctx.attr.content_indices, ctx.attr.content_places):
        arguments.add_all(["copy", ctx.files.contents[index]] + place.split(" "))
    ctx.actions.run(
        executable = ctx.file._partition_disk,
        arguments = [arguments],
        inputs = ctx.files.contents + [script],
        outputs = [image],
        tools = [ctx.executable._compose_image, ctx.file._fdisk],
        mnemonic = "PartitionDisk",
    )
    return [DefaultInfo(files = depset([image]), runfiles = ctx.runfiles([image]))]

_partitioned_disk = rule(
    implementation = _partitioned_disk_impl,
    attrs = {
        "content_indices": attr.int_list(doc = "Which of `contents` is copied ..."),
        "content_places": attr.string_list(doc = "... to OFFSET, and LIMIT of its size."),
        "contents": attr.label_list(allow_files = True),
        "script": attr.string(),
        "sector_size": attr.int(),
        "size_mib": attr.int(),
        "_compose_image": attr.label(
            cfg = "exec",
            default = "//testing/images:compose_image",
            executable = True,
        ),
        "_fdisk": attr.label(allow_single_file = True, default = "@host_tools//:fdisk"),
        "_partition_disk": attr.label(
            allow_single_file = True,
            default = "//testing/images:partition_disk.sh",
        ),
    },
)

def _script(table, sector_size, partitions):
    """The table in fdisk's words."""
    gpt = table == "gpt"
    lines = [
        "label: " + ("gpt" if gpt else "dos"),
        "label-id: " + ("F11E7000-0000-4000-8000-000000000000" if gpt else "0xf11e7000"),
        "unit: sectors",
    ]
    if gpt:
        # Right behind the entries, so that fdisk accepts any start.
        lines.append("first-lba: %d" % (2 + 128 * 128 // sector_size))
    start_mib = 1
    for index, part in enumerate(partitions):
        types = _GPT_TYPES if gpt else _MBR_TYPES
        line = "start=%d, size=%d, type=%s" % (
            start_mib * _MIB // sector_size,
            part.size_mib * _MIB // sector_size,
            types.get(part.type, part.type),
        )
        if gpt:
            guid = "0000000000" + str(index + 1)
            line += ", uuid=F11E7000-0000-4000-8000-00%s" % guid[-10:]
            line += ", name=\"%s\"" % (part.name or part.type)
        lines.append(line)
        start_mib += part.size_mib
    return "".join([line + "\n" for line in lines])

def partitioned_disk(name, partitions, table = "gpt", sector_size = 512, **kwargs):
    """A disk image: NAME.img.

    All identifiers are fixed; the image is sparse and one mebibyte longer than its partitions.

    Args:
      name: name of the target.
      partitions: list of partition(...).
      table: gpt or mbr (at most four partitions).
      sector_size: logical sector size the table is written for.
      **kwargs: testonly, visibility and so on.
    """
    contents = {}
    indices = []
    places = []
    start_mib = 1
    for part in partitions:
        if part.content:
            indices.append(contents.setdefault(part.content, len(contents)))
            places.append("%d %d" % (start_mib * _MIB, part.size_mib * _MIB))
        start_mib += part.size_mib
    _partitioned_disk(
        name = name,
        content_indices = indices,
        content_places = places,
        contents = contents.keys(),
        script = _script(table, sector_size, partitions),
        sector_size = sector_size,
        size_mib = start_mib + 1,
        **kwargs
    )
