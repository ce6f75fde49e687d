// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace flint::qemu {

/// A directory that is removed, with all it holds, together with this object.
class TemporaryDirectory {
 public:
  /// Makes one in the test's own directory, or in /tmp outside of tests.
  /// Internal if that fails.
  static absl::StatusOr<TemporaryDirectory> Create();

  TemporaryDirectory(TemporaryDirectory&& other) noexcept
      : path_(std::exchange(other.path_, {})) {}
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  ~TemporaryDirectory();

  const std::string& path() const { return path_; }
  std::string Child(std::string_view name) const;

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace flint::qemu
