// SPDX-License-Identifier: Apache-2.0
//
// See mistakes.h.

        .intel_syntax noprefix
        .text

        .globl  DivideByZero
DivideByZero:
        mov     eax, 1
        xor     edx, edx
        xor     ecx, ecx
        div     ecx
        ret

        .globl  JumpToZero
JumpToZero:
        push    rbp                     // a frame, for the backtrace
        mov     rbp, rsp
        xor     eax, eax
        call    rax
        pop     rbp
        ret

        .globl  Hang
Hang:
        pause
        jmp     Hang
