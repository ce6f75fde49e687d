// SPDX-License-Identifier: Apache-2.0
//
// make_initrd OUTPUT TRAILING_ZERO_BYTES {dir PATH | file PATH SOURCE}...
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "testing/images/newc_archive.h"

namespace {

/// As programs of a root file system are.
constexpr uint32_t kPermissions = 0755;

[[noreturn]] void Die(std::string_view message, std::string_view subject) {
  std::cerr << "make_initrd: " << message << ": " << subject << "\n";
  std::exit(1);
}

std::string ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) Die("cannot read", path);
  std::ostringstream contents;
  contents << file.rdbuf();
  return std::move(contents).str();
}

std::string Archive(std::span<char*> arguments) {
  flint::images::NewcArchive archive;
  while (!arguments.empty()) {
    const std::string_view kind = arguments[0];
    if (kind == "dir" && arguments.size() >= 2) {
      archive.AddDirectory(arguments[1]);
      arguments = arguments.subspan(2);
    } else if (kind == "file" && arguments.size() >= 3) {
      archive.AddFile(arguments[1], kPermissions, ReadFile(arguments[2]));
      arguments = arguments.subspan(3);
    } else {
      Die("bad argument", kind);
    }
  }
  return std::move(archive).Finish();
}

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<size_t>(argc));
  if (arguments.size() < 3) Die("too few arguments", "");
  std::string bytes = Archive(arguments.subspan(3));
  bytes.append(std::stoul(arguments[2]), '\0');
  std::ofstream output(arguments[1], std::ios::binary);
  if (!output.write(bytes.data(), static_cast<std::streamsize>(bytes.size()))
           .flush()) {
    Die("cannot write", arguments[1]);
  }
}
