# SPDX-License-Identifier: Apache-2.0
"""A googletest that runs on the host."""

load("@rules_cc//cc:defs.bzl", "cc_test")

_PRECOMPILED = "//testing:precompiled_googletest"

def cc_host_test(name, srcs, copts = [], deps = [], size = "small", **kwargs):
    """cc_test with googletest, googlemock and their main.

    Args:
      name: name of the test.
      srcs: as in cc_test.
      copts: as in cc_test.
      deps: what is tested.
      size: as in cc_test.
      **kwargs: as in cc_test.
    """
    if not [src for src in srcs if src.endswith(".S")]:
        # Parsing googletest is most of a test's compile time. (Bazel 4 has no flags for one
        # language, and assembly knows no such headers.)
        copts = copts + ["-isysroot . -include-pch $(execpath %s)" % _PRECOMPILED]
        deps = deps + [_PRECOMPILED]
    cc_test(
        name = name,
        size = size,
        srcs = srcs,
        copts = copts,
        target_compatible_with = ["//platforms:hosted"],
        deps = deps + ["@com_google_googletest//:gtest_main"],
        **kwargs
    )
