# SPDX-License-Identifier: Apache-2.0
"""Stand-ins for repositories that Bazel itself would download for every C++ build."""

# Resolving any toolchain makes Bazel 4 load @bazel_tools//tools/jdk, which loads these from
# @rules_java, even in a workspace without Java.
_JAVA_RULES = [
    "java_binary",
    "java_import",
    "java_library",
    "java_proto_library",
    "java_runtime",
    "java_toolchain",
]

def _rules_java_stand_in_impl(rctx):
    rctx.file("WORKSPACE", "workspace(name = \"rules_java\")\n")
    rctx.file("java/BUILD.bazel", "")
    rctx.file("java/defs.bzl", "".join([
        "def %s(**kwargs):\n    native.%s(**kwargs)\n\n" % (name, name)
        for name in _JAVA_RULES
    ]))

rules_java_stand_in = repository_rule(
    doc = "@rules_java with nothing but forwarders to the built-in rules.",
    implementation = _rules_java_stand_in_impl,
)

_MERGE = """#!/bin/sh
# One test: its only LCOV record is the merged one.
for argument; do
  case $argument in
    --coverage_dir=*) directory=${argument#*=} ;;
    --output_file=*) output=${argument#*=} ;;
  esac
done
if [ -e "$directory/_cc_coverage.dat" ]; then
  cat "$directory/_cc_coverage.dat" > "$output"
else
  : > "$output"
fi
"""

_REPORT = """#!/bin/sh
# All tests: LCOV records may be concatenated.
for argument; do
  case $argument in
    --reports_file=*) reports=${argument#*=} ;;
    --output_file=*) output=${argument#*=} ;;
  esac
done
while read -r report; do cat "$report"; done < "$reports" > "$output"
"""

def _coverage_tools_stand_in_impl(rctx):
    rctx.file("WORKSPACE", "workspace(name = \"remote_coverage_tools\")\n")
    rctx.file("merge.sh", _MERGE, executable = True)
    rctx.file("report.sh", _REPORT, executable = True)
    rctx.file("BUILD.bazel", """
package(default_visibility = ["//visibility:public"])
sh_binary(name = "coverage_report_generator", srcs = ["report.sh"])
sh_binary(name = "lcov_merger", srcs = ["merge.sh"])
""")

coverage_tools_stand_in = repository_rule(
    doc = """@remote_coverage_tools in two shell scripts instead of a Java program.

    Every cc_test depends on it, whether coverage is collected or not.
    """,
    implementation = _coverage_tools_stand_in_impl,
)
