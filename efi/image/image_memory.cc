// SPDX-License-Identifier: Apache-2.0
#include "efi/image/image_memory.h"

#include "efi/image/status_of.h"
#include "platforms/base/checked.h"
#include "platforms/base/log.h"

namespace flint::efi {
namespace {

/// Pages for an image that works at one address only.
std::span<std::byte> TakeAt(PageServices& pages,
                            PageOwner owner,
                            uint64_t address,
                            uint64_t page_count) {
  abi::EFI_PHYSICAL_ADDRESS place = address;
  if (pages.AllocatePages(
          abi::AllocateAddress, owner.type, page_count, &place) !=
      abi::EFI_SUCCESS) {
    return {};
  }
  const auto mapped =
      pages.memory().Map(place, page_count * abi::EFI_PAGE_SIZE);
  return mapped ? *mapped : std::span<std::byte>();
}

uint64_t ProtectionOf(const pe::Region& region) {
  uint64_t protection = 0;
  if (!region.readable && !region.writable && !region.executable) {
    protection |= abi::EFI_MEMORY_RP;
  }
  if (!region.writable) protection |= abi::EFI_MEMORY_RO;
  if (!region.executable) protection |= abi::EFI_MEMORY_XP;
  return protection;
}

Status Protect(PageProtection& protection,
               const pe::Region& region,
               uint64_t image_address) {
  if (region.size_bytes == 0) return {};
  const uint64_t size =
      TRY(AlignUp<uint64_t>(region.size_bytes, abi::EFI_PAGE_SIZE));
  return protection.Set(image_address + region.rva, size, ProtectionOf(region));
}

/// Gives every page what its section asks for. What belongs to no section is
/// data: nothing runs there, and nothing should.
Status ProtectAll(PageProtection& protection,
                  const pe::Image& image,
                  uint64_t address,
                  uint64_t size_bytes) {
  TRY(protection.Set(address, size_bytes, abi::EFI_MEMORY_XP));
  TRY(Protect(protection, image.header_region(), address));
  for (size_t i = 0; i < image.section_count(); ++i) {
    TRY(Protect(protection, image.section(i).region, address));
  }
  return {};
}

}  // namespace

ImageMemoryTypes MemoryTypesOf(pe::Subsystem subsystem) {
  switch (subsystem) {
    case pe::Subsystem::kApplication:
      return {.code = abi::EfiLoaderCode, .data = abi::EfiLoaderData};
    case pe::Subsystem::kBootServiceDriver:
      return {.code = abi::EfiBootServicesCode,
              .data = abi::EfiBootServicesData};
    case pe::Subsystem::kRuntimeDriver:
      return {.code = abi::EfiRuntimeServicesCode,
              .data = abi::EfiRuntimeServicesData};
  }
  return {.code = abi::EfiLoaderCode, .data = abi::EfiLoaderData};
}

abi::EFI_STATUS ImageMemory::Load(const pe::Image& image,
                                  pe::ImageSource& file,
                                  PageServices& pages,
                                  ImageMemory& loaded) {
  const uint64_t page_count =
      DivideRoundUp<uint64_t>(image.size_bytes(), abi::EFI_PAGE_SIZE);
  loaded.owner_ = {PageUse::kPages, MemoryTypesOf(image.subsystem()).code};
  loaded.pages_ =
      image.is_fixed()
          ? TakeAt(pages, loaded.owner_, image.preferred_address(), page_count)
          : pages.Take(loaded.owner_, page_count, image.alignment_bytes());
  if (loaded.pages_.empty()) return abi::EFI_OUT_OF_RESOURCES;
  loaded.bytes_ = loaded.pages_.first(image.size_bytes());
  loaded.address_ = pages.memory().AddressOf(loaded.pages_.data());

  if (const Status status = image.Load(file, loaded.bytes_, loaded.address_);
      !status) {
    log::Debug("efi: {}", status.error());
    loaded.Free(pages);
    return StatusOf(status.error());
  }
  const Status accessible = loaded.SetAccess(image, pages.protection());
  if (!accessible) {
    log::Debug("efi: {}", accessible.error());
    loaded.Free(pages);
    return StatusOf(accessible.error());
  }
  return abi::EFI_SUCCESS;
}

Status ImageMemory::SetAccess(const pe::Image& image,
                              PageProtection* protection) const {
  if (protection == nullptr) return {};
  if (!image.is_nx_compatible()) {
    TRY(protection->AllowExecution());
    return protection->Set(address_, pages_.size(), 0);
  }
  const Status status = ProtectAll(*protection, image, address_, pages_.size());
  // Protection is a net, not a promise: an image runs without it as well.
  if (!status) {
    log::Debug("efi: image is not protected: {}", status.error());
    static_cast<void>(protection->Set(address_, pages_.size(), 0));
  }
  return {};
}

void ImageMemory::Free(PageServices& pages) {
  // Fails if the image has freed itself, which it is free to do.
  if (!pages_.empty()) {
    static_cast<void>(pages.GiveBack(owner_, pages_));
  }
  *this = {};
}

}  // namespace flint::efi
