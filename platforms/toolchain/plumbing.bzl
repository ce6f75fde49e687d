# SPDX-License-Identifier: Apache-2.0
"""How Bazel's build variables become command lines, for every toolchain.

Bazel would add these features itself, but in a form that only a compiler driver understands as
a linker (-Wl, ...). The guest is linked by ld.lld directly, UEFI applications by lld-link.
"""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load(
    "@rules_cc//cc:cc_toolchain_config_lib.bzl",
    "feature",
    "flag_group",
    "flag_set",
    "variable_with_value",
)

C_ACTIONS = [ACTION_NAMES.c_compile]
CXX_ACTIONS = [
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.cpp_module_codegen,
    ACTION_NAMES.cpp_module_compile,
    ACTION_NAMES.linkstamp_compile,
]
ASSEMBLE_ACTIONS = [
    ACTION_NAMES.assemble,
    ACTION_NAMES.preprocess_assemble,
]
PREPROCESS_ACTIONS = C_ACTIONS + CXX_ACTIONS + [ACTION_NAMES.preprocess_assemble]
COMPILE_ACTIONS = C_ACTIONS + CXX_ACTIONS + ASSEMBLE_ACTIONS
LINK_ACTIONS = [
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]
ARCHIVE_ACTIONS = [ACTION_NAMES.cpp_link_static_library]

def _variable_feature(name, actions, *groups):
    return feature(
        name = name,
        enabled = True,
        flag_sets = [flag_set(actions = actions, flag_groups = list(groups))],
    )

def _each(flags, variable):
    return flag_group(
        flags = flags,
        iterate_over = variable,
        expand_if_available = variable,
    )

def _if_set(flags, variable):
    return flag_group(flags = flags, expand_if_available = variable)

def _library(kind, flags):
    return flag_group(
        flags = flags,
        expand_if_equal = variable_with_value("libraries_to_link.type", kind),
    )

def _libraries(linker_flag):
    """Objects, groups of objects, archives and libraries, in order."""
    group = "object_file_group"
    return flag_group(
        iterate_over = "libraries_to_link",
        expand_if_available = "libraries_to_link",
        flag_groups = [
            flag_group(
                flags = [linker_flag("--whole-archive")],
                expand_if_true = "libraries_to_link.is_whole_archive",
            ),
            flag_group(
                flags = [linker_flag("--start-lib")],
                expand_if_equal = variable_with_value("libraries_to_link.type", group),
                expand_if_false = "libraries_to_link.is_whole_archive",
            ),
            flag_group(
                flags = ["%{libraries_to_link.object_files}"],
                iterate_over = "libraries_to_link.object_files",
                expand_if_equal = variable_with_value("libraries_to_link.type", group),
            ),
            _library("object_file", ["%{libraries_to_link.name}"]),
            _library("interface_library", ["%{libraries_to_link.name}"]),
            _library("static_library", ["%{libraries_to_link.name}"]),
            _library("dynamic_library", ["-l%{libraries_to_link.name}"]),
            _library("versioned_dynamic_library", ["-l:%{libraries_to_link.name}"]),
            flag_group(
                flags = [linker_flag("--end-lib")],
                expand_if_equal = variable_with_value("libraries_to_link.type", group),
                expand_if_false = "libraries_to_link.is_whole_archive",
            ),
            flag_group(
                flags = [linker_flag("--no-whole-archive")],
                expand_if_true = "libraries_to_link.is_whole_archive",
            ),
        ],
    )

def _coff_libraries():
    """Objects and archives, in order; lld-link has the flag for whole archives on each."""
    return flag_group(
        iterate_over = "libraries_to_link",
        expand_if_available = "libraries_to_link",
        flag_groups = [
            flag_group(
                flags = ["%{libraries_to_link.object_files}"],
                iterate_over = "libraries_to_link.object_files",
                expand_if_equal = variable_with_value(
                    "libraries_to_link.type",
                    "object_file_group",
                ),
            ),
            _library("object_file", ["%{libraries_to_link.name}"]),
            flag_group(
                expand_if_true = "libraries_to_link.is_whole_archive",
                flag_groups = [
                    _library("static_library", ["/wholearchive:%{libraries_to_link.name}"]),
                ],
            ),
            flag_group(
                expand_if_false = "libraries_to_link.is_whole_archive",
                flag_groups = [
                    _library("static_library", ["%{libraries_to_link.name}"]),
                ],
            ),
        ],
    )

