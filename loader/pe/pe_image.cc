// SPDX-License-Identifier: Apache-2.0
#include "loader/pe/pe_image.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "loader/pe/relocation.h"
#include "platforms/base/checked.h"

namespace flint::pe {
namespace {

constexpr uint32_t kPageSizeBytes = 4096;

/// Sections out of order are compared each with each; linkers write far fewer.
constexpr size_t kMaxUnorderedSections = 1024;

/// Debug entries looked at; linkers write one to three.
constexpr size_t kMaxDebugEntries = 16;

/// How many bytes a section has in memory. Old linkers leave the virtual size
/// zero.
uint32_t SizeInMemory(const SectionHeader& header) {
  return header.virtual_size != 0 ? header.virtual_size : header.file_size;
}

/// The bytes of it that the file holds; the file's size is rounded up, and
/// what exceeds the virtual size is padding.
FileRange ContentOf(const SectionHeader& header) {
  return {
      .offset = header.file_offset,
      .size_bytes = std::min<uint32_t>(header.file_size, SizeInMemory(header))};
}

Region RegionOf(const SectionHeader& header) {
  // An empty section may claim to be anywhere.
  if (SizeInMemory(header) == 0) return {};
  const uint32_t flags = header.characteristics;
  return {.rva = header.rva,
          .size_bytes = SizeInMemory(header),
          .readable = (flags & SectionHeader::kRead) != 0,
          .writable = (flags & SectionHeader::kWrite) != 0,
          .executable = (flags & SectionHeader::kExecute) != 0};
}

bool Overlap(const Region& a, const Region& b) {
  return a.rva < b.end() && b.rva < a.end();
}

bool IsUefiSubsystem(uint16_t subsystem) {
  switch (static_cast<Subsystem>(subsystem)) {
    case Subsystem::kApplication:
    case Subsystem::kBootServiceDriver:
    case Subsystem::kRuntimeDriver:
      return true;
  }
  return false;
}

void Zero(MutableBytes bytes) {
  if (!bytes.empty()) std::memset(bytes.data(), 0, bytes.size());
}

}  // namespace

Result<Image> Image::Parse(Bytes head,
                           uint64_t file_size_bytes,
                           Machine machine) {
  Image image(head, file_size_bytes, machine);
  TRY(image.ReadHeaders());
  TRY(image.CheckHeaders());
  for (size_t i = 0; i < image.section_count(); ++i) {
    TRY(image.CheckSection(i));
  }
  TRY(image.CheckOverlap());
  image.nx_compatible_ = (image.header_.dll_characteristics &
                          OptionalHeader::kNxCompatible) != 0 &&
                         !image.SectionsSharePages();
  return image;
}

Status Image::ReadHeaders() {
  const auto dos = TRY(ReadWire<DosHeader>(head_));
  if (dos.magic != DosHeader::kMagic) {
    return Fail(ErrorCode::kCorrupt, "not a PE image: no MZ signature");
  }
  file_header_ = TRY(ReadWire<FileHeader>(head_, dos.pe_offset));
  if (file_header_.signature != FileHeader::kSignature) {
    return Fail(ErrorCode::kCorrupt, "not a PE image: no PE signature");
  }
  if (file_header_.machine != static_cast<uint16_t>(machine_)) {
    return Fail(ErrorCode::kUnsupported, "PE image for another processor");
  }
  optional_header_offset_ = uint64_t{dos.pe_offset} + sizeof(FileHeader);
  const uint16_t magic = TRY(ReadWire<Le16>(head_, optional_header_offset_));
  if (magic == OptionalHeader::kMagicPe32) {
    return Fail(ErrorCode::kUnsupported, "PE image is 32-bit");
  }
  if (magic != OptionalHeader::kMagicPe32Plus) {
    return Fail(ErrorCode::kCorrupt, "PE optional header of unknown kind");
  }
  if (file_header_.optional_header_size < sizeof(OptionalHeader)) {
    return Fail(ErrorCode::kCorrupt, "PE optional header is too small");
  }
  header_ = TRY(ReadWire<OptionalHeader>(head_, optional_header_offset_));
  section_table_offset_ =
      optional_header_offset_ + file_header_.optional_header_size;
  return {};
}

Status Image::CheckHeaders() const {
  if (!IsUefiSubsystem(header_.subsystem)) {
    return Fail(ErrorCode::kUnsupported,
                "PE image is neither UEFI application nor driver");
  }
  const uint64_t section_table_end =
      section_table_offset_ + section_count() * sizeof(SectionHeader);
  if (header_.headers_size > head_.size()) {
    return Fail(ErrorCode::kTruncated, "PE headers end beyond the file's head");
  }
  if (section_table_end > header_.headers_size) {
    return Fail(ErrorCode::kCorrupt, "PE section table ends beyond headers");
  }
  if (header_.headers_size > header_.image_size) {
    return Fail(ErrorCode::kCorrupt, "PE headers end beyond the image");
  }
  if (header_.entry_rva == 0 || header_.entry_rva >= header_.image_size) {
    return Fail(ErrorCode::kCorrupt, "PE entry point outside the image");
  }
  if (!std::has_single_bit(alignment_bytes())) {
    return Fail(ErrorCode::kCorrupt,
                "PE section alignment is not a power of two");
  }
  return {};
}

Status Image::CheckSection(size_t index) const {
  const SectionHeader header = section_header(index);
  const Region region = RegionOf(header);
  if (region.size_bytes == 0) return {};
  if (region.end() > header_.image_size) {
    return Fail(ErrorCode::kCorrupt, "PE section ends beyond the image");
  }
  if (region.rva < header_.headers_size) {
    return Fail(ErrorCode::kCorrupt, "PE section overlaps the headers");
  }
  const FileRange content = ContentOf(header);
  if (content.size_bytes != 0 && !IsInFile(content)) {
    return Fail(ErrorCode::kTruncated, "PE section ends beyond the file");
  }
  return {};
}

Status Image::CheckOverlap() {
  uint64_t end = 0;
  for (size_t i = 0; i < section_count(); ++i) {
    const Region region = RegionOf(section_header(i));
    if (region.size_bytes == 0) continue;
    sections_ascend_ &= region.rva >= end;
    end = region.end();
  }
  if (sections_ascend_) return {};
  if (section_count() > kMaxUnorderedSections) {
    return Fail(ErrorCode::kUnsupported,
                "PE image with very many sections out of order");
  }
  for (size_t i = 0; i < section_count(); ++i) {
    const Region region = RegionOf(section_header(i));
    if (region.size_bytes == 0) continue;
    for (size_t j = 0; j < i; ++j) {
      const Region other = RegionOf(section_header(j));
      if (other.size_bytes != 0 && Overlap(region, other)) {
        return Fail(ErrorCode::kCorrupt, "PE sections overlap");
      }
    }
  }
  return {};
}

/// With every region starting at a page of its own, none shares one.
bool Image::SectionsSharePages() const {
  for (size_t i = 0; i < section_count(); ++i) {
    const Region region = RegionOf(section_header(i));
    if (region.size_bytes != 0 && !IsAligned(region.rva, kPageSizeBytes)) {
      return true;
    }
  }
  return false;
}

SectionHeader Image::section_header(size_t index) const {
  // Within the headers, as `CheckHeaders` saw.
  return *ReadWire<SectionHeader>(
      head_, section_table_offset_ + index * sizeof(SectionHeader));
}

uint32_t Image::alignment_bytes() const {
  // Below a page it is about the linker's packing, not about where to load.
  return std::max<uint32_t>(header_.section_alignment, kPageSizeBytes);
}

Section Image::section(size_t index) const {
  const SectionHeader header = section_header(index);
  const uint64_t name_offset =
      section_table_offset_ + index * sizeof(SectionHeader);
  const std::string_view name =
      AsText(head_.subspan(name_offset, sizeof(header.name)));
  return {.name = name.substr(0, name.find('\0')),
          .region = RegionOf(header),
          .content = ContentOf(header)};
}

uint64_t Image::DirectoryOffset(Directory which) const {
  return optional_header_offset_ + sizeof(OptionalHeader) +
         static_cast<size_t>(which) * sizeof(DataDirectory);
}

bool Image::HasDirectory(Directory which) const {
  return static_cast<uint32_t>(which) < header_.directory_count &&
         DirectoryOffset(which) + sizeof(DataDirectory) <=
             section_table_offset_;
}

DataDirectory Image::directory(Directory which) const {
  if (!HasDirectory(which)) return {};
  return *ReadWire<DataDirectory>(head_, DirectoryOffset(which));
}

Result<FileRange> Image::certificates() const {
  const DataDirectory entry = directory(Directory::kCertificates);
  if (entry.size_bytes == 0) return FileRange{.offset = 0, .size_bytes = 0};
  const FileRange range{.offset = entry.rva, .size_bytes = entry.size_bytes};
  if (!IsInFile(range)) {
    return Fail(ErrorCode::kTruncated, "PE certificates end beyond the file");
  }
  return range;
}

bool Image::IsInFile(const FileRange& range) const {
  return range.offset <= file_size_bytes_ &&
         range.size_bytes <= file_size_bytes_ - range.offset;
}

Status Image::Load(ImageSource& file,
                   MutableBytes destination,
                   uint64_t address) const {
  if (destination.size() != size_bytes()) {
    return Fail(ErrorCode::kInvalidArgument,
                "destination is not of the PE image's size");
  }
  if (!IsAligned<uint64_t>(address, alignment_bytes())) {
    return Fail(ErrorCode::kInvalidArgument,
                "address is not aligned as the PE image needs");
  }
  if (is_fixed() && address != preferred_address()) {
    return Fail(ErrorCode::kUnsupported,
                "PE image without relocations cannot be moved");
  }
  TRY(ReadSections(file, destination));
  const DataDirectory table = directory(Directory::kBaseRelocations);
  if (is_fixed() || table.size_bytes == 0) return {};
  return ApplyRelocations(
      destination, table, {.from = preferred_address(), .to = address});
}

Status Image::ReadSections(ImageSource& file, MutableBytes destination) const {
  const Bytes headers = head_.first(header_.headers_size);
  std::memcpy(destination.data(), headers.data(), headers.size());
  // In order, only what no section fills needs zeros; that is what linkers
  // write, and images can be large.
  uint64_t filled_end = header_.headers_size;
  if (!sections_ascend_) {
    Zero(destination.subspan(filled_end));
    filled_end = destination.size();
  }
  for (size_t i = 0; i < section_count(); ++i) {
    const Section part = section(i);
    if (part.region.size_bytes == 0) continue;
    if (sections_ascend_) {
      Zero(destination.subspan(filled_end, part.region.rva - filled_end));
      filled_end = part.region.end();
    }
    const auto [offset, size_bytes] = part.content;
    if (size_bytes != 0) {
      TRY(file.Read(offset, destination.subspan(part.region.rva, size_bytes)));
    }
    Zero(destination.subspan(part.region.rva + size_bytes,
                             part.region.size_bytes - size_bytes));
  }
  Zero(destination.subspan(filled_end));
  return {};
}

std::string_view Image::DebugName(Bytes loaded) const {
  const DataDirectory table = directory(Directory::kDebug);
  const auto entries = Slice(loaded, table.rva, table.size_bytes);
  if (!entries) return {};
  ByteReader reader(*entries);
  for (size_t i = 0; i < kMaxDebugEntries; ++i) {
    const auto entry = reader.Read<DebugDirectoryEntry>();
    if (!entry) return {};
    if (entry->type != DebugDirectoryEntry::kCodeView) continue;
    const auto record = Slice(loaded, entry->rva, entry->size_bytes);
    if (!record) continue;
    const auto header = ReadWire<CodeViewHeader>(*record);
    if (!header || header->signature != CodeViewHeader::kSignature) continue;
    const std::string_view name =
        AsText(record->subspan(sizeof(CodeViewHeader)));
    return name.substr(0, name.find('\0'));
  }
  return {};
}

FileRange Image::checksum_field() const {
  return {
      .offset = optional_header_offset_ + offsetof(OptionalHeader, checksum),
      .size_bytes = sizeof(OptionalHeader::checksum)};
}

FileRange Image::certificate_directory_field() const {
  return {.offset = DirectoryOffset(Directory::kCertificates),
          .size_bytes = HasDirectory(Directory::kCertificates)
                            ? sizeof(DataDirectory)
                            : 0};
}

}  // namespace flint::pe
