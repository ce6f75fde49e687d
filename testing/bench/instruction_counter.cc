// SPDX-License-Identifier: Apache-2.0
//
// A QEMU plugin that counts what a guest executes until QEMU ends, and writes
// it to the file of its argument `out`:
//
//     instructions 1234567
//     accesses 89                  to devices' registers, in memory or by ports
//     waiting_instructions 34567   not among the above: polling for a device
//     waiting_accesses 8
//
// With `from=ADDRESS` counting begins when that address is executed for the
// first time: that of the first instruction of a firmware that others load.
// QEMU's log then has a line `counting_begins`, if `-d plugin` is given: what
// is traced before it is theirs.
//
// With the argument `profile=FILE` also where: an address and how many
// instructions of the block that starts there were executed, most first.
//
// How long a guest polls depends on the machine that runs QEMU, so it is told
// apart: instructions from one `pause` to the next, if they are few.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testing/bench/qemu_plugin_api.h"

namespace flint::bench {
namespace {

/// A round of a loop that polls: a look at a register, one at the clock.
constexpr uint64_t kMostInstructionsOfARound = 400;

/// There is RAM below, in the machines that are measured.
constexpr uint64_t kLowestRegister = uint64_t{1} << 30;

constexpr char kCountingBegins[] = "counting_begins\n";

/// What has been executed.
struct Counts {
  uint64_t instructions = 0;
  uint64_t accesses = 0;

