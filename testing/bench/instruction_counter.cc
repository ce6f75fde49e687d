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
// How long a guest polls depends on the machine that runs QEMU, so it is told
// apart: what is between one `pause` and the next, if it is little.
//
// More arguments, each of which may be given several times but for `from`:
//
//     from=ADDRESS    counts from the first execution of that address on: of
//                     the first instruction of a firmware that others load.
//                     QEMU's log gets the line `counting_begins` then, if
//                     `-d plugin` is given: what is traced before is theirs
//     own=FIRST-LAST  lines `own_instructions 1000` and `own_accesses 50`: by
//                     code in these places
//     watch=ADDRESS   a line `watched 2000` for each execution of that address:
//                     how many instructions there were before
//     start=BYTES     a line `started_0 3000` for the first execution of a
//                     block of code that begins so, in hexadecimal: the entry
//                     of a program; `started_1` is about the second of these
//     profile=FILE    addresses of blocks and how many instructions were
//                     executed in each, most first; those that wait, too
#include <algorithm>
#include <cstdint>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testing/bench/qemu_plugin_api.h"

namespace flint::bench {
namespace {

/// Addresses, both ends included.
struct Range {
  uint64_t first = 0;
  uint64_t last = 0;

  bool Contains(uint64_t address) const {
    return address >= first && address <= last;
  }
};

/// A round of a loop that polls: a look at a register, one at the clock.
constexpr uint64_t kMostInstructionsOfARound = 400;

/// There is RAM below, in the machines that are measured.
constexpr uint64_t kLowestRegister = uint64_t{1} << 30;

/// Fewer are many a block's.
constexpr size_t kLeastBytesOfAnEntry = 8;

/// The processor's own interrupt controller: what a timer's interrupts do there
/// is a matter of time, and hardware does it without leaving the guest.
constexpr Range kLocalApic = {.first = 0xFEE0'0000, .last = 0xFEE0'0FFF};

constexpr char kCountingBegins[] = "counting_begins\n";

/// What has been executed.
struct Counts {
  uint64_t instructions = 0;
  uint64_t accesses = 0;
  /// Of these, those of code in certain places.
  uint64_t own_instructions = 0;
  uint64_t own_accesses = 0;

  Counts& operator+=(const Counts& other) {
    instructions += other.instructions;
    own_instructions += other.own_instructions;
    own_accesses += other.own_accesses;
    accesses += other.accesses;
    return *this;
  }
};

/// A program's first instructions.
struct Entry {
  std::vector<uint8_t> bytes;
  bool was_executed = false;
};

/// A block of instructions, as QEMU translated it.
struct Block {
  uint64_t address = 0;
  uint64_t instructions = 0;
  uint64_t port_instructions = 0;
  bool pauses = false;
  bool is_own = false;
  bool is_watched = false;
  /// It looks like this entry of a program; null if like none.
  Entry* entry = nullptr;
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
  std::vector<Range> own;
  std::vector<uint64_t> watched;
  /// Never moved once code is translated.
  std::vector<Entry> entries;
  /// Lines about what happened.
  std::ostringstream events;
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
  counter.events.str({});
  for (Block& block : counter.blocks) block.executions = 0;
  counter.from.reset();
  qemu_plugin_outs(kCountingBegins);
}

/// Notes that something happens now.
void Note(Counter& counter, std::string_view event) {
  counter.events << event << " "
                 << counter.working.instructions +
                        counter.since_pause.instructions
                 << "\n";
}

void OnExecute(unsigned vcpu, void* data) {
  if (vcpu != 0) return;
  Counter& counter = TheCounter();
  Block& block = *static_cast<Block*>(data);
  if (counter.from == block.address) Begin(counter);
  if (block.is_watched) Note(counter, "watched");
  if (block.entry != nullptr && !block.entry->was_executed) {
    block.entry->was_executed = true;
    const auto index = block.entry - counter.entries.data();
    Note(counter, "started_" + std::to_string(index));
  }
  ++block.executions;
  counter.since_pause +=
      {.instructions = block.instructions,
       .accesses = block.port_instructions,
       .own_instructions = block.is_own ? block.instructions : 0,
       .own_accesses = block.is_own ? block.port_instructions : 0};
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
                    void* data) {
  if (vcpu != 0 || address < kLowestRegister || kLocalApic.Contains(address)) {
    return;
  }
  const qemu_plugin_hwaddr* const place = qemu_plugin_get_hwaddr(info, address);
  if (place != nullptr && qemu_plugin_hwaddr_is_io(place)) {
    const Block& block = *static_cast<const Block*>(data);
    Counts& counts = TheCounter().since_pause;
    ++counts.accesses;
    if (block.is_own) ++counts.own_accesses;
  }
}

/// Whether the block's code begins as the entry does, as far as it goes.
bool BeginsWith(const qemu_plugin_tb* tb, const Entry& entry) {
  std::vector<uint8_t> code;
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); ++i) {
    const Code insn = CodeOf(qemu_plugin_tb_get_insn(tb, i));
    code.insert(code.end(), insn.begin(), insn.end());
    if (code.size() >= entry.bytes.size()) break;
  }
  const size_t size = std::min(code.size(), entry.bytes.size());
  return size >= kLeastBytesOfAnEntry &&
         std::ranges::equal(std::span(code).first(size),
                            std::span(entry.bytes).first(size));
}

