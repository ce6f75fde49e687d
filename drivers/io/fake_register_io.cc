// SPDX-License-Identifier: Apache-2.0
#include "drivers/io/fake_register_io.h"

#include <algorithm>
#include <utility>

#include "gtest/gtest.h"

namespace flint::io {
namespace {

uint32_t WidthMask(int width_bits) {
  return width_bits == 32 ? UINT32_MAX : (uint32_t{1} << width_bits) - 1;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Access& access) {
  const auto flags = out.flags();
  out << (access.kind == Access::Kind::kRead ? "read" : "write")
      << access.width_bits << std::hex << "(0x" << access.offset << ", 0x"
      << access.value << ")";
  out.flags(flags);
  return out;
}

void FakeRegisterIo::AddRegister(uint64_t offset,
                                 int width_bits,
                                 uint32_t value,
                                 uint32_t implemented) {
  const uint32_t mask = implemented & WidthMask(width_bits);
  registers_[offset] = {.width_bits = width_bits,
                        .value = value & mask,
                        .implemented = mask,
                        .on_read = nullptr,
                        .on_write = nullptr};
}

void FakeRegisterIo::OnRead(uint64_t offset, ReadHook hook) {
  registers_.at(offset).on_read = std::move(hook);
}

void FakeRegisterIo::OnWrite(uint64_t offset, WriteHook hook) {
  registers_.at(offset).on_write = std::move(hook);
}

uint32_t FakeRegisterIo::value(uint64_t offset) const {
  return registers_.at(offset).value;
}

void FakeRegisterIo::set_value(uint64_t offset, uint32_t value) {
  FakeRegister& reg = registers_.at(offset);
  reg.value = value & reg.implemented;
}

std::vector<Access> FakeRegisterIo::writes() const {
  std::vector<Access> writes;
  std::copy_if(
      accesses_.begin(),
      accesses_.end(),
      std::back_inserter(writes),
      [](const Access& access) { return access.kind == Access::Kind::kWrite; });
  return writes;
}

int FakeRegisterIo::read_count(uint64_t offset) const {
  return Count(Access::Kind::kRead, offset);
}

int FakeRegisterIo::write_count(uint64_t offset) const {
  return Count(Access::Kind::kWrite, offset);
}

int FakeRegisterIo::Count(Access::Kind kind, uint64_t offset) const {
  return static_cast<int>(std::count_if(
      accesses_.begin(), accesses_.end(), [&](const Access& access) {
        return access.kind == kind && access.offset == offset;
      }));
}

uint8_t FakeRegisterIo::Read8(uint64_t offset) {
  return static_cast<uint8_t>(ReadRegister(8, offset));
}
uint16_t FakeRegisterIo::Read16(uint64_t offset) {
  return static_cast<uint16_t>(ReadRegister(16, offset));
}
uint32_t FakeRegisterIo::Read32(uint64_t offset) {
  return ReadRegister(32, offset);
}
void FakeRegisterIo::Write8(uint64_t offset, uint8_t value) {
  WriteRegister(8, offset, value);
}
void FakeRegisterIo::Write16(uint64_t offset, uint16_t value) {
  WriteRegister(16, offset, value);
}
void FakeRegisterIo::Write32(uint64_t offset, uint32_t value) {
  WriteRegister(32, offset, value);
}

FakeRegisterIo::FakeRegister* FakeRegisterIo::Find(Access::Kind kind,
                                                   int width_bits,
                                                   uint64_t offset) {
  const Access access{kind, width_bits, offset, 0};
  const auto width_bytes = static_cast<uint64_t>(width_bits / 8);
  if (offset > size_bytes_ || width_bytes > size_bytes_ - offset) {
    ADD_FAILURE() << access << " lies outside the window";
    return nullptr;
  }
  const auto found = registers_.find(offset);
  if (found == registers_.end()) {
    if (empty_ == Empty::kFailsTest) {
      ADD_FAILURE() << access << ", but there is no register";
    }
    return nullptr;
  }
  if (found->second.width_bits != width_bits) {
    ADD_FAILURE() << access << ", but the register has "
                  << found->second.width_bits << " bits";
    return nullptr;
  }
  return &found->second;
}

uint32_t FakeRegisterIo::ReadRegister(int width_bits, uint64_t offset) {
  if (on_access_) on_access_();
  uint32_t value = WidthMask(width_bits);
  if (FakeRegister* reg = Find(Access::Kind::kRead, width_bits, offset)) {
    if (reg->on_read) reg->value = reg->on_read() & reg->implemented;
    const uint32_t unimplemented = WidthMask(width_bits) & ~reg->implemented;
    value = reg->value | (NextGarbage() & unimplemented);
  }
  accesses_.push_back(DidRead(width_bits, offset, value));
  return value;
}

void FakeRegisterIo::WriteRegister(int width_bits,
                                   uint64_t offset,
                                   uint32_t value) {
  if (on_access_) on_access_();
  accesses_.push_back(DidWrite(width_bits, offset, value));
  if (FakeRegister* reg = Find(Access::Kind::kWrite, width_bits, offset)) {
    reg->value = value & reg->implemented;
    if (reg->on_write) reg->on_write(value);
  }
}

uint32_t FakeRegisterIo::NextGarbage() {
  // xorshift32: the same garbage in every run.
  garbage_ ^= garbage_ << 13;
  garbage_ ^= garbage_ >> 17;
  garbage_ ^= garbage_ << 5;
  return garbage_;
}

}  // namespace flint::io
