// SPDX-License-Identifier: Apache-2.0

// From the reset vector to the firmware in RAM.
//
// A processor starts at 0xFFFFFFF0 in real mode, with a code segment whose base
// is 0xFFFF0000: the last 64 KiB below 4 GiB, the end of the ROM. [sdm 3A 10.1.4]
// Neither stack nor data is used, and nothing but the image's place is written.

#include "boot/cpu/bring_up.h"

#define REAL_MODE_BASE 0xFFFF0000

    .section .reset_code, "ax", @progbits
    .code16
    .globl flint_reset
    .type flint_reset, @function
flint_reset:
    cli
    cld
    lgdtl %cs:.Lgdt_pointer - REAL_MODE_BASE
    // Written whole: the caches, which a reset leaves off, go on.
    movl $(CR0_PE | CR0_ET), %eax
    movl %eax, %cr0
    ljmpl $SELECTOR_CODE32, $.Lprotected_mode

    .code32
.Lprotected_mode:
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss

    movl $flint_rom_firmware_payload, %esi
    movl $flint_image_start, %edi
    movl $flint_payload_words, %ecx
    rep movsl

    movl $flint_image_start, %eax
    jmp *%eax
    .size flint_reset, . - flint_reset

    .p2align 3
.Lgdt:
    .quad 0
    .quad DESCRIPTOR_CODE32
    .quad 0                             // its 64-bit code comes later
    .quad DESCRIPTOR_DATA
.Lgdt_end:
.Lgdt_pointer:
    .word .Lgdt_end - .Lgdt - 1
    .long .Lgdt

    .section .reset_vector, "ax", @progbits
    .code16
    .globl flint_reset_vector
    .type flint_reset_vector, @function
flint_reset_vector:
    jmp flint_reset
    .org 16
    .size flint_reset_vector, . - flint_reset_vector
