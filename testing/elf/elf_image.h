// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::elf {

inline constexpr uint32_t kLoadSegment = 1;
inline constexpr uint32_t kNoteSegment = 4;

/// A program header. [elf 2]
struct Segment {
  uint32_t type;
  bool executable;
  bool writable;
  uint64_t file_offset;
  uint64_t virtual_address;
  uint64_t physical_address;
  uint64_t file_size_bytes;
  uint64_t memory_size_bytes;
  uint64_t alignment;

  /// Whether the address lies in its memory.
  bool Contains(uint64_t address) const {
    return address >= physical_address &&
           address - physical_address < memory_size_bytes;
  }
};

/// One entry of a note segment.
struct Note {
  std::string_view owner;
  uint32_t type;
  Bytes description;
};

struct Symbol {
  std::string_view name;
  bool is_defined;
  uint64_t value;
};

/// What a VMM's loader sees of a 64-bit little-endian executable for x86, and
/// the symbols a linker left in it. Views the bytes it was parsed from.
class ElfImage {
 public:
  /// kTruncated or kCorrupt if the headers do not hold together, kUnsupported
  /// if it is another kind of ELF file.
  static Result<ElfImage> Parse(Bytes file);

  uint64_t entry() const { return entry_; }
  const std::vector<Segment>& segments() const { return segments_; }
  std::vector<Segment> SegmentsOfType(uint32_t type) const;

  /// The entries of a note segment. kTruncated if one exceeds it.
  Result<std::vector<Note>> ReadNotes(const Segment& segment) const;

  /// All named symbols; none if the file is stripped. kTruncated or kCorrupt
  /// as `Parse`.
  Result<std::vector<Symbol>> ReadSymbols() const;

 private:
  struct SectionTable {
    uint64_t offset;
    uint16_t count;
  };

  ElfImage(Bytes file, uint64_t entry, SectionTable sections)
      : file_(file), entry_(entry), sections_(sections) {}

  Bytes file_;
  uint64_t entry_;
  SectionTable sections_;
  std::vector<Segment> segments_;
};

}  // namespace flint::elf
