// SPDX-License-Identifier: Apache-2.0

// What stands for a Linux kernel: finds out how it was entered. Like a kernel's
// first instructions, it runs where it was put and writes to itself; unlike
// them, it lies in our image.

    .section .text.test_kernel, "ax", @progbits
    .code64
    .globl flint_test_kernel
    .type flint_test_kernel, @function
flint_test_kernel:
    pushfq
    pushq %rsi
    movq %ss, %rax
    pushq %rax
    movq %es, %rax
    pushq %rax
    movq %ds, %rax
    pushq %rax
    movq %cs, %rax
    pushq %rax
    movq %rsp, %rdi

    // Turns the "ud2" below into two "nop".
    movw $0x9090, .Lself_modified
    jmp .Lself_modified
.Lself_modified:
    ud2
    andq $-16, %rsp
    xorl %ebp, %ebp
    call TestKernelMain
    ud2
    .size flint_test_kernel, . - flint_test_kernel
