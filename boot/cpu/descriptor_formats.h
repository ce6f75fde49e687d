// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "platforms/base/endian.h"

/// What an x86_64 processor reads from its descriptor tables.
namespace flint::cpu {

/// The task segment: in 64-bit mode, where stacks are kept. [sdm 3A 7.7]
struct TaskSegment {
  Le32 reserved0;
  std::array<Le64, 3> privilege_stacks;
  Le64 reserved1;
  /// Stack pointers; a gate names them from 1 on.
  std::array<Le64, 7> interrupt_stacks;
  Le64 reserved2;
  Le16 reserved3;
  Le16 io_map_base;
};
static_assert(sizeof(TaskSegment) == 104);

/// The two entries of the GDT that describe a task segment, not busy.
/// [sdm 3A 7.2.3]
constexpr std::array<uint64_t, 2> TaskDescriptor(uint64_t address) {
  constexpr uint64_t kPresentAvailable = uint64_t{0x89} << 40;
  constexpr uint64_t kLimit = sizeof(TaskSegment) - 1;
  return {kLimit | (address & 0xFF'FFFF) << 16 | kPresentAvailable |
              (address >> 24 & 0xFF) << 56,
          address >> 32};
}

/// An entry of the IDT. [sdm 3A 6.14.1]
struct Gate {
  static constexpr uint8_t kPresentInterrupt = 0x8E;

  Le16 offset_low;
  Le16 selector;
  uint8_t interrupt_stack = 0;  // 0 keeps the stack in use
  uint8_t type = 0;
  Le16 offset_middle;
  Le32 offset_high;
  Le32 reserved;
};
static_assert(sizeof(Gate) == 16);

/// A gate that keeps interrupts off.
constexpr Gate InterruptGate(uint64_t handler,
                             uint16_t selector,
                             uint8_t interrupt_stack) {
  return {.offset_low = static_cast<uint16_t>(handler),
          .selector = selector,
          .interrupt_stack = interrupt_stack,
          .type = Gate::kPresentInterrupt,
          .offset_middle = static_cast<uint16_t>(handler >> 16),
          .offset_high = static_cast<uint32_t>(handler >> 32),
          .reserved = 0};
}

/// What LGDT and LIDT load.
struct TablePointer {
  Le16 limit;
  Le64 address;
};
static_assert(sizeof(TablePointer) == 10);

}  // namespace flint::cpu
