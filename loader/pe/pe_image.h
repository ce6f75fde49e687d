// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "loader/pe/image_source.h"
#include "loader/pe/pe_format.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::pe {

/// The processor an image was made for. [pe 3.3.1]
enum class Machine : uint16_t {
  kX86_64 = 0x8664,
  kAarch64 = 0xaa64,
  kRiscv64 = 0x5064,
};

/// What kind of UEFI image it is: decides the memory it is loaded to and what
/// happens when its entry point returns. [uefi-2.10 2.1.1]
enum class Subsystem : uint16_t {
  kApplication = 10,
  kBootServiceDriver = 11,
  kRuntimeDriver = 12,
};

/// Bytes of a loaded image with equal protection.
struct Region {
  uint32_t rva;
  uint32_t size_bytes;
  bool readable;
  bool writable;
  bool executable;

  uint64_t end() const { return uint64_t{rva} + size_bytes; }
};

/// Bytes of the file.
struct FileRange {
  uint64_t offset;
  uint64_t size_bytes;
};

/// One section: the bytes it has in the file, and the region they become.
struct Section {
  /// Up to eight characters; a view into the headers.
  std::string_view name;
  Region region;
  /// What of the region comes from the file; the rest is zero.
  FileRange content;
};

/// A PE32+ file, checked: everything that loading it needs lies within the
/// file, within the image, and apart from each other.
///
/// A view of the file's head, which must outlive it.
class Image {
 public:
  /// Checks the headers and the section table of an image for `machine`, of
  /// which all of the file is in memory.
  static Result<Image> Parse(Bytes file, Machine machine) {
    return Parse(file, file.size(), machine);
  }

  /// The same for a file of that size that starts with `head`, which has to
  /// hold the headers.
  ///
  /// kTruncated: a header, section or table reaches beyond the file.
  /// kUnsupported: 32-bit, for another machine, or not a UEFI image.
  /// kCorrupt: not a PE image, or one that contradicts itself.
  static Result<Image> Parse(Bytes head,
                             uint64_t file_size_bytes,
                             Machine machine);

  /// How many bytes `Load` fills.
  uint32_t size_bytes() const { return header_.image_size; }

  /// Where the image was linked to be.
  uint64_t preferred_address() const { return header_.image_base; }

  /// What the load address must be a multiple of: a power of two, at least
  /// one page.
  uint32_t alignment_bytes() const;

  /// True if the image works nowhere but at `preferred_address`.
  bool is_fixed() const {
    return (file_header_.characteristics & FileHeader::kRelocationsStripped) !=
           0;
  }

  uint32_t entry_rva() const { return header_.entry_rva; }
  Subsystem subsystem() const {
    return static_cast<Subsystem>(uint16_t{header_.subsystem});
  }

  /// True if the image promises not to execute data, nor write to code: its
  /// regions can be protected as they say. That needs regions that share no
  /// page, which is checked too.
  bool is_nx_compatible() const { return nx_compatible_; }

  size_t section_count() const { return file_header_.section_count; }

  /// Section `index`, below `section_count`. An empty one is at 0.
  Section section(size_t index) const;

  /// The headers, as a region: they are loaded too.
  Region header_region() const {
    return {.rva = 0,
            .size_bytes = header_.headers_size,
            .readable = true,
            .writable = false,
            .executable = false};
  }

  /// The data directory, or an empty one if the image has none.
  DataDirectory directory(Directory which) const;

  /// The attribute certificate table, empty if there is none. Not part of the
  /// loaded image. kTruncated if it reaches beyond the file.
  Result<FileRange> certificates() const;

  /// The two header fields that an Authenticode hash leaves out: the checksum
  /// and the entry of the certificate table (of size 0 if there is none).
  FileRange checksum_field() const;
  FileRange certificate_directory_field() const;

  /// Fills `destination`, of `size_bytes()`, with the image as it is to run at
  /// `address`: the headers that were checked, sections, each read from `file`
  /// to its place at once, zeros between them, relocations applied.
  ///
  /// kInvalidArgument: `destination` of another size, or misaligned `address`.
  /// kUnsupported: `is_fixed` and another address, or a relocation that this
  /// machine does not have. kCorrupt: bad relocations. And as reading `file`.
  /// After an error the content of `destination` is unspecified.
  Status Load(ImageSource& file,
              MutableBytes destination,
              uint64_t address) const;

  /// The same if the head is all of the file.
  Status Load(MutableBytes destination, uint64_t address) const {
    MemorySource file(head_);
    return Load(file, destination, address);
  }

  /// The name of the file that holds the symbols, as the linker wrote it into
  /// `loaded`, a loaded image; empty if there is none.
  std::string_view DebugName(Bytes loaded) const;

 private:
  Image(Bytes head, uint64_t file_size_bytes, Machine machine)
      : head_(head), file_size_bytes_(file_size_bytes), machine_(machine) {}

  Status ReadHeaders();
  Status CheckHeaders() const;
  Status CheckSection(size_t index) const;
  Status CheckOverlap();
  bool SectionsSharePages() const;
  SectionHeader section_header(size_t index) const;
  uint64_t DirectoryOffset(Directory which) const;
  bool HasDirectory(Directory which) const;
  bool IsInFile(const FileRange& range) const;
  Status ReadSections(ImageSource& file, MutableBytes destination) const;

  Bytes head_;
  uint64_t file_size_bytes_;
  Machine machine_;
  FileHeader file_header_{};
  OptionalHeader header_{};
  uint64_t optional_header_offset_ = 0;
  uint64_t section_table_offset_ = 0;
  bool sections_ascend_ = true;
  bool nx_compatible_ = false;
};

}  // namespace flint::pe
