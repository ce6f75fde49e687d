// SPDX-License-Identifier: Apache-2.0
//
// Debian's kernel boots on every machine, through every door, from every kind
// of disk, and finds all memory and all disks as it likes them.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/runfiles.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Disk;
using qemu::DiskKind;
using qemu::Machine;
using ::testing::Contains;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;

constexpr uint64_t kGib = uint64_t{1} << 30;
/// What a quiet boot may print.
constexpr size_t kMostLines = 3;

enum class Board { kQ35, kPc, kMicrovm, kMicrovmWithPci };

/// Who starts the firmware: SeaBIOS or qboot by its PVH entry, or the processor
/// by its reset vector.
enum class Door { kSeaBios, kQboot, kRom };

struct Column {
  std::string_view name;
  Board board;
  Door door;
};

constexpr std::array kColumns{
    Column{"Q35SeaBios", Board::kQ35, Door::kSeaBios},
    Column{"Q35Qboot", Board::kQ35, Door::kQboot},
    Column{"Q35Rom", Board::kQ35, Door::kRom},
    Column{"PcSeaBios", Board::kPc, Door::kSeaBios},
    Column{"PcQboot", Board::kPc, Door::kQboot},
    Column{"PcRom", Board::kPc, Door::kRom},
    Column{"MicrovmQboot", Board::kMicrovm, Door::kQboot},
    Column{"MicrovmRom", Board::kMicrovm, Door::kRom},
    Column{"MicrovmWithPciQboot", Board::kMicrovmWithPci, Door::kQboot},
    Column{"MicrovmWithPciRom", Board::kMicrovmWithPci, Door::kRom},
};

/// How a disk is attached.
struct Kind {
  std::string_view name;
  /// All but its image.
  Disk disk;
  /// What the firmware calls it.
  std::string_view called;
  /// QEMU's virtio-mmio is of version 1 unless told.
  bool is_mmio_2 = false;
};

const Kind kTransitional{"Transitional", {}, "virtio-blk at pci"};
const Kind kModern{"Modern", {.disable_legacy = true}, "virtio-blk at pci"};
const Kind kLegacy{
    "Legacy", {.properties = "disable-modern=on"}, "virtio-blk at pci"};
const Kind kBridge{
    "BehindBridge", {.behind_bridge = true}, "virtio-blk at pci"};
const Kind kMmio1{"Mmio1", {.on_mmio = true}, "virtio-blk at mmio feb02e00"};
const Kind kMmio2{
    "Mmio2", {.on_mmio = true}, "virtio-blk at mmio feb02e00", true};
const Kind kNvme{"Nvme", {.kind = DiskKind::kNvme}, "nvme namespace 1 at pci"};
const Kind kSata{"Sata", {.kind = DiskKind::kSata}, "ahci disk port 0 at pci"};
const Kind kScsi{"Scsi",
                 {.kind = DiskKind::kVirtioScsi, .block_size_bytes = 4096},
                 "virtio-scsi disk target 3 lun 2 at pci"};

struct Row {
  const Kind& kind;
  /// The machine's memory in each column; 0 where nothing is booted.
  std::array<int, kColumns.size()> mebibytes;
};

// Each size of memory has its turn in each column: it does not matter to disks.
// Where no number stands there is no such device - or rom_test (r) and
// microvm_test (m) boot that, and look closer. On microvm with PCI Flint does
// not understand QEMU's boot order yet: only the first disk's kind is booted.
constexpr int o = 0, r = 0, m = 0;
const std::array kRows{
    // clang-format off
    //                  q35              pc               microvm    with PCI
    //                   Sea   qb  ROM    Sea   qb  ROM     qb  ROM     qb  ROM
    Row{kTransitional, { 256,1024,6144,  6144, 256,   r,     o,   o,     o,   o}},
    Row{kModern,       {1024,6144, 256,   256,1024,6144,     o,   o,   256,4096}},
    Row{kLegacy,       {6144, 256,1024,  1024,6144, 256,     o,   o,     o,   o}},
    Row{kBridge,       { 256,1024,   r,   256, 256,1024,     o,   o,     o,   o}},
    Row{kMmio1,        {   o,   o,   o,     o,   o,   o,   256,1024,     o,   o}},
    Row{kMmio2,        {   o,   o,   o,     o,   o,   o,     m,4096,     m,   o}},
    Row{kNvme,         {1024, 256, 256,  6144,1024, 256,     o,   o,  1024, 256}},
    Row{kSata,         { 256,6144,6144,   256, 256,1024,     o,   o,     o,   o}},
    Row{kScsi,         {6144,1024,1024,  1024,6144,6144,     o,   o,     o,   o}},
    // clang-format on
};

struct Cell {
  const Column& column;
  const Kind& kind;
  int mebibytes;

  std::string Name() const { return absl::StrCat(column.name, kind.name); }
};

