// SPDX-License-Identifier: Apache-2.0

#include "boot/cpu/bring_up.h"

// void flint_jump_to_kernel(uint64_t entry, uint64_t zero_page)
//
// The zero page is already where the kernel wants its address, in RSI. The
// selectors it wants, code 0x10 and data 0x18, are those we run with, but they
// may have come from an application's GDT: load them again from ours.

    .section .text.jump_to_kernel, "ax", @progbits
    .code64
    .globl flint_jump_to_kernel
    .type flint_jump_to_kernel, @function
flint_jump_to_kernel:
    cli
    cld
    // The stack stays mapped, and is not the kernel's to keep.
    movl $flint_stack_top, %esp
    movl $flint_early_page_tables, %eax
    movq %rax, %cr3

    lgdt flint_early_gdt_pointer
    pushq $SELECTOR_CODE64
    pushq $.Lour_segments
    lretq
.Lour_segments:
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs

    // Nothing of ours is the kernel's to find.
    xorl %ebx, %ebx
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorl %ebp, %ebp
    xorl %r8d, %r8d
    xorl %r9d, %r9d
    xorl %r10d, %r10d
    xorl %r11d, %r11d
    xorl %r12d, %r12d
    xorl %r13d, %r13d
    xorl %r14d, %r14d
    xorl %r15d, %r15d
    jmpq *%rdi
    .size flint_jump_to_kernel, . - flint_jump_to_kernel