  Counts& operator+=(const Counts& other) {
    instructions += other.instructions;
    accesses += other.accesses;
    return *this;
  }
};

/// A block of instructions, as QEMU translated it.
struct Block {
  uint64_t address = 0;
  uint64_t instructions = 0;
  uint64_t port_instructions = 0;
  bool pauses = false;
  uint64_t executions = 0;
};

struct Counter {
  /// QEMU translates in several threads; counts are the first processor's.
  std::mutex mutex;
  std::deque<Block> blocks;
  /// Up to the last pause.
  Counts working;
  Counts waiting;
  Counts since_pause;
  /// Where counting begins; nothing once it has.
  std::optional<uint64_t> from;
  std::string out;
  std::string profile;
};

Counter& TheCounter() {
  static Counter* const counter = new Counter;
  return *counter;
}

using Code = std::span<const uint8_t>;

Code CodeOf(const qemu_plugin_insn* insn) {
  return {static_cast<const uint8_t*>(qemu_plugin_insn_data(insn)),
          qemu_plugin_insn_size(insn)};
}

bool IsPause(Code code) {
  return code.size() >= 2 && code[0] == 0xf3 && code[1] == 0x90;
}

/// The opcode's first byte: behind prefixes of size, repetition and REX (which,
/// where they are no prefixes, are INC and DEC).
uint8_t OpcodeOf(Code code) {
  const auto is_prefix = [](uint8_t byte) {
    return byte == 0x66 || byte == 0x67 || byte == 0xf2 || byte == 0xf3 ||
           byte >> 4 == 4;
  };
  const auto opcode = std::ranges::find_if_not(code, is_prefix);
  return opcode == code.end() ? code.front() : *opcode;
}

/// True for IN, OUT, INS and OUTS.
bool IsPortAccess(uint8_t opcode) {
  return (opcode >= 0xe4 && opcode <= 0xe7) ||
         (opcode >= 0xec && opcode <= 0xef) ||
         (opcode >= 0x6c && opcode <= 0x6f);
}

/// False for what accesses the stack only, and for copying and filling, which
/// nobody does to registers: there is too much of it to be looked at.
bool MayAccessRegisters(uint8_t opcode) {
  const bool is_push_or_pop = opcode >= 0x50 && opcode <= 0x5f;
  const bool is_call_or_return = opcode == 0xe8 || opcode == 0xc3;
  const bool is_copy_or_fill =
      opcode == 0xa4 || opcode == 0xa5 || opcode == 0xaa || opcode == 0xab;
  return !is_push_or_pop && !is_call_or_return && !is_copy_or_fill;
}

void Begin(Counter& counter) {
  counter.working = counter.waiting = counter.since_pause = {};
  for (Block& block : counter.blocks) block.executions = 0;
  counter.from.reset();
  qemu_plugin_outs(kCountingBegins);
}

void OnExecute(unsigned vcpu, void* data) {
  if (vcpu != 0) return;
  Counter& counter = TheCounter();
  Block& block = *static_cast<Block*>(data);
  if (counter.from == block.address) Begin(counter);
  ++block.executions;
  counter.since_pause +=
      {.instructions = block.instructions, .accesses = block.port_instructions};
  if (!block.pauses) return;
  if (counter.since_pause.instructions <= kMostInstructionsOfARound) {
    counter.waiting += counter.since_pause;
  } else {
    counter.working += counter.since_pause;
  }
  counter.since_pause = {};
}

void OnMemoryAccess(unsigned vcpu,
                    qemu_plugin_meminfo_t info,
                    uint64_t address,
                    void*) {
  if (vcpu != 0 || address < kLowestRegister) return;
  const qemu_plugin_hwaddr* const place = qemu_plugin_get_hwaddr(info, address);
  if (place != nullptr && qemu_plugin_hwaddr_is_io(place)) {
    ++TheCounter().since_pause.accesses;
  }
}

void OnTranslate(qemu_plugin_id_t, qemu_plugin_tb* tb) {
  Block block{.address = qemu_plugin_tb_vaddr(tb),
              .instructions = qemu_plugin_tb_n_insns(tb)};
  for (size_t i = 0; i < block.instructions; ++i) {
    qemu_plugin_insn* const insn = qemu_plugin_tb_get_insn(tb, i);
    const Code code = CodeOf(insn);
    block.pauses |= IsPause(code);
    const uint8_t opcode = OpcodeOf(code);
    block.port_instructions += IsPortAccess(opcode) ? 1 : 0;
    if (!MayAccessRegisters(opcode)) continue;
    qemu_plugin_register_vcpu_mem_cb(insn,
                                     OnMemoryAccess,
                                     QEMU_PLUGIN_CB_NO_REGS,
                                     QEMU_PLUGIN_MEM_RW,
                                     nullptr);
  }
  Counter& counter = TheCounter();
  const std::scoped_lock lock(counter.mutex);
  counter.blocks.push_back(block);
  qemu_plugin_register_vcpu_tb_exec_cb(
      tb, OnExecute, QEMU_PLUGIN_CB_NO_REGS, &counter.blocks.back());
}

void WriteProfile(const Counter& counter) {
  std::map<uint64_t, uint64_t> by_address;
  for (const Block& block : counter.blocks) {
    by_address[block.address] += block.executions * block.instructions;
  }
  std::vector<std::pair<uint64_t, uint64_t>> lines;
  for (const auto& [address, count] : by_address) {
    if (count != 0) lines.emplace_back(count, address);
  }
  std::ranges::sort(lines, std::greater());
  std::ofstream out(counter.profile);
  for (const auto& [count, address] : lines) {
    out << std::hex << address << std::dec << " " << count << "\n";
  }
}

void OnExit(qemu_plugin_id_t, void*) {
  Counter& counter = TheCounter();
  // Without its beginning there is nothing to tell.
  if (counter.from) return;
  counter.working += counter.since_pause;
  std::ofstream(counter.out)
      << "instructions " << counter.working.instructions << "\naccesses "
      << counter.working.accesses << "\nwaiting_instructions "
      << counter.waiting.instructions << "\nwaiting_accesses "
      << counter.waiting.accesses << "\n";
  if (!counter.profile.empty()) WriteProfile(counter);
}

}  // namespace
}  // namespace flint::bench

// NOLINTBEGIN(readability-identifier-naming): QEMU's names.
extern "C" {

[[gnu::visibility("default")]] extern const int qemu_plugin_version = 1;

[[gnu::visibility("default")]] int qemu_plugin_install(qemu_plugin_id_t id,
                                                       const qemu_info_t*,
                                                       int argc,
                                                       char** argv) {
  flint::bench::Counter& counter = flint::bench::TheCounter();
  for (const std::string_view argument : std::span(argv, argv + argc)) {
    const size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    const std::string value(
        argument.substr(std::min(equals, argument.size() - 1) + 1));
    if (name == "from") counter.from = std::stoull(value, nullptr, 0);
    if (name == "out") counter.out = value;
    if (name == "profile") counter.profile = value;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, flint::bench::OnTranslate);
  qemu_plugin_register_atexit_cb(id, flint::bench::OnExit, nullptr);
  return 0;
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
