// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi_loader/acpi_loader.h"

#include <cstring>
#include <numeric>
#include <string>
#include <string_view>

#include "drivers/acpi_loader/fake_script.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/fw_cfg/fake_fw_cfg.h"
#include "drivers/io/fake_register_io.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::acpi_loader {
namespace {

using testing::IsError;
using testing::IsOkAndHolds;

constexpr uint64_t kHigh = 0x7FF0'0000;
constexpr uint64_t kFSegment = 0xF'0000;
constexpr uint64_t kZoneBytes = 0x1'0000;

constexpr std::string_view kTables = "etc/acpi/tables";
constexpr std::string_view kRsdp = "etc/acpi/rsdp";

/// Front to back.
class FakeTableMemory final : public TableMemory {
 public:
  Result<uint64_t> AllocateHigh(uint64_t size_bytes,
                                uint64_t alignment) override {
    return Take(high_, kHigh + kZoneBytes, size_bytes, alignment);
  }
  Result<uint64_t> AllocateFSegment(uint64_t size_bytes,
                                    uint64_t alignment) override {
    return Take(f_segment_, kFSegment + kZoneBytes, size_bytes, alignment);
  }

 private:
  static Result<uint64_t> Take(uint64_t& next,
                               uint64_t end,
                               uint64_t size_bytes,
                               uint64_t alignment) {
    const uint64_t address = (next + alignment - 1) / alignment * alignment;
    if (address + size_bytes > end) {
      return Fail(ErrorCode::kNoMemory, "zone is full");
    }
    next = address + size_bytes;
    return address;
  }

  uint64_t high_ = kHigh + 8;
  uint64_t f_segment_ = kFSegment + 8;
};

class AcpiLoader : public ::testing::Test {
 protected:
  /// Runs the script on files as QEMU has them.
  Result<uint64_t> Load(const FakeScript& script) {
    fake_.AddFile("etc/table-loader", script.text());
    auto files = fw_cfg::FwCfg::Create({.ports = ports_,
                                        .memory = memory_,
                                        .clock = clock_,
                                        .scratch = scratch_});
    EXPECT_OK(files);
    return LoadTables(*files, tables_, memory_, arena_);
  }

  /// The little-endian integer there.
  uint64_t IntegerAt(uint64_t address, uint64_t size_bytes) {
    uint64_t value = 0;
    const auto bytes = memory_.Map(address, size_bytes);
    EXPECT_OK(bytes);
    std::memcpy(&value, bytes->data(), size_bytes);
    return value;
  }

