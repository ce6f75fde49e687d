// SPDX-License-Identifier: Apache-2.0

// A VMM in a ROM: does to memory and devices what a script says, gives the
// processor the state that a VMM would, and jumps to the firmware.
//
// QEMU puts the script into RAM (see launch_format.h). The code runs in the
// ROM, uses no RAM but the script's, and leaves nothing behind but that.

#include "testing/contracts/launcher/launch_format.h"

#define CR0_PE (1 << 0)
#define CR0_PG (1 << 31)
#define MSR_EFER 0xC0000080

#define SELECTOR_CODE32 0x08
#define SELECTOR_DATA 0x10

    .section .text.launcher, "ax", @progbits

    // The first megabyte shows the ROM's last 64 KiB, too: that is where the
    // processor starts.
    .code16
    .globl flint_launcher_start
flint_launcher_start:
    cli
    lgdtl %cs:.Lgdt_pointer_offset
    movl %cr0, %eax
    orl $CR0_PE, %eax
    movl %eax, %cr0
    ljmpl $SELECTOR_CODE32, $.Lprotected

    .code32
.Lprotected:
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %fs
    movl %eax, %gs
    movl %eax, %ss
    cld
    movl $LAUNCH_SCRIPT_ADDRESS + LAUNCH_OPERATIONS, %esi

.Lnext:
    lodsl
    cmpl $LAUNCH_COPY, %eax
    je .Lcopy
    cmpl $LAUNCH_FILL, %eax
    je .Lfill
    cmpl $LAUNCH_WRITE_MSR, %eax
    je .Lwrite_msr
    cmpl $LAUNCH_ENTER, %eax
    je .Lenter
    movl %eax, %ebx
    lodsl
    movl %eax, %edx
    lodsl
    cmpl $LAUNCH_PORT_WRITE_8, %ebx
    je .Lport_write_8
    cmpl $LAUNCH_PORT_WRITE_16, %ebx
    je .Lport_write_16
    cmpl $LAUNCH_PORT_WRITE_32, %ebx
    je .Lport_write_32
    cmpl $LAUNCH_MEMORY_WRITE_8, %ebx
    je .Lmemory_write_8
    cmpl $LAUNCH_MEMORY_WRITE_16, %ebx
    je .Lmemory_write_16
    cmpl $LAUNCH_MEMORY_WRITE_32, %ebx
    je .Lmemory_write_32
    // No script: it is noticed by the test's time limit.
1:  hlt
    jmp 1b

.Lcopy:
    lodsl
    movl %eax, %edi
    lodsl
    movl %eax, %ecx
    rep movsb
    addl $3, %esi
    andl $~3, %esi
    jmp .Lnext

.Lfill:
    lodsl
    movl %eax, %edi
    lodsl
    movl %eax, %ecx
    lodsl
    rep stosb
    jmp .Lnext

.Lport_write_8:
    outb %al, %dx
    jmp .Lnext
.Lport_write_16:
    outw %ax, %dx
    jmp .Lnext
.Lport_write_32:
    outl %eax, %dx
    jmp .Lnext

.Lmemory_write_8:
    movb %al, (%edx)
    jmp .Lnext
.Lmemory_write_16:
    movw %ax, (%edx)
    jmp .Lnext
.Lmemory_write_32:
    movl %eax, (%edx)
    jmp .Lnext

.Lwrite_msr:
    lodsl
    movl %eax, %ecx
    lodsl
    movl %eax, %ebx
    lodsl
    movl %eax, %edx
    movl %ebx, %eax
    wrmsr
    jmp .Lnext

    // The state goes into the processor, what the next step needs last. EBP
    // holds where it is.
.Lenter:
    movl %esi, %ebp
    lidtl STATE_IDTR(%ebp)
    lgdtl STATE_GDTR(%ebp)
    movl STATE_TASK(%ebp), %eax
    testl %eax, %eax
    jz 1f
    ltr %ax
