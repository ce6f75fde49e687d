# SPDX-License-Identifier: Apache-2.0
"""The ways our C++ is compiled: for the host, for a guest without an operating system, and as UEFI
applications, which tests run in that guest."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load(
    "@rules_cc//cc:cc_toolchain_config_lib.bzl",
    "action_config",
    "feature",
    "flag_group",
    "flag_set",
    "tool",
    "tool_path",
    "with_feature_set",
)
load(
    "//platforms/toolchain:plumbing.bzl",
    "ARCHIVE_ACTIONS",
    "ASSEMBLE_ACTIONS",
    "COFF_LINKER",
    "COMPILE_ACTIONS",
    "CXX_ACTIONS",
    "C_ACTIONS",
    "LINK_ACTIONS",
    "PREPROCESS_ACTIONS",
    "gnu_linker",
    "plumbing_features",
)

_HEADERS = "platforms/toolchain/"

def _flags(actions, flags, **kwargs):
    return flag_set(actions = actions, flag_groups = [flag_group(flags = flags)], **kwargs)

def _on(name, *flag_sets):
    return feature(name = name, enabled = True, flag_sets = list(flag_sets))

def _off(name, *flag_sets):
    return feature(name = name, enabled = False, flag_sets = list(flag_sets))

def _in_mode(mode, actions, flags):
    return _flags(actions, flags, with_features = [with_feature_set(features = [mode])])

def _for_driver(flag):
    return "-Wl," + flag

def _for_linker(flag):
    return flag

def _language_feature():
    return _on(
        "language",
        _flags(CXX_ACTIONS, ["-std=c++23"]),
        _flags(C_ACTIONS, ["-std=c17"]),
        _flags(COMPILE_ACTIONS, [
            # Absolute paths and times would make the bytes depend on the machine.
            "-no-canonical-prefixes",
            "-ffile-compilation-dir=.",
            "-Wno-builtin-macro-redefined",
            "-D__DATE__=\"redacted\"",
            "-D__TIME__=\"redacted\"",
            "-D__TIMESTAMP__=\"redacted\"",
        ]),
    )

def _warnings_feature():
    return _on(
        "warnings",
        _flags(C_ACTIONS + CXX_ACTIONS, [
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Wconversion",
            "-Wsign-conversion",
            "-Wshadow",
            "-Wswitch-enum",
            "-Wno-gnu-statement-expression",  # TRY
            "-Werror",
            "--system-header-prefix=absl/",
        ]),
    )

def _host_features(ctx):
    return [
        _language_feature(),
        _warnings_feature(),
        feature(name = "dbg"),
        feature(name = "fastbuild"),
        feature(name = "opt"),
        _on(
            "modes",
            _in_mode("dbg", COMPILE_ACTIONS, ["-O0", "-g"]),
            _in_mode("fastbuild", COMPILE_ACTIONS, ["-O0", "-fno-omit-frame-pointer"]),
            _in_mode("opt", COMPILE_ACTIONS, ["-O2", "-g1", "-DNDEBUG"]),
        ),
        _on("host_link", _flags(LINK_ACTIONS, [
            "--ld-path=" + ctx.attr.llvm_root + "/bin/ld.lld",
            "-Wl,-z,relro,-z,now",
        ])),
        _off(
            "asan",
            _flags(COMPILE_ACTIONS + LINK_ACTIONS, ["-fsanitize=address"]),
            _flags(COMPILE_ACTIONS, ["-fno-omit-frame-pointer"]),
            _in_mode("fastbuild", COMPILE_ACTIONS, ["-gline-tables-only"]),
        ),
        _off(
            "ubsan",
            _flags(COMPILE_ACTIONS + LINK_ACTIONS, ["-fsanitize=undefined"]),
            # Defined behaviour, but nobody's intention: a value that an implicit conversion
            # changes. The list names whose code may rely on it.
            _flags(COMPILE_ACTIONS, [
                "-fsanitize=implicit-conversion",
                "-fsanitize-ignorelist=" + _HEADERS + "implicit_conversions_ignorelist.txt",
                "-fno-sanitize-recover=all",
            ]),
            _in_mode("fastbuild", COMPILE_ACTIONS, ["-gline-tables-only"]),
            _flags(LINK_ACTIONS, ["-fsanitize-link-c++-runtime"]),
        ),
        # Instruments everything; only a fuzz target links libFuzzer's driver.
        # Tests spend their time in the compiler, fuzzers in what they fuzz.
        _off("fuzzer", _flags(C_ACTIONS + CXX_ACTIONS, ["-fsanitize=fuzzer-no-link", "-O1", "-g"])),
        _off("fuzzer_main", _flags(LINK_ACTIONS, ["-fsanitize=fuzzer"])),
        # Bazel turns "coverage" on in `bazel coverage`.
        _off("coverage"),
        _off(
            "llvm_coverage_map_format",
            _flags(C_ACTIONS + CXX_ACTIONS, ["-fprofile-instr-generate", "-fcoverage-mapping"]),
            _flags(LINK_ACTIONS, ["-fprofile-instr-generate"]),
        ),
    ] + plumbing_features(gnu_linker(_for_driver)) + [
        _on("system_libraries", _flags(LINK_ACTIONS, ["-lpthread", "-lm"])),
    ]

def _freestanding_features(ctx, target_flags, link_flags, linker, more_features = []):
    """Everything but the operating system's part of a language, for guest and UEFI alike."""
    headers = [
        _HEADERS + "libcxx",
        ctx.label.workspace_root + "/libcxx_include",
        _HEADERS + "include",
        ctx.label.workspace_root + "/clang_include",
    ]
    return [
        _language_feature(),
        _warnings_feature(),
        feature(name = "dbg"),
        feature(name = "fastbuild"),
        feature(name = "opt"),
        _on(
            "modes",
            _in_mode("dbg", COMPILE_ACTIONS, ["-Og", "-g"]),
            _in_mode("fastbuild", COMPILE_ACTIONS, ["-Os", "-g"]),
            _in_mode("opt", COMPILE_ACTIONS, ["-Os", "-g"]),
        ),
        _on(
            "freestanding",
            _flags(COMPILE_ACTIONS, [
                "--target=" + ctx.attr.triple,
                # -ffreestanding says this and takes the built-in functions away: then
                # every field of a wire structure would be read by a call of memcpy.
                "-D__STDC_HOSTED__=0",
                "-nostdinc",
                "-fno-common",
                "-ffunction-sections",
                "-fdata-sections",
                "-fno-asynchronous-unwind-tables",
                "-fno-unwind-tables",
                # Exception dumps walk the frames.
                "-fno-omit-frame-pointer",
                "-fno-stack-protector",
            ] + target_flags + ctx.attr.compile_flags),
            _flags(CXX_ACTIONS, [
                "-nostdinc++",
                "-fno-exceptions",
                "-fno-rtti",
                "-fno-threadsafe-statics",
                # A global with a destructor does not link: welcome.
                "-fno-use-cxa-atexit",
                # libc++'s checks trap; our own code uses CHECK and Result.
                "-D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_FAST",
                # The guard below the stack, in boot/firmware/firmware.ld.
                "-Wframe-larger-than=16384",
            ]),
        ),
        _on("linker", _flags(LINK_ACTIONS, link_flags)),
    ] + more_features + plumbing_features(linker) + [
        # Last, so that `includes` of libraries come first.
        _on("system_headers", _flags(
            PREPROCESS_ACTIONS,
            [word for directory in headers for word in ["-isystem", directory]],
        )),
    ]

