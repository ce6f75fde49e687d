// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/system_table.h"
#include "efi/abi/types.h"

/// Into an image and out of it. In assembly, since Exit() leaves whatever
/// functions the image is in.
namespace flint::efi {

/// Where StartImage stands while its image runs: the processor state that our
/// own functions rely on is on the stack at `stack_pointer`.
struct ImageFrame {
  abi::VOID* stack_pointer = nullptr;
};

/// Calls the image's entry point and returns its status, or that of the
/// `LeaveImage` that ended it. Registers, the direction flag and the floating
/// point control words are as before, whatever the image made of them.
extern "C" abi::EFI_STATUS FlintEnterImage(ImageFrame* frame,
                                           abi::EFI_IMAGE_ENTRY_POINT entry,
                                           abi::EFI_HANDLE image,
                                           abi::EFI_SYSTEM_TABLE* system_table);

/// Makes the `FlintEnterImage` of this frame, which must still be on the stack,
/// return. Every function entered since then is left without a trace: none of
/// ours may be among them that has something to clean up.
extern "C" [[noreturn]] void FlintLeaveImage(ImageFrame* frame,
                                             abi::EFI_STATUS status);

}  // namespace flint::efi
