// SPDX-License-Identifier: Apache-2.0
#include "loader/linux_params/linux_params.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "boot/memory/e820.h"
#include "loader/linux_params/boot_params.h"
#include "testing/result_matchers.h"

namespace flint::linux_params {
namespace {

using memory::E820Type;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::IsError;
using testing::IsOkAndHolds;
using ::testing::SizeIs;

constexpr uint64_t kAddress = 0x7ff0000;
constexpr uint64_t kLimit = uint64_t{1} << 46;

/// Garbage wherever the kernel does not read and the loader must not write.
SetupHeaderArea KernelHeader() {
  SetupHeaderArea area{};
  area.header.setup_sects = 31;
  area.header.syssize = 0x1234;
  area.header.boot_flag = SetupHeader::kBootFlag;
  area.header.header = SetupHeader::kMagic;
  area.header.version = 0x20f;
  area.header.realmode_swtch = 0x5555;
  area.header.loadflags = 0xff;
  area.header.setup_move_size = 0x5555;
  area.header.heap_end_ptr = 0x5555;
  area.header.cmdline_size = 2047;
  area.header.setup_data = 0x5555;
  area.header.pref_address = 0x1000000;
  area.header.kernel_info_offset = 0x777;
  area.later_fields[0] = 0x42;
  return area;
}

class LinuxParamsTest : public ::testing::Test {
 protected:
  LinuxParamsTest() {
    map_.Build(std::array<memory::E820Entry, 3>{{
                   {0, 0x9f000, E820Type::kRam},
                   {0x100000, 0x7ee0000, E820Type::kRam},
                   {0x7fe0000, 0x20000, E820Type::kAcpiNvs},
               }},
               kLimit);
    handover_.setup = KernelHeader();
    handover_.kernel_address = 0x1000000;
    handover_.kernel_alignment = 0x200000;
    handover_.command_line = "root=/dev/vda1 quiet";
  }

  void Write(uint64_t address = kAddress) {
    const ParameterMemory destination{address, bytes_};
    EXPECT_THAT(
        WriteParameters(handover_, memory::E820Cursor(map_), destination),
        IsOkAndHolds(address));
    params_ = *ReadWire<BootParams>(bytes_);
  }

  const SetupHeader& header() const { return params_.setup.header; }

