// SPDX-License-Identifier: Apache-2.0
#include "fs/iso9660/volume_descriptors.h"

#include <bit>
#include <string_view>

#include "fs/iso9660/wire.h"
#include "platforms/base/bytes.h"

namespace flint::iso9660 {
namespace {

/// Nobody makes more than about five.
constexpr uint64_t kMaxDescriptors = 64;

/// How much is read at once: what follows are the path tables and directories.
constexpr uint64_t kReadAheadBytes = uint64_t{32} * 1024;

constexpr std::string_view kStandardIdentifier = "CD001";
constexpr std::string_view kElToritoIdentifier = "EL TORITO SPECIFICATION";

template <size_t N>
std::string_view TextOf(const std::array<char, N>& text) {
  return {text.data(), text.size()};
}

/// UCS-2 at one of its three levels. [joliet]
bool IsJoliet(const VolumeDescriptor& descriptor) {
  const std::string_view sequence =
      TextOf(descriptor.escape_sequences).substr(0, 3);
  return descriptor.header.version == 1 &&
         (sequence == "%/@" || sequence == "%/C" || sequence == "%/E");
}

Result<Tree> ParseTree(const VolumeDescriptor& descriptor) {
  const uint32_t block_size = descriptor.block_size_bytes.little;
  if (!std::has_single_bit(block_size) || block_size < 512 ||
      block_size > kSectorBytes) {
    return Fail(ErrorCode::kUnsupported,
                "ISO 9660 block size is not 512, 1024 or 2048");
  }
  const DirectoryRecord& root = descriptor.root;
  if (!root.is_directory() || root.length < sizeof(DirectoryRecord) + 1) {
    return Fail(ErrorCode::kCorrupt, "ISO 9660 volume has no root directory");
  }
  return Tree{.block_size_bytes = block_size,
              .root = {.offset = (uint64_t{root.block.little} +
                                  root.extended_attribute_blocks) *
                                 block_size,
                       .size_bytes = root.size_bytes.little},
              .identifier = descriptor.volume_identifier};
}

/// Collects what the descriptors say, one after the other.
class Collector {
 public:
  Status Add(Bytes sector) {
    const auto header = TRY(ReadWire<DescriptorHeader>(sector));
    switch (header.type) {
      case DescriptorHeader::kBootRecord:
        return AddBootRecord(sector);
      case DescriptorHeader::kPrimary:
        return AddPrimary(sector);
      case DescriptorHeader::kSupplementary:
        return AddSupplementary(sector);
      default:
        return {};
    }
  }

  Result<VolumeDescriptors> Finish() const {
    if (!has_primary_) {
      return Fail(ErrorCode::kCorrupt,
                  "ISO 9660 volume has no primary descriptor");
    }
    return found_;
  }

 private:
  Status AddBootRecord(Bytes sector) {
    const auto record = TRY(ReadWire<BootRecordDescriptor>(sector));
    if (TextOf(record.boot_system_identifier)
            .starts_with(kElToritoIdentifier) &&
        !found_.boot_catalog_sector) {
      found_.boot_catalog_sector = record.catalog_sector;
    }
    return {};
  }

  Status AddPrimary(Bytes sector) {
    if (has_primary_) return {};
    const auto descriptor = TRY(ReadWire<VolumeDescriptor>(sector));
    found_.primary = TRY(ParseTree(descriptor));
    found_.volume_bytes = uint64_t{descriptor.volume_blocks.little} *
                          found_.primary.block_size_bytes;
    has_primary_ = true;
    return {};
  }

  // Joliet is a convenience: a bad one is not worth losing the volume.
  Status AddSupplementary(Bytes sector) {
    const auto descriptor = TRY(ReadWire<VolumeDescriptor>(sector));
    if (found_.joliet || !IsJoliet(descriptor)) return {};
    const Result<Tree> tree = ParseTree(descriptor);
    if (tree) found_.joliet = *tree;
    return {};
  }

  VolumeDescriptors found_;
  bool has_primary_ = false;
};

}  // namespace

Result<VolumeDescriptors> ReadVolumeDescriptors(block::BlockWindow& window) {
  Collector collector;
  for (uint64_t i = 0; i < kMaxDescriptors; ++i) {
    const uint64_t offset = kFirstDescriptorOffset + i * kSectorBytes;
    const Result<Bytes> sector =
        window.View(offset, kSectorBytes, offset, offset + kReadAheadBytes);
    if (!sector) {
      if (sector.error().code() != ErrorCode::kOutOfRange) {
        return std::unexpected(sector.error());
      }
      // The disk ends here.
      if (i == 0) break;
      return collector.Finish();
    }
    const auto header = TRY(ReadWire<DescriptorHeader>(*sector));
    if (TextOf(header.identifier) != kStandardIdentifier) {
      if (i == 0) break;
      return collector.Finish();
    }
    if (header.type == DescriptorHeader::kTerminator) return collector.Finish();
    TRY(collector.Add(*sector));
    if (i + 1 == kMaxDescriptors) return collector.Finish();
  }
  return Fail(ErrorCode::kNotFound, "no ISO 9660 file system");
}

}  // namespace flint::iso9660
