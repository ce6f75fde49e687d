// SPDX-License-Identifier: Apache-2.0
#include "drivers/fw_cfg/fw_cfg.h"

#include <string>
#include <string_view>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "drivers/fw_cfg/fake_fw_cfg.h"
#include "drivers/fw_cfg/fw_cfg_format.h"
#include "drivers/io/fake_register_io.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::fw_cfg {
namespace {

using testing::IsError;
using testing::IsOkAndHolds;

// Above 4 GiB, so that both halves of the address matter.
constexpr uint64_t kScratchAddress = 0x1'2345'6000;
constexpr uint64_t kArenaAddress = 0x1'2350'0000;

class FwCfgTest : public ::testing::TestWithParam<bool> {
 protected:
  FwCfgTest() : fake_(ports_, memory_, GetParam()) {
    fake_.AddFile("bootorder", std::string_view("/pci\n\0", 6));
    fake_.AddFile("etc/empty", "");
    fake_.AddFile("opt/flint/log", "debug");
  }

  FwCfg::Parts parts() {
    return {.ports = ports_,
            .memory = memory_,
            .clock = clock_,
            .scratch = scratch_};
  }

  FwCfg Make() {
    auto device = FwCfg::Create(parts());
    EXPECT_OK(device);
    return *device;
  }

  Result<std::string_view> ReadText(FwCfg& device, std::string_view name) {
    const File file = TRY(device.Find(name));
    return device.ReadText(file, 1 << 16, arena_);
  }

