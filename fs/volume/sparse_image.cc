// SPDX-License-Identifier: Apache-2.0
#include "fs/volume/sparse_image.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::volume {
namespace {

constexpr size_t kPieceBytes = 512;

Result<std::vector<std::byte>> Unpack(Bytes packed) {
  ByteReader reader(packed);
  std::vector<std::byte> image(TRY(reader.Read<Le64>()));
  while (!reader.empty()) {
    const uint64_t offset = uint64_t{TRY(reader.Read<Le32>())} * kPieceBytes;
    const Bytes piece = TRY(reader.ReadBytes(kPieceBytes));
    if (offset > image.size()) {
      return Fail(ErrorCode::kCorrupt, "piece lies beyond the image");
    }
    const size_t size = std::min(kPieceBytes, image.size() - offset);
    std::ranges::copy(piece.first(size),
                      std::span(image).last(image.size() - offset).begin());
  }
  return image;
}

}  // namespace

std::vector<std::byte> LoadSparseImage(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string packed{std::istreambuf_iterator<char>(file), {}};
  Result<std::vector<std::byte>> image =
      Unpack(AsBytes(std::string_view(packed)));
  if (!image) {
    std::cerr << path << ": " << image.error().reason() << "\n";
    std::abort();
  }
  return *std::move(image);
}

}  // namespace flint::volume
