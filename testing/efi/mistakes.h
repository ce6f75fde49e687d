// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What no compiler would make of C++: it knows that this never happens.
extern "C" {

/// Raises a divide error.
void DivideByZero();

/// Calls a function at address 0.
void JumpToZero();

/// Does nothing, forever.
[[noreturn]] void Hang();
}