1:  movl STATE_CR4(%ebp), %eax
    movl %eax, %cr4
    movl STATE_CR3(%ebp), %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    xorl %edx, %edx
    movl STATE_EFER(%ebp), %eax
    wrmsr
    movl STATE_DATA(%ebp), %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %fs
    movl %eax, %gs
    movl %eax, %ss
    movl STATE_CODE(%ebp), %eax
    movw %ax, STATE_FAR_POINTER + 4(%ebp)
    cmpl $0, STATE_IS_64_BIT(%ebp)
    jne .Lenter_64_bit

    cmpl $0, STATE_NULL_SELECTORS(%ebp)
    jne .Lhide_selectors
    movl $.Lin_final_code, STATE_FAR_POINTER(%ebp)
    ljmpl *STATE_FAR_POINTER(%ebp)
.Lin_final_code:
    movl STATE_CR0(%ebp), %eax
    movl %eax, %cr0
.Llast_steps:
    lgdtl STATE_FINAL_GDTR(%ebp)
    movl STATE_GENERAL + 0(%ebp), %eax
    movl STATE_GENERAL + 8(%ebp), %ebx
    movl STATE_GENERAL + 16(%ebp), %ecx
    movl STATE_GENERAL + 24(%ebp), %edx
    movl STATE_GENERAL + 32(%ebp), %esi
    movl STATE_GENERAL + 40(%ebp), %edi
    leal STATE_FLAGS(%ebp), %esp
    popfl
    movl STATE_GENERAL + 48(%ebp), %ebp
    movl LAUNCH_SCRIPT_ADDRESS + LAUNCH_STACK, %esp
    jmp *LAUNCH_SCRIPT_ADDRESS + LAUNCH_ENTRY

    // Segments that are flat though their selectors are null: Xen writes them
    // into the processor. Instructions get there by way of real mode, where
    // loading a selector leaves limit and attributes as they are.
.Lhide_selectors:
    movl %cr0, %eax
    andl $~CR0_PE, %eax
    movl %eax, %cr0
    xorl %eax, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %fs
    movl %eax, %gs
    movl %eax, %ss
    ljmpl $0, $1f
1:  movl STATE_CR0(%ebp), %eax
    movl %eax, %cr0
    jmp .Llast_steps

.Lenter_64_bit:
    movl $.Lin_64_bit, STATE_FAR_POINTER(%ebp)
    movl STATE_CR0(%ebp), %eax
    movl %eax, %cr0
    ljmpl *STATE_FAR_POINTER(%ebp)

    .code64
.Lin_64_bit:
    movl %ebp, %ebp                     // clear the upper half
    lgdt STATE_FINAL_GDTR(%rbp)
    movq STATE_GENERAL + 0(%rbp), %rax
    movq STATE_GENERAL + 8(%rbp), %rbx
    movq STATE_GENERAL + 16(%rbp), %rcx
    movq STATE_GENERAL + 24(%rbp), %rdx
    movq STATE_GENERAL + 32(%rbp), %rsi
    movq STATE_GENERAL + 40(%rbp), %rdi
    movq STATE_GENERAL + 56(%rbp), %r8
    movq STATE_GENERAL + 64(%rbp), %r9
    movq STATE_GENERAL + 72(%rbp), %r10
    movq STATE_GENERAL + 80(%rbp), %r11
    movq STATE_GENERAL + 88(%rbp), %r12
    movq STATE_GENERAL + 96(%rbp), %r13
    movq STATE_GENERAL + 104(%rbp), %r14
    movq STATE_GENERAL + 112(%rbp), %r15
    leaq STATE_FLAGS(%rbp), %rsp
    popfq
    movq STATE_GENERAL + 48(%rbp), %rbp
    movq LAUNCH_SCRIPT_ADDRESS + LAUNCH_STACK, %rsp
    jmpq *LAUNCH_SCRIPT_ADDRESS + LAUNCH_ENTRY

    .p2align 3
.Lgdt:
    .quad 0
    .quad 0x00CF9B000000FFFF
    .quad 0x00CF93000000FFFF
.Lgdt_end:
.Lgdt_pointer:
    .word .Lgdt_end - .Lgdt - 1
    .long .Lgdt
    // As a real-mode segment sees it.
    .set .Lgdt_pointer_offset, .Lgdt_pointer - flint_launcher_start

    .section .reset, "ax", @progbits
    .code16
    .p2align 4
    // Forward: 16 bits of instruction pointer wrap around.
    jmp flint_launcher_start + 0x10000
    .p2align 4, 0
