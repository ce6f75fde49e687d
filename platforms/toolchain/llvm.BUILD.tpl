load("@rules_cc//cc:defs.bzl", "cc_toolchain")
load("%{CONFIG}", "llvm_cc_toolchain_config")

package(default_visibility = ["//visibility:public"])

exports_files(glob(["bin/*"]))

filegroup(
    name = "tools",
    srcs = glob(["bin/*"]) + ["STAMP"],
)

filegroup(
    name = "host_files",
    srcs = [
        ":tools",
        "%{HOST_IGNORELIST}",
    ],
)

# Directories, not globs of a thousand files: see STAMP.
filegroup(
    name = "guest_files",
    srcs = [
        "clang_include",
        "libcxx_include",
        ":tools",
        "%{GUEST_HEADERS}",
    ],
)

filegroup(name = "empty")

# One more guest processor is one more line here, a toolchain registered in WORKSPACE and a
# platform in //platforms.
_GUESTS = {
    # name: (triple, linker emulation, compiler flags)
    "x86_64": (
        "x86_64-unknown-none-elf",
        "elf_x86_64",
        [
            "-march=x86-64",
            "-mcmodel=small",
            # Exceptions push onto the stack in use.
            "-mno-red-zone",
            # No vector state: exceptions and applications need not save it.
            # Not -mgeneral-regs-only: libc++'s <limits> names long double.
            "-mno-mmx",
            "-mno-sse",
        ],
    ),
}

llvm_cc_toolchain_config(
    name = "host_config",
    builtin_include_directories = %{HOST_DIRECTORIES} + [
        "%{RESOURCES}/include",
        "%{RESOURCES}/share",  # the sanitizers' lists
    ],
    kind = "host",
    llvm_root = "%{ROOT}",
    target_cpu = "k8",
    triple = "x86_64-linux-gnu",
)

cc_toolchain(
    name = "host",
    all_files = ":host_files",
    ar_files = ":tools",
    as_files = ":tools",
    compiler_files = ":host_files",
    dwp_files = ":empty",
    linker_files = ":tools",
    objcopy_files = ":tools",
    strip_files = ":tools",
    supports_param_files = 1,
    toolchain_config = ":host_config",
)

toolchain(
    name = "host_toolchain",
    exec_compatible_with = [
        "@platforms//cpu:x86_64",
        "@platforms//os:linux",
    ],
    target_compatible_with = [
        "@platforms//cpu:x86_64",
        "@platforms//os:linux",
    ],
    toolchain = ":host",
    toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
)

[
    llvm_cc_toolchain_config(
        name = "guest_%s_config" % cpu,
        compile_flags = flags,
        kind = "guest",
        lld_emulation = emulation,
        llvm_root = "%{ROOT}",
        target_cpu = cpu + "-none",
        triple = triple,
    )
    for cpu, (triple, emulation, flags) in _GUESTS.items()
]

[
    cc_toolchain(
        name = "guest_" + cpu,
        all_files = ":guest_files",
        ar_files = ":tools",
        as_files = ":guest_files",
        compiler_files = ":guest_files",
        dwp_files = ":empty",
        linker_files = ":tools",
        objcopy_files = ":tools",
        strip_files = ":tools",
        supports_param_files = 1,
        toolchain_config = ":guest_%s_config" % cpu,
    )
    for cpu in _GUESTS
]

[
    toolchain(
        name = "guest_%s_toolchain" % cpu,
        exec_compatible_with = [
            "@platforms//cpu:x86_64",
            "@platforms//os:linux",
        ],
        target_compatible_with = [
            "@platforms//cpu:" + cpu,
            "@platforms//os:none",
            "%{ELF}",
        ],
        toolchain = ":guest_" + cpu,
        toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
    )
    for cpu in _GUESTS
]

# UEFI applications: the same compiler, PE files.
_UEFI = {
    # name: (triple, compiler flags)
    "x86_64": (
        "x86_64-unknown-windows-gnu",
        ["-march=x86-64"],
    ),
}

[
    llvm_cc_toolchain_config(
        name = "uefi_%s_config" % cpu,
        compile_flags = flags,
        kind = "uefi",
        llvm_root = "%{ROOT}",
        target_cpu = cpu + "-uefi",
        triple = triple,
    )
    for cpu, (triple, flags) in _UEFI.items()
]

[
    cc_toolchain(
        name = "uefi_" + cpu,
        all_files = ":guest_files",
        ar_files = ":tools",
        as_files = ":guest_files",
        compiler_files = ":guest_files",
        dwp_files = ":empty",
        linker_files = ":tools",
        objcopy_files = ":tools",
        strip_files = ":tools",
        supports_param_files = 1,
        toolchain_config = ":uefi_%s_config" % cpu,
    )
    for cpu in _UEFI
]

[
    toolchain(
        name = "uefi_%s_toolchain" % cpu,
        exec_compatible_with = [
            "@platforms//cpu:x86_64",
            "@platforms//os:linux",
        ],
        target_compatible_with = [
            "@platforms//cpu:" + cpu,
            "@platforms//os:none",
            "%{PE}",
        ],
        toolchain = ":uefi_" + cpu,
        toolchain_type = "@bazel_tools//tools/cpp:toolchain_type",
    )
    for cpu in _UEFI
]
