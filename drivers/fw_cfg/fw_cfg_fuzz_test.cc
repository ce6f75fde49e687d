// SPDX-License-Identifier: Apache-2.0
// A fw_cfg device all of whose answers are the input's, apart from its
// signature. Listing, finding and reading must end, stay in bounds, and believe
// no size that was not asked for.
//
// The input is the byte of features, then what the data port reads as and what
// transfers write; zeros behind its end.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "drivers/clock/fake_clock.h"
#include "drivers/fw_cfg/fw_cfg.h"
#include "drivers/io/register_io.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"

namespace flint::fw_cfg {
namespace {

constexpr uint64_t kScratchAddress = 0x10'0000;
constexpr uint64_t kArenaAddress = 0x20'0000;
constexpr size_t kArenaBytes = 4096;
constexpr uint32_t kMaxTextBytes = 512;

class HostileDevice final : public io::RegisterIo {
 public:
  HostileDevice(std::span<const uint8_t> input, FakeGuestMemory& memory)
      : input_(input), memory_(memory) {}

  uint64_t size_bytes() const override { return 0x1'0000; }
  uint8_t Read8(uint64_t offset) override {
    if (offset != Data::kOffset) std::abort();
    if (key_ != kSignatureKey) return Next();
    return static_cast<uint8_t>(kSignature[position_++ % kSignature.size()]);
  }
  uint16_t Read16(uint64_t) override { std::abort(); }
  uint32_t Read32(uint64_t) override { std::abort(); }
  void Write8(uint64_t, uint8_t) override { std::abort(); }
  void Write16(uint64_t offset, uint16_t value) override {
    if (offset != Selector::kOffset) std::abort();
    key_ = value;
    position_ = 0;
  }
  void Write32(uint64_t offset, uint32_t value) override {
    if (offset == DmaAddressLow::kOffset) return Transfer(value);
    if (offset != DmaAddressHigh::kOffset || value != 0) std::abort();
  }

 private:
  uint8_t Next() {
    if (input_.empty()) return 0;
    const uint8_t byte = input_[0];
    input_ = input_.subspan(1);
    return byte;
  }

  void Transfer(uint32_t address) {
    const auto shared =
        memory_.Map(__builtin_bswap32(address), sizeof(DmaAccess));
    if (!shared) std::abort();
    auto access = *ReadWire<DmaAccess>(*shared);
    if ((access.control & DmaAccess::kRead) != 0) {
      const auto out = memory_.Map(access.address, access.size_bytes);
      if (!out) std::abort();
      for (std::byte& byte : *out) byte = std::byte{Next()};
    }
    // Mostly it says that all is well.
    const uint8_t answer = Next();
    access.control = answer < 0xF0 ? 0U : uint32_t{answer} - 0xF0;
    if (!WriteWire(*shared, 0, access)) std::abort();
  }

  std::span<const uint8_t> input_;
  FakeGuestMemory& memory_;
  uint16_t key_ = 0;
  size_t position_ = 0;
};

void CheckText(const Result<std::string_view>& text, const File& file) {
  if (!text) return;
  if (text->size() != file.size_bytes || text->size() > kMaxTextBytes) {
    std::abort();
  }
}

void Exercise(std::span<const uint8_t> input) {
  FakeGuestMemory memory;
  const MutableBytes scratch =
      memory.AddRegion(kScratchAddress, FwCfg::kScratchBytes);
  Arena arena(memory.AddRegion(kArenaAddress, kArenaBytes));
  HostileDevice ports(input, memory);
  // A second each reading: a wait is soon over.
  clock::FakeClock clock(clock::kNanosecondsPerSecond);
  Result<FwCfg> device = FwCfg::Create(
      {.ports = ports, .memory = memory, .clock = clock, .scratch = scratch});
  if (!device) std::abort();

  uint32_t count = 0;
  static_cast<void>(device->ForEachFile([&](const File& file) {
    ++count;
    if (file.name.view().find('\0') != std::string_view::npos) std::abort();
    // Few, as others need memory, too.
    if (count > 4) return;
    CheckText(device->ReadText(file, kMaxTextBytes, arena), file);
  }));
  if (count > FwCfg::kMaxFiles) std::abort();
  const Result<File> found = device->Find("bootorder");
  if (!found) return;
  if (found->name.view() != "bootorder") std::abort();
  CheckText(device->ReadText(*found, kMaxTextBytes, arena), *found);
}

}  // namespace
}  // namespace flint::fw_cfg

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::fw_cfg::Exercise({data, size});
  return 0;
}
