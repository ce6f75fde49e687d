// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/unified_image.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "loader/bls/file_window.h"
#include "loader/bls/os_release.h"
#include "loader/pe/pe_format.h"

namespace flint::bls {
namespace {

/// Images with a profile for every purpose have less than a hundred.
constexpr size_t kMaxSections = 1024;

constexpr uint16_t MachineOf(Architecture architecture) {
  switch (architecture) {
    case Architecture::kX64:
      return 0x8664;
    case Architecture::kAa64:
      return 0xaa64;
    case Architecture::kRiscV64:
      return 0x5064;
  }
  return 0;
}

/// Where in the file a section's content lies.
struct Extent {
  uint64_t offset = 0;
  uint64_t size_bytes = 0;
};

/// The sections that matter here; empty where there is none.
struct Sections {
  Extent os_release;
  Extent command_line;
  Extent kernel_release;
  bool has_kernel = false;
};

Extent ContentOf(const pe::SectionHeader& header) {
  const uint32_t in_memory = header.virtual_size;
  const uint32_t in_file = header.file_size;
  return {
      .offset = header.file_offset,
      .size_bytes = in_memory == 0 ? in_file : std::min(in_memory, in_file)};
}

std::string_view NameOf(const pe::SectionHeader& header) {
  const std::string_view name(header.name.data(), header.name.size());
  return name.substr(0, name.find('\0'));
}

/// Where the section table starts, and how long it is.
struct SectionTable {
  uint64_t offset;
  size_t count;
};

Result<SectionTable> FindSectionTable(FileWindow& file,
                                      Architecture architecture) {
  const auto dos = TRY(file.Read<pe::DosHeader>(0));
  if (dos.magic != pe::DosHeader::kMagic) {
    return Fail(ErrorCode::kCorrupt, "is no UEFI program");
  }
  const auto header = TRY(file.Read<pe::FileHeader>(dos.pe_offset));
  if (header.signature != pe::FileHeader::kSignature) {
    return Fail(ErrorCode::kCorrupt, "is no UEFI program");
  }
  if (header.machine != MachineOf(architecture)) {
    return Fail(ErrorCode::kUnsupported, "is for another architecture");
  }
  if (header.section_count > kMaxSections) {
    return Fail(ErrorCode::kUnsupported, "has more than 1024 sections");
  }
  return SectionTable{.offset = uint64_t{dos.pe_offset} + sizeof(header) +
                                header.optional_header_size,
                      .count = header.section_count};
}

Result<Sections> FindSections(FileWindow& file, const SectionTable& table) {
  Sections sections;
  const std::array<std::pair<std::string_view, Extent*>, 3> wanted{{
      {".osrel", &sections.os_release},
      {".cmdline", &sections.command_line},
      {".uname", &sections.kernel_release},
  }};
  size_t profile_count = 0;
  for (size_t i = 0; i < table.count; ++i) {
    const auto header = TRY(file.Read<pe::SectionHeader>(
        table.offset + i * sizeof(pe::SectionHeader)));
    const std::string_view name = NameOf(header);
    // The first profile adds to what comes before all, and goes before it.
    if (name == ".profile" && ++profile_count > 1) break;
    sections.has_kernel |= name == ".linux";
    for (const auto& [wanted_name, extent] : wanted) {
      if (name == wanted_name) *extent = ContentOf(header);
    }
  }
  if (!sections.has_kernel) {
    return Fail(ErrorCode::kUnsupported,
                "is no unified kernel image: it has no .linux section");
  }
  return sections;
}

/// Reads the texts of one image.
class TextReader {
 public:
  TextReader(FileWindow& file, uint64_t& budget_bytes, Arena& arena)
      : file_(file), budget_bytes_(budget_bytes), arena_(arena) {}

  /// The text up to a zero byte, if there is one.
  Result<std::span<char>> Read(const Extent& extent) {
    if (extent.size_bytes > kMaxTextSizeBytes) {
      return Fail(ErrorCode::kUnsupported, "has a text of more than 64 KiB");
    }
    if (extent.size_bytes > budget_bytes_) {
      return Fail(ErrorCode::kUnsupported,
                  "the partition's boot entries exceed 1 MiB");
    }
    const auto text =
        TRY(arena_.AllocateArray<char>(static_cast<size_t>(extent.size_bytes)));
    TRY(file_.Copy(extent.offset, std::as_writable_bytes(text)));
    budget_bytes_ -= text.size();
    return text.first(
        static_cast<size_t>(std::ranges::find(text, '\0') - text.begin()));
  }

  /// The text without what surrounds it.
  Result<std::string_view> ReadTrimmed(const Extent& extent) {
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::span<char> read = TRY(Read(extent));
    std::string_view text(read.data(), read.size());
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
    return text.substr(0, text.find_last_not_of(kBlanks) + 1);
  }

 private:
  FileWindow& file_;
  uint64_t& budget_bytes_;
  Arena& arena_;
};

Status ReadTexts(FileWindow& file,
                 Architecture architecture,
                 TextReader& reader,
                 Entry& entry) {
  const SectionTable table = TRY(FindSectionTable(file, architecture));
  const Sections sections = TRY(FindSections(file, table));
  const OsRelease release =
      ParseOsRelease(TRY(reader.Read(sections.os_release)));
  entry.title = release.title();
  entry.sort_key = release.sort_key();
  entry.version = release.best_version();
  entry.options = TRY(reader.ReadTrimmed(sections.command_line));
  if (entry.version.empty()) {
    entry.version = TRY(reader.ReadTrimmed(sections.kernel_release));
  }
  return {};
}

}  // namespace

Status ReadUnifiedImage(volume::FileSystem& file_system,
                        const volume::File& file,
                        Architecture architecture,
                        MutableBytes window,
                        uint64_t& budget_bytes,
                        Arena& arena,
                        Entry& entry) {
  FileWindow file_window(file_system, file, window);
  TextReader reader(file_window, budget_bytes, arena);
  const Status status = ReadTexts(file_window, architecture, reader, entry);
  if (status) return {};
  if (status.error().code() == ErrorCode::kNoMemory) return status;
  entry.obstacle = status.error();
  return {};
}

}  // namespace flint::bls
