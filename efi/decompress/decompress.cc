// SPDX-License-Identifier: Apache-2.0
#include "efi/decompress/decompress.h"

#include <memory>
#include <new>

#include "efi/abi/status.h"
#include "efi/decompress/decoder.h"

namespace flint::efi {
namespace {

using abi::EFI_DECOMPRESS_PROTOCOL;
using abi::EFI_STATUS;
using abi::UINT32;
using abi::VOID;

/// The decoder, wherever in it there is a good address.
constexpr UINT32 kScratchSize = sizeof(Decoder) + alignof(Decoder) - 1;

struct CompressedData {
  uint32_t original_size;
  Bytes compressed;
};

/// The header and what follows, if the source holds as much as it says.
Result<CompressedData> Parse(const VOID* source, UINT32 source_size) {
  // SAFETY: the caller says so much memory holds the data.
  ByteReader reader({static_cast<const std::byte*>(source), source_size});
  const auto header = TRY(reader.Read<CompressedHeader>());
  const Bytes compressed = TRY(reader.ReadBytes(header.compressed_size));
  return CompressedData{.original_size = header.original_size,
                        .compressed = compressed};
}

EFI_STATUS EFIAPI GetInfo(EFI_DECOMPRESS_PROTOCOL* self,
                          VOID* source,
                          UINT32 source_size,
                          UINT32* destination_size,
                          UINT32* scratch_size) {
  if (self == nullptr || source == nullptr || destination_size == nullptr ||
      scratch_size == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const auto data = Parse(source, source_size);
  if (!data) return abi::EFI_INVALID_PARAMETER;
  *destination_size = data->original_size;
  *scratch_size = kScratchSize;
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI Decode(EFI_DECOMPRESS_PROTOCOL* self,
                         VOID* source,
                         UINT32 source_size,
                         VOID* destination,
                         UINT32 destination_size,
                         VOID* scratch,
                         UINT32 scratch_size) {
  if (self == nullptr || source == nullptr || scratch == nullptr ||
      (destination == nullptr && destination_size != 0)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  const auto data = Parse(source, source_size);
  size_t room = scratch_size;
  if (!data || data->original_size != destination_size ||
      std::align(alignof(Decoder), sizeof(Decoder), scratch, room) == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  Decoder* const decoder = ::new (scratch) Decoder;
  const Status decoded =
      decoder->Decode(data->compressed,
                      {static_cast<std::byte*>(destination), destination_size});
  return decoded ? abi::EFI_SUCCESS : abi::EFI_INVALID_PARAMETER;
}

}  // namespace

Decompress::Decompress()
    : EFI_DECOMPRESS_PROTOCOL{.GetInfo = efi::GetInfo,
                              .Decompress = efi::Decode} {}

}  // namespace flint::efi
