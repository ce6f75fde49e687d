// SPDX-License-Identifier: Apache-2.0

// Where the timer's gate leads: to C++ and back, on the timer's own stack, with
// interrupts off. Saves what a function may change [sysv-abi 3.2.1]; our code
// uses no vector registers, which are the application's.

    .section .text.timer_interrupt, "ax", @progbits
    .code64
    .globl flint_timer_interrupt
    .type flint_timer_interrupt, @function
    .p2align 4
flint_timer_interrupt:
    pushq %rax
    pushq %rcx
    pushq %rdx
    pushq %rsi
    pushq %rdi
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    // With the five words of the processor, 112 bytes: the stack is aligned.
    cld
    call flint_handle_timer
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rdi
    popq %rsi
    popq %rdx
    popq %rcx
    popq %rax
    iretq
    .size flint_timer_interrupt, . - flint_timer_interrupt
