// SPDX-License-Identifier: Apache-2.0

// The reset vector's door: what the ROM jumps to once it has copied the image
// to where it is linked. The linker script makes it the image's first byte.
//
// Entered in 32-bit protected mode, paging off, flat segments, interrupts off.
// Nobody has anything to say: memory and devices are as a reset left them.

#include "boot/cpu/bring_up.h"

    .section .text.first_door, "ax", @progbits
    .code32
    .globl flint_reset_vector_door
    .type flint_reset_vector_door, @function
flint_reset_vector_door:
    movl $DOOR_RESET_VECTOR, %edi
    jmp flint_bring_up
    .size flint_reset_vector_door, . - flint_reset_vector_door
