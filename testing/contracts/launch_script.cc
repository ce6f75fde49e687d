// SPDX-License-Identifier: Apache-2.0
#include "testing/contracts/launch_script.h"

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>

#include "platforms/base/endian.h"
#include "testing/contracts/launcher/launch_format.h"

namespace flint::contracts {
namespace {

constexpr uint32_t kLongModeEnable = 1 << 8;
constexpr size_t kWordBytes = 4;

template <typename T>
void Append(std::string& out, const T& structure) {
  const auto bytes = std::bit_cast<std::array<char, sizeof(T)>>(structure);
  out.append(bytes.data(), bytes.size());
}

struct TableRegisterFormat {
  Le16 limit;
  Le32 base;
  Le16 unused;
};

TableRegisterFormat Format(const TableRegister& table) {
  return {.limit = table.limit, .base = table.base, .unused = 0};
}

struct StateFormat {
  std::array<Le64, 15> general;
  Le64 flags;
  Le32 cr0;
  Le32 cr3;
  Le32 cr4;
  Le32 efer;
  TableRegisterFormat gdtr;
  TableRegisterFormat final_gdtr;
  TableRegisterFormat idtr;
  Le32 code;
  Le32 data;
  Le32 task;
  std::array<uint8_t, 8> far_pointer;
  Le32 is_64_bit;
  Le32 null_selectors;
};
static_assert(offsetof(StateFormat, flags) == STATE_FLAGS);
static_assert(offsetof(StateFormat, cr0) == STATE_CR0);
static_assert(offsetof(StateFormat, cr3) == STATE_CR3);
static_assert(offsetof(StateFormat, cr4) == STATE_CR4);
static_assert(offsetof(StateFormat, efer) == STATE_EFER);
static_assert(offsetof(StateFormat, gdtr) == STATE_GDTR);
static_assert(offsetof(StateFormat, final_gdtr) == STATE_FINAL_GDTR);
static_assert(offsetof(StateFormat, idtr) == STATE_IDTR);
static_assert(offsetof(StateFormat, code) == STATE_CODE);
static_assert(offsetof(StateFormat, data) == STATE_DATA);
static_assert(offsetof(StateFormat, task) == STATE_TASK);
static_assert(offsetof(StateFormat, far_pointer) == STATE_FAR_POINTER);
static_assert(offsetof(StateFormat, is_64_bit) == STATE_IS_64_BIT);
static_assert(offsetof(StateFormat, null_selectors) == STATE_NULL_SELECTORS);
static_assert(sizeof(StateFormat) == STATE_SIZE);

StateFormat Format(const ProcessorState& state) {
  return {.general = {state.rax,
                      state.rbx,
                      state.rcx,
                      state.rdx,
                      state.rsi,
                      state.rdi,
                      state.rbp,
                      state.r8,
                      state.r9,
                      state.r10,
                      state.r11,
                      state.r12,
                      state.r13,
                      state.r14,
                      state.r15},
          .flags = state.rflags,
          .cr0 = state.cr0,
          .cr3 = state.cr3,
          .cr4 = state.cr4,
          .efer = state.efer,
          .gdtr = Format(state.gdtr),
          .final_gdtr = Format(state.final_gdtr),
          .idtr = Format(state.idtr),
          .code = state.code_selector,
          .data = state.data_selector,
          .task = state.task_selector,
          .far_pointer = {},
          .is_64_bit = (state.efer & kLongModeEnable) != 0 ? 1u : 0u,
          .null_selectors = state.null_selectors ? 1u : 0u};
}

}  // namespace

uint32_t LaunchScript::address() { return LAUNCH_SCRIPT_ADDRESS; }

void LaunchScript::AddWord(uint64_t value) {
  assert(value <= UINT32_MAX);
  contracts::Append(operations_, Le32(static_cast<uint32_t>(value)));
}

void LaunchScript::AddWords(uint32_t operation,
                            uint64_t first,
                            uint64_t second) {
  AddWord(operation);
  AddWord(first);
  AddWord(second);
}

LaunchScript& LaunchScript::Copy(uint64_t address, std::string_view bytes) {
  AddWords(LAUNCH_COPY, address, bytes.size());
  operations_ += bytes;
  operations_.resize((operations_.size() + kWordBytes - 1) / kWordBytes *
                     kWordBytes);
  return *this;
}

LaunchScript& LaunchScript::Fill(uint64_t address,
                                 uint64_t size_bytes,
                                 uint8_t value) {
  AddWords(LAUNCH_FILL, address, size_bytes);
  AddWord(value);
  return *this;
}

LaunchScript& LaunchScript::WritePort8(uint16_t port, uint8_t value) {
  AddWords(LAUNCH_PORT_WRITE_8, port, value);
  return *this;
}

LaunchScript& LaunchScript::WritePort16(uint16_t port, uint16_t value) {
  AddWords(LAUNCH_PORT_WRITE_16, port, value);
  return *this;
}

LaunchScript& LaunchScript::WritePort32(uint16_t port, uint32_t value) {
  AddWords(LAUNCH_PORT_WRITE_32, port, value);
  return *this;
}

LaunchScript& LaunchScript::WriteMemory8(uint64_t address, uint8_t value) {
  AddWords(LAUNCH_MEMORY_WRITE_8, address, value);
  return *this;
}

LaunchScript& LaunchScript::WriteMemory16(uint64_t address, uint16_t value) {
  AddWords(LAUNCH_MEMORY_WRITE_16, address, value);
  return *this;
}

LaunchScript& LaunchScript::WriteMemory32(uint64_t address, uint32_t value) {
  AddWords(LAUNCH_MEMORY_WRITE_32, address, value);
  return *this;
}

LaunchScript& LaunchScript::WriteMsr(uint32_t index, uint64_t value) {
  AddWords(LAUNCH_WRITE_MSR, index, value & UINT32_MAX);
  AddWord(value >> 32);
  return *this;
}

LaunchScript& LaunchScript::Append(const LaunchScript& other) {
  operations_ += other.operations_;
  return *this;
}

std::string LaunchScript::Finish(const ProcessorState& state) const {
  std::string script;
  contracts::Append(script, Le64(state.rip));
  contracts::Append(script, Le64(state.rsp));
  static_assert(LAUNCH_STACK == sizeof(Le64));
  static_assert(LAUNCH_OPERATIONS == 2 * sizeof(Le64));
  script += operations_;
  contracts::Append(script, Le32(uint32_t{LAUNCH_ENTER}));
  contracts::Append(script, Format(state));
  return script;
}

}  // namespace flint::contracts