def _archived_objects():
    return flag_group(
        iterate_over = "libraries_to_link",
        expand_if_available = "libraries_to_link",
        flag_groups = [
            _library("object_file", ["%{libraries_to_link.name}"]),
            flag_group(
                flags = ["%{libraries_to_link.object_files}"],
                iterate_over = "libraries_to_link.object_files",
                expand_if_equal = variable_with_value(
                    "libraries_to_link.type",
                    "object_file_group",
                ),
            ),
        ],
    )

def gnu_linker(linker_flag):
    """What links the way GNU ld does.

    Args:
      linker_flag: makes a flag for the program that links out of one for the linker.
    Returns:
      A linker for plumbing_features.
    """
    return struct(
        output = ["-o", "%{output_execpath}"],
        search_directory = "-L%{library_search_directories}",
        libraries = _libraries(linker_flag),
    )

# lld-link, which links the way Microsoft's linker does.
COFF_LINKER = struct(
    output = ["/out:%{output_execpath}"],
    search_directory = "/libpath:%{library_search_directories}",
    libraries = _coff_libraries(),
)

def plumbing_features(linker):
    """The features every toolchain needs, in command-line order.

    Args:
      linker: gnu_linker(...) or COFF_LINKER.
    Returns:
      A list of features.
    """
    return [
        feature(name = "no_legacy_features", enabled = True),
        _variable_feature(
            "dependency_file",
            COMPILE_ACTIONS,
            _if_set(["-MD", "-MF", "%{dependency_file}"], "dependency_file"),
        ),
        _variable_feature(
            "preprocessor_defines",
            PREPROCESS_ACTIONS,
            _each(["-D%{preprocessor_defines}"], "preprocessor_defines"),
        ),
        _variable_feature(
            "include_paths",
            PREPROCESS_ACTIONS,
            _each(["-iquote", "%{quote_include_paths}"], "quote_include_paths"),
            _each(["-I%{include_paths}"], "include_paths"),
            _each(["-isystem", "%{system_include_paths}"], "system_include_paths"),
        ),
        _variable_feature(
            "user_compile_flags",
            COMPILE_ACTIONS,
            _each(["%{user_compile_flags}"], "user_compile_flags"),
        ),
        _variable_feature(
            "compiler_input_flags",
            COMPILE_ACTIONS,
            _if_set(["-c", "%{source_file}"], "source_file"),
        ),
        _variable_feature(
            "compiler_output_flags",
            COMPILE_ACTIONS,
            _if_set(["-S"], "output_assembly_file"),
            _if_set(["-E"], "output_preprocess_file"),
            _if_set(["-o", "%{output_file}"], "output_file"),
        ),
        _variable_feature(
            "archiver_flags",
            ARCHIVE_ACTIONS,
            # D: no times, no owners.
            _if_set(["rcsD", "%{output_execpath}"], "output_execpath"),
            _archived_objects(),
        ),
        _variable_feature(
            "output_execpath_flags",
            LINK_ACTIONS,
            _if_set(linker.output, "output_execpath"),
        ),
        _variable_feature(
            "library_search_directories",
            LINK_ACTIONS,
            _each([linker.search_directory], "library_search_directories"),
        ),
        _variable_feature("libraries_to_link", LINK_ACTIONS, linker.libraries),
        _variable_feature(
            "user_link_flags",
            LINK_ACTIONS,
            _each(["%{user_link_flags}"], "user_link_flags"),
        ),
        _variable_feature(
            "linker_param_file",
            LINK_ACTIONS + ARCHIVE_ACTIONS,
            _if_set(["@%{linker_param_file}"], "linker_param_file"),
        ),
    ]
