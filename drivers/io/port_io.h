// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/io/register_io.h"

namespace flint::io {

/// The x86 I/O ports, where an offset is a port number.
class PortIo final : public RegisterIo {
 public:
  uint64_t size_bytes() const override { return 0x1'0000; }

  // SAFETY: IN and OUT touch no memory of ours. The "memory" clobber keeps them
  // in order with what they order a device to do to memory.
  uint8_t Read8(uint64_t offset) override {
    uint8_t value;
    asm volatile("inb %1, %0" : "=a"(value) : "Nd"(Port(offset)) : "memory");
    return value;
  }
  uint16_t Read16(uint64_t offset) override {
    uint16_t value;
    asm volatile("inw %1, %0" : "=a"(value) : "Nd"(Port(offset)) : "memory");
    return value;
  }
  uint32_t Read32(uint64_t offset) override {
    uint32_t value;
    asm volatile("inl %1, %0" : "=a"(value) : "Nd"(Port(offset)) : "memory");
    return value;
  }
  void Write8(uint64_t offset, uint8_t value) override {
    asm volatile("outb %0, %1" : : "a"(value), "Nd"(Port(offset)) : "memory");
  }
  void Write16(uint64_t offset, uint16_t value) override {
    asm volatile("outw %0, %1" : : "a"(value), "Nd"(Port(offset)) : "memory");
  }
  void Write32(uint64_t offset, uint32_t value) override {
    asm volatile("outl %0, %1" : : "a"(value), "Nd"(Port(offset)) : "memory");
  }

 private:
  static uint16_t Port(uint64_t offset) {
    return static_cast<uint16_t>(offset);
  }
};

}  // namespace flint::io
