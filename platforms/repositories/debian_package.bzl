# SPDX-License-Identifier: Apache-2.0
"""Brings files of a Debian package into the build, without root."""

_OVERRIDE = "FLINT_DEBIAN_PACKAGES"

def _fail(rctx, package, reason):
    fail("\n".join([
        "",
        "Debian package %s (repository @%s) cannot be had: %s" % (package, rctx.name, reason),
        "  fix, one of: platforms/setup.sh          (on Debian 12: sets up everything)",
        "               sudo apt-get update         (when the package list is missing or old)",
        "               export %s=DIR   (a directory that holds %s_*.deb)" % (_OVERRIDE, package),
    ]))

def _run(rctx, package, arguments, **kwargs):
    """Standard output of a command that must succeed."""
    program = rctx.which(arguments[0])
    if not program:
        _fail(rctx, package, "this machine has no %s" % arguments[0])
    result = rctx.execute([program] + arguments[1:], environment = {"LC_ALL": "C"}, **kwargs)
    if result.return_code != 0:
        _fail(rctx, package, "%s says: %s" % (arguments[0], (result.stderr or result.stdout).strip()))
    return result.stdout

def _matches(pattern, name):
    """Whether `name` fits `pattern`, which may hold one `*`."""
    if "*" not in pattern:
        return name == pattern
    head, tail = pattern.split("*")
    return len(name) >= len(head) + len(tail) and name.startswith(head) and name.endswith(tail)

def _dependency(rctx, package, pattern, listing):
    """The first package that fits `pattern` among a listing's words."""
    words = listing.replace(",", " ").replace("|", " ").replace("\n", " ").split(" ")
    fitting = [word for word in words if _matches(pattern, word)]
    if not fitting:
        _fail(rctx, package, "it depends on nothing like %s" % pattern)
    return fitting[0]

def _local_archive(rctx, directory, package):
    """The newest name `package_*.deb` in the directory, or None."""
    if not rctx.path(directory).exists:
        fail("%s=%s does not exist" % (_OVERRIDE, directory))
    found = [
        str(path)
        for path in rctx.path(directory).readdir()
        if path.basename.endswith(".deb") and _matches(package, path.basename.split("_")[0])
    ]
    return sorted(found)[-1] if found else None

def _from_directory(rctx, directory):
    package = rctx.attr.package
    wanted = rctx.attr.dependency or package
    archive = _local_archive(rctx, directory, wanted)
    if not archive:
        _fail(rctx, wanted, "%s=%s does not hold it" % (_OVERRIDE, directory))
    return archive

def _from_apt(rctx):
    package = rctx.attr.package
    if rctx.attr.dependency:
        listing = _run(rctx, package, ["apt-cache", "depends", package])
        package = _dependency(rctx, package, rctx.attr.dependency, listing)
    rctx.file("download/README", "Archives as apt-get brought them.\n", executable = False)

    # apt's own sandbox user cannot write here, and there is nothing to guard:
    # the signature of the archive's index covers the file.
    _run(
        rctx,
        package,
        ["apt-get", "-q", "-o", "APT::Sandbox::User=", "download", package],
        working_directory = str(rctx.path("download")),
        timeout = 1200,
    )
    return _local_archive(rctx, str(rctx.path("download")), package)

def _find(rctx, package, root, pattern):
    """The one path below `root` that fits; each component may hold a `*`."""
    candidates = [root]
    for component in pattern.split("/"):
        if "*" in component:
            candidates = [
                child
                for directory in candidates
                for child in directory.readdir()
                if _matches(component, child.basename)
            ]
        else:
            candidates = [directory.get_child(component) for directory in candidates]
            candidates = [path for path in candidates if path.exists]
    if len(candidates) != 1:
        _fail(rctx, package, "it holds %d files %s, not one" % (len(candidates), pattern))
    return candidates[0]

def _debian_package_impl(rctx):
    directory = rctx.os.environ.get(_OVERRIDE, "")
    archive = _from_directory(rctx, directory) if directory else _from_apt(rctx)
    package = _run(rctx, rctx.attr.package, ["dpkg-deb", "--field", archive, "Package"]).strip()
    version = _run(rctx, package, ["dpkg-deb", "--field", archive, "Version"]).strip()
    _run(rctx, package, ["dpkg-deb", "--extract", archive, "unpacked"])

    for name, pattern in rctx.attr.files.items():
        found = _find(rctx, package, rctx.path("unpacked"), pattern)
        _run(rctx, package, ["cp", "--dereference", str(found), name])
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
    environ = [_OVERRIDE],
    configure = True,
)
