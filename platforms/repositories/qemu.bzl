# SPDX-License-Identifier: Apache-2.0
"""Finds QEMU."""

_OVERRIDE = "FLINT_QEMU_PREFIX"

_PACKAGES = {
    "aarch64": "qemu-system-arm",
    "riscv64": "qemu-system-misc",
    "x86_64": "qemu-system-x86",
}

def _qemu_impl(rctx):
    prefix = rctx.os.environ.get(_OVERRIDE, "") or "/usr"
    versions = []
    for arch, package in _PACKAGES.items():
        path = "%s/bin/qemu-system-%s" % (prefix, arch)
        if rctx.path(path).exists:
            version = rctx.execute([path, "--version"]).stdout.split("\n")[0]
            body = "# %s\nexec '%s' \"$@\"\n" % (version, path)
        else:
            # Only the tests that need this processor fail, and they say why.
            version = "missing"
            body = "echo \"%s is missing: apt-get install %s, or set %s\" >&2\nexit 127\n" % (
                path,
                package,
                _OVERRIDE,
            )
        versions.append("%s: %s\n" % (arch, version))
        rctx.file("qemu-system-" + arch, "#!/bin/sh\n" + body)
    rctx.file("STAMP", "".join(versions), executable = False)
    rctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % rctx.name, executable = False)
    rctx.file(
        "BUILD.bazel",
        "exports_files(%r, visibility = [\"//visibility:public\"])\n" %
        (["STAMP"] + ["qemu-system-" + arch for arch in _PACKAGES]),
        executable = False,
    )

qemu = repository_rule(
    implementation = _qemu_impl,
    doc = """QEMU of this machine: `@qemu//:qemu-system-x86_64` and so on.

Taken from FLINT_QEMU_PREFIX (default /usr). The version is part of each file,
so that a new QEMU runs the tests again.
""",
    environ = [_OVERRIDE],
    configure = True,
    local = True,
)
