// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/vmm_files.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "drivers/fw_cfg/fake_fw_cfg.h"
#include "drivers/io/fake_register_io.h"
#include "drivers/smbios/fake_smbios.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"
#include "platforms/base/log.h"
#include "testing/result_matchers.h"

namespace flint::boot {
namespace {

using testing::IsError;

class VmmFilesTest : public ::testing::Test, public log::Sink {
 protected:
  VmmFilesTest() { log::Configure(this, log::Level::kInfo); }
  ~VmmFilesTest() override { log::Configure(nullptr, log::Level::kInfo); }

  void Write(log::Level, std::string_view line) override {
    lines_.emplace_back(line);
  }

  Status Read(bool wants_device_tree = true) {
    auto device = fw_cfg::FwCfg::Create({.ports = ports_,
                                         .memory = memory_,
                                         .clock = clock_,
                                         .scratch = scratch_});
    EXPECT_OK(device);
    return ReadVmmFiles(*device, arena_, wants_device_tree, settings_, files_);
  }

  io::FakeRegisterIo ports_{0x1'0000, io::FakeRegisterIo::Empty::kReadsAllOnes};
  FakeGuestMemory memory_;
  MutableBytes scratch_ =
      memory_.AddRegion(0x10'0000, fw_cfg::FwCfg::kScratchBytes);
  Arena arena_{memory_.AddRegion(0x20'0000, 1 << 17)};
  clock::FakeClock clock_;
  fw_cfg::FakeFwCfg fake_{ports_, memory_};
  settings::Settings settings_;
  VmmFiles files_;
  std::vector<std::string> lines_;
};

TEST_F(VmmFilesTest, TakesSettingsAndOrder) {
  fake_.AddFile("opt/flint/boot", "debian*");
  fake_.AddFile("opt/other/boot", "no");
  fake_.AddFile("bootorder",
                std::string_view("/pci@i0cf8/scsi@3/disk@0,0\nHALT\0", 32));
  fake_.AddFile("opt/flint/timeout", "7\n");

  ASSERT_OK(Read());

  EXPECT_EQ(settings_.boot_entry(), "debian*");
  EXPECT_EQ(settings_.timeout_seconds(), 7u);
  EXPECT_EQ(files_.device_order.devices().size(), 1u);
  EXPECT_TRUE(files_.device_order.is_strict());
  EXPECT_TRUE(lines_.empty());
}

TEST_F(VmmFilesTest, TakesTheDeviceTree) {
  fake_.AddFile("etc/fdt", "a tree");

  ASSERT_OK(Read());

  EXPECT_EQ(AsText(files_.device_tree), "a tree");
}

TEST_F(VmmFilesTest, LeavesTheDeviceTreeIfItIsNotWanted) {
  fake_.AddFile("etc/fdt", "a tree");

  ASSERT_OK(Read(/*wants_device_tree=*/false));

  EXPECT_TRUE(files_.device_tree.empty());
}

TEST_F(VmmFilesTest, PassesOverWhatItCannotRead) {
  fake_.AddFile("opt/flint/log", "debug");
  fake_.ClaimSize("opt/flint/log", 4097);
  fake_.AddFile("opt/flint/boot", "debian");

  ASSERT_OK(Read());

  EXPECT_EQ(settings_.log_level(), log::Level::kInfo);
  EXPECT_EQ(settings_.boot_entry(), "debian");
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0], "the VMM's file opt/flint/log: fw_cfg file is too long");
}

TEST_F(VmmFilesTest, ReportsABadDirectory) {
  fake_.ClaimFileCount(fw_cfg::FwCfg::kMaxFiles + 1);

  EXPECT_THAT(Read(), IsError(ErrorCode::kCorrupt));
}

TEST_F(VmmFilesTest, TakesSettingsFromOemStrings) {
  smbios::FakeSmbios smbios;
  smbios.AddOemStrings({"flint.boot=my entry", "flint.", "io.systemd=1"})
      .AddOemStrings({"flint.timeout=3", "x flint.timeout=4"})
      .End();
  const uint64_t table = 0xF'1000;
  const MutableBytes area = memory_.AddRegion(0xF'0000, 0x1'0000);
  std::ranges::fill(area, std::byte{0});
  const std::string entry =
      smbios::FakeSmbios::EntryPoint64(table, smbios.table().size());
  std::ranges::copy(AsBytes(entry), area.begin());
  std::ranges::copy(AsBytes(smbios.table()), area.subspan(0x1000).begin());

  ReadOemStrings(memory_, settings_);

  EXPECT_EQ(settings_.boot_entry(), "my entry");
  EXPECT_EQ(settings_.timeout_seconds(), 3u);
  EXPECT_TRUE(lines_.empty());
}

TEST_F(VmmFilesTest, NeedsNoSmbios) {
  ReadOemStrings(memory_, settings_);

  EXPECT_EQ(settings_.boot_entry(), "");
}

}  // namespace
}  // namespace flint::boot
