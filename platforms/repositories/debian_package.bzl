# SPDX-License-Identifier: Apache-2.0
"""Brings files of a Debian package into the build, without root."""

load(
    "//platforms/repositories:debian_archive.bzl",
    "DEBIAN_PACKAGES",
    "fail_for_package",
    "fetch_debian_packages",
    "fetch_dependency",
    "fits_pattern",
    "run_for_package",
)

def _find(rctx, package, root, pattern):
    """The one path below `root` that fits; each component may hold a `*`."""
    candidates = [root]
    for component in pattern.split("/"):
        if "*" in component:
            candidates = [
                child
                for directory in candidates
                for child in directory.readdir()
                if fits_pattern(component, child.basename)
            ]
        else:
            candidates = [directory.get_child(component) for directory in candidates]
            candidates = [path for path in candidates if path.exists]
    if len(candidates) != 1:
        fail_for_package(rctx, package, "it holds %d files %s, not one" % (len(candidates), pattern))
    return candidates[0]

def _debian_package_impl(rctx):
    if rctx.attr.dependency:
        archive = fetch_dependency(rctx, rctx.attr.package, rctx.attr.dependency)
    else:
        archive = fetch_debian_packages(rctx, [rctx.attr.package])[0]
    package = run_for_package(rctx, rctx.attr.package, ["dpkg-deb", "--field", archive, "Package"]).strip()
    version = run_for_package(rctx, package, ["dpkg-deb", "--field", archive, "Version"]).strip()
    run_for_package(rctx, package, ["dpkg-deb", "--extract", archive, "unpacked"])

    for name, pattern in rctx.attr.files.items():
        found = _find(rctx, package, rctx.path("unpacked"), pattern)
        run_for_package(rctx, package, ["cp", "--dereference", str(found), name])
    rctx.delete("unpacked")
    rctx.delete("download")

    rctx.file("STAMP", "%s %s\n" % (package, version), executable = False)
    rctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % rctx.name, executable = False)
    rctx.file(
        "BUILD.bazel",
        "exports_files(%r, visibility = [\"//visibility:public\"])\n" %
        (["STAMP"] + sorted(rctx.attr.files.keys())),
        executable = False,
    )

debian_package = repository_rule(
    implementation = _debian_package_impl,
    doc = """Named files of one Debian package, and STAMP with its name and version.

The package is downloaded (not installed) by `apt-get download`, which checks
signatures; or taken from the directory named by FLINT_DEBIAN_PACKAGES. It is
fetched once, not at every build; `bazel sync --configure` or a changed variable
fetches again.
""",
    attrs = {
        "dependency": attr.string(
            doc = "For a meta package: takes the dependency that fits this " +
                  "pattern (one `*`) instead, such as linux-image-*-cloud-amd64.",
        ),
        "files": attr.string_dict(
            doc = "Name in the repository to path in the package; each path " +
                  "component may hold one `*` and must fit exactly one file.",
            mandatory = True,
        ),
        "package": attr.string(doc = "Name of the package.", mandatory = True),
    },
    environ = [DEBIAN_PACKAGES],
    configure = True,
)
