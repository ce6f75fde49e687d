// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/temporary_directory.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace flint::qemu {

absl::StatusOr<TemporaryDirectory> TemporaryDirectory::Create() {
  const char* parent = std::getenv("TEST_TMPDIR");
  std::string path =
      absl::StrCat(parent != nullptr ? parent : "/tmp", "/qemu-XXXXXX");
  if (mkdtemp(path.data()) == nullptr) {
    return absl::ErrnoToStatus(errno, path);
  }
  return TemporaryDirectory(std::move(path));
}

TemporaryDirectory::~TemporaryDirectory() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::Child(std::string_view name) const {
  return absl::StrCat(path_, "/", name);
}

}  // namespace flint::qemu