std::vector<Cell> Cells() {
  std::vector<Cell> cells;
  for (const Row& row : kRows) {
    for (size_t i = 0; i < kColumns.size(); ++i) {
      if (row.mebibytes[i] == 0) continue;
      cells.push_back({kColumns[i], row.kind, row.mebibytes[i]});
    }
  }
  return cells;
}

bool IsMicrovm(Board board) {
  return board == Board::kMicrovm || board == Board::kMicrovmWithPci;
}

/// The fastest model to emulate; one machine's has pages of 1 GiB.
Machine MachineOf(Board board) {
  switch (board) {
    case Board::kQ35:
      return Machine::Q35().WithCpu("qemu64,+pdpe1gb");
    case Board::kPc:
      return Machine::Pc().WithCpu("qemu64");
    case Board::kMicrovm:
      return Machine::Microvm().WithCpu("qemu64");
    case Board::kMicrovmWithPci:
      return Machine::Microvm("pcie=on").WithCpu("qemu64");
  }
  return Machine::Q35();
}

Machine Through(Door door, Machine machine) {
  if (door == Door::kRom) {
    return machine.WithArguments({"-bios", qemu::Runfile("firmware_rom.bin")});
  }
  if (door == Door::kQboot) machine.WithArguments({"-bios", "qboot.rom"});
  return WithFirmware(std::move(machine));
}

/// The one for microvm exists with blocks of 512 bytes only.
Disk WithImage(Disk disk, Board board) {
  if (IsMicrovm(board)) disk.block_size_bytes = 512;
  disk.image = Image(IsMicrovm(board)                ? "microvm.img"
                     : disk.block_size_bytes == 4096 ? "sectors_4096.img"
                                                     : "fat16.img");
  return disk;
}

/// One virtio-blk disk; otherwise a disk of each other kind, all of which boot,
/// that one first by `bootindex`.
void AddDisks(Machine& machine, const Cell& cell) {
  const Board board = cell.column.board;
  if (cell.kind.disk.kind == DiskKind::kVirtioBlk) {
    machine.WithDisk(WithImage(cell.kind.disk, board));
    return;
  }
  for (const Kind& kind : {kNvme, kSata, kScsi}) {
    Disk disk = WithImage(kind.disk, board);
    if (kind.name == cell.kind.name) disk.properties = "bootindex=1";
    machine.WithDisk(disk);
  }
}

/// What Debian's kernel sees of them: for SATA it has no driver.
std::vector<std::string> DisksOf(const Cell& cell) {
  if (cell.kind.disk.kind == DiskKind::kVirtioBlk) return {"vda 512 EFI PART"};
  const int scsi_block_size = IsMicrovm(cell.column.board) ? 512 : 4096;
  return {"nvme0n1 512 EFI PART",
          absl::StrCat("sda ", scsi_block_size, " EFI PART")};
}

/// Where QEMU puts RAM. [qemu pc_q35.c, pc_piix.c, microvm.c]
ExpectedMemory MemoryOf(const Cell& cell) {
  const Board board = cell.column.board;
  const uint64_t size = static_cast<uint64_t>(cell.mebibytes) << 20;
  const uint64_t split = board == Board::kQ35 ? 2 * kGib : 3 * kGib;
  ExpectedMemory memory{
      .low_end = size,
      .has_tables_at_low_end = cell.column.door != Door::kQboot};
  if (size > split) {
    memory.low_end = split;
    memory.high_end = 4 * kGib + (size - split);
  }
  if (board == Board::kQ35) memory.ecam = 0xb0000000;
  return memory;
}

class Matrix : public BootTest, public ::testing::WithParamInterface<Cell> {};

TEST_P(Matrix, BootsDebian) {
  const Cell& cell = GetParam();
  Machine vm = Through(cell.column.door, MachineOf(cell.column.board));
  vm.WithMemoryMib(cell.mebibytes);
  if (cell.kind.is_mmio_2) vm.WithVirtioMmio2();
  AddDisks(vm, cell);

  ASSERT_OK_AND_ASSIGN(const GuestReport guest, Boot(vm));

  EXPECT_EQ(
      guest.command_line,
      IsMicrovm(cell.column.board) ? kMicrovmCommandLine : kDebianCommandLine);
  EXPECT_EQ(guest.overlay, kOverlay);
  EXPECT_OK(CheckMemory(guest.memory, MemoryOf(cell)));
  EXPECT_THAT(guest.disks, ElementsAreArray(DisksOf(cell)));
  const std::vector<std::string> said = FirmwareLines(machine().serial());
  EXPECT_THAT(said, SizeIs(Le(kMostLines)));
  EXPECT_THAT(said, Contains(HasSubstr(std::string(cell.kind.called))));
}

INSTANTIATE_TEST_SUITE_P(,
                         Matrix,
                         ::testing::ValuesIn(Cells()),
                         [](const auto& parameters) {
                           return parameters.param.Name();
                         });

}  // namespace
}  // namespace flint::boot_test
