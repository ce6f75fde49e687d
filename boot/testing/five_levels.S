// SPDX-License-Identifier: Apache-2.0

#include "boot/cpu/bring_up.h"

#define CR4_PCIDE (1 << 17)
#define CPUID_PCID (1 << 17)

// void flint_enter_with_five_levels(uint64_t entry, uint64_t zero_page)
//
// Enters a 64-bit kernel as a VMM with 5-level page tables might: PCIDs on
// where the processor has them, null data segments, no stack. Levels can only
// be added with paging off, so the way leads through 32-bit mode.

    .section .text.five_levels, "ax", @progbits
    .code64
    .globl flint_enter_with_five_levels
    .type flint_enter_with_five_levels, @function
flint_enter_with_five_levels:
    movl %edi, %ebp
    // The one entry of the new top level leads to the early page tables.
    movq $flint_early_page_tables + 3, %rax
    movq %rax, flint_fifth_level
    movl $flint_early_page_tables, %eax
    movq %rax, %cr3
    lgdt flint_early_gdt_pointer
    ljmpl *.Lcode32_address

    .code32
.Lcode32:
    movl %cr0, %eax
    andl $~CR0_PG, %eax
    movl %eax, %cr0
    movl %cr4, %eax
    orl $CR4_LA57, %eax
    movl %eax, %cr4
    movl $flint_fifth_level, %eax
    movl %eax, %cr3
    movl %cr0, %eax
    orl $CR0_PG, %eax
    movl %eax, %cr0
    ljmpl $SELECTOR_CODE64, $.Lcode64

    .code64
.Lcode64:
    movl $1, %eax
    cpuid
    testl $CPUID_PCID, %ecx
    jz 1f
    movq %cr4, %rax
    orl $CR4_PCIDE, %eax
    movq %rax, %cr4
1:  xorl %eax, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %esp, %esp
    movl %ebp, %eax
    jmpq *%rax
    .size flint_enter_with_five_levels, . - flint_enter_with_five_levels

    .section .rodata.five_levels, "a", @progbits
    .p2align 3
.Lcode32_address:
    .long .Lcode32
    .word SELECTOR_CODE32

    .section .bss.five_levels, "aw", @nobits
    .p2align 12
flint_fifth_level:
    .skip 4096
