// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the launcher reads from memory: written by C++ (launch_script.cc), read
// by assembly (launcher.S). Preprocessed into both, so macros.
//
// At LAUNCH_SCRIPT_ADDRESS lie where to jump, the stack pointer to do it with,
// and then operations: a word that says which, its operands in words, and
// bytes, padded to whole words. The last one enters the firmware.

#define LAUNCH_SCRIPT_ADDRESS 0x04000000

#define LAUNCH_ENTRY 0  // 64 bits
#define LAUNCH_STACK 8  // 64 bits
#define LAUNCH_OPERATIONS 16

#define LAUNCH_COPY 1            // address, size, bytes
#define LAUNCH_FILL 2            // address, size, byte
#define LAUNCH_PORT_WRITE_8 3    // port, value
#define LAUNCH_PORT_WRITE_16 4   // port, value
#define LAUNCH_PORT_WRITE_32 5   // port, value
#define LAUNCH_MEMORY_WRITE_8 6  // address, value
#define LAUNCH_MEMORY_WRITE_16 7
#define LAUNCH_MEMORY_WRITE_32 8
#define LAUNCH_WRITE_MSR 9  // register, low half, high half
#define LAUNCH_ENTER 10     // the processor's state, as follows

// Offsets in it. General registers have 64 bits each: RAX RBX RCX RDX RSI RDI
// RBP R8-R15.
#define STATE_GENERAL 0
#define STATE_FLAGS 120
#define STATE_CR0 128
#define STATE_CR3 132
#define STATE_CR4 136
#define STATE_EFER 140
#define STATE_GDTR 144        // 2 + 4 bytes: the table that segments come from
#define STATE_FINAL_GDTR 152  // the register as the firmware finds it
#define STATE_IDTR 160
#define STATE_CODE 168  // selectors
#define STATE_DATA 172
#define STATE_TASK 176         // 0: none
#define STATE_FAR_POINTER 180  // 4 + 2 bytes, for the launcher's use
#define STATE_IS_64_BIT 188
#define STATE_NULL_SELECTORS 192
#define STATE_SIZE 196
