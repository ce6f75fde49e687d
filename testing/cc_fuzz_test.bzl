# SPDX-License-Identifier: Apache-2.0
"""Fuzz targets that are also regression tests."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_test")

def cc_fuzz_test(name, srcs, corpus = [], deps = [], **kwargs):
    """A libFuzzer target and its replay.

    `NAME` replays the corpus, in any configuration. `NAME_fuzzer`, built with --config=fuzz, is
    the fuzzer itself: `bazel run --config=fuzz //x:NAME_fuzzer -- -max_total_time=60`.

    Args:
      name: name of the replaying test.
      srcs: defines LLVMFuzzerTestOneInput.
      corpus: input files.
      deps: what is fuzzed.
      **kwargs: as in cc_test.
    """
    cc_test(
        name = name,
        size = "small",
        srcs = srcs,
        args = ["$(rootpath %s)" % input for input in corpus],
        data = corpus,
        target_compatible_with = ["//platforms:hosted"],
        deps = deps + ["//testing:fuzz_replay_main"],
        **kwargs
    )
    cc_binary(
        name = name + "_fuzzer",
        testonly = True,
        srcs = srcs,
        features = ["fuzzer_main"],
        # Links only with --config=fuzz.
        tags = ["manual"],
        target_compatible_with = ["//platforms:hosted"],
        deps = deps,
    )
