// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_RNG_PROTOCOL_GUID =
    EFI_GUID::Of("3152bca5-eade-433d-862e-c01cdc291f44");

using EFI_RNG_ALGORITHM = EFI_GUID;

// [uefi-2.10 37.5.2]
inline constexpr EFI_GUID EFI_RNG_ALGORITHM_SP800_90_HASH_256_GUID =
    EFI_GUID::Of("a7af67cb-603b-4d42-ba21-70bfb6293f96");
inline constexpr EFI_GUID EFI_RNG_ALGORITHM_SP800_90_HMAC_256_GUID =
    EFI_GUID::Of("c5149b43-ae85-4f53-9982-b94335d3a9e7");
inline constexpr EFI_GUID EFI_RNG_ALGORITHM_SP800_90_CTR_256_GUID =
    EFI_GUID::Of("44f0de6e-4d8c-4045-a8c7-4dd168856b9e");
inline constexpr EFI_GUID EFI_RNG_ALGORITHM_RAW =
    EFI_GUID::Of("e43176d7-b6e8-4827-b784-7ffdc4b68561");

struct EFI_RNG_PROTOCOL;
using EFI_RNG_GET_INFO =
    EFI_STATUS(EFIAPI*)(EFI_RNG_PROTOCOL* This,
                        UINTN* RNGAlgorithmListSize,
                        EFI_RNG_ALGORITHM* RNGAlgorithmList);
using EFI_RNG_GET_RNG = EFI_STATUS(EFIAPI*)(EFI_RNG_PROTOCOL* This,
                                            EFI_RNG_ALGORITHM* RNGAlgorithm,
                                            UINTN RNGValueLength,
                                            UINT8* RNGValue);

/// [uefi-2.10 37.5]
struct EFI_RNG_PROTOCOL {
  EFI_RNG_GET_INFO GetInfo;
  EFI_RNG_GET_RNG GetRNG;
};
static_assert(sizeof(EFI_RNG_PROTOCOL) == 16);

}  // namespace flint::efi::abi
