// SPDX-License-Identifier: Apache-2.0
#include "testing/bench/firmware_file.h"

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
/// flint::boot::Timeline::Add, whatever its parameters.
constexpr std::string_view kMarkFunction = "_ZN5flint4boot8Timeline3AddE";

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  return std::string{std::istreambuf_iterator<char>(file), {}};
}

absl::Status BadFile(const std::string& path, const Error& error) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", error.reason()));
}

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

Result<FirmwareFile> ParseElf(Bytes file) {
  const auto image = TRY(elf::ElfImage::Parse(file));
  FirmwareFile firmware{.first_instruction = TRY(PvhEntryOf(image))};
  for (const elf::Segment& segment : image.SegmentsOfType(elf::kLoadSegment)) {
    firmware.size_bytes += segment.file_size_bytes;
  }
  return firmware;
}

Result<FlintSymbols> ParseSymbols(Bytes file) {
  const auto image = TRY(elf::ElfImage::Parse(file));
  FlintSymbols symbols;
  for (const elf::Segment& segment : image.SegmentsOfType(elf::kLoadSegment)) {
    if (!segment.executable) continue;
    symbols.code.push_back(
        {.first = segment.physical_address,
         .last = segment.physical_address + segment.memory_size_bytes - 1});
  }
  for (const elf::Symbol& symbol : TRY(image.ReadSymbols())) {
    if (symbol.name.starts_with(kMarkFunction)) {
      symbols.mark_function = symbol.value;
      return symbols;
    }
  }
  return Fail(ErrorCode::kNotFound, "no function makes marks on a timeline");
}

}  // namespace

absl::StatusOr<FirmwareFile> ReadFirmwareFile(const std::string& path) {
  const absl::StatusOr<std::string> file = ReadFile(path);
  if (!file.ok()) return file.status();
  if (!absl::StartsWith(*file, kElfMagic)) {
    return FirmwareFile{.size_bytes = file->size()};
  }
  const auto firmware = ParseElf(AsBytes(std::string_view(*file)));
  if (!firmware) return BadFile(path, firmware.error());
  return *firmware;
}

absl::StatusOr<FlintSymbols> ReadFlintSymbols(const std::string& path) {
  const absl::StatusOr<std::string> file = ReadFile(path);
  if (!file.ok()) return file.status();
  const auto symbols = ParseSymbols(AsBytes(std::string_view(*file)));
  if (!symbols) return BadFile(path, symbols.error());
  return *symbols;
}

}  // namespace flint::bench
