// SPDX-License-Identifier: Apache-2.0

// The Linux door: e_entry, where a VMM that takes us for a Linux kernel (crosvm,
// Firecracker without the PVH note) jumps in 64-bit mode, with RSI the physical
// address of the zero page. [linux-boot 64-bit]
//
// The page tables are the VMM's: they map us where we are, but lie anywhere, and
// may be of 5 levels. Since the size of the page tables cannot be changed with
// paging on, we step back to 32-bit mode, where the way is the same for both
// doors. The stack is not used until we have our own.

#include "boot/cpu/bring_up.h"

    .section .text.door, "ax", @progbits
    .code64
    .globl flint_linux64_start
    .type flint_linux64_start, @function
flint_linux64_start:
    cli
    // Kept in memory, since going to 32-bit mode loses the upper halves of
    // registers. It is data, not BSS, which is about to be cleared.
    movq %rsi, flint_door_argument

    lgdt flint_early_gdt_pointer
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss

    // Leave only what paging needs until it is off. PCID must go first, or
    // paging cannot be switched off; LA57 cannot go yet. [sdm 3A 4.10.1]
    movq %cr4, %rax
    andl $(CR4_PAE | CR4_LA57), %eax
    movq %rax, %cr4

    ljmpl *.Lcode32_address
    .size flint_linux64_start, . - flint_linux64_start

    .code32
.Lcode32:
    movl %cr0, %eax
    andl $~CR0_PG, %eax
    movl %eax, %cr0

    movl $MSR_EFER, %ecx
    rdmsr
    andl $~EFER_LME, %eax
    wrmsr

    movl $DOOR_LINUX64, %edi
    jmp flint_bring_up

    .section .rodata.door, "a", @progbits
    .p2align 3
.Lcode32_address:
    .long .Lcode32
    .word SELECTOR_CODE32
