// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/image_format.h"

#include <cstring>

#include "platforms/base/check.h"
#include "platforms/base/checked.h"

namespace flint::efi {
namespace {

bool IsPageAligned(uint64_t offset) {
  return IsAligned<uint64_t>(offset, abi::EFI_PAGE_SIZE);
}

uint64_t PagesOf(uint64_t size_bytes) {
  return DivideRoundUp<uint64_t>(size_bytes, abi::EFI_PAGE_SIZE);
}

}  // namespace

Result<RuntimeImage> RuntimeImage::Parse(Bytes file) {
  const auto header = TRY(ReadWire<RuntimeImageHeader>(file));
  if (header.magic != kRuntimeImageMagic) {
    return Fail(ErrorCode::kCorrupt, "no runtime program");
  }
  if (file.size() < header.file_end) {
    return Fail(ErrorCode::kTruncated, "runtime program: file too short");
  }
  if (header.entry < sizeof(header) || header.entry >= header.read_only_data ||
      header.read_only_data > header.data || header.data > header.file_end ||
      header.file_end > header.memory_end ||
      !IsPageAligned(header.read_only_data) || !IsPageAligned(header.data)) {
    return Fail(ErrorCode::kCorrupt, "runtime program: parts out of order");
  }
  return RuntimeImage(file.first(header.file_end), header);
}

uint64_t RuntimeImage::page_count() const {
  return PagesOf(header_.memory_end);
}

std::array<RuntimeSection, 3> RuntimeImage::sections() const {
  const auto section = [](uint64_t start, uint64_t end, uint64_t protections) {
    return RuntimeSection{start, PagesOf(end - start), protections};
  };
  return {
      section(0, header_.read_only_data, abi::EFI_MEMORY_RO),
      section(header_.read_only_data,
              header_.data,
              abi::EFI_MEMORY_RO | abi::EFI_MEMORY_XP),
      section(header_.data, header_.memory_end, abi::EFI_MEMORY_XP),
  };
}

void RuntimeImage::CopyTo(MutableBytes pages) const {
  FLINT_CHECK(pages.size() >= page_count() * abi::EFI_PAGE_SIZE,
              "no room for the runtime program");
  std::memcpy(pages.data(), file_.data(), file_.size());
  const MutableBytes rest = pages.subspan(file_.size());
  std::memset(rest.data(), 0, rest.size());
}

}  // namespace flint::efi
