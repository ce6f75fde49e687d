// SPDX-License-Identifier: Apache-2.0

// uint64_t flint_run_interrupted(const uint64_t* count, uint64_t until)
//
// Runs until interrupts have counted that far, with a value of its own in every
// register, one below the stack pointer, and the direction flag set, as an
// application might have them. Returns 0 if all are as they were.

    .section .text.interrupted_loop, "ax", @progbits
    .code64
    .globl flint_run_interrupted
    .type flint_run_interrupted, @function
flint_run_interrupted:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    pushq $0
    movq $0x333, -8(%rsp)
    movl $0x111, %eax
    movq %rax, %xmm0
    movl $0x222, %eax
    movq %rax, %xmm15
    movl $0x01, %eax
    movl $0x02, %ebx
    movl $0x03, %ecx
    movl $0x04, %edx
    movl $0x05, %ebp
    movl $0x08, %r8d
    movl $0x09, %r9d
    movl $0x0A, %r10d
    movl $0x0B, %r11d
    movl $0x0C, %r12d
    movl $0x0D, %r13d
    movl $0x0E, %r14d
    movq %rsp, %r15
    std
1:  cmpq %rsi, (%rdi)
    jb 1b

    xorq $0x333, -8(%rsp)
    setnz (%rsp)
    pushfq
    xorq $0x400, (%rsp)         // the direction flag: 0 if it was kept
    andq $0x400, (%rsp)
    cld
    .macro expect value, register
    xorq $\value, \register
    orq \register, (%rsp)
    .endm
    expect 0x01, %rax
    expect 0x02, %rbx
    expect 0x03, %rcx
    expect 0x04, %rdx
    expect 0x05, %rbp
    expect 0x08, %r8
    expect 0x09, %r9
    expect 0x0A, %r10
    expect 0x0B, %r11
    expect 0x0C, %r12
    expect 0x0D, %r13
    expect 0x0E, %r14
    movq %xmm0, %rax
    expect 0x111, %rax
    movq %xmm15, %rax
    expect 0x222, %rax
    popq %rax
    xorq %rsp, %r15
    orq %r15, %rax
    popq %rcx
    orq %rcx, %rax
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size flint_run_interrupted, . - flint_run_interrupted
