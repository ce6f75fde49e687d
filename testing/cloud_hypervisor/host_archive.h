// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "testing/images/newc_archive.h"

namespace flint::cloud_hypervisor_test {

/// An initial file system, to be unpacked over the host's own.
class HostArchive {
 public:
  void AddFile(std::string_view path, std::string_view contents);

  /// A copy of this machine's file `source`. NotFound if it cannot be read.
  absl::Status AddCopy(const std::string& source, std::string_view path);

  /// The same of a program, with the libraries it is linked with.
  absl::Status AddProgram(const std::string& source, std::string_view path);

  std::string Finish() &&;

 private:
  images::NewcArchive archive_;
  /// What is in it, directories too.
  std::set<std::string, std::less<>> paths_;
};

}  // namespace flint::cloud_hypervisor_test
