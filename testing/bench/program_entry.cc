// SPDX-License-Identifier: Apache-2.0
#include "testing/bench/program_entry.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "loader/linux_params/setup_header.h"
#include "loader/pe/pe_format.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::bench {
namespace {

constexpr uint64_t kEntryBytes = 16;
constexpr uint64_t kLinuxSectorBytes = 512;
constexpr uint64_t kLongModeDoor = 0x200;

/// Where in the file the code is that has this address when it is loaded.
Result<uint64_t> OffsetOf(Bytes file, uint64_t rva) {
  const auto dos = TRY(ReadWire<pe::DosHeader>(file));
  const auto header = TRY(ReadWire<pe::FileHeader>(file, dos.pe_offset));
  uint64_t place = dos.pe_offset + sizeof header + header.optional_header_size;
  for (uint16_t i = 0; i < header.section_count; ++i) {
    const auto section = TRY(ReadWire<pe::SectionHeader>(file, place));
    if (rva >= section.rva && rva - section.rva < section.file_size) {
      return rva - section.rva + section.file_offset;
    }
    place += sizeof section;
  }
  return Fail(ErrorCode::kCorrupt, "the entry is in no section");
}

Result<Bytes> PeEntryOf(Bytes file) {
  const auto dos = TRY(ReadWire<pe::DosHeader>(file));
  const auto optional = TRY(ReadWire<pe::OptionalHeader>(
      file, dos.pe_offset + sizeof(pe::FileHeader)));
  return Slice(file, TRY(OffsetOf(file, optional.entry_rva)), kEntryBytes);
}

Result<Bytes> KernelEntryOf(Bytes file) {
  const auto header = TRY(ReadWire<linux_params::SetupHeader>(
      file, linux_params::kSetupHeaderOffset));
  const uint64_t setup = (uint64_t{header.setup_sects} + 1) * kLinuxSectorBytes;
  return Slice(file, setup + kLongModeDoor, kEntryBytes);
}

absl::StatusOr<std::string> ReadEntry(const std::string& path,
                                      Result<Bytes> (*find)(Bytes)) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  const Result<Bytes> entry = find(AsBytes(std::string_view(content)));
  if (!entry) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", entry.error().reason()));
  }
  return std::string(AsText(*entry));
}

}  // namespace

absl::StatusOr<std::string> ReadPeEntry(const std::string& path) {
  return ReadEntry(path, PeEntryOf);
}

absl::StatusOr<std::string> ReadKernelEntry(const std::string& path) {
  return ReadEntry(path, KernelEntryOf);
}

}  // namespace flint::bench
