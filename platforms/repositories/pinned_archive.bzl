# SPDX-License-Identifier: Apache-2.0
"""An external repository from an archive pinned by checksum."""

def _replace(rctx, replacements):
    for path, pairs in replacements.items():
        text = rctx.read(path)
        for i in range(0, len(pairs), 2):
            text = text.replace(pairs[i], pairs[i + 1])
        rctx.file(path, text, executable = False)

def _pinned_archive_impl(rctx):
    distdir = rctx.os.environ.get("FLINT_DISTDIR", "")
    debian = distdir + "/" + rctx.attr.debian_file
    if distdir and rctx.path(debian).exists:
        rctx.download_and_extract(
            url = "file://" + debian,
            sha256 = rctx.attr.debian_sha256,
            stripPrefix = rctx.attr.debian_strip_prefix or rctx.attr.strip_prefix,
        )
    else:
        result = rctx.download(
            url = rctx.attr.url,
            output = "archive.tar.gz",
            sha256 = rctx.attr.sha256,
            allow_fail = True,
        )
        if not result.success:
            fail("\n".join([
                "",
                "@%s is not available:" % rctx.name,
                "  no %s in FLINT_DISTDIR=%s" % (rctx.attr.debian_file, distdir),
                "  and no download of %s" % rctx.attr.url,
                "Run platforms/setup.sh, or go online.",
            ]))
        rctx.extract("archive.tar.gz", stripPrefix = rctx.attr.strip_prefix)
        rctx.delete("archive.tar.gz")
    _replace(rctx, rctx.attr.replacements)
    rctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % rctx.name)

pinned_archive = repository_rule(
    doc = """Unpacks upstream's archive, or Debian's copy of it where that has been fetched.

    Both are pinned: the same sources reach a machine that is online and one that has only
    Debian's source packages (platforms/setup.sh puts them into FLINT_DISTDIR).
    """,
    implementation = _pinned_archive_impl,
    attrs = {
        "debian_file": attr.string(mandatory = True, doc = "Name of Debian's source archive."),
        "debian_sha256": attr.string(mandatory = True),
        "debian_strip_prefix": attr.string(doc = "If it differs from strip_prefix."),
        "replacements": attr.string_list_dict(doc = "path -> [old, new, old, new ...]"),
        "sha256": attr.string(mandatory = True),
        "strip_prefix": attr.string(),
        "url": attr.string(mandatory = True),
    },
    environ = ["FLINT_DISTDIR"],
)