def _guest_features(ctx):
    return _freestanding_features(
        ctx,
        target_flags = ["-fno-pic"],
        link_flags = [
            "-m",
            ctx.attr.lld_emulation,
            "-static",
            "-nostdlib",
            "--gc-sections",
            # Identical functions (of templates, mostly) once.
            "--icf=all",
            "--build-id=none",
            "--fatal-warnings",
            # Every section is named in the linker script, or the link fails.
            "--orphan-handling=error",
            "-z",
            "noexecstack",
            # Sections lie on pages in memory, by the script, but not in the
            # file, which is read and not mapped.
            "--nmagic",
        ],
        linker = gnu_linker(_for_linker),
        more_features = [
            _position_independent_feature(),
            _checked_feature(),
        ],
    )

def _position_independent_feature():
    """For images that run at any address and are not relocated: nothing in them holds one."""
    return _off(
        "position_independent",
        # The flags say the opposite of what comes before, and win.
        _flags(COMPILE_ACTIONS, ["-fpie", "-fvisibility=hidden"]),
        # Such an image stays in the guest's memory for good, and is rarely called.
        _flags(COMPILE_ACTIONS, ["-Oz", "-DFLINT_COMPACT"]),
        # Tables of virtual functions hold distances instead of addresses.
        _flags(CXX_ACTIONS, ["-fexperimental-relative-c++-abi-vtables"]),
        _flags(LINK_ACTIONS, ["-pie", "--no-dynamic-linker", "-z", "text"]),
    )

def _checked_feature():
    """For images that end in a report when they go wrong.

    The stack has a canary, and what would be undefined behaviour runs into an instruction that says
    what it was (boot/cpu/trap_names.h).
    """
    return _off(
        "checked",
        _flags(C_ACTIONS + CXX_ACTIONS, [
            "-fstack-protector-strong",
            # A variable of the image's own, as there is no thread that could have one.
            "-mstack-protector-guard=global",
            "-fdirect-access-external-data",
            # But for those that ask for type information or floating point, and for calls between
            # functions of different types: UEFI is made of them.
            "-fsanitize=" + ",".join([
                "alignment",
                "bool",
                "bounds",
                "builtin",
                "enum",
                "integer-divide-by-zero",
                "nonnull-attribute",
                "null",
                "object-size",
                "pointer-overflow",
                "return",
                "returns-nonnull-attribute",
                "shift",
                "signed-integer-overflow",
                "unreachable",
                "vla-bound",
            ]),
            "-fsanitize-trap=all",
        ]),
        _flags(COMPILE_ACTIONS, ["-DFLINT_CHECKED"]),
        # Linker scripts allow more room where it is defined.
        _flags(LINK_ACTIONS, ["--defsym=flint_checked=1"]),
    )

