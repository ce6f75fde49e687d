// SPDX-License-Identifier: Apache-2.0

// The PVH door: how QEMU, cloud-hypervisor, Firecracker and Xen enter us. [pvh]
//
// A VMM finds the address of flint_pvh_start in this ELF note and jumps there
// in 32-bit protected mode, paging off, flat segments, interrupts off, with EBX
// the physical address of start_info. Nothing else may be trusted: there may be
// no stack, and neither the GDT that the segments came from nor the IDT need
// exist any more.

#include "boot/cpu/bring_up.h"

#define XEN_ELFNOTE_PHYS32_ENTRY 18

    .section .note.Xen, "a", @note
    .p2align 2
    .long 4                             // size of the name, with its NUL
    .long 8                             // QEMU reads a word of the ELF's class
    .long XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .quad flint_pvh_start

    .section .text.door, "ax", @progbits
    .code32
    .globl flint_pvh_start
    .type flint_pvh_start, @function
flint_pvh_start:
    movl %ebx, flint_door_argument
    movl $0, flint_door_argument + 4
    movl $DOOR_PVH, %edi
    jmp flint_bring_up
    .size flint_pvh_start, . - flint_pvh_start
