// SPDX-License-Identifier: Apache-2.0

// From 32-bit protected mode to C++: every door ends here.
//
// Entered with paging off, flat segments and interrupts off, EDI the DoorKind
// and flint_door_argument set. Assumes nothing else, and writes nothing outside
// the image: what the VMM wants to tell us still lies in memory.

#include "boot/cpu/bring_up.h"

#define PAGE_PRESENT_WRITABLE 0x03
#define PAGE_LARGE 0x80
#define PAGE_BYTES 0x1000
#define LARGE_PAGE_BYTES 0x200000
#define DIRECTORY_COUNT 4               // of 1 GiB each
#define DIRECTORY_ENTRIES 512

#define CPUID_RDRAND (1 << 30)
#define RDRAND_TRIES 10

// Masked exceptions, round to nearest: the state an application expects.
#define MXCSR_DEFAULT 0x1F80

    .section .text.bring_up, "ax", @progbits
    .code32
    .globl flint_bring_up
    .type flint_bring_up, @function
flint_bring_up:
    cld
    lgdt flint_early_gdt_pointer
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    movl %edi, %ebx                     // the DoorKind

    // VMMs copy the file's bytes and no more: memory may hold anything.
    movl $flint_bss_start, %edi
    movl $flint_bss_end, %ecx
    subl %edi, %ecx
    shrl $2, %ecx
    rep stosl

    // 4 GiB identity-mapped by 2 MiB pages, which every processor has.
    movl $flint_early_directory_pointers + PAGE_PRESENT_WRITABLE, flint_early_page_tables
    movl $flint_early_directories + PAGE_PRESENT_WRITABLE, %eax
    movl $flint_early_directory_pointers, %edi
    movl $DIRECTORY_COUNT, %ecx
1:  movl %eax, (%edi)
    addl $PAGE_BYTES, %eax
    addl $8, %edi
    decl %ecx
    jnz 1b

    movl $(PAGE_PRESENT_WRITABLE | PAGE_LARGE), %eax
    movl $flint_early_directories, %edi
    movl $(DIRECTORY_COUNT * DIRECTORY_ENTRIES), %ecx
1:  movl %eax, (%edi)
    addl $LARGE_PAGE_BYTES, %eax
    addl $8, %edi
    decl %ecx
    jnz 1b

    // Written whole, not modified: whatever the VMM had set is gone. With
    // OSFXSR and OSXMMEXCPT, UEFI applications may use SSE; we do not.
    movl $(CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT), %eax
    movl %eax, %cr4
    movl $flint_early_page_tables, %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LME, %eax
    wrmsr
    movl $(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE), %eax
    movl %eax, %cr0
    ljmpl $SELECTOR_CODE64, $.Llong_mode

    .code64
.Llong_mode:
    movl $flint_stack_top, %esp
    xorl %ebp, %ebp                     // the end of every backtrace
    fninit
    ldmxcsr .Lmxcsr
#ifdef FLINT_CHECKED
    movl %ebx, %r12d
    call flint_make_stack_guard
    movl %r12d, %ebx
#endif
    movl %ebx, %edi
    movq flint_door_argument, %rsi
    call FlintMain
    ud2                                 // it does not return
    .size flint_bring_up, . - flint_bring_up

#ifdef FLINT_CHECKED
// Before any function that looks at it: what it has on its stack would differ.
// Overwrites RAX, RBX, RCX and RDX.
    .type flint_make_stack_guard, @function
flint_make_stack_guard:
    movl $1, %eax
    cpuid
    testl $CPUID_RDRAND, %ecx
    jz 2f
    movl $RDRAND_TRIES, %ecx            // [sdm 1 7.3.17]
1:  rdrand %rax
    jc 3f
    decl %ecx
    jnz 1b
    // When we were started is hard to know to the nanosecond. The multiplier
    // (2^64 over the golden ratio) spreads what little there is.
2:  rdtsc
    shlq $32, %rdx
    orq %rdx, %rax
    movabsq $0x9E3779B97F4A7C15, %rcx
    imulq %rcx, %rax
    bswapq %rax
    // With a zero in it, text that runs over does not go on behind it.
3:  movb $0, %al
    movq %rax, __stack_chk_guard
    ret
    .size flint_make_stack_guard, . - flint_make_stack_guard
#endif

    .section .rodata.bring_up, "a", @progbits
    .p2align 3
.Learly_gdt:
    .quad 0
    .quad DESCRIPTOR_CODE32
    .quad DESCRIPTOR_CODE64
    .quad DESCRIPTOR_DATA
.Learly_gdt_end:

    // 10 bytes, as 64-bit mode reads it; 32-bit mode reads the first 6.
    .globl flint_early_gdt_pointer
flint_early_gdt_pointer:
    .word .Learly_gdt_end - .Learly_gdt - 1
    .quad .Learly_gdt

    .p2align 2
.Lmxcsr:
    .long MXCSR_DEFAULT

    // The door's argument, stored before BSS is cleared.
    .section .data.bring_up, "aw", @progbits
    .p2align 3
    .globl flint_door_argument
flint_door_argument:
    .quad 0

    // Also what a kernel is entered with: see JumpToKernel.
    .section .bss.bring_up, "aw", @nobits
    .p2align 12
    .globl flint_early_page_tables
flint_early_page_tables:
    .skip PAGE_BYTES
flint_early_directory_pointers:
    .skip PAGE_BYTES
flint_early_directories:
    .skip DIRECTORY_COUNT * PAGE_BYTES
