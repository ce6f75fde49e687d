// SPDX-License-Identifier: Apache-2.0
// Operations on volumes that are not what they say.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_device.h"
#include "drivers/block/fake_block_device.h"
#include "fs/fat/fat_volume.h"
#include "fs/volume/file_system.h"
#include "fs/volume/file_writer.h"
#include "platforms/base/bytes.h"

namespace flint::fat {
namespace {

constexpr size_t kVolumeBytes = size_t{128} * 1024;
constexpr size_t kAroundBytes = size_t{8} * 1024;
constexpr std::byte kAround{0xa5};
constexpr int kMaxOperations = 24;
/// More requests than any operation on such a volume can need.
constexpr size_t kMaxRequests = 20'000;

/// Does what the input says to files that are found by walking.
class Worker {
 public:
  Worker(FatVolume& volume, std::span<const uint8_t> program)
      : volume_(volume), writer_(*volume.writer()), program_(program) {}

  void Run() {
    for (int i = 0; i < kMaxOperations && !program_.empty(); ++i) Operate();
    (void)writer_.Flush();
    (void)volume_.Describe();
  }

 private:
  uint8_t Next() {
    if (program_.empty()) return 0;
    const uint8_t value = program_.front();
    program_ = program_.subspan(1);
    return value;
  }

  /// A file or directory: goes down by as many entries as the input says.
  volume::File Find(bool is_directory) {
    volume::File at = volume_.root();
    for (int depth = Next() % 4; depth > 0; --depth) {
      volume::DirectoryCursor cursor;
      volume::DirectoryEntry entry{};
      bool found = false;
      for (int index = Next() % 8; index >= 0; --index) {
        const auto listed = volume_.List(at, cursor, entry);
        if (!listed || !*listed) break;
        found = true;
      }
      if (!found || (is_directory && !entry.file.is_directory)) break;
      at = entry.file;
      if (!at.is_directory) break;
    }
    return at;
  }

  std::string_view Name() {
    constexpr std::array<std::string_view, 6> kNames{
        "NEW.TXT",
        "a new file with a name so long that it needs records in two blocks, "
        "whatever else is there already, and quite a few of them, since they "
        "hold no more than thirteen characters each",
        "new~1",
        "dir",
        "Grün",
        "x"};
    return kNames[Next() % kNames.size()];
  }

  void Operate() {
    const uint8_t operation = Next();
    volume::File file = Find(operation % 8 == 0);
    const uint64_t size = Next() * 97u;
    switch (operation % 8) {
      case 0:
        (void)writer_.Create(file, Name(), operation & 8, {});
        break;
      case 1:
      case 2:
        (void)writer_.Write(
            file, size * (Next() % 8), Bytes(data_).first(size), {});
        break;
      case 3:
        (void)writer_.Resize(file, size * (Next() % 8), {});
        break;
      case 4:
        (void)writer_.Remove(file);
        break;
      case 5:
      case 6:
        (void)writer_.Move(file, Find(true), Name());
        break;
      default:
        (void)writer_.SetLabel(Name());
        break;
    }
  }

  FatVolume& volume_;
  volume::FileWriter& writer_;
  std::span<const uint8_t> program_;
  std::array<std::byte, 256 * 97> data_{};
};

/// The first byte chooses the disk's block size, the second one how many bytes
/// the program has, which follows; the rest is the volume, and zeros.
void WorkOnOne(std::span<const uint8_t> input) {
  if (input.size() < 2) return;
  const uint32_t block_size = 512u << (input[0] & 3);
  const size_t program_size = std::min<size_t>(input[1], input.size() - 2);
  const auto program = input.subspan(2, program_size);
  const auto bytes = std::as_bytes(input.subspan(2 + program_size));
  std::vector<std::byte> contents(kAroundBytes, kAround);
  contents.insert(contents.end(),
                  bytes.begin(),
                  bytes.begin() + static_cast<ptrdiff_t>(
                                      std::min(bytes.size(), kVolumeBytes)));
  contents.resize(kAroundBytes + kVolumeBytes);
  contents.resize(contents.size() + kAroundBytes, kAround);
  block::FakeBlockDevice disk(std::move(contents),
                              {.block_size_bytes = block_size});
  block::AlignedBuffer scratch(FatVolume::MinScratchBytes(block_size));
  auto volume = FatVolume::Create(
      {&disk, kAroundBytes / block_size, kVolumeBytes / block_size},
      scratch.bytes());
  if (!volume) return;
  Worker(*volume, program).Run();

  // Nothing outside of the volume changes, and nothing takes for ever.
  const auto around = [&](auto part) {
    return std::ranges::all_of(part, [](std::byte b) { return b == kAround; });
  };
  if (!around(disk.contents().first(kAroundBytes)) ||
      !around(disk.contents().last(kAroundBytes)) ||
      disk.writes().size() + disk.reads().size() > kMaxRequests) {
    std::abort();
  }
}

}  // namespace
}  // namespace flint::fat

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::fat::WorkOnOne({data, size});
  return 0;
}
