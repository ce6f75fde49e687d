// SPDX-License-Identifier: Apache-2.0
#include "loader/bzimage/kernel_image.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "boot/memory/page_allocator.h"
#include "platforms/base/checked.h"

namespace flint::bzimage {
namespace {

using linux_params::kSetupHeaderLimit;
using linux_params::kSetupHeaderOffset;
using linux_params::SetupHeader;
using linux_params::SetupHeaderArea;

constexpr uint64_t kSectorSizeBytes = 512;
constexpr uint64_t kParagraphSizeBytes = 16;
// Where the header's end is counted from, and where its field for that is.
constexpr uint64_t kJumpTargetBase = 0x202;
constexpr uint16_t kMinVersion = 0x20c;
// What a header of that version ends at: the last field is handover_offset.
constexpr uint64_t kMinHeaderEnd = 0x268;
// A setup_sects of 0 is this. [linux-boot, setup_sects]
constexpr uint64_t kDefaultSetupSectors = 4;
constexpr uint64_t kFourGibibytes = uint64_t{1} << 32;

/// The header as far as the file says that it reaches.
Result<SetupHeaderArea> ReadSetupHeader(Bytes start) {
  const auto fixed = ReadWire<SetupHeader>(start, kSetupHeaderOffset);
  if (!fixed || fixed->boot_flag != SetupHeader::kBootFlag) {
    return Fail(ErrorCode::kCorrupt, "not a Linux kernel (no boot sector)");
  }
  if (fixed->header != SetupHeader::kMagic ||
      fixed->jump_opcode != SetupHeader::kJumpOpcode) {
    return Fail(ErrorCode::kCorrupt, "not a Linux kernel (no setup header)");
  }
  const uint64_t end = kJumpTargetBase + fixed->jump_distance;
  if (fixed->version >= kMinVersion && end < kMinHeaderEnd) {
    return Fail(ErrorCode::kCorrupt,
                "kernel's setup header is shorter than its version asks for");
  }
  SetupHeaderArea area{};
  const uint64_t limit = std::min<uint64_t>(end, kSetupHeaderLimit);
  if (limit > kSetupHeaderOffset) {
    const Bytes bytes =
        TRY(Slice(start, kSetupHeaderOffset, limit - kSetupHeaderOffset));
    std::memcpy(&area, bytes.data(), bytes.size());
  }
  return area;
}

Status CheckProtocol(const SetupHeader& header) {
  if (header.version < kMinVersion) {
    return Fail(ErrorCode::kUnsupported,
                "kernel's boot protocol is older than 2.12 (Linux 3.8)");
  }
  if ((header.loadflags & SetupHeader::kLoadedHigh) == 0) {
    return Fail(ErrorCode::kUnsupported, "kernel is a zImage, not a bzImage");
  }
  if ((header.xloadflags & SetupHeader::kKernel64) == 0) {
    return Fail(ErrorCode::kUnsupported,
                "kernel has no 64-bit entry (a 32-bit kernel?)");
  }
  return {};
}

Status SetSizes(const SetupHeader& header,
                uint64_t file_size_bytes,
                KernelImage& image) {
  const uint64_t sectors =
      header.setup_sects == 0 ? kDefaultSetupSectors : header.setup_sects;
  image.setup_size_bytes = (sectors + 1) * kSectorSizeBytes;
  image.kernel_size_bytes = header.syssize * kParagraphSizeBytes;
  if (image.kernel_size_bytes <= kEntry64Offset) {
    return Fail(ErrorCode::kCorrupt, "kernel has no code at its 64-bit entry");
  }
  if (file_size_bytes < image.setup_size_bytes ||
      file_size_bytes - image.setup_size_bytes < image.kernel_size_bytes) {
    return Fail(ErrorCode::kTruncated,
                "kernel file is shorter than its header says");
  }
  if (uint64_t{header.payload_offset} + header.payload_length >
      image.kernel_size_bytes) {
    return Fail(ErrorCode::kCorrupt,
                "kernel's payload lies beyond the kernel's end");
  }
  image.memory_size_bytes =
      std::max<uint64_t>(header.init_size, image.kernel_size_bytes);
  return {};
}

Status SetPlacement(const SetupHeader& header, KernelImage& image) {
  image.relocatable = header.relocatable_kernel != 0;
  image.preferred_address = header.pref_address;
  image.preferred_alignment =
      std::max<uint64_t>(header.kernel_alignment, memory::kPageSizeBytes);
  image.min_alignment = image.preferred_alignment;
  if (header.min_alignment != 0) {
    if (header.min_alignment >= 32) {
      return Fail(ErrorCode::kCorrupt, "kernel's minimum alignment is absurd");
    }
    image.min_alignment = std::clamp(uint64_t{1} << header.min_alignment,
                                     memory::kPageSizeBytes,
                                     image.preferred_alignment);
  }
  if (!std::has_single_bit(image.preferred_alignment)) {
    return Fail(ErrorCode::kCorrupt,
                "kernel's alignment is not a power of two");
  }
  if (!IsAligned(image.preferred_address, image.min_alignment)) {
    return Fail(ErrorCode::kCorrupt,
                "kernel's preferred address contradicts its alignment");
  }
  if (image.preferred_address >= kFourGibibytes ||
      image.memory_size_bytes > kFourGibibytes - image.preferred_address) {
    return Fail(ErrorCode::kUnsupported, "kernel wants to be above 4 GiB");
  }
  return {};
}

}  // namespace

Result<KernelImage> ParseKernelImage(Bytes start, uint64_t file_size_bytes) {
  KernelImage image{};
  image.setup = TRY(ReadSetupHeader(start));
  TRY(CheckProtocol(image.header()));
  TRY(SetSizes(image.header(), file_size_bytes, image));
  TRY(SetPlacement(image.header(), image));
  return image;
}

}  // namespace flint::bzimage