  io::FakeRegisterIo ports_{0x1'0000, io::FakeRegisterIo::Empty::kReadsAllOnes};
  FakeGuestMemory memory_;
  MutableBytes scratch_ =
      memory_.AddRegion(kScratchAddress, FwCfg::kScratchBytes);
  Arena arena_{memory_.AddRegion(kArenaAddress, 1 << 17)};
  clock::FakeClock clock_;
  FakeFwCfg fake_;
};

INSTANTIATE_TEST_SUITE_P(Ports, FwCfgTest, ::testing::Values(false, true));

TEST_P(FwCfgTest, FindsFilesByName) {
  FwCfg device = Make();

  EXPECT_EQ(device.has_dma(), GetParam());
  EXPECT_THAT(ReadText(device, "opt/flint/log"), IsOkAndHolds("debug"));
  EXPECT_THAT(ReadText(device, "bootorder"),
              IsOkAndHolds(std::string_view("/pci\n\0", 6)));
  EXPECT_THAT(ReadText(device, "etc/empty"), IsOkAndHolds(""));
  EXPECT_THAT(device.Find("bootorde"), IsError(ErrorCode::kNotFound));
}

TEST_P(FwCfgTest, ReadsPartsOfFiles) {
  FwCfg device = Make();
  ASSERT_OK_AND_ASSIGN(const File file, device.Find("opt/flint/log"));
  ASSERT_OK_AND_ASSIGN(const auto text, arena_.AllocateArray<char>(3));
  const MutableBytes out = std::as_writable_bytes(text);

  ASSERT_OK(device.Read(file, 2, out));
  EXPECT_EQ(std::string(text.begin(), text.end()), "bug");
  EXPECT_THAT(device.Read(file, 3, out), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(device.Read(file, UINT32_MAX, out),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_OK(device.Read(file, 5, {}));
}

TEST_P(FwCfgTest, ListsFilesWhileTheyAreRead) {
  for (int i = 0; i < 100; ++i) {
    fake_.AddFile("file " + std::to_string(i), "x");
  }
  FwCfg device = Make();
  std::vector<std::string> names;

  ASSERT_OK(device.ForEachFile([&](const File& file) {
    names.emplace_back(file.name.view());
    EXPECT_OK(device.ReadText(file, 100, arena_));
  }));

  ASSERT_EQ(names.size(), 103u);
  EXPECT_EQ(names[0], "bootorder");
  EXPECT_EQ(names[102], "file 99");
}

TEST_P(FwCfgTest, KeepsNamesOfFullLength) {
  const std::string name(56, 'n');
  fake_.AddFile(name, "x");
  FwCfg device = Make();

  EXPECT_THAT(ReadText(device, name), IsOkAndHolds("x"));
}

TEST_P(FwCfgTest, DoesNotBelieveAnImpossibleDirectory) {
  FwCfg device = Make();
  fake_.ClaimFileCount(FwCfg::kMaxFiles + 1);
  EXPECT_THAT(device.Find("x"), IsError(ErrorCode::kCorrupt));

  // Files that are not there have no name and no content.
  fake_.ClaimFileCount(FwCfg::kMaxFiles);
  EXPECT_THAT(device.Find("x"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(ReadText(device, "opt/flint/log"), IsOkAndHolds("debug"));
}

TEST_P(FwCfgTest, BoundsWhatIsRead) {
  fake_.ClaimSize("opt/flint/log", UINT32_MAX);
  FwCfg device = Make();

  EXPECT_THAT(ReadText(device, "opt/flint/log"),
              IsError(ErrorCode::kUnsupported));
  ASSERT_OK_AND_ASSIGN(const File file, device.Find("bootorder"));
  Arena none(std::span<std::byte>{});
  EXPECT_THAT(device.ReadText(file, 100, none), IsError(ErrorCode::kNoMemory));
}

TEST_P(FwCfgTest, TakesAsLittleAsItNeeds) {
  FwCfg device = Make();
  EXPECT_EQ(fake_.transfer_count(), 0);

  ASSERT_OK(ReadText(device, "bootorder"));

  // The count, skipping it, all entries, the file.
  EXPECT_EQ(fake_.transfer_count(), GetParam() ? 4 : 0);
}

TEST_P(FwCfgTest, RefusesTooLittleMemory) {
  scratch_ = scratch_.first(FwCfg::kScratchBytes - 1);

  EXPECT_THAT(FwCfg::Create(parts()), IsError(ErrorCode::kInvalidArgument));
}

using FwCfgDmaTest = FwCfgTest;
INSTANTIATE_TEST_SUITE_P(Dma, FwCfgDmaTest, ::testing::Values(true));

TEST_P(FwCfgDmaTest, ReportsErrors) {
  FwCfg device = Make();
  fake_.FailTransfers();

  EXPECT_THAT(device.Find("bootorder"), IsError(ErrorCode::kDeviceError));
}

TEST_P(FwCfgDmaTest, DoesNotWaitForEver) {
  FwCfg device = Make();
  fake_.StopAnswering();

  EXPECT_THAT(device.Find("bootorder"), IsError(ErrorCode::kTimedOut));
}

TEST(FwCfg, IsNotThereOnOtherMachines) {
  io::FakeRegisterIo ports(0x1'0000, io::FakeRegisterIo::Empty::kReadsAllOnes);
  FakeGuestMemory memory;
  clock::FakeClock clock;

  EXPECT_THAT(FwCfg::Create(
                  {.ports = ports,
                   .memory = memory,
                   .clock = clock,
                   .scratch = memory.AddRegion(0x1000, FwCfg::kScratchBytes)}),
              IsError(ErrorCode::kNotFound));
}

TEST_P(FwCfgTest, ReadsItemsThatAreNoFiles) {
  fake_.AddItem(kCpuCountKey, std::string_view("\4\1", 2));
  FwCfg device = Make();
  ASSERT_OK_AND_ASSIGN(const auto text, arena_.AllocateArray<char>(3));

  ASSERT_OK(device.ReadItem(kCpuCountKey, 1, std::as_writable_bytes(text)));

  EXPECT_EQ(std::string(text.begin(), text.end()), std::string("\1\0\0", 3));
}

TEST_P(FwCfgTest, WritesOnlyByDma) {
  fake_.AddWritableFile("etc/address", 8);
  FwCfg device = Make();
  ASSERT_OK_AND_ASSIGN(const File file, device.Find("etc/address"));
  ASSERT_OK_AND_ASSIGN(const auto text, arena_.CopyText("abc"));

  const Status written = device.Write(file, 2, AsBytes(text));

  if (!GetParam()) {
    EXPECT_THAT(written, IsError(ErrorCode::kUnsupported));
    return;
  }
  ASSERT_OK(written);
  EXPECT_EQ(fake_.ContentOfFile("etc/address"),
            std::string("\0\0abc\0\0\0", 8));
  EXPECT_THAT(device.Write(file, 6, AsBytes(text)),
              IsError(ErrorCode::kOutOfRange));
}

TEST_P(FwCfgDmaTest, RefusesToWriteWhatIsReadOnly) {
  FwCfg device = Make();
  ASSERT_OK_AND_ASSIGN(const File file, device.Find("bootorder"));
  ASSERT_OK_AND_ASSIGN(const auto text, arena_.CopyText("abc"));

  EXPECT_THAT(device.Write(file, 0, AsBytes(text)),
              IsError(ErrorCode::kDeviceError));
}

}  // namespace
}  // namespace flint::fw_cfg
