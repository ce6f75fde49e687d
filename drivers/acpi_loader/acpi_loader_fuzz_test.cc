// SPDX-License-Identifier: Apache-2.0
// A script that is the input, on three files. Whatever it says, nothing but the
// files is read, and nothing but the memory they were given is written.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "drivers/acpi_loader/acpi_loader.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/fw_cfg/fake_fw_cfg.h"
#include "drivers/io/fake_register_io.h"
#include "platforms/base/arena.h"
#include "platforms/base/fake_guest_memory.h"

namespace flint::acpi_loader {
namespace {

/// Each file is a region of its own, so that a sanitizer sees its end.
class RegionPerFile final : public TableMemory {
 public:
  explicit RegionPerFile(FakeGuestMemory& memory) : memory_(memory) {}

  Result<uint64_t> AllocateHigh(uint64_t size_bytes,
                                uint64_t alignment) override {
    next_ = (next_ + alignment - 1) / alignment * alignment;
    memory_.AddRegion(next_, size_bytes);
    const uint64_t address = next_;
    next_ += size_bytes;
    return address;
  }
  Result<uint64_t> AllocateFSegment(uint64_t size_bytes,
                                    uint64_t alignment) override {
    return AllocateHigh(size_bytes, alignment);
  }

 private:
  FakeGuestMemory& memory_;
  uint64_t next_ = 0x7000'0000;
};

void Load(std::string_view script) {
  FakeGuestMemory memory;
  io::FakeRegisterIo ports(0x1'0000, io::FakeRegisterIo::Empty::kReadsAllOnes);
  clock::FakeClock clock;
  fw_cfg::FakeFwCfg fake(ports, memory);
  fake.AddFile("etc/acpi/rsdp", std::string(20, '\0'));
  fake.AddFile("etc/acpi/tables", std::string(300, '\1'));
  fake.AddWritableFile("etc/address", 12);
  fake.AddFile("etc/table-loader", script);
  Arena arena(memory.AddRegion(0x20'0000, 1 << 17));
  auto files = fw_cfg::FwCfg::Create(
      {.ports = ports,
       .memory = memory,
       .clock = clock,
       .scratch = memory.AddRegion(0x10'0000, fw_cfg::FwCfg::kScratchBytes)});
  RegionPerFile tables(memory);
  static_cast<void>(LoadTables(*files, tables, memory, arena));
}

}  // namespace
}  // namespace flint::acpi_loader

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMaxBytes = 8192;
  flint::acpi_loader::Load(std::string_view(reinterpret_cast<const char*>(data),
                                            std::min(size, kMaxBytes)));
  return 0;
}