# What Clang says when it compiles for Windows, which is how it comes to PE files with UEFI's
# calling convention. libc++ would look for Windows behind it.
_WINDOWS_MACROS = [
    prefix + system + suffix
    for system in ["WIN32", "WIN64", "WINNT"]
    for prefix, suffix in [("", ""), ("_", ""), ("__", ""), ("__", "__")]
] + ["__MINGW32__", "__MINGW64__"]

def _uefi_features(ctx):
    return _freestanding_features(
        ctx,
        target_flags = [
            # Large frames would call a function that makes the stack grow.
            "-mno-stack-arg-probe",
            # What debuggers, and the linker, expect with such files.
            "-gcodeview",
            # libc++ asks nothing of such files that they cannot have.
            "-D_LIBCPP_OBJECT_FORMAT_COFF",
        ] + ["-U" + macro for macro in _WINDOWS_MACROS],
        link_flags = [
            "/nodefaultlib",
            "/opt:ref",
            "/wx",
            # A hash instead of the time of day.
            "/Brepro",
        ],
        linker = COFF_LINKER,
    )

_FEATURES = {
    "guest": _guest_features,
    "host": _host_features,
    "uefi": _uefi_features,
}
_LINKERS = {
    "guest": "bin/ld.lld",
    "host": "bin/clang++",
    "uefi": "bin/lld-link",
}

def _llvm_cc_toolchain_config_impl(ctx):
    linker = _LINKERS[ctx.attr.kind]

    # no_legacy_features also drops the actions made from tool_paths: name them all.
    tools = [(action, "bin/clang") for action in C_ACTIONS + ASSEMBLE_ACTIONS]
    tools += [(action, "bin/clang++") for action in CXX_ACTIONS]
    tools += [(action, linker) for action in LINK_ACTIONS]
    tools += [(action, "bin/ar") for action in ARCHIVE_ACTIONS]
    tools.append((ACTION_NAMES.strip, "bin/strip"))

    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        abi_libc_version = "unknown",
        abi_version = "unknown",
        action_configs = [
            action_config(action_name = action, enabled = True, tools = [tool(path = path)])
            for action, path in tools
        ],
        compiler = "clang",
        # Headers no target has to declare; %workspace% is the execution root.
        cxx_builtin_include_directories = ctx.attr.builtin_include_directories + [
            "%workspace%/" + ctx.label.workspace_root + "/clang_include",
            "%workspace%/" + ctx.label.workspace_root + "/libcxx_include",
        ],
        features = _FEATURES[ctx.attr.kind](ctx),
        host_system_name = "local",
        target_cpu = ctx.attr.target_cpu,
        target_libc = "glibc" if ctx.attr.kind == "host" else "none",
        target_system_name = ctx.attr.triple,
        tool_paths = [
            tool_path(name = "ar", path = "bin/ar"),
            tool_path(name = "cpp", path = "bin/clang"),
            tool_path(name = "dwp", path = "bin/objcopy"),
            tool_path(name = "gcc", path = "bin/clang"),
            # What Bazel's coverage script runs "merge" with.
            tool_path(name = "gcov", path = "bin/llvm-profdata"),
            tool_path(name = "ld", path = "bin/ld.lld"),
            tool_path(name = "llvm-cov", path = "bin/llvm-cov"),
            tool_path(name = "llvm-profdata", path = "bin/llvm-profdata"),
            tool_path(name = "nm", path = "bin/nm"),
            tool_path(name = "objcopy", path = "bin/objcopy"),
            tool_path(name = "objdump", path = "bin/objdump"),
            tool_path(name = "strip", path = "bin/strip"),
        ],
        toolchain_identifier = "llvm-" + ctx.attr.triple,
    )

llvm_cc_toolchain_config = rule(
    implementation = _llvm_cc_toolchain_config_impl,
    attrs = {
        "builtin_include_directories": attr.string_list(),
        "compile_flags": attr.string_list(doc = "What the guest's processor needs."),
        "kind": attr.string(values = ["guest", "host", "uefi"], mandatory = True),
        "lld_emulation": attr.string(),
        "llvm_root": attr.string(mandatory = True),
        "target_cpu": attr.string(mandatory = True),
        "triple": attr.string(mandatory = True),
    },
    provides = [CcToolchainConfigInfo],
)
