// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/driver_image.h"

#include "loader/pe/pe_format.h"

namespace flint::efi {

Result<RuntimeDriver> DescribeDriver(MutableBytes image) {
  const auto dos = TRY(ReadWire<pe::DosHeader>(image));
  const auto file = TRY(ReadWire<pe::FileHeader>(image, dos.pe_offset));
  if (dos.magic != pe::DosHeader::kMagic ||
      file.signature != pe::FileHeader::kSignature) {
    return Fail(ErrorCode::kCorrupt, "runtime driver: headers overwritten");
  }
  const uint64_t optional_offset = uint64_t{dos.pe_offset} + sizeof(file);
  const auto optional =
      TRY(ReadWire<pe::OptionalHeader>(image, optional_offset));
  // SAFETY: what SetVirtualAddressMap is told physical addresses by.
  const auto address = reinterpret_cast<uint64_t>(image.data());
  RuntimeDriver driver{.address = address,
                       .size_bytes = image.size(),
                       .relocations_offset = 0,
                       .relocations_size_bytes = 0};
  constexpr auto kIndex =
      static_cast<uint64_t>(pe::Directory::kBaseRelocations);
  // Without relocations it runs wherever it is.
  if (optional.directory_count <= kIndex) return driver;
  const auto directory = TRY(ReadWire<pe::DataDirectory>(
      image,
      optional_offset + sizeof(optional) + kIndex * sizeof(pe::DataDirectory)));
  (void)TRY(Slice(image, directory.rva, directory.size_bytes));
  driver.relocations_offset = directory.rva;
  driver.relocations_size_bytes = directory.size_bytes;
  return driver;
}

}  // namespace flint::efi
