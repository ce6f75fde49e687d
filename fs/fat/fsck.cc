// SPDX-License-Identifier: Apache-2.0
#include "fs/fat/fsck.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "platforms/base/bytes.h"

namespace flint::fat {

Verdict RunFsck(std::span<const std::byte> volume) {
  const std::string image =
      std::string(std::getenv("TEST_TMPDIR")) + "/volume.img";
  std::ofstream(image, std::ios::binary)
      .write(AsText(volume).data(),
             static_cast<std::streamsize>(volume.size()));
  const std::string command = std::string(std::getenv("TEST_SRCDIR")) +
                              "/host_tools/fsck.fat -n " + image + " 2>&1";
  std::FILE* const pipe = popen(command.c_str(), "r");
  Verdict verdict{};
  std::array<char, 512> line;
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
    verdict.lines.emplace_back(line.data());
  }
  verdict.status = WEXITSTATUS(pclose(pipe));
  return verdict;
}

}  // namespace flint::fat
