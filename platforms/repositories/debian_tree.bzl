# SPDX-License-Identifier: Apache-2.0
"""Debian packages unpacked into one tree, without root and without running their scripts."""

load(
    "//platforms/repositories:debian_archive.bzl",
    "DEBIAN_PACKAGES",
    "fetch_debian_packages",
    "run_for_package",
)

# Debian 12 has /usr merged; no package brings these links.
_MERGE_USR = """
mkdir -p tree
for directory in bin lib lib64 sbin; do
  mkdir -p "tree/usr/$directory"
  ln -s "usr/$directory" "tree/$directory"
done
"""

# unpack.sh ARCHIVE EXCLUDE...
_UNPACK = """
archive=$1
shift
set -f
for pattern; do
  set -- "$@" "--exclude=./$pattern"
  shift
done
dpkg-deb --fsys-tarfile "$archive" |
  tar --extract --directory=tree --keep-directory-symlink --no-same-owner --same-permissions "$@"
"""

_PACK = """
tar --create --file=tree.tar --directory=tree --format=gnu --sort=name \\
  --owner=0 --group=0 --numeric-owner --mtime=@1704067200 .
"""

def _debian_tree_impl(rctx):
    stamp = ""
    first = rctx.attr.packages[0]
    run_for_package(rctx, first, ["sh", "-euc", _MERGE_USR])
    for package, archive in zip(rctx.attr.packages, fetch_debian_packages(rctx, rctx.attr.packages)):
        # pipefail: Debian's sh has none.
        run_for_package(
            rctx,
            package,
            ["bash", "-euo", "pipefail", "-c", _UNPACK, "unpack", archive] + rctx.attr.excludes,
        )
        version = run_for_package(rctx, package, ["dpkg-deb", "--field", archive, "Version"]).strip()
        stamp += "%s %s\n" % (package, version)
    run_for_package(rctx, first, ["sh", "-euc", _PACK])
    rctx.delete("tree")
    rctx.delete("download")

    rctx.file("STAMP", stamp, executable = False)
    rctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % rctx.name, executable = False)
    rctx.file(
        "BUILD.bazel",
        "exports_files([\"STAMP\", \"tree.tar\"], visibility = [\"//visibility:public\"])\n",
        executable = False,
    )

debian_tree = repository_rule(
    implementation = _debian_tree_impl,
    doc = """What packages hold, in one tree.tar, and STAMP with their names and versions.

Fetched as by debian_package. The packages' scripts do not run: what they would configure is up to
whoever uses the tree.
""",
    attrs = {
        "excludes": attr.string_list(doc = "Left out; patterns of tar, without leading slash."),
        "packages": attr.string_list(
            doc = "All of them: dependencies are not followed.",
            mandatory = True,
        ),
    },
    environ = [DEBIAN_PACKAGES],
    configure = True,
)
