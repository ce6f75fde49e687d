// SPDX-License-Identifier: Apache-2.0

// Single wrong instructions, each in a function of its own, since a compiler
// may do anything with undefined behaviour. Frames are set up as in C++, so
// that the backtrace leads to the caller.

    .macro function name
    .section .text.\name, "ax", @progbits
    .globl \name
    .type \name, @function
\name:
    pushq %rbp
    movq %rsp, %rbp
    .endm

    .macro return name
    popq %rbp
    ret
    .size \name, . - \name
    .endm

    .code64

    function flint_divide_by_zero
    xorl %ecx, %ecx
    xorl %edx, %edx
    movl $1, %eax
    divl %ecx
    return flint_divide_by_zero

    function flint_run_invalid_opcode
    ud2
    return flint_run_invalid_opcode

    // By way of its vector, on the stack that its gate names.
    function flint_raise_nmi
    int $2
    return flint_raise_nmi

    function flint_read
    movq (%rdi), %rax
    return flint_read

    function flint_write
    movb $0x90, (%rdi)
    return flint_write

    function flint_call
    call *%rdi
    return flint_call

    // Not a mistake: applications may.
    function flint_use_sse
    pxor %xmm0, %xmm0
    return flint_use_sse
