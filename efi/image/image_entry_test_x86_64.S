// SPDX-License-Identifier: Apache-2.0
//
// See image_entry_test.cc.

        .intel_syntax noprefix
        .text

// Changes what Microsoft's ABI lets a function change, the direction flag and
// the floating point control words, which nobody may, and returns.
        .globl  FlintTestSpoilAndReturn
FlintTestSpoilAndReturn:
        mov     rdi, -1
        mov     rsi, -1
        mov     r8, -1
        mov     r9, -1
        push    0x9fc0                  // flush denormals, another rounding
        ldmxcsr [rsp]
        mov     dword ptr [rsp], 0x0e7f
        fldcw   [rsp]
        add     rsp, 8
        std
        xor     eax, eax
        ret

// Changes every register but the stack pointer, and leaves through the frame
// that FlintTestCountSpoiled passed as the image handle.
        .globl  FlintTestSpoilAndLeave
FlintTestSpoilAndLeave:
        push    0x9fc0
        ldmxcsr [rsp]
        mov     rdi, rcx
        xor     esi, esi
        mov     rbx, -1
        mov     rbp, -1
        mov     r12, -1
        mov     r13, -1
        mov     r14, -1
        mov     r15, -1
        std
        jmp     FlintLeaveImage

// rdi: ImageFrame*, rsi: entry point. Returns a count in rax.
        .globl  FlintTestCountSpoiled
FlintTestCountSpoiled:
        push    rbp
        push    rbx
        push    r12
        push    r13
        push    r14
        push    r15
        sub     rsp, 24                 // [0] mxcsr, [4] control word
        stmxcsr [rsp]
        fnstcw  [rsp + 4]
        mov     [rsp + 16], rsp
        mov     rdx, rdi                // the image handle
        xor     ecx, ecx
        mov     rbp, 1
        mov     rbx, 2
        mov     r12, 3
        mov     r13, 4
        mov     r14, 5
        mov     r15, 6
        call    FlintEnterImage

        xor     eax, eax
        .macro  expect left, right
        cmp     \left, \right
        setne   cl
        movzx   ecx, cl
        add     rax, rcx
        .endm
        expect  rbp, 1
        expect  rbx, 2
        expect  r12, 3
        expect  r13, 4
        expect  r14, 5
        expect  r15, 6
        expect  [rsp + 16], rsp
        stmxcsr [rsp + 8]
        mov     edx, [rsp]
        expect  [rsp + 8], edx
        fnstcw  [rsp + 8]
        mov     dx, [rsp + 4]
        expect  [rsp + 8], dx
        pushfq
        pop     rdx
        and     edx, 0x400              // the direction flag
        expect  edx, 0

        add     rsp, 24
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rbx
        pop     rbp
        ret

        .section .note.GNU-stack, "", @progbits
