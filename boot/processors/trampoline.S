// SPDX-License-Identifier: Apache-2.0

// Where the other processors start: in real mode, at the first byte of a page
// below 1 MiB that this was copied to. [sdm 3A 8.4.4]
//
// Each writes the MSRs that are listed behind the code, counts itself, and
// halts until an operating system starts it anew. Has no stack, and is run by
// many at once.

#include "boot/cpu/bring_up.h"

#define MSR_BYTES 12

    .section .rodata.trampoline, "a", @progbits
    .code16
    .globl flint_trampoline_start
flint_trampoline_start:
    cli
    cld
    movw %cs, %ax
    movw %ax, %ds

    movw $(.Lmsrs - flint_trampoline_start), %si
    movw .Lmsr_count - flint_trampoline_start, %di
1:  testw %di, %di
    jz 2f
    movl (%si), %ecx
    movl 4(%si), %eax
    movl 8(%si), %edx
    wrmsr
    addw $MSR_BYTES, %si
    decw %di
    jmp 1b

    // A reset leaves the caches off.
2:  movl %cr0, %eax
    andl $~(CR0_CD | CR0_NW), %eax
    movl %eax, %cr0

    lock incw .Lready_count - flint_trampoline_start
3:  hlt
    jmp 3b

    .p2align 2
    .globl flint_trampoline_end
flint_trampoline_end:

    // What C++ puts behind the code: see trampoline_format.h.
    .set .Lready_count, flint_trampoline_end
    .set .Lmsr_count, flint_trampoline_end + 2
    .set .Lmsrs, flint_trampoline_end + 4
