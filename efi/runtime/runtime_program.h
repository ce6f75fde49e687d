// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/runtime/handoff.h"

/// The program's entry: see `flint::efi::RuntimeEntry`. In the image, the only
/// function that anyone calls by another way than the table it makes.
extern "C" flint::efi::abi::EFI_STATUS flint_runtime_start(
    flint::efi::RuntimeHandoff* handoff);
