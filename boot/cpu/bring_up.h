// SPDX-License-Identifier: Apache-2.0
#pragma once

// Numbers shared by the assembly of doors and bring-up, and by the C++ that
// takes over from it. Preprocessed into both, so macros.

// DoorKind (boot/info/boot_info.h)
#define DOOR_PVH 1
#define DOOR_LINUX64 2
#define DOOR_RESET_VECTOR 3

// Our GDT: what the Linux boot protocol wants to be entered with, from the
// start. [linux-boot 64-bit]
#define SELECTOR_CODE32 0x08
#define SELECTOR_CODE64 0x10
#define SELECTOR_DATA 0x18
#define SELECTOR_TASK 0x20

// Flat segments of 4 GiB, accessed bit set, so that loading them writes
// nothing. [sdm 3A 3.4.5]
#define DESCRIPTOR_CODE32 0x00CF9B000000FFFF
#define DESCRIPTOR_CODE64 0x00AF9B000000FFFF
#define DESCRIPTOR_DATA 0x00CF93000000FFFF

// [sdm 3A 2.5]
#define CR0_PE (1 << 0)
#define CR0_MP (1 << 1)
#define CR0_ET (1 << 4)
#define CR0_NE (1 << 5)
#define CR0_WP (1 << 16)
#define CR0_NW (1 << 29)
#define CR0_CD (1 << 30)
#define CR0_PG (1 << 31)

#define CR4_PAE (1 << 5)
#define CR4_OSFXSR (1 << 9)
#define CR4_OSXMMEXCPT (1 << 10)
#define CR4_LA57 (1 << 12)

// [sdm 4 2.1]
#define MSR_EFER 0xC0000080
#define EFER_LME (1 << 8)
#define EFER_NXE (1 << 11)
