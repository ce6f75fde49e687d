// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/module_program.h"

#include <algorithm>

#include "loader/pe/pe_image.h"
#include "platforms/base/checked.h"

namespace flint::boot {
namespace {

/// What kernels want each archive of an initrd to start at a multiple of.
constexpr uint64_t kAlignmentBytes = 4;

constexpr uint64_t AlignUp(uint64_t size) {
  return AlignDown(size + kAlignmentBytes - 1, kAlignmentBytes);
}

}  // namespace

LoadedModules::LoadedModules(std::span<const Module> modules,
                             GuestMemory& memory)
    : modules_(modules) {
  if (modules.empty()) return;
  const Module& first = modules.front();
  const auto bytes = memory.Map(first.address, first.size_bytes);
  if (bytes && pe::Image::Parse(*bytes, pe::Machine::kX86_64)) {
    program_ = *bytes;
  }
}

Status LoadedModules::AddProgram(std::string_view options,
                                 boot_plan::BootPlan& plan) const {
  if (program_.empty()) return {};
  const std::string_view own = modules_.front().command_line.view();
  return plan.Add({.kind = boot_plan::CandidateKind::kUefiProgram,
                   .rank = boot_plan::Rank::kOnce,
                   .place = {.disk = "the VMM"},
                   .id = "module",
                   .name = "module",
                   .reason = "given by the VMM",
                   .program = program_,
                   .load_options = own.empty() ? options : own});
}

uint64_t ModuleInitrds::size_bytes() const {
  uint64_t size = 0;
  for (const Module& module : modules_) {
    size = AlignUp(size) + module.size_bytes;
  }
  return size;
}

Status ModuleInitrds::Load(MutableBytes out) {
  if (out.size() != size_bytes()) {
    return Fail(ErrorCode::kInvalidArgument, "not the size of the initrds");
  }
  uint64_t at = 0;
  for (const Module& module : modules_) {
    const uint64_t start = AlignUp(at);
    std::ranges::fill(out.subspan(at, start - at), std::byte{0});
    const Bytes bytes = TRY(memory_.Map(module.address, module.size_bytes));
    std::ranges::copy(bytes, out.subspan(start).begin());
    at = start + bytes.size();
  }
  return {};
}

}  // namespace flint::boot
