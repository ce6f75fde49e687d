// SPDX-License-Identifier: Apache-2.0
#include "testing/fuzz/seed_disks.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>

namespace flint::fuzz {
namespace {

constexpr auto kSeedDisks = std::to_array<SeedDisk>({
    {"testing/fuzz/gpt.img", 512, 4},
    {"testing/fuzz/gpt_4096.img", 4096, 1},
    {"testing/fuzz/xbootldr.img", 512, 2},
    {"testing/fuzz/variables.img", 512, 4},
    {"testing/fuzz/mbr.img", 512, 1},
    {"testing/fuzz/programs.fat", 512, 2},
    {"testing/fuzz/cd.iso", 2048, 2},
    {"testing/fuzz/hybrid.iso", 512, 2},
});

std::vector<std::byte> Read(const char* path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    std::fprintf(stderr, "%s: not found; run me by bazel\n", path);
    std::exit(2);
  }
  std::vector<std::byte> bytes(static_cast<size_t>(file.tellg()));
  file.seekg(0);
  // SAFETY: characters are bytes.
  file.read(reinterpret_cast<char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

}  // namespace

std::span<const SeedDisk> SeedDisks() { return kSeedDisks; }

const SeedImage& SeedImage::Of(size_t index) {
  static std::map<size_t, std::unique_ptr<SeedImage>> images;
  std::unique_ptr<SeedImage>& image = images[index];
  if (!image) image.reset(new SeedImage(SeedDisks()[index].path));
  return *image;
}

SeedImage::SeedImage(const char* path) : bytes_(Read(path)) {
  static constexpr std::array<std::byte, kSectorBytes> kBlank{};
  for (size_t start = 0; start + kSectorBytes <= bytes_.size();
       start += kSectorBytes) {
    if (std::memcmp(&bytes_[start], kBlank.data(), kSectorBytes) != 0) {
      sectors_.push_back(start);
    }
  }
  if (sectors_.empty()) sectors_.push_back(0);
}

}  // namespace flint::fuzz
