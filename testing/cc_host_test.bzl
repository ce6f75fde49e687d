# SPDX-License-Identifier: Apache-2.0
"""A googletest that runs on the host."""

load("@rules_cc//cc:defs.bzl", "cc_test")

def cc_host_test(name, deps = [], size = "small", **kwargs):
    """cc_test with googletest, googlemock and their main.

    Args:
      name: name of the test.
      deps: what is tested.
      size: as in cc_test.
      **kwargs: as in cc_test.
    """
    cc_test(
        name = name,
        size = size,
        target_compatible_with = ["//platforms:hosted"],
        deps = deps + ["@com_google_googletest//:gtest_main"],
        **kwargs
    )
