# SPDX-License-Identifier: Apache-2.0
"""The configuration an image is built in, whatever the command line says."""

def _guest_transition_impl(_settings, attr):
    return {
        "//command_line_option:collect_code_coverage": False,
        "//command_line_option:compilation_mode": "opt",
        "//command_line_option:copt": [],
        "//command_line_option:cxxopt": [],
        "//command_line_option:features": getattr(attr, "image_features", []),
        "//command_line_option:linkopt": [],
        "//command_line_option:platforms": [attr.platform],
    }

guest_transition = transition(
    # Sanitizers, coverage and -c are the host's affair: an image has the same bytes in all.
    implementation = _guest_transition_impl,
    inputs = [],
    outputs = [
        "//command_line_option:collect_code_coverage",
        "//command_line_option:compilation_mode",
        "//command_line_option:copt",
        "//command_line_option:cxxopt",
        "//command_line_option:features",
        "//command_line_option:linkopt",
        "//command_line_option:platforms",
    ],
)
