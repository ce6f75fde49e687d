// SPDX-License-Identifier: Apache-2.0

// Where the IDT leads. One stub for each exception makes the stack look the
// same for all (exception_frame.h), and goes to C++, which does not come back.

// The processor pushes an error code for these vectors. [sdm 3A 6.3.1]
#define HAS_ERROR_CODE(vector) \
    (vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || \
     vector == 21 || vector == 29 || vector == 30)

    .section .text.exception_stubs, "ax", @progbits
    .code64

    // 32 stubs, 16 bytes apart.
    .globl flint_exception_stubs
    .p2align 4
flint_exception_stubs:
    .set vector, 0
    .rept 32
    .p2align 4
    .if !(HAS_ERROR_CODE(vector))
    pushq $0
    .endif
    pushq $vector
    jmp .Lexception
    .set vector, vector + 1
    .endr

.Lexception:
    pushq %rax
    pushq %rbx
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %rbp
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    cld
    movq %rsp, %rdi
    andq $-16, %rsp
    xorl %ebp, %ebp
    call flint_handle_exception
    ud2

    // Interrupts are enabled while the timer runs, and applications may enable
    // them: what nobody asked for is let pass. [uefi-2.10 2.3.4]
    .globl flint_spurious_interrupt
    .p2align 4
flint_spurious_interrupt:
    iretq
