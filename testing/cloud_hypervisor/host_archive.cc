// SPDX-License-Identifier: Apache-2.0
#include "testing/cloud_hypervisor/host_archive.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "testing/images/newc_archive.h"

namespace flint::cloud_hypervisor_test {
namespace {

/// Paths of the libraries that a program is linked with, its loader among them;
/// none if it is linked statically.
std::vector<std::string> LibrariesOf(const std::string& program) {
  std::vector<std::string> libraries;
  FILE* const list =
      popen(absl::StrCat("ldd '", program, "' 2>&1").c_str(), "r");
  if (list == nullptr) return libraries;
  char line[4096];
  while (std::fgets(line, sizeof line, list) != nullptr) {
    // "libm.so.6 => /lib/libm.so.6 (0x...)", or the loader's path alone.
    const std::vector<std::string> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t\n"), absl::SkipEmpty());
    for (const std::string& word : words) {
      if (word.starts_with('/')) libraries.push_back(word);
    }
  }
  pclose(list);
  return libraries;
}

}  // namespace

void HostArchive::AddFile(std::string_view path, std::string_view contents) {
  for (size_t end = path.find('/'); end != path.npos;
       end = path.find('/', end + 1)) {
    const std::string_view parent = path.substr(0, end);
    if (paths_.emplace(parent).second) archive_.AddDirectory(parent);
  }
  // Programs share libraries.
  if (paths_.emplace(path).second) archive_.AddFile(path, 0755, contents);
}

absl::Status HostArchive::AddCopy(const std::string& source,
                                  std::string_view path) {
  std::ifstream file(source, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", source));
  AddFile(path, std::string(std::istreambuf_iterator<char>(file), {}));
  return absl::OkStatus();
}

absl::Status HostArchive::AddProgram(const std::string& source,
                                     std::string_view path) {
  absl::Status added = AddCopy(source, path);
  for (const std::string& library : LibrariesOf(source)) {
    added.Update(AddCopy(library, library.substr(1)));
  }
  return added;
}

std::string HostArchive::Finish() && { return std::move(archive_).Finish(); }

}  // namespace flint::cloud_hypervisor_test
