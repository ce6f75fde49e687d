// SPDX-License-Identifier: Apache-2.0
//
// See image_entry.h. Our side of the calls is the System V ABI, in the guest
// and on the host; the image's side is Microsoft's.

        .intel_syntax noprefix
        .text

// rdi: ImageFrame*, rsi: entry point, rdx: image handle, rcx: system table
        .globl  FlintEnterImage
        .type   FlintEnterImage, @function
FlintEnterImage:
        push    rbp
        mov     rbp, rsp
        push    rbx
        push    r12
        push    r13
        push    r14
        push    r15
        sub     rsp, 8
        stmxcsr [rsp]
        fnstcw  [rsp + 4]
        mov     [rdi], rsp              // ImageFrame::stack_pointer

        mov     rax, rsi
        xchg    rcx, rdx                // the first two arguments, theirs
        mov     rbx, rsp                // preserved by their ABI too
        and     rsp, -16
        sub     rsp, 32                 // room for their register arguments
        call    rax
        mov     rsp, rbx

.Lleave:
        cld
        ldmxcsr [rsp]
        fldcw   [rsp + 4]
        add     rsp, 8
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rbx
        pop     rbp
        ret
        .size   FlintEnterImage, . - FlintEnterImage

// rdi: ImageFrame*, rsi: status
        .globl  FlintLeaveImage
        .type   FlintLeaveImage, @function
FlintLeaveImage:
        mov     rsp, [rdi]
        mov     rax, rsi
        jmp     .Lleave
        .size   FlintLeaveImage, . - FlintLeaveImage

        .section .note.GNU-stack, "", @progbits
