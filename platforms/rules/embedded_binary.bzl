# SPDX-License-Identifier: Apache-2.0
"""A file as a constant of a program."""

load("@rules_cc//cc:defs.bzl", "cc_library")

_HEADER = """\
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/base/bytes.h"

namespace flint::{namespace} {{

/// The bytes of {file}.
Bytes {function}();

}}  // namespace flint::{namespace}
"""

# Not #embed: clang 19 notes its file by an absolute path, which would make a
# cached result depend on where it was built.
#
# Not preprocessed (.s): Bazel drops inputs that the preprocessor did not see,
# and would not notice a new file.
_ASSEMBLY = """\
# SPDX-License-Identifier: Apache-2.0
    .section .rodata.{symbol}, "a", @progbits
    .balign {alignment}
    .globl {symbol}
{symbol}:
    .incbin "{path}"
    .globl {symbol}_end
{symbol}_end:
    .section .note.GNU-stack, "", @progbits
"""

_SOURCE = """\
// SPDX-License-Identifier: Apache-2.0
#include "{header}"

extern "C" const std::byte {symbol}[];
extern "C" const std::byte {symbol}_end[];

namespace flint::{namespace} {{

Bytes {function}() {{ return Bytes({symbol}, {symbol}_end); }}

}}  // namespace flint::{namespace}
"""

def _embedding_sources_impl(ctx):
    package = ctx.label.package
    values = {
        "alignment": str(ctx.attr.alignment),
        "file": ctx.file.file.basename,
        "function": ctx.attr.function,
        "header": "/".join(([package] if package else []) + [ctx.attr.stem + ".h"]),
        "namespace": ctx.attr.namespace,
        "path": ctx.file.file.path,
        "symbol": "flint_%s_%s" % (ctx.attr.namespace, ctx.attr.stem),
    }
    header = ctx.actions.declare_file(ctx.attr.stem + ".h")
    source = ctx.actions.declare_file(ctx.attr.stem + ".cc")
    assembly = ctx.actions.declare_file(ctx.attr.stem + "_bytes.s")
    ctx.actions.write(header, _HEADER.format(**values))
    ctx.actions.write(source, _SOURCE.format(**values))
    ctx.actions.write(assembly, _ASSEMBLY.format(**values))
    return [
        DefaultInfo(files = depset([header, source, assembly])),
        OutputGroupInfo(
            assembly = depset([assembly]),
            header = depset([header]),
            source = depset([source]),
        ),
    ]

_embedding_sources = rule(
    implementation = _embedding_sources_impl,
    attrs = {
        "alignment": attr.int(default = 16),
        "file": attr.label(allow_single_file = True, mandatory = True),
        "function": attr.string(mandatory = True),
        "namespace": attr.string(mandatory = True),
        "stem": attr.string(mandatory = True),
    },
)

def embedded_binary(name, file, function, namespace, alignment = 16, visibility = None):
    """A library with the header NAME.h: `flint::NAMESPACE::FUNCTION()` gives the bytes of a file.

    Args:
      name: name of the library.
      file: a file of this package.
      function: name of the function.
      namespace: what it is in, below flint.
      alignment: of the bytes in memory.
      visibility: as usual.
    """
    sources = name + "_sources"
    _embedding_sources(
        name = sources,
        alignment = alignment,
        file = file,
        function = function,
        namespace = namespace,
        stem = name,
    )
    for group in ["assembly", "header", "source"]:
        native.filegroup(
            name = "%s_%s" % (name, group),
            srcs = [":" + sources],
            output_group = group,
        )
    cc_library(
        name = name,
        srcs = [
            ":%s_assembly" % name,
            ":%s_source" % name,
        ],
        hdrs = [":%s_header" % name],
        # A compiler that only assembles finds most of the usual flags of no use.
        copts = ["-Wno-unused-command-line-argument"],
        # An input of the assembly.
        textual_hdrs = [file],
        visibility = visibility,
        deps = ["//platforms/base:bytes"],
    )
