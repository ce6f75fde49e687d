// SPDX-License-Identifier: Apache-2.0
//
// A QEMU plugin that counts what a guest executes until QEMU ends, and writes
// it to the file of its argument `out`:
//
//     instructions 1234567     all of them
//     waiting 34567            of these: polling for a device
//     port_instructions 89     in, out and their string forms
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
  uint64_t instructions = 0;
  uint64_t waiting = 0;
  uint64_t port_instructions = 0;
  uint64_t since_pause = 0;
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

/// True for IN, OUT, INS and OUTS, with operand size and repeat prefixes.
bool IsPortAccess(Code code) {
  const auto is_prefix = [](uint8_t byte) {
    return byte == 0x66 || byte == 0x67 || byte == 0xf2 || byte == 0xf3;
  };
  const auto opcode = std::ranges::find_if_not(code, is_prefix);
  if (opcode == code.end()) return false;
  return (*opcode >= 0xe4 && *opcode <= 0xe7) ||
         (*opcode >= 0xec && *opcode <= 0xef) ||
         (*opcode >= 0x6c && *opcode <= 0x6f);
}

void OnExecute(unsigned vcpu, void* data) {
  if (vcpu != 0) return;
  Counter& counter = TheCounter();
  Block& block = *static_cast<Block*>(data);
  ++block.executions;
  counter.instructions += block.instructions;
  counter.port_instructions += block.port_instructions;
  counter.since_pause += block.instructions;
  if (!block.pauses) return;
  if (counter.since_pause <= kMostInstructionsOfARound) {
    counter.waiting += counter.since_pause;
  }
  counter.since_pause = 0;
}

void OnTranslate(qemu_plugin_id_t, qemu_plugin_tb* tb) {
  Block block{.address = qemu_plugin_tb_vaddr(tb),
              .instructions = qemu_plugin_tb_n_insns(tb)};
  for (size_t i = 0; i < block.instructions; ++i) {
    const Code code = CodeOf(qemu_plugin_tb_get_insn(tb, i));
    block.pauses |= IsPause(code);
    block.port_instructions += IsPortAccess(code) ? 1 : 0;
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
  const Counter& counter = TheCounter();
  std::ofstream(counter.out)
      << "instructions " << counter.instructions << "\nwaiting "
      << counter.waiting << "\nport_instructions " << counter.port_instructions
      << "\n";
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
    if (name == "out") counter.out = value;
    if (name == "profile") counter.profile = value;
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, flint::bench::OnTranslate);
  qemu_plugin_register_atexit_cb(id, flint::bench::OnExit, nullptr);
  return 0;
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
