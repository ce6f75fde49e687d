// SPDX-License-Identifier: Apache-2.0
#include "testing/images/host_tool.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "testing/qemu/runfiles.h"

namespace flint::images {

Outcome RunTool(std::string_view tool, std::string_view arguments) {
  const std::string command =
      absl::StrCat(qemu::Runfile(absl::StrCat("../host_tools/", tool)),
                   " ",
                   arguments,
                   " 2>&1");
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {.status = -1, .output = "cannot be started"};
  std::string output;
  std::array<char, 4096> buffer;
  while (const size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), count);
  }
  return {.status = WEXITSTATUS(pclose(pipe)), .output = output};
}

}  // namespace flint::images
