# SPDX-License-Identifier: Apache-2.0
"""The configuration an image is built in, whatever the command line says."""

_FEATURES = "//command_line_option:features"

# The one wish of the command line that is heard, and passed on to images in images.
_CHECKED = "checked"

def _guest_transition_impl(settings, attr):
    checked = getattr(attr, "checked", False) or _CHECKED in settings[_FEATURES]
    return {
        "//command_line_option:collect_code_coverage": False,
        "//command_line_option:compilation_mode": "opt",
        "//command_line_option:copt": [],
        "//command_line_option:cxxopt": [],
        _FEATURES: getattr(attr, "image_features", []) + ([_CHECKED] if checked else []),
        "//command_line_option:linkopt": [],
        "//command_line_option:platforms": [attr.platform],
    }

guest_transition = transition(
    # Sanitizers, coverage and -c are the host's affair: an image has the same bytes in all.
    implementation = _guest_transition_impl,
    inputs = [_FEATURES],
    outputs = [
        "//command_line_option:collect_code_coverage",
        "//command_line_option:compilation_mode",
        "//command_line_option:copt",
        "//command_line_option:cxxopt",
        _FEATURES,
        "//command_line_option:linkopt",
        "//command_line_option:platforms",
    ],
)
