# SPDX-License-Identifier: Apache-2.0
"""Fetches Debian packages without installing them."""

# The directory that packages are taken from, instead of apt's archive.
DEBIAN_PACKAGES = "FLINT_DEBIAN_PACKAGES"

def fail_for_package(rctx, package, reason):
    """Fails, and says what to do.

    Args:
      rctx: of the repository rule.
      package: name of the package.
      reason: why it cannot be had.
    """
    fail("\n".join([
        "",
        "Debian package %s (repository @%s) cannot be had: %s" % (package, rctx.name, reason),
        "  fix, one of: platforms/setup.sh          (on Debian 12: sets up everything)",
        "               sudo apt-get update         (when the package list is missing or old)",
        "               export %s=DIR   (a directory that holds %s_*.deb)" % (DEBIAN_PACKAGES, package),
    ]))

def run_for_package(rctx, package, arguments, **kwargs):
    """Runs a command that must succeed.

    Args:
      rctx: of the repository rule.
      package: what it is run for.
      arguments: the program's name and its arguments.
      **kwargs: as in rctx.execute.

    Returns:
      its standard output.
    """
    program = rctx.which(arguments[0])
    if not program:
        fail_for_package(rctx, package, "this machine has no %s" % arguments[0])
    result = rctx.execute([program] + arguments[1:], environment = {"LC_ALL": "C"}, **kwargs)
    if result.return_code != 0:
        fail_for_package(rctx, package, "%s says: %s" % (arguments[0], (result.stderr or result.stdout).strip()))
    return result.stdout

def fits_pattern(pattern, name):
    """Compares a name with a pattern.

    Args:
      pattern: text that may hold one `*`.
      name: text.

    Returns:
      whether they fit.
    """
    if "*" not in pattern:
        return name == pattern
    head, tail = pattern.split("*")
    return len(name) >= len(head) + len(tail) and name.startswith(head) and name.endswith(tail)

def _dependency(rctx, package, pattern, listing):
    """The first package that fits `pattern` among a listing's words."""
    words = listing.replace(",", " ").replace("|", " ").replace("\n", " ").split(" ")
    fitting = [word for word in words if fits_pattern(pattern, word)]
    if not fitting:
        fail_for_package(rctx, package, "it depends on nothing like %s" % pattern)
    return fitting[0]

def _local_archive(rctx, directory, package):
    """The newest name `package_*.deb` in the directory, or None."""
    if not rctx.path(directory).exists:
        fail("%s=%s does not exist" % (DEBIAN_PACKAGES, directory))
    found = [
        str(path)
        for path in rctx.path(directory).readdir()
        if path.basename.endswith(".deb") and fits_pattern(package, path.basename.split("_")[0])
    ]
    return sorted(found)[-1] if found else None

def _take(rctx, directory, packages):
    """The archives of the packages in the directory."""
    archives = []
    for package in packages:
        archive = _local_archive(rctx, directory, package)
        if not archive:
            fail_for_package(rctx, package, "%s does not hold it" % directory)
        archives.append(archive)
    return archives

def fetch_debian_packages(rctx, packages):
    """Brings the archives of packages here, into `download`, or finds them.

    Args:
      rctx: of the repository rule, which names DEBIAN_PACKAGES in `environ`.
      packages: names.

    Returns:
      a path for each package.
    """
    directory = rctx.os.environ.get(DEBIAN_PACKAGES, "")
    if directory:
        return _take(rctx, directory, packages)
    rctx.file("download/README", "Archives as apt-get brought them.\n", executable = False)

    # apt's own sandbox user cannot write here, and there is nothing to guard:
    # the signature of the archive's index covers the file.
    run_for_package(
        rctx,
        packages[0],
        ["apt-get", "-q", "-o", "APT::Sandbox::User=", "download"] + packages,
        working_directory = str(rctx.path("download")),
        timeout = 1200,
    )
    return _take(rctx, str(rctx.path("download")), packages)

def fetch_dependency(rctx, package, pattern):
    """The same for what a meta package depends on.

    Args:
      rctx: of the repository rule, which names DEBIAN_PACKAGES in `environ`.
      package: name of the meta package.
      pattern: of a name; may hold one `*`.

    Returns:
      a path.
    """
    directory = rctx.os.environ.get(DEBIAN_PACKAGES, "")
    if directory:
        return _take(rctx, directory, [pattern])[0]
    listing = run_for_package(rctx, package, ["apt-cache", "depends", package])
    return fetch_debian_packages(rctx, [_dependency(rctx, package, pattern, listing)])[0]