  std::vector<std::byte> bytes_ =
      std::vector<std::byte>(65536, std::byte{0xa5});
  std::array<memory::MemoryRange, 4096> ranges_;
  memory::MemoryMap map_{ranges_};
  Handover handover_{};
  BootParams params_;
};

TEST_F(LinuxParamsTest, KeepsWhatTheKernelSaysAndNothingElse) {
  Write();

  EXPECT_EQ(header().setup_sects, 31);
  EXPECT_EQ(header().syssize, 0x1234u);
  EXPECT_EQ(header().version, 0x20f);
  EXPECT_EQ(header().pref_address, 0x1000000u);
  EXPECT_EQ(header().kernel_info_offset, 0x777u);
  EXPECT_EQ(params_.setup.later_fields[0], 0x42);
  EXPECT_EQ(header().realmode_swtch, 0u);
  EXPECT_EQ(header().setup_move_size, 0u);
  EXPECT_EQ(header().heap_end_ptr, 0u);
  EXPECT_EQ(header().setup_data, 0u);
  EXPECT_THAT(params_.screen_and_platform, Each(0));
  EXPECT_THAT(params_.obsolete, Each(0));
  EXPECT_THAT(params_.video_and_efi, Each(0));
  EXPECT_THAT(params_.disks_and_sentinel, Each(0));
  EXPECT_THAT(params_.disk_signatures, Each(0));
  EXPECT_THAT(params_.disk_descriptions, Each(0));
}

TEST_F(LinuxParamsTest, FillsInTheLoadersFields) {
  handover_.rsdp_address = 0xa0000;

  Write();

  EXPECT_EQ(header().type_of_loader, 0xff);
  EXPECT_EQ(header().loadflags, SetupHeader::kLoadedHigh);
  EXPECT_EQ(header().vid_mode, 0xffff);
  EXPECT_EQ(header().code32_start, 0x1000000u);
  EXPECT_EQ(header().kernel_alignment, 0x200000u);
  EXPECT_EQ(params_.acpi_rsdp_addr, 0xa0000u);
  EXPECT_EQ(header().ramdisk_image, 0u);
  EXPECT_EQ(header().ramdisk_size, 0u);
}

TEST_F(LinuxParamsTest, PassesAnInitrdAboveFourGibibytes) {
  handover_.initrd_address = 0x1'8000'0000;
  handover_.initrd_size_bytes = 0x2'0000'1234;

  Write();

  EXPECT_EQ(header().ramdisk_image, 0x80000000u);
  EXPECT_EQ(params_.ext_ramdisk_image, 1u);
  EXPECT_EQ(header().ramdisk_size, 0x1234u);
  EXPECT_EQ(params_.ext_ramdisk_size, 2u);
}

TEST_F(LinuxParamsTest, PassesTheCommandLineEndingInZero) {
  Write(0x3'0000'0000);

  const uint64_t address =
      header().cmd_line_ptr | uint64_t{params_.ext_cmd_line_ptr} << 32;
  const std::string_view text = AsText(bytes_).substr(address - 0x3'0000'0000);
  EXPECT_EQ(text.substr(0, text.find('\0')), "root=/dev/vda1 quiet");
}

TEST_F(LinuxParamsTest, PassesAnEmptyCommandLine) {
  handover_.command_line = "";

  Write();

  EXPECT_EQ(header().cmd_line_ptr, kAddress + 4096);
  EXPECT_EQ(bytes_[4096], std::byte{0});
}

TEST_F(LinuxParamsTest, LeavesNothingOfTheOldMemory) {
  Write();

  const size_t end = 4096 + handover_.command_line.size();
  EXPECT_THAT(std::span(bytes_).subspan(end), Each(std::byte{0}));
}

TEST_F(LinuxParamsTest, RendersTheMemoryMap) {
  ASSERT_OK(map_.AllocateAt(0x1000000, 0x100, memory::MemoryUse::kKernel));
  ASSERT_OK(map_.AllocateAt(0x2000000, 1, memory::MemoryUse::kRuntime));

  Write();

  std::vector<std::array<uint64_t, 3>> table;
  for (const WireE820Entry& entry :
       std::span(params_.e820_table).first(params_.e820_entries)) {
    table.push_back({entry.address, entry.size_bytes, entry.type});
  }
  using Row = std::array<uint64_t, 3>;
  EXPECT_THAT(table,
              ElementsAre(Row{0, 0x9f000, 1},
                          Row{0xa0000, 0x60000, 2},
                          Row{0x100000, 0x1f00000, 1},
                          Row{0x2000000, 0x1000, 2},
                          Row{0x2001000, 0x5fdf000, 1},
                          Row{0x7fe0000, 0x20000, 4}));
  EXPECT_EQ(params_.e820_table[6].size_bytes, 0u);
}

/// RAM in `count` pieces that do not touch.
std::vector<memory::E820Entry> Pieces(size_t count) {
  std::vector<memory::E820Entry> pieces;
  for (size_t i = 0; i < count; ++i) {
    pieces.push_back({0x1000000 + i * 0x2000, 0x1000, E820Type::kRam});
  }
  return pieces;
}

TEST_F(LinuxParamsTest, ContinuesALongMemoryMapElsewhere) {
  map_.Build(Pieces(299), kLimit);  // and the reserved hole below 1 MiB

  Write();

  ASSERT_EQ(params_.e820_entries, 128);
  ASSERT_GT(header().setup_data, kAddress + 4096);
  const uint64_t offset = header().setup_data - kAddress;
  ASSERT_OK_AND_ASSIGN(const auto extension,
                       ReadWire<SetupDataHeader>(bytes_, offset));
  EXPECT_EQ(extension.next, 0u);
  EXPECT_EQ(extension.type, 1u);
  EXPECT_EQ(extension.size_bytes, 172u * 20);
  ASSERT_OK_AND_ASSIGN(const auto last,
                       ReadWire<WireE820Entry>(bytes_, offset + 16 + 171 * 20));
  EXPECT_EQ(last.address, 0x1000000u + 298 * 0x2000);
  EXPECT_EQ(last.type, E820Type::kRam);
}

TEST_F(LinuxParamsTest, FillsTheZeroPageExactly) {
  map_.Build(Pieces(127), kLimit);

  Write();

  EXPECT_EQ(params_.e820_entries, 128);
  EXPECT_EQ(header().setup_data, 0u);
}

TEST_F(LinuxParamsTest, BoundsTheMemoryMap) {
  const ParameterMemory destination{kAddress, bytes_};

  map_.Build(Pieces(2047), kLimit);
  EXPECT_OK(WriteParameters(handover_, memory::E820Cursor(map_), destination));
  map_.Build(Pieces(2048), kLimit);
  EXPECT_THAT(WriteParameters(handover_, memory::E820Cursor(map_), destination),
              IsError(ErrorCode::kUnsupported));
}

TEST_F(LinuxParamsTest, BoundsTheCommandLine) {
  const std::string longest(2047, 'x');
  const std::string too_long(2048, 'x');
  const ParameterMemory destination{kAddress, bytes_};

  handover_.command_line = longest;
  EXPECT_OK(WriteParameters(handover_, memory::E820Cursor(map_), destination));
  EXPECT_EQ(bytes_[4096 + 2046], std::byte{'x'});
  EXPECT_EQ(bytes_[4096 + 2047], std::byte{0});
  handover_.command_line = too_long;
  EXPECT_THAT(WriteParameters(handover_, memory::E820Cursor(map_), destination),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(ParameterMemorySize(handover_.setup.header, too_long),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(
      ParameterMemorySize(handover_.setup.header, std::string_view("a\0b", 3)),
      IsError(ErrorCode::kCorrupt));
}

TEST_F(LinuxParamsTest, NeedsAsMuchMemoryAsItSays) {
  ASSERT_OK_AND_ASSIGN(
      const uint64_t size,
      ParameterMemorySize(handover_.setup.header, handover_.command_line));
  map_.Build(Pieces(2047), kLimit);
  bytes_.resize(size);
  EXPECT_OK(
      WriteParameters(handover_, memory::E820Cursor(map_), {kAddress, bytes_}));
  bytes_.resize(size - 1);
  EXPECT_THAT(
      WriteParameters(handover_, memory::E820Cursor(map_), {kAddress, bytes_}),
      IsError(ErrorCode::kOutOfRange));
}

}  // namespace
}  // namespace flint::linux_params
