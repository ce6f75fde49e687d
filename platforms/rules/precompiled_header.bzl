# SPDX-License-Identifier: Apache-2.0
"""A header that is parsed once for many sources."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load("@rules_cc//cc:defs.bzl", "CcInfo")
load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain")

def _compile_arguments(ctx, toolchain, context, output):
    """The flags the toolchain gives any C++ source of this configuration, and ours."""
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        unsupported_features = ctx.disabled_features,
    )
    variables = cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        include_directories = context.includes,
        output_file = output.path,
        preprocessor_defines = context.defines,
        quote_include_directories = context.quote_includes,
        source_file = ctx.file.header.path,
        system_include_directories = context.system_includes,
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts + [
            "-xc++-header",
            # What templates a header uses are instantiated here, and not in each source.
            "-fpch-instantiate-templates",
            # Each action has a directory of its own: paths are kept relative to it. What has
            # changed Bazel knows better than times do.
            "-working-directory=/proc/self/cwd",
            "-isysroot",
            "/proc/self/cwd",
            "-Xclang",
            "-relocatable-pch",
            "-Xclang",
            "-fno-pch-timestamp",
        ],
    )
    return struct(
        compiler = cc_common.get_tool_for_action(
            action_name = ACTION_NAMES.cpp_compile,
            feature_configuration = features,
        ),
        environment = cc_common.get_environment_variables(
            action_name = ACTION_NAMES.cpp_compile,
            feature_configuration = features,
            variables = variables,
        ),
        flags = cc_common.get_memory_inefficient_command_line(
            action_name = ACTION_NAMES.cpp_compile,
            feature_configuration = features,
            variables = variables,
        ),
    )

def _precompiled_header_impl(ctx):
    toolchain = find_cc_toolchain(ctx)
    context = cc_common.merge_cc_infos(
        cc_infos = [dep[CcInfo] for dep in ctx.attr.deps],
    ).compilation_context
    output = ctx.actions.declare_file(ctx.label.name + ".pch")
    command = _compile_arguments(ctx, toolchain, context, output)
    ctx.actions.run(
        arguments = command.flags,
        env = command.environment,
        executable = command.compiler,
        inputs = depset([ctx.file.header], transitive = [context.headers, toolchain.all_files]),
        mnemonic = "PrecompileHeader",
        outputs = [output],
        progress_message = "Precompiling " + ctx.file.header.short_path,
    )

    # As a header it is an input of whatever is compiled with this dependency.
    return [
        DefaultInfo(files = depset([output])),
        CcInfo(compilation_context = cc_common.create_compilation_context(
            headers = depset([output, ctx.file.header], transitive = [context.headers]),
        )),
    ]

precompiled_header = rule(
    doc = """NAME.pch, for sources that include the same headers.

A source is compiled with it if its target has this one among its `deps`, and
`-isysroot . -include-pch $(execpath LABEL)` among its `copts`: the directory is where the paths in
NAME.pch begin. It has to include what it uses nevertheless.
""",
    implementation = _precompiled_header_impl,
    attrs = {
        "deps": attr.label_list(
            doc = "The libraries whose headers are included.",
            providers = [CcInfo],
        ),
        "header": attr.label(
            allow_single_file = [".h"],
            doc = "Includes them.",
            mandatory = True,
        ),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    provides = [CcInfo],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
