// SPDX-License-Identifier: Apache-2.0
#include "testing/fuzz/mutation.h"

#include <algorithm>
#include <array>
#include <functional>
#include <random>
#include <span>
#include <string_view>

#include "fs/partition/gpt.h"
#include "platforms/base/crc32.h"
#include "testing/fuzz/seed_disks.h"

namespace flint::fuzz {
namespace {

constexpr size_t kSectorBytes = SeedImage::kSectorBytes;
constexpr size_t kMaxMutations = 256;

/// What overflows, wraps, or is one too many.
constexpr auto kHostileNumbers = std::to_array<uint64_t>({
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x0FFF'FFF7,
    0x0FFF'FFFF,
    0x7FFF'FFFF,
    0x8000'0000,
    0xFFFF'FFFF,
    0x1'0000'0000,
    0x7FFF'FFFF'FFFF'FFFF,
    0x8000'0000'0000'0000,
    0xFFFF'FFFF'FFFF'F000,
    0xFFFF'FFFF'FFFF'FFFF,
});

/// Takes an input apart; beyond its end there are zeros.
class InputReader {
 public:
  explicit InputReader(Bytes input) : rest_(input) {}

  bool done() const { return rest_.empty(); }

  uint8_t Byte() {
    if (rest_.empty()) return 0;
    const std::byte first = rest_.front();
    rest_ = rest_.subspan(1);
    return std::to_integer<uint8_t>(first);
  }
  uint64_t Short() {
    const uint64_t low = Byte();
    return low | uint64_t{Byte()} << 8;
  }
  std::vector<std::byte> Some(size_t count) {
    const Bytes taken = rest_.first(std::min(count, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return {taken.begin(), taken.end()};
  }

 private:
  Bytes rest_;
};

uint64_t SectorAt(const SeedImage& seed, uint64_t index) {
  return seed.sectors()[index % seed.sectors().size()];
}

Mutation DecodeMutation(const SeedImage& seed, InputReader& input) {
  Mutation mutation;
  const uint8_t head = input.Byte();
  mutation.kind = static_cast<Mutation::Kind>(head % Mutation::kKindCount);
  mutation.offset = SectorAt(seed, input.Short());
  switch (mutation.kind) {
    case Mutation::Kind::kWrite:
    case Mutation::Kind::kFlip:
      mutation.offset += input.Short() % kSectorBytes;
      mutation.bytes = input.Some(1 + head / Mutation::kKindCount);
      break;
    case Mutation::Kind::kSwap:
    case Mutation::Kind::kCopy:
      mutation.other = SectorAt(seed, input.Short());
      break;
    case Mutation::Kind::kTruncate:
      mutation.offset += input.Short() % kSectorBytes;
      break;
  }
  return mutation;
}

/// Damages one disk.
class Damager {
 public:
  Damager(const SeedImage& seed, std::mt19937_64& random)
      : seed_(seed), random_(random) {}

  Mutation Make() {
    switch (Below(16)) {
      case 0:
        return {.kind = Mutation::Kind::kSwap,
                .offset = Sector(),
                .other = Sector()};
      case 1:
        return {.kind = Mutation::Kind::kCopy,
                .offset = Sector(),
                .other = Sector()};
      case 2:
        return {.offset = Sector(),
                .bytes = std::vector<std::byte>(kSectorBytes)};
      case 3:
        return {.offset = Sector(), .bytes = Noise(kSectorBytes)};
      case 4:
        // Rarely enough that there is something left.
        if (Below(4) != 0) return FlippedBit();
        return {.kind = Mutation::Kind::kTruncate,
                .offset = Sector() + Below(kSectorBytes)};
      case 5:
      case 6:
      case 7:
      case 8:
      case 9:
        return HostileNumber();
      case 10:
      case 11:
        return {.offset = Sector() + Below(kSectorBytes),
                .bytes = Noise(1 + Below(8))};
      default:
        return FlippedBit();
    }
  }

 private:
  uint64_t Below(uint64_t limit) { return random_() % limit; }

  /// What disks start with decides most: tables, boot sectors, first entries.
  uint64_t Sector() {
    const uint64_t count = seed_.sectors().size();
    return seed_
        .sectors()[Below(2) == 0 ? Below(count)
                                 : Below(std::min<uint64_t>(count, 64))];
  }

  std::vector<std::byte> Noise(size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::byte& b : bytes) b = static_cast<std::byte>(Below(256));
    return bytes;
  }

  Mutation FlippedBit() {
    return {.kind = Mutation::Kind::kFlip,
            .offset = Sector() + Below(kSectorBytes),
            .bytes = {static_cast<std::byte>(1 << Below(8))}};
  }

  Mutation HostileNumber() {
    const uint64_t number = kHostileNumbers[Below(kHostileNumbers.size())];
    const uint64_t width = uint64_t{1} << Below(4);
    Mutation mutation{.offset = Sector() + Below(kSectorBytes / width) * width};
    for (uint64_t i = 0; i < width; ++i) {
      mutation.bytes.push_back(static_cast<std::byte>(number >> (8 * i)));
    }
    return mutation;
  }

  const SeedImage& seed_;
  std::mt19937_64& random_;
};

void Apply(const Mutation& mutation, OverlayImage& image) {
  std::array<std::byte, kSectorBytes> sector;
  switch (mutation.kind) {
    case Mutation::Kind::kWrite:
      image.Write(mutation.offset, mutation.bytes);
      break;
    case Mutation::Kind::kFlip: {
      std::vector<std::byte> bytes(mutation.bytes.size());
      image.Read(mutation.offset, bytes);
      std::ranges::transform(
          bytes, mutation.bytes, bytes.begin(), std::bit_xor{});
      image.Write(mutation.offset, bytes);
      break;
    }
    case Mutation::Kind::kSwap: {
      std::array<std::byte, kSectorBytes> other;
      image.Read(mutation.offset, sector);
      image.Read(mutation.other, other);
      image.Write(mutation.offset, other);
      image.Write(mutation.other, sector);
      break;
    }
    case Mutation::Kind::kCopy:
      image.Read(mutation.other, sector);
      image.Write(mutation.offset, sector);
      break;
    case Mutation::Kind::kTruncate:
      image.Resize(std::min(mutation.offset, image.size_bytes()));
      break;
  }
}

/// Of the GPT header in that block, and of the entries it leads to.
void RepairGpt(uint64_t lba, uint64_t block_size_bytes, OverlayImage& image) {
  constexpr uint64_t kMaxEntriesBytes = uint64_t{64} * 1024;
  partition::GptHeader header;
  image.Read(lba * block_size_bytes,
             std::as_writable_bytes(std::span(&header, 1)));
  if (std::string_view(header.signature.data(), header.signature.size()) !=
      "EFI PART") {
    return;
  }
  const uint64_t entries_bytes =
      uint64_t{header.entry_count} * header.entry_size_bytes;
  if (entries_bytes <= kMaxEntriesBytes) {
    std::vector<std::byte> entries(entries_bytes);
    image.Read(header.entry_array_lba * block_size_bytes, entries);
    header.entry_array_crc32 = Crc32(entries);
  }
  header.header_crc32 = 0;
  header.header_crc32 = Crc32(AsBytes(header));
  image.Write(lba * block_size_bytes, AsBytes(header));
}

}  // namespace

MutatedDisk DecodeMutatedDisk(Bytes input) {
  InputReader reader(input);
  MutatedDisk disk;
  disk.seed = reader.Byte() % SeedDisks().size();
  const uint8_t options = reader.Byte();
  disk.repairs_checksums = (options & 1) != 0;
  disk.is_read_only = (options & 2) != 0;
  const SeedImage& seed = SeedImage::Of(disk.seed);
  while (!reader.done() && disk.mutations.size() < kMaxMutations) {
    disk.mutations.push_back(DecodeMutation(seed, reader));
  }
  return disk;
}

MutatedDisk MakeMutatedDisk(uint64_t sequence, uint64_t number) {
  std::seed_seq words{static_cast<uint32_t>(sequence),
                      static_cast<uint32_t>(sequence >> 32),
                      static_cast<uint32_t>(number),
                      static_cast<uint32_t>(number >> 32)};
  std::mt19937_64 random(words);
  MutatedDisk disk;
  disk.seed = number % SeedDisks().size();
  disk.repairs_checksums = random() % 4 != 0;
  disk.is_read_only = random() % 8 == 0;
  Damager damager(SeedImage::Of(disk.seed), random);
  // Few, so that others do not hide what one does; but not always.
  const uint64_t count = uint64_t{1} << random() % 6;
  for (uint64_t i = 0; i < count; ++i) {
    disk.mutations.push_back(damager.Make());
  }
  return disk;
}

OverlayImage Apply(const MutatedDisk& disk) {
  OverlayImage image(SeedImage::Of(disk.seed).bytes());
  for (const Mutation& mutation : disk.mutations) Apply(mutation, image);
  const uint64_t block_size = SeedDisks()[disk.seed].block_size_bytes;
  if (disk.repairs_checksums && image.size_bytes() >= 2 * block_size) {
    RepairGpt(1, block_size, image);
    RepairGpt(image.size_bytes() / block_size - 1, block_size, image);
  }
  return image;
}

}  // namespace flint::fuzz
