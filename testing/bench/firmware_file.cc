// SPDX-License-Identifier: Apache-2.0
#include "testing/bench/firmware_file.h"

#include <array>
#include <fstream>
#include <iterator>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/result.h"
#include "testing/elf/elf_image.h"

namespace flint::bench {
namespace {

constexpr std::string_view kElfMagic =
    "\x7f"
    "ELF";
// [pvh]
constexpr std::string_view kPvhOwner = "Xen";
constexpr uint32_t kPvhEntry = 18;

Result<uint64_t> PvhEntryOf(const elf::ElfImage& image) {
  for (const elf::Segment& segment : image.SegmentsOfType(elf::kNoteSegment)) {
    for (const elf::Note& note : TRY(image.ReadNotes(segment))) {
      if (note.owner == kPvhOwner && note.type == kPvhEntry) {
        return TRY(ReadWire<Le64>(note.description));
      }
    }
  }
  return Fail(ErrorCode::kNotFound, "no PVH entry");
}

Result<FirmwareFile> ReadElf(Bytes file) {
  const auto image = TRY(elf::ElfImage::Parse(file));
  FirmwareFile firmware{.first_instruction = TRY(PvhEntryOf(image))};
  for (const elf::Segment& segment : image.SegmentsOfType(elf::kLoadSegment)) {
    firmware.size_bytes += segment.file_size_bytes;
  }
  return firmware;
}

}  // namespace

absl::StatusOr<FirmwareFile> ReadFirmwareFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!absl::StartsWith(content, kElfMagic)) {
    return FirmwareFile{.size_bytes = content.size()};
  }
  const auto firmware = ReadElf(AsBytes(std::string_view(content)));
  if (!firmware) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", firmware.error().reason()));
  }
  return *firmware;
}

}  // namespace flint::bench