/// What the arguments say of a block.
void Classify(Counter& counter, const qemu_plugin_tb* tb, Block& block) {
  block.is_own = std::ranges::any_of(counter.own, [&](const Range& range) {
    return range.Contains(block.address);
  });
  block.is_watched = std::ranges::find(counter.watched, block.address) !=
                     counter.watched.end();
  for (Entry& entry : counter.entries) {
    if (BeginsWith(tb, entry)) block.entry = &entry;
  }
}

void OnTranslate(qemu_plugin_id_t, qemu_plugin_tb* tb) {
  Counter& counter = TheCounter();
  const std::scoped_lock lock(counter.mutex);
  Block& block = counter.blocks.emplace_back(
      Block{.address = qemu_plugin_tb_vaddr(tb),
            .instructions = qemu_plugin_tb_n_insns(tb)});
  Classify(counter, tb, block);
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
                                     &block);
  }
  qemu_plugin_register_vcpu_tb_exec_cb(
      tb, OnExecute, QEMU_PLUGIN_CB_NO_REGS, &block);
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
      << counter.waiting.accesses << "\nown_instructions "
      << counter.working.own_instructions << "\nown_accesses "
      << counter.working.own_accesses << "\n"
      << counter.events.str();
  if (!counter.profile.empty()) WriteProfile(counter);
}

uint64_t ToNumber(const std::string& text) {
  return std::stoull(text, nullptr, 0);
}

Range ToRange(const std::string& text) {
  const size_t dash = text.find('-');
  if (dash == text.npos) return {};
  return {.first = ToNumber(text.substr(0, dash)),
          .last = ToNumber(text.substr(dash + 1))};
}

std::vector<uint8_t> ToBytes(const std::string& text) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(
        static_cast<uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

void TakeArgument(Counter& counter,
                  std::string_view name,
                  const std::string& value) {
  if (name == "from") counter.from = ToNumber(value);
  if (name == "out") counter.out = value;
  if (name == "own") counter.own.push_back(ToRange(value));
  if (name == "profile") counter.profile = value;
  if (name == "start") counter.entries.push_back({.bytes = ToBytes(value)});
  if (name == "watch") counter.watched.push_back(ToNumber(value));
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
    flint::bench::TakeArgument(counter, name, value);
  }
  qemu_plugin_register_vcpu_tb_trans_cb(id, flint::bench::OnTranslate);
  qemu_plugin_register_atexit_cb(id, flint::bench::OnExit, nullptr);
  return 0;
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
