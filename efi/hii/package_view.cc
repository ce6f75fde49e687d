// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/package_view.h"

#include <span>

namespace flint::efi::hii {
namespace {

using abi::EFI_HII_GUID_PACKAGE_HDR;
using abi::EFI_HII_PACKAGE_HEADER;
using abi::EFI_HII_PACKAGE_LIST_HEADER;

size_t SizeOf(const EFI_HII_PACKAGE_HEADER& header) {
  return static_cast<size_t>(header.Length[0] | header.Length[1] << 8 |
                             header.Length[2] << 16);
}

}  // namespace

EFI_HII_PACKAGE_HEADER PackageHeader(uint8_t type, size_t size_bytes) {
  return {.Length = {static_cast<uint8_t>(size_bytes),
                     static_cast<uint8_t>(size_bytes >> 8),
                     static_cast<uint8_t>(size_bytes >> 16)},
          .Type = type};
}

Result<PackageView> PackageView::Parse(Bytes bytes) {
  const auto header = TRY(ReadWire<EFI_HII_PACKAGE_HEADER>(bytes));
  const size_t least = header.Type == abi::EFI_HII_PACKAGE_TYPE_GUID
                           ? sizeof(EFI_HII_GUID_PACKAGE_HDR)
                           : sizeof(EFI_HII_PACKAGE_HEADER);
  if (SizeOf(header) < least) {
    return Fail(ErrorCode::kCorrupt, "HII package shorter than its header");
  }
  return PackageView(header.Type, TRY(Slice(bytes, 0, SizeOf(header))));
}

std::optional<Guid> PackageView::guid() const {
  if (type_ != abi::EFI_HII_PACKAGE_TYPE_GUID) return std::nullopt;
  const auto header = ReadWire<EFI_HII_GUID_PACKAGE_HDR>(bytes_);
  return header ? std::optional(header->Guid) : std::nullopt;
}

Result<std::optional<PackageView>> PackageReader::Next() {
  // Lists without the package that ends them exist.
  if (rest_.empty()) return std::optional<PackageView>();
  const PackageView package = TRY(PackageView::Parse(rest_));
  if (package.type() == abi::EFI_HII_PACKAGE_END) {
    rest_ = {};
    return std::optional<PackageView>();
  }
  rest_ = rest_.subspan(package.bytes().size());
  return std::optional(package);
}

Result<Bytes> PackagesAt(const EFI_HII_PACKAGE_LIST_HEADER* list) {
  if (list == nullptr) {
    return Fail(ErrorCode::kInvalidArgument, "no HII package list");
  }
  const size_t size = list->PackageLength;
  if (size < sizeof(*list)) {
    return Fail(ErrorCode::kCorrupt, "HII package list too short");
  }
  // SAFETY: an image vouches for as much memory as its list claims to have.
  const void* const start = list + 1;
  const Bytes packages(static_cast<const std::byte*>(start),
                       size - sizeof(*list));
  PackageReader reader(packages);
  while (TRY(reader.Next())) {
  }
  return packages;
}

}  // namespace flint::efi::hii
