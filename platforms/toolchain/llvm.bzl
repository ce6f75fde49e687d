# SPDX-License-Identifier: Apache-2.0
"""Finds an LLVM installation and writes the repository with our toolchains."""

_PACKAGES = "clang-19 lld-19 llvm-19 libc++-19-dev libclang-rt-19-dev"

_TOOLS = {
    # name in the repository: program of LLVM
    "ar": "llvm-ar",
    "clang": "clang",
    "clang++": "clang++",
    "ld.lld": "ld.lld",
    "lld-link": "lld-link",
    "llvm-cov": "llvm-cov",
    "llvm-profdata": "llvm-profdata",
    "nm": "llvm-nm",
    "objcopy": "llvm-objcopy",
    "objdump": "llvm-objdump",
    "readelf": "llvm-readelf",
    "strip": "llvm-strip",
}

def _run(rctx, command):
    result = rctx.execute(command)
    if result.return_code != 0:
        fail("%s: %s" % (" ".join(command), result.stderr))
    return result.stdout.strip()

def _find_root(rctx):
    root = rctx.os.environ.get("FLINT_LLVM_ROOT", "/usr/lib/llvm-19")
    for path in ["bin/" + tool for tool in _TOOLS.values()] + ["include/c++/v1/__config"]:
        if not rctx.path(root + "/" + path).exists:
            fail("\n".join([
                "",
                "No complete LLVM 19 in %s: %s is missing." % (root, path),
                "Run platforms/setup.sh, or: apt-get install " + _PACKAGES,
                "or point FLINT_LLVM_ROOT at an installation.",
            ]))
    return root

def _host_include_directories(rctx, root):
    """Where the compiler finds the host's headers, as it prints them and resolved."""
    probe = rctx.execute([root + "/bin/clang++", "-no-canonical-prefixes", "-xc++", "-E", "-v", "/dev/null"])
    directories = []
    inside = False
    for line in probe.stderr.splitlines():
        if line.startswith("#include <...>"):
            inside = True
        elif line.startswith("End of search list"):
            inside = False
        elif inside:
            path = rctx.path(line.strip())
            for directory in [str(path), str(path.realpath)]:
                if directory not in directories:
                    directories.append(directory)
    return directories

def _main_label(label):
    # Bazel 4 prints "//p:t" for a label of the main repository.
    text = str(label)
    return "@flint" + text if text.startswith("//") else text

def _llvm_toolchain_impl(rctx):
    root = _find_root(rctx)
    for name, program in _TOOLS.items():
        # Wrappers, not links: clang finds its own files from the path it was started as.
        rctx.file(
            "bin/" + name,
            "#!/bin/sh\nexec '%s/bin/%s' \"$@\"\n" % (root, program),
            executable = True,
        )

    resources = _run(rctx, [root + "/bin/clang", "-no-canonical-prefixes", "-print-resource-dir"])
    rctx.symlink(resources + "/include", "clang_include")
    rctx.symlink(root + "/include/c++/v1", "libcxx_include")
    host_directories = _host_include_directories(rctx, root)

    # An input of every action: header directories are tracked by name only, so that this file
    # is what rebuilds everything when the compiler or its library changes.
    rctx.file("STAMP", "\n".join([
        _run(rctx, [root + "/bin/clang", "--version"]),
        rctx.read(root + "/include/c++/v1/__config"),
    ] + host_directories))

    rctx.file("WORKSPACE", "workspace(name = \"%s\")\n" % rctx.name)
    rctx.template("BUILD.bazel", rctx.path(rctx.attr._build_template), {
        "%{CONFIG}": _main_label(rctx.attr._config),
        "%{ELF}": _main_label(rctx.attr._elf),
        "%{GUEST_HEADERS}": _main_label(rctx.attr._guest_headers),
        "%{HOST_DIRECTORIES}": repr(host_directories),
        "%{HOST_IGNORELIST}": _main_label(rctx.attr._host_ignorelist),
        "%{PE}": _main_label(rctx.attr._pe),
        "%{RESOURCES}": resources,
        "%{ROOT}": root,
    })

llvm_toolchain = repository_rule(
    doc = "Toolchains for the host, each guest processor and UEFI, from one LLVM installation.",
    implementation = _llvm_toolchain_impl,
    attrs = {
        "_build_template": attr.label(default = "//platforms/toolchain:llvm.BUILD.tpl"),
        "_config": attr.label(default = "//platforms/toolchain:cc_toolchain_config.bzl"),
        "_elf": attr.label(default = "//platforms:elf"),
        "_guest_headers": attr.label(default = "//platforms/toolchain:guest_headers"),
        "_host_ignorelist": attr.label(default = "//platforms/toolchain:implicit_conversions_ignorelist.txt"),
        "_pe": attr.label(default = "//platforms:pe"),
    },
    environ = ["FLINT_LLVM_ROOT"],
    configure = True,
    local = True,
)