  FakeGuestMemory memory_;
  io::FakeRegisterIo ports_{0x1'0000, io::FakeRegisterIo::Empty::kReadsAllOnes};
  MutableBytes scratch_ =
      memory_.AddRegion(0x10'0000, fw_cfg::FwCfg::kScratchBytes);
  Arena arena_{memory_.AddRegion(0x20'0000, 1 << 17)};
  MutableBytes high_ = memory_.AddRegion(kHigh, kZoneBytes);
  MutableBytes f_segment_ = memory_.AddRegion(kFSegment, kZoneBytes);
  clock::FakeClock clock_;
  fw_cfg::FakeFwCfg fake_{ports_, memory_};
  FakeTableMemory tables_;
};

/// 64 bytes that count, with the offset 0x20 of the file at 8.
std::string TablesContent() {
  std::string content(64, '\0');
  std::iota(content.begin(), content.end(), '\1');
  content.replace(8, 4, std::string_view("\x20\0\0\0", 4));
  return content;
}

class AcpiLoaderWithFiles : public AcpiLoader {
 protected:
  AcpiLoaderWithFiles() {
    fake_.AddFile(kTables, TablesContent());
    fake_.AddFile(kRsdp, std::string(24, '\0'));
    fake_.AddWritableFile("etc/address", 16);
  }

  static FakeScript Allocated() {
    FakeScript script;
    script.Allocate(kTables, 64, 1).Allocate(kRsdp, 16, 2);
    return script;
  }
};

TEST_F(AcpiLoaderWithFiles, LoadsFilesIntoTheirZones) {
  EXPECT_THAT(Load(Allocated()), IsOkAndHolds(kFSegment + 16));

  EXPECT_EQ(AsText(high_.subspan(64, 64)), TablesContent());
}

TEST_F(AcpiLoaderWithFiles, AddsAddresses) {
  FakeScript script = Allocated();
  script.AddPointer(kTables, kTables, 8, 4).AddPointer(kRsdp, kTables, 16, 8);

  ASSERT_OK(Load(script));

  EXPECT_EQ(IntegerAt(kHigh + 64 + 8, 4), kHigh + 64 + 0x20);
  EXPECT_EQ(IntegerAt(kHigh + 64 + 12, 1), 13u);
  EXPECT_EQ(IntegerAt(kFSegment + 16 + 16, 8), kHigh + 64);
}

TEST_F(AcpiLoaderWithFiles, MakesChecksums) {
  FakeScript script = Allocated();
  script.AddChecksum(kTables, 20, 16, 40);

  ASSERT_OK(Load(script));

  const Bytes summed = high_.subspan(64 + 16, 40);
  uint8_t sum = 0;
  for (const std::byte byte : summed) {
    sum = static_cast<uint8_t>(sum + std::to_integer<uint8_t>(byte));
  }
  EXPECT_EQ(sum, 0);
}

TEST_F(AcpiLoaderWithFiles, WritesAddressesBack) {
  FakeScript script = Allocated();
  script.WritePointer("etc/address", kTables, 8, 0x28, 8);

  ASSERT_OK(Load(script));

  Le64 written;
  const std::string content = fake_.ContentOfFile("etc/address");
  std::memcpy(&written, content.data() + 8, 8);
  EXPECT_EQ(written, kHigh + 64 + 0x28);
  EXPECT_EQ(content.substr(0, 8), std::string(8, '\0'));
}

TEST_F(AcpiLoaderWithFiles, WritesNothingBackIfTheRestFails) {
  FakeScript script = Allocated();
  script.WritePointer("etc/address", kTables, 0, 0, 8)
      .AddChecksum(kTables, 64, 0, 1);

  EXPECT_THAT(Load(script), IsError(ErrorCode::kCorrupt));

  EXPECT_EQ(fake_.ContentOfFile("etc/address"), std::string(16, '\0'));
}

TEST_F(AcpiLoaderWithFiles, PassesOverUnknownCommands) {
  FakeScript script;
  script.Unknown(0).Unknown(0x8000'0000).Allocate(kRsdp, 16, 2);

  EXPECT_THAT(Load(script), IsOkAndHolds(kFSegment + 16));
}

TEST_F(AcpiLoaderWithFiles, IgnoresAPartOfAnEntryAtTheEnd) {
  FakeScript script = Allocated();
  script.AddChecksum(kTables, 1000, 0, 1).Cut(1);

  EXPECT_OK(Load(script));
}

/// Each is one command after the files are loaded.
struct BadCommand {
  const char* name;
  FakeScript script;
};

class AcpiLoaderRefuses : public AcpiLoaderWithFiles,
                          public ::testing::WithParamInterface<BadCommand> {};

TEST_P(AcpiLoaderRefuses, WhatContradictsTheFiles) {
  FakeScript script = Allocated();
  script.Append(GetParam().script);

  EXPECT_THAT(Load(script), IsError(ErrorCode::kCorrupt));
}

INSTANTIATE_TEST_SUITE_P(
    ,
    AcpiLoaderRefuses,
    ::testing::Values(
        BadCommand{"LoadedTwice", FakeScript().Allocate(kTables, 64, 1)},
        BadCommand{"OddAlignment", FakeScript().Allocate("etc/address", 48, 1)},
        BadCommand{"HugeAlignment",
                   FakeScript().Allocate("etc/address", 1 << 21, 1)},
        BadCommand{"PointerInNoFile",
                   FakeScript().AddPointer("x", kTables, 0, 4)},
        BadCommand{"PointerToNoFile",
                   FakeScript().AddPointer(kTables, "x", 0, 4)},
        BadCommand{"PointerBeyondTheEnd",
                   FakeScript().AddPointer(kTables, kTables, 61, 4)},
        BadCommand{"PointerOfThreeBytes",
                   FakeScript().AddPointer(kTables, kTables, 8, 3)},
        BadCommand{"PointerOfNoBytes",
                   FakeScript().AddPointer(kTables, kTables, 8, 0)},
        BadCommand{"PointerOfSixteenBytes",
                   FakeScript().AddPointer(kTables, kTables, 8, 16)},
        BadCommand{"PointerTooShort",
                   FakeScript().AddPointer(kTables, kTables, 0, 1)},
        BadCommand{"OffsetBeyondTheFile",
                   FakeScript().AddPointer(kTables, kTables, 16, 4)},
        BadCommand{"ChecksumBeyondTheEnd",
                   FakeScript().AddChecksum(kTables, 64, 0, 1)},
        BadCommand{"SumBeyondTheEnd",
                   FakeScript().AddChecksum(kTables, 0, 1, 64)},
        BadCommand{"SumThatWraps",
                   FakeScript().AddChecksum(kTables, 0, UINT32_MAX, 2)},
        BadCommand{"ChecksumInNoFile", FakeScript().AddChecksum("x", 0, 0, 1)},
        BadCommand{"AddressOfNoByte",
                   FakeScript().WritePointer("etc/address", kTables, 0, 64, 8)},
        BadCommand{"AddressTooShort",
                   FakeScript().WritePointer("etc/address", kTables, 0, 0, 2)},
        BadCommand{"AddressOfNoFile",
                   FakeScript().WritePointer("etc/address", "x", 0, 0, 8)}),
    [](const auto& info) { return info.param.name; });

TEST_F(AcpiLoaderWithFiles, RefusesToWriteBeyondAFile) {
  FakeScript script = Allocated();
  script.WritePointer("etc/address", kTables, 9, 0, 8);

  EXPECT_THAT(Load(script), IsError(ErrorCode::kOutOfRange));
}

TEST_F(AcpiLoaderWithFiles, FailsToWriteWhatIsReadOnly) {
  FakeScript script = Allocated();
  script.WritePointer(kRsdp, kTables, 0, 0, 8);

  EXPECT_THAT(Load(script), IsError(ErrorCode::kDeviceError));
}

TEST_F(AcpiLoaderWithFiles, RefusesAFileThatIsNotThere) {
  EXPECT_THAT(Load(FakeScript().Allocate("etc/missing", 1, 1)),
              IsError(ErrorCode::kNotFound));
}

TEST_F(AcpiLoaderWithFiles, RefusesAFileBeyondReason) {
  fake_.AddFile("etc/large", "x");
  fake_.ClaimSize("etc/large", (16 << 20) + 1);

  EXPECT_THAT(Load(FakeScript().Allocate("etc/large", 1, 1)),
              IsError(ErrorCode::kUnsupported));
}

TEST_F(AcpiLoaderWithFiles, FailsIfAZoneIsFull) {
  fake_.AddFile("etc/large", std::string(kZoneBytes, 'x'));

  EXPECT_THAT(Load(FakeScript().Allocate("etc/large", 1, 2)),
              IsError(ErrorCode::kNoMemory));
}

TEST_F(AcpiLoader, RefusesTooManyFiles) {
  FakeScript script;
  for (int i = 0; i < 33; ++i) {
    const std::string name = "f" + std::to_string(i);
    fake_.AddFile(name, "x");
    script.Allocate(name, 1, 1);
  }

  EXPECT_THAT(Load(script), IsError(ErrorCode::kUnsupported));
}

TEST_F(AcpiLoader, FindsNoRootPointerWithoutOne) {
  fake_.AddFile("f", "x");

  EXPECT_THAT(Load(FakeScript().Allocate("f", 1, 1)), IsOkAndHolds(0u));
}

}  // namespace
}  // namespace flint::acpi_loader
