// SPDX-License-Identifier: Apache-2.0
#include "testing/contracts/contract.h"

#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>

#include "drivers/smbios/fake_smbios.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "testing/elf/elf_image.h"

namespace flint::contracts {
namespace {

constexpr uint8_t kGarbage = 0xA5;

template <typename T>
std::string BytesOf(const T& structure) {
  const auto bytes = std::bit_cast<std::array<char, sizeof(T)>>(structure);
  return {bytes.data(), bytes.size()};
}

/// What cannot fail unless the test is wrong.
template <typename T>
T Must(Result<T> result) {
  if (!result) std::abort();
  return *std::move(result);
}

/// [pvh], with the fields of version 1.
struct StartInfoFormat {
  Le32 magic = 0x336EC578;
  Le32 version;
  Le32 flags = 0;
  Le32 module_count;
  Le64 module_list;
  Le64 command_line;
  Le64 rsdp;
  Le64 memory_map;
  Le32 memory_count;
  Le32 reserved = 0;
};
static_assert(sizeof(StartInfoFormat) == 56);
constexpr size_t kStartInfoVersion0Bytes = 40;

struct ModuleFormat {
  Le64 address;
  Le64 size_bytes;
  Le64 command_line;
  Le64 reserved = 0;
};
static_assert(sizeof(ModuleFormat) == 32);

struct MemoryFormat {
  Le64 address;
  Le64 size_bytes;
  Le32 type;
  Le32 reserved = 0;
};
static_assert(sizeof(MemoryFormat) == 24);

struct E820Format {
  Le64 address;
  Le64 size_bytes;
  Le32 type;
};
static_assert(sizeof(E820Format) == 20);

/// Writes boot information of any kind.
class BootInformation {
 public:
  BootInformation(const Contract& contract, LaunchScript& script)
      : contract_(contract), script_(script) {}

  void operator()(const StartInfo& info) {
    WriteText(info.command_line, contract_.command_line);
    std::string modules;
    for (const Module& module : contract_.modules) {
      modules += BytesOf(ModuleFormat{
          .address = module.address,
          .size_bytes = module.contents.size(),
          .command_line = module.command_line_address,
      });
      WriteText(module.command_line_address, module.command_line);
    }
    if (!modules.empty()) script_.Copy(info.module_list, modules);
    std::string map;
    for (const MemoryEntry& entry : contract_.memory_map) {
      map += BytesOf(MemoryFormat{.address = entry.address,
                                  .size_bytes = entry.end - entry.address,
                                  .type = entry.type});
    }
    if (info.memory_map != 0) script_.Copy(info.memory_map, map);
    std::string bytes = BytesOf(StartInfoFormat{
        .version = info.version,
        .module_count = static_cast<uint32_t>(contract_.modules.size()),
        .module_list = contract_.modules.empty() ? 0u : info.module_list,
        .command_line = info.command_line,
        .rsdp = info.rsdp,
        .memory_map = info.memory_map,
        .memory_count = static_cast<uint32_t>(contract_.memory_map.size())});
    if (info.version == 0) bytes.resize(kStartInfoVersion0Bytes);
    script_.Copy(info.address, bytes);
  }

  void operator()(const ZeroPage& zero_page) {
    WriteText(zero_page.command_line, contract_.command_line);
    std::string page(0x1000, '\0');
    const auto put = [&page](size_t offset, const auto& value) {
      std::memcpy(page.data() + offset, &value, sizeof(value));
    };
    put(0x70, Le64(zero_page.rsdp));
    put(0x1E8, static_cast<uint8_t>(contract_.memory_map.size()));
    put(0x1FE, Le16(0xAA55));
    put(0x202, Le32(0x53726448));  // "HdrS"
    put(0x228, Le32(zero_page.command_line));
    if (!contract_.modules.empty()) {
      const Module& initrd = contract_.modules.front();
      put(0x218, Le32(initrd.address));
      put(0x21C, Le32(static_cast<uint32_t>(initrd.contents.size())));
    }
    size_t offset = 0x2D0;
    for (const MemoryEntry& entry : contract_.memory_map) {
      put(offset,
          E820Format{entry.address, entry.end - entry.address, entry.type});
      offset += sizeof(E820Format);
    }
    script_.Copy(zero_page.address, page);
  }

  void operator()(const ResetVector&) {}

 private:
  void WriteText(uint32_t address, const std::string& text) {
    if (address != 0) script_.Copy(address, text + '\0');
  }

  const Contract& contract_;
  LaunchScript& script_;
};

void WriteSmbios(const SmbiosDescription& smbios, LaunchScript& script) {
  smbios::FakeSmbios tables;
  for (const std::string& text : smbios.oem_strings) {
    tables.AddOemStrings({text});
  }
  tables.End();
  constexpr uint32_t kEntryPointBytes = 0x20;
  const uint32_t structures = smbios.address + kEntryPointBytes;
  script.Copy(
      smbios.address,
      smbios::FakeSmbios::EntryPoint64(structures, tables.table().size()));
  script.Copy(structures, tables.table());
}

/// The file's bytes where they belong, and garbage behind them: few VMMs clear
/// it.
void WriteImage(const elf::ElfImage& image,
                const std::string& file,
                LaunchScript& script) {
  for (const elf::Segment& segment : image.SegmentsOfType(elf::kLoadSegment)) {
    script.Copy(segment.physical_address,
                std::string_view(file).substr(segment.file_offset,
                                              segment.file_size_bytes));
    script.Fill(segment.physical_address + segment.file_size_bytes,
                segment.memory_size_bytes - segment.file_size_bytes,
                kGarbage);
  }
}

uint64_t PvhEntry(const elf::ElfImage& image) {
  const auto notes =
      Must(image.ReadNotes(image.SegmentsOfType(elf::kNoteSegment).front()));
  return Must(ReadWire<Le64>(notes.front().description));
}

/// The door that is for such boot information.
class Entry {
 public:
  explicit Entry(const elf::ElfImage& image) : image_(image) {}

  uint64_t operator()(const StartInfo&) const { return PvhEntry(image_); }
  uint64_t operator()(const ZeroPage&) const { return image_.entry(); }
  /// The image's first byte.
  uint64_t operator()(const ResetVector&) const {
    return image_.SegmentsOfType(elf::kLoadSegment).front().physical_address;
  }

 private:
  const elf::ElfImage& image_;
};

}  // namespace

std::string MakeLaunchScript(const Contract& contract,
                             const std::string& firmware) {
  const elf::ElfImage image = Must(elf::ElfImage::Parse(AsBytes(firmware)));
  LaunchScript script = contract.platform;
  for (const Chunk& chunk : contract.memory) {
    script.Copy(chunk.address, chunk.bytes);
  }
  WriteImage(image, firmware, script);
  for (const Module& module : contract.modules) {
    script.Copy(module.address, module.contents);
  }
  if (contract.acpi) {
    for (const auto& table : contract.acpi->Build()) {
      script.Copy(table.address, table.bytes);
    }
  }
  if (contract.smbios) WriteSmbios(*contract.smbios, script);
  std::string gdt;
  for (const uint64_t entry : contract.gdt.entries) gdt += BytesOf(Le64(entry));
  script.Copy(contract.gdt.address, gdt);
  std::visit(BootInformation(contract, script), contract.boot_information);

  ProcessorState state = contract.processor;
  state.gdtr = contract.gdt.as_register();
  state.final_gdtr = contract.final_gdtr.value_or(state.gdtr);
  state.idtr = contract.idtr;
  state.rip = std::visit(Entry(image), contract.boot_information);
  return script.Finish(state);
}

}  // namespace flint::contracts
