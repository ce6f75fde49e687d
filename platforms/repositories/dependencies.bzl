# SPDX-License-Identifier: Apache-2.0
"""Everything that is not in this tree, pinned."""

load("//platforms/repositories:bazel_stand_ins.bzl", "coverage_tools_stand_in", "rules_java_stand_in")
load("//platforms/repositories:pinned_archive.bzl", "pinned_archive")

# rules_cc 0.0.4 loads a symbol that Bazel 4 does not have yet.
_RULES_CC_FOR_BAZEL_4 = [
    "\"find_cpp_toolchain\", \"use_cpp_toolchain\"",
    "\"find_cpp_toolchain\"",
    "use_cpp_toolchain()",
    "[\"@bazel_tools//tools/cpp:toolchain_type\"]",
]

# Bazel 4's @platforms has no WebAssembly.
_ABSEIL_FOR_BAZEL_4 = [
    "constraint_values = [\n        \"@platforms//cpu:wasm32\",\n    ]",
    "values = {\"cpu\": \"wasm32\"}",
    "constraint_values = [\n        \"@platforms//cpu:wasm64\",\n    ]",
    "values = {\"cpu\": \"wasm64\"}",
]

def flint_dependencies():
    """Declares the external repositories of the workspace."""
    rules_java_stand_in(name = "rules_java")
    coverage_tools_stand_in(name = "remote_coverage_tools")

    pinned_archive(
        name = "rules_cc",
        url = "https://github.com/bazelbuild/rules_cc/releases/download/0.0.4/rules_cc-0.0.4.tar.gz",
        sha256 = "af6cc82d87db94585bceeda2561cb8a9d55ad435318ccb4ddfee18a43580fb5d",
        strip_prefix = "rules_cc-0.0.4",
        debian_file = "bazel-rules-cc_0.0.4.orig.tar.xz",
        debian_sha256 = "b147e1d69afb30b36616a9c7cf6c661b48e01d79581f36927eb39e04ffc572ff",
        replacements = {
            "cc/private/rules_impl/cc_flags_supplier.bzl": _RULES_CC_FOR_BAZEL_4,
            "cc/private/rules_impl/compiler_flag.bzl": _RULES_CC_FOR_BAZEL_4,
        },
    )
    pinned_archive(
        name = "bazel_skylib",
        url = "https://github.com/bazelbuild/bazel-skylib/releases/download/1.0.3/bazel-skylib-1.0.3.tar.gz",
        sha256 = "1c531376ac7e5a180e0237938a2536de0c54d93f5c278634818e0efc952dd56c",
        debian_file = "bazel-skylib_1.0.3.orig.tar.xz",
        debian_sha256 = "b22f0f38d9a1ac565fce8a43df3d284f6b8e5e8775bda54b5cb687bed46b6ea4",
        debian_strip_prefix = "bazel-skylib-1.0.3",
    )
    pinned_archive(
        name = "com_google_googletest",
        url = "https://github.com/google/googletest/archive/refs/tags/release-1.12.1.tar.gz",
        sha256 = "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2",
        strip_prefix = "googletest-release-1.12.1",
        debian_file = "googletest_1.12.1.orig.tar.gz",
        debian_sha256 = "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2",
    )
    pinned_archive(
        name = "com_google_benchmark",
        url = "https://github.com/google/benchmark/archive/refs/tags/v1.7.1.tar.gz",
        sha256 = "6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7",
        strip_prefix = "benchmark-1.7.1",
        debian_file = "benchmark_1.7.1.orig.tar.gz",
        debian_sha256 = "6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7",
    )
    pinned_archive(
        name = "com_google_absl",
        url = "https://github.com/abseil/abseil-cpp/archive/refs/tags/20220623.1.tar.gz",
        sha256 = "91ac87d30cc6d79f9ab974c51874a704de9c2647c40f6932597329a282217ba8",
        strip_prefix = "abseil-cpp-20220623.1",
        debian_file = "abseil_20220623.1.orig.tar.gz",
        debian_sha256 = "abfe2897f3a30edaa74bc34365afe3c2a3cd012091a97dc7e008f7016adcd5fe",
        debian_strip_prefix = "abseil-20220623.1",
        replacements = {"absl/BUILD.bazel": _ABSEIL_FOR_BAZEL_4},
    )
