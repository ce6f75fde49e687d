// SPDX-License-Identifier: Apache-2.0
#include "fs/iso9660/system_use.h"

#include <algorithm>
#include <utility>

#include "fs/iso9660/volume_descriptors.h"
#include "fs/iso9660/wire.h"

namespace flint::iso9660 {
namespace {

/// A name of 255 bytes takes two.
constexpr int kMaxContinuations = 8;

/// What each entry begins with. [susp 4]
struct EntryHeader {
  std::array<char, 2> signature;
  uint8_t length;
  uint8_t version;
};
static_assert(sizeof(EntryHeader) == 4);

/// CE, after its header. [susp 5.1]
struct Continuation {
  Both32 block;
  Both32 offset;
  Both32 size_bytes;
};
static_assert(sizeof(Continuation) == 24);

/// SP, after its header. [susp 5.3]
struct SharingProtocol {
  std::array<uint8_t, 2> check;
  uint8_t skipped_bytes;
};

// NM's flags. [rock-ridge 4.1.4]
constexpr uint8_t kNameOfSelf = 1 << 1;
constexpr uint8_t kNameOfParent = 1 << 2;

// Kinds of files in PX. [rock-ridge 4.1.1]
constexpr uint32_t kModeKindMask = 0170000;
constexpr uint32_t kModeRegular = 0100000;
constexpr uint32_t kModeDirectory = 0040000;

constexpr uint32_t Signature(char first, char second) {
  return static_cast<uint32_t>(static_cast<uint8_t>(first)) << 8 |
         static_cast<uint8_t>(second);
}

/// Puts together what the entries say.
class Interpreter {
 public:
  const SystemUse& found() const { return found_; }

  /// Where the area continues, if that was among its entries.
  std::optional<Continuation> TakeContinuation() {
    return std::exchange(continuation_, std::nullopt);
  }

  /// Takes in the entries of one piece of the area.
  void TakeArea(Bytes area) {
    ByteReader reader(area);
    while (true) {
      const auto header = reader.Read<EntryHeader>();
      // Padding, or what only looks like an entry, ends the area.
      if (!header || header->length < sizeof(EntryHeader)) return;
      const auto data = reader.ReadBytes(header->length - sizeof(EntryHeader));
      if (!data) return;
      const uint32_t signature =
          Signature(header->signature[0], header->signature[1]);
      if (signature == Signature('S', 'T')) return;
      TakeEntry(signature, *data);
    }
  }

 private:
  void TakeEntry(uint32_t signature, Bytes data) {
    switch (signature) {
      case Signature('C', 'E'):
        if (const auto ce = ReadWire<Continuation>(data)) continuation_ = *ce;
        return;
      case Signature('S', 'P'):
        return TakeSharingProtocol(data);
      case Signature('Z', 'F'):
        found_.is_compressed = true;
        return;
      default:
        return TakeRockRidge(signature, data);
    }
  }

  void TakeRockRidge(uint32_t signature, Bytes data) {
    switch (signature) {
      case Signature('N', 'M'):
        TakeName(data);
        break;
      case Signature('P', 'X'):
        TakeMode(data);
        break;
      case Signature('S', 'L'):
        found_.is_special = true;
        break;
      case Signature('R', 'E'):
        found_.is_relocated = true;
        break;
      case Signature('C', 'L'):
        TakeBlock(data, found_.child_block);
        break;
      case Signature('P', 'L'):
        TakeBlock(data, found_.parent_block);
        break;
      case Signature('R', 'R'):
        break;
      default:
        return;
    }
    found_.is_rock_ridge = true;
  }

  void TakeSharingProtocol(Bytes data) {
    constexpr std::array<uint8_t, 2> kCheck{0xbe, 0xef};
    const auto sp = ReadWire<SharingProtocol>(data);
    if (sp && sp->check == kCheck) found_.skipped_bytes = sp->skipped_bytes;
  }

  void TakeName(Bytes data) {
    const auto flags = ReadWire<uint8_t>(data);
    if (!flags || (*flags & (kNameOfSelf | kNameOfParent)) != 0) return;
    const std::string_view part = AsText(data.subspan(1));
    if (part.size() > found_.name_storage.size() - found_.name_size) {
      name_is_too_long_ = true;
    }
    if (name_is_too_long_) {
      found_.name_size = 0;
      return;
    }
    std::ranges::copy(
        part,
        found_.name_storage.begin() + static_cast<ptrdiff_t>(found_.name_size));
    found_.name_size += part.size();
  }

  void TakeMode(Bytes data) {
    const auto mode = ReadWire<Both32>(data);
    if (!mode) return;
    const uint32_t kind = mode->little & kModeKindMask;
    if (kind != 0 && kind != kModeRegular && kind != kModeDirectory) {
      found_.is_special = true;
    }
  }

  static void TakeBlock(Bytes data, std::optional<uint32_t>& block) {
    if (const auto number = ReadWire<Both32>(data)) block = number->little;
  }

  SystemUse found_;
  std::optional<Continuation> continuation_;
  bool name_is_too_long_ = false;
};

}  // namespace

Result<SystemUse> SystemUseReader::Read(Bytes area) {
  Interpreter interpreter;
  interpreter.TakeArea(area);
  for (int count = 0;; ++count) {
    const auto next = interpreter.TakeContinuation();
    if (!next) return interpreter.found();
    if (count == kMaxContinuations) {
      return Fail(ErrorCode::kCorrupt,
                  "Rock Ridge entries of a file continue without end");
    }
    const uint64_t offset =
        uint64_t{next->block.little} * block_size_bytes_ + next->offset.little;
    if (next->size_bytes.little > kSectorBytes) {
      return Fail(ErrorCode::kCorrupt,
                  "Rock Ridge entries of a file continue for too long");
    }
    interpreter.TakeArea(TRY(View(offset, next->size_bytes.little)));
  }
}

Result<Bytes> SystemUseReader::View(uint64_t offset, size_t size_bytes) {
  if (!window_.Visible(offset, size_bytes)) {
    if (requests_left_ == 0) {
      return Fail(ErrorCode::kCorrupt,
                  "Rock Ridge entries are scattered over the volume");
    }
    --requests_left_;
  }
  const auto view = window_.View(
      offset, size_bytes, offset, offset + window_.capacity_bytes());
  if (!view && view.error().code() == ErrorCode::kOutOfRange) {
    return Fail(ErrorCode::kCorrupt,
                "Rock Ridge entries of a file lie beyond the volume");
  }
  return view;
}

}  // namespace flint::iso9660
