# SPDX-License-Identifier: Apache-2.0
"""Finds the programs that make and check disk images."""

# Program to the Debian package that holds it.
_PACKAGES = {
    "cpio": "cpio",
    "debugfs": "e2fsprogs",
    "e2fsck": "e2fsprogs",
    "fdisk": "fdisk",
    "fsck.fat": "dosfstools",
    "mcopy": "mtools",
    "mdel": "mtools",
    "md5sum": "coreutils",
    "mke2fs": "e2fsprogs",
    "mkfs.fat": "dosfstools",
    "mmd": "mtools",
    "mshowfat": "mtools",
    "sgdisk": "gdisk",
    "tar": "tar",
    "xorriso": "xorriso",
    "xz": "xz-utils",
    "zstd": "zstd",
}

_DIRECTORIES = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"]

def _version(rctx, package):
    dpkg = rctx.which("dpkg-query")
    if not dpkg:
        return "of unknown version"
    result = rctx.execute([dpkg, "--show", "--showformat=${Version}", package])
    return result.stdout.strip() if result.return_code == 0 else "of unknown version"

def _host_tools_impl(rctx):
    versions = {package: _version(rctx, package) for package in _PACKAGES.values()}
    for tool, package in _PACKAGES.items():
        paths = [
            "%s/%s" % (directory, tool)
            for directory in _DIRECTORIES
            if rctx.path("%s/%s" % (directory, tool)).exists
        ]
        if paths:
            body = "# %s %s\nexec %s \"$@\"\n" % (package, versions[package], paths[0])
        else:
            # Only what needs this tool fails, and it says why.
            body = "echo '%s is missing: apt-get install %s, or run platforms/setup.sh' >&2\nexit 127\n" % (
                tool,
                package,
            )
        rctx.file(tool, "#!/bin/sh\n" + body)
    stamp = "".join(["%s %s\n" % (package, versions[package]) for package in sorted(versions)])
    rctx.file("STAMP", stamp, executable = False)
    rctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % rctx.name, executable = False)
    rctx.file(
        "BUILD.bazel",
        "exports_files(%r, visibility = [\"//visibility:public\"])\n" %
        (["STAMP"] + sorted(_PACKAGES.keys())),
        executable = False,
    )

host_tools = repository_rule(
    implementation = _host_tools_impl,
    doc = """Programs of this machine by absolute path: `@host_tools//:mcopy` and so on.

The package's version is part of each file, so that an upgrade makes the images
again.
""",
    configure = True,
    local = True,
)
