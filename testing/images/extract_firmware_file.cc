// SPDX-License-Identifier: Apache-2.0
//
// extract_firmware_file volume INPUT OUTPUT
// extract_firmware_file GUID INPUT OUTPUT
//
// Takes a UEFI application out of an image of other firmware, in two steps:
// what the first volume holds in LZMA; and, from that unpacked, the executable
// of the file with this GUID.
//
// [pi-1.7 vol 3: 2.1 volumes, 2.2 files, 2.2.4 sections]
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/guid.h"
#include "platforms/base/result.h"

namespace {

using flint::Bytes;
using flint::ErrorCode;
using flint::Fail;
using flint::Guid;
using flint::Le16;
using flint::Le32;
using flint::Le64;
using flint::ReadWire;
using flint::Result;
using flint::Slice;

constexpr Guid kLzma = Guid::Of("ee4e5898-3914-4259-9d6e-dc7bd79403cf");
constexpr std::string_view kVolumeSignature = "_FVH";
constexpr uint64_t kVolumeAlignment = 4096;

constexpr uint8_t kGuidDefinedSection = 0x02;
constexpr uint8_t kPe32Section = 0x10;
constexpr uint8_t kVolumeSection = 0x17;
constexpr uint8_t kPadFile = 0xf0;

using Le24 = std::array<uint8_t, 3>;

struct VolumeHeader {
  std::array<uint8_t, 16> zero;
  Guid file_system;
  Le64 size;
  std::array<char, 4> signature;
  Le32 attributes;
  Le16 header_size;
  Le16 checksum;
  Le16 extended_header;
  std::array<uint8_t, 2> revision;
};
static_assert(sizeof(VolumeHeader) == 56);

struct FileHeader {
  Guid name;
  Le16 check;
  uint8_t type;
  uint8_t attributes;
  Le24 size;
  uint8_t state;
};
static_assert(sizeof(FileHeader) == 24);

struct SectionHeader {
  Le24 size;
  uint8_t type;
};
static_assert(sizeof(SectionHeader) == 4);

/// Follows the header of a section whose contents a GUID explains.
struct GuidDefinition {
  Guid guid;
  Le16 data_offset;
  Le16 attributes;
};
static_assert(sizeof(GuidDefinition) == 20);

/// A file or section: its header, and all of it.
template <typename Header>
struct Item {
  Header header;
  Bytes contents;
};

uint64_t AlignUp(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

/// Reads what begins at `offset`; one that is too large for three bytes of
/// size has it in the eight or four bytes behind the header.
template <typename Header, typename LargeSize>
Result<Item<Header>> ReadItem(Bytes bytes, uint64_t offset) {
  const auto header = TRY(ReadWire<Header>(bytes, offset));
  uint64_t header_size = sizeof(Header);
  uint64_t size = header.size[0] | uint32_t{header.size[1]} << 8 |
                  uint32_t{header.size[2]} << 16;
  if (size == 0xffffff) {
    size = TRY(ReadWire<LargeSize>(bytes, offset + header_size));
    header_size += sizeof(LargeSize);
  }
  if (size < header_size) return Fail(ErrorCode::kCorrupt, "bad size");
  const Bytes whole = TRY(Slice(bytes, offset, size));
  return Item<Header>{.header = header, .contents = whole.subspan(header_size)};
}

/// Looks through files and sections for the first that is wanted.
class Finder {
 public:
  /// What is wanted of a section of a file, if it is.
  using Choice = std::function<std::optional<Bytes>(
      const Guid& file, uint8_t section, Bytes contents)>;

  explicit Finder(Choice choice) : choice_(std::move(choice)) {}

  Result<Bytes> InVolume(Bytes volume) {
    const auto header = TRY(ReadWire<VolumeHeader>(volume));
    uint64_t offset = header.header_size;
    if (header.extended_header != 0) {
      constexpr uint64_t kSizeOffset = sizeof(Guid);
      const uint64_t size =
          TRY(ReadWire<Le32>(volume, header.extended_header + kSizeOffset));
      offset = header.extended_header + size;
    }
    for (offset = AlignUp(offset, 8); offset < volume.size();) {
      const auto file = ReadItem<FileHeader, Le64>(volume, offset);
      if (!file) break;  // free space
      if (file->header.type != kPadFile) {
        const auto found = InSections(file->contents, file->header.name);
        if (found) return found;
      }
      const Bytes contents = file->contents;
      offset = AlignUp(static_cast<uint64_t>(contents.data() - volume.data()) +
                           contents.size(),
                       8);
    }
    return Fail(ErrorCode::kNotFound, "not in this volume");
  }

  Result<Bytes> InSections(Bytes sections, const Guid& file) {
    for (uint64_t offset = 0; offset < sections.size();) {
      const auto section =
          TRY((ReadItem<SectionHeader, Le32>(sections, offset)));
      const Bytes contents = section.contents;
      const uint8_t type = section.header.type;
      if (const auto chosen = choice_(file, type, contents); chosen) {
        return *chosen;
      }
      if (type == kVolumeSection) {
        const auto found = InVolume(contents);
        if (found) return found;
      }
      offset =
          AlignUp(static_cast<uint64_t>(contents.data() - sections.data()) +
                      contents.size(),
                  4);
    }
    return Fail(ErrorCode::kNotFound, "not in this file");
  }

 private:
  Choice choice_;
};

/// The first LZMA stream of the image's volumes.
Result<Bytes> FindCompressed(Bytes image) {
  Finder finder([](const Guid&, uint8_t type, Bytes contents) {
    std::optional<Bytes> data;
    const auto definition = ReadWire<GuidDefinition>(contents);
    if (type == kGuidDefinedSection && definition &&
        definition->guid == kLzma &&
        definition->data_offset >= sizeof(SectionHeader)) {
      // Counted from the section's header.
      data = contents.subspan(definition->data_offset - sizeof(SectionHeader));
    }
    return data;
  });
  for (uint64_t offset = 0; offset < image.size();) {
    const auto header = ReadWire<VolumeHeader>(image, offset);
    if (!header ||
        std::string_view(header->signature.data(), 4) != kVolumeSignature) {
      offset += kVolumeAlignment;
      continue;
    }
    const Bytes volume = TRY(Slice(image, offset, header->size));
    const auto found = finder.InVolume(volume);
    if (found) return found;
    offset = AlignUp(offset + volume.size(), kVolumeAlignment);
  }
  return Fail(ErrorCode::kNotFound, "no volume holds LZMA");
}

Result<Bytes> FindExecutable(Bytes sections, const Guid& wanted) {
  Finder finder([&](const Guid& file, uint8_t type, Bytes contents) {
    return file == wanted && type == kPe32Section ? std::optional(contents)
                                                  : std::nullopt;
  });
  return finder.InSections(sections, Guid{});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: extract_firmware_file volume|GUID INPUT OUTPUT\n";
    return 1;
  }
  std::ifstream input(argv[2], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(input), {}};
  const Bytes bytes = flint::AsBytes(std::string_view(text));
  const std::optional<Guid> guid = Guid::Parse(argv[1]);
  const Result<Bytes> found =
      guid ? FindExecutable(bytes, *guid) : FindCompressed(bytes);
  if (!found) {
    std::cerr << argv[2] << ": " << found.error().reason() << "\n";
    return 1;
  }
  std::ofstream output(argv[3], std::ios::binary);
  output << flint::AsText(*found);
  output.close();
  return output ? 0 : 1;
}
