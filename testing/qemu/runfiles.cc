// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/runfiles.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace flint::qemu {
namespace {

constexpr std::string_view kWorkspace = "flint";

/// Bazel names the directory to tests; a program that is simply run has it
/// beside itself.
std::filesystem::path RunfilesDirectory() {
  for (const char* name : {"TEST_SRCDIR", "RUNFILES_DIR"}) {
    if (const char* directory = std::getenv(name)) return directory;
  }
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored) +=
         ".runfiles";
}

}  // namespace

std::string Runfile(std::string_view path) {
  return (RunfilesDirectory() / kWorkspace / path).lexically_normal().string();
}

}  // namespace flint::qemu
