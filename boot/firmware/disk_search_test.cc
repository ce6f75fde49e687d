// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/disk_search.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "boot/memory/memory_map.h"
#include "drivers/block/fake_block_device.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/iso9660/iso_image_builder.h"
#include "fs/partition/gpt_image_builder.h"
#include "loader/bls/fake_unified_image.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::boot {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kRamAddress = 16 << 20;
constexpr uint64_t kRamBytes = 16 << 20;

/// Remembers what the plan wants booted, and boots nothing.
class Recorder final : public boot_plan::Booter, public boot_plan::LineWriter {
 public:
  Failure Boot(const boot_plan::Candidate& candidate) override {
    tried.push_back(std::string(candidate.place.disk) + " " +
                    std::to_string(candidate.place.partition) + " " +
                    std::string(candidate.name));
    return Error(ErrorCode::kUnsupported, "not in a test");
  }
  void WriteLine(std::string_view line) override { lines.emplace_back(line); }

  std::vector<std::string> tried;
  std::vector<std::string> lines;
};

std::vector<std::byte> VolumeWith(std::string_view entry_name) {
  fat::FatImageBuilder builder;
  builder.AddFile("loader/entries/" + std::string(entry_name),
                  "title A kernel\nlinux /vmlinuz\n");
  builder.AddFile("vmlinuz", "MZ");
  return builder.image();
}

/// One of each kind of thing that can be booted.
std::vector<std::byte> VolumeWithPrograms(std::string_view name) {
  fat::FatImageBuilder builder;
  builder.AddFile("EFI/BOOT/BOOTX64.EFI", "MZ");
  builder.AddFile("EFI/Linux/" + std::string(name) + ".efi",
                  bls::FakeUnifiedImage("ID=debian\nVERSION_ID=12\n"));
  builder.AddFile("loader/entries/" + std::string(name) + ".conf",
                  "sort-key debian\nversion 11\nlinux /vmlinuz\n");
  return builder.image();
}

std::vector<std::byte> EmptyVolume() {
  fat::FatImageBuilder builder;
  builder.AddFile("readme.txt", "nothing here");
  return builder.image();
}

struct Content {
  Guid type;
  std::vector<std::byte> bytes;
};

/// A disk with these partitions, numbered from 1.
std::vector<std::byte> DiskWith(const std::vector<Content>& partitions) {
  partition::GptImageBuilder::Shape shape{.block_count = 65536};
  partition::GptImageBuilder builder(shape);
  uint64_t lba = 2048;
  uint32_t slot = 1;
  std::vector<uint64_t> starts;
  for (const Content& content : partitions) {
    const uint64_t blocks = std::max<uint64_t>(content.bytes.size() / 512, 8);
    builder.Add({.slot = slot++,
                 .type = content.type,
                 .first_lba = lba,
                 .last_lba = lba + blocks - 1});
    starts.push_back(lba);
    lba += blocks;
  }
  std::vector<std::byte> disk = builder.Build();
  for (size_t i = 0; i < partitions.size(); ++i) {
    std::ranges::copy(partitions[i].bytes,
                      disk.begin() + ptrdiff_t(starts[i] * 512));
  }
  return disk;
}

class DiskSearchTest : public ::testing::Test {
 protected:
  DiskSearchTest() {
    memory_.AddRegion(kRamAddress, kRamBytes);
    const std::array entries{
        memory::E820Entry{kRamAddress, kRamBytes, memory::E820Type::kRam}};
    map_.Build(entries, uint64_t{1} << 36);
  }

  std::vector<std::string> Tried() {
    plan_.Run(recorder_);
    return recorder_.tried;
  }

  std::vector<std::string> Report() {
    plan_.WriteReport(recorder_);
    return recorder_.lines;
  }

  FakeGuestMemory memory_;
  std::array<memory::MemoryRange, 64> ranges_;
  memory::MemoryMap map_{ranges_};
  std::vector<std::byte> arena_memory_{size_t{4} << 20};
  Arena arena_{arena_memory_};
  boot_plan::BootPlan plan_{arena_};
  DiskSearch search_{map_, memory_, arena_, plan_};
  Recorder recorder_;
};

/// A CD-ROM that has the program in its boot image, and the same once more on
/// the volume itself.
std::vector<std::byte> CdromImage(const std::vector<std::byte>& boot_image) {
  using Builder = iso9660::IsoImageBuilder;
  Builder builder(2048, 64 + static_cast<uint32_t>(boot_image.size() / 2048));
  const auto image = builder.AddData(AsText(boot_image));
  const auto catalog = builder.AddData(Builder::BootCatalog(image));
  const auto program = builder.AddData("MZ");
  const auto root = builder.Reserve(2048);
  const auto efi = builder.Reserve(2048);
  const auto boot = builder.Reserve(2048);
  const auto directory = [](std::string_view name, const Builder::Place& at) {
    return std::vector<Builder::Record>{
        {.name = std::string(name), .place = at, .flags = Builder::kDirectory}};
  };
  builder.AddPrimary(root);
  builder.AddBootRecord(catalog.block);
  builder.AddTerminator();
  builder.WriteDirectory(root, root, directory("EFI", efi));
  builder.WriteDirectory(efi, root, directory("BOOT", boot));
  builder.WriteDirectory(
      boot, efi, {{.name = "BOOTX64.EFI;1", .place = program}});
  return builder.image();
}

TEST_F(DiskSearchTest, ListsTheProgramOfACdromOnce) {
  fat::FatImageBuilder builder;
  builder.AddFile("EFI/BOOT/BOOTX64.EFI", "MZ");
  block::FakeBlockDevice cdrom(CdromImage(builder.image()),
                               {.block_size_bytes = 2048});

  ASSERT_OK(search_.Search(cdrom));

  EXPECT_THAT(Tried(), ElementsAre("fake disk 1 \\EFI\\BOOT\\BOOTX64.EFI"));
}

TEST_F(DiskSearchTest, TakesTheProgramFromTheVolumeIfTheBootImageIsNoGood) {
  block::FakeBlockDevice cdrom(
      CdromImage(std::vector<std::byte>(size_t{64} * 1024)),
      {.block_size_bytes = 2048});

  ASSERT_OK(search_.Search(cdrom));

  EXPECT_THAT(Tried(), ElementsAre("fake disk 0 \\EFI\\BOOT\\BOOTX64.EFI"));
}

TEST_F(DiskSearchTest, FindsTheEntriesOfTheEfiSystemPartition) {
  block::FakeBlockDevice disk(
      DiskWith({{partition::kLinuxDataType, {}},
                {partition::kEfiSystemType, VolumeWith("debian.conf")}}));

  ASSERT_OK(search_.Search(disk));

  EXPECT_THAT(Tried(), ElementsAre("fake disk 2 debian.conf"));
}

TEST_F(DiskSearchTest, MergesTheExtendedBootPartition) {
  block::FakeBlockDevice disk(
      DiskWith({{partition::kEfiSystemType, VolumeWith("a.conf")},
                {partition::kExtendedBootType, VolumeWith("b.conf")}}));

  ASSERT_OK(search_.Search(disk));

  EXPECT_THAT(Tried(), ElementsAre("fake disk 2 b.conf", "fake disk 1 a.conf"));
}

TEST_F(DiskSearchTest,
       LooksAtOtherPartitionsOnlyIfThoseForBootingOfferNothing) {
  block::FakeBlockDevice with(
      DiskWith({{partition::kEfiSystemType, VolumeWith("esp.conf")},
                {partition::kMicrosoftDataType, VolumeWith("data.conf")}}));
  block::FakeBlockDevice without(
      DiskWith({{partition::kEfiSystemType, EmptyVolume()},
                {partition::kMicrosoftDataType, VolumeWith("data.conf")}}));

  ASSERT_OK(search_.Search(with));
  ASSERT_OK(search_.Search(without));

  EXPECT_THAT(Tried(),
              ElementsAre("fake disk 1 esp.conf", "fake disk 2 data.conf"));
}

TEST_F(DiskSearchTest, OffersEntriesOfBothTypesBeforeRemovablePrograms) {
  block::FakeBlockDevice disk(
      DiskWith({{partition::kEfiSystemType, VolumeWithPrograms("a")},
                {partition::kExtendedBootType, VolumeWithPrograms("b")}}));

  ASSERT_OK(search_.Search(disk));

  EXPECT_THAT(Tried(),
              ElementsAre("fake disk 2 b.efi",
                          "fake disk 1 a.efi",
                          "fake disk 2 b.conf",
                          "fake disk 1 a.conf",
                          "fake disk 1 \\EFI\\BOOT\\BOOTX64.EFI"));
}

TEST_F(DiskSearchTest, TakesARemovableProgramForSomethingToBoot) {
  fat::FatImageBuilder esp;
  esp.AddFile("EFI/BOOT/BOOTX64.EFI", "MZ");
  block::FakeBlockDevice disk(
      DiskWith({{partition::kEfiSystemType, esp.image()},
                {partition::kMicrosoftDataType, VolumeWith("data.conf")}}));

  ASSERT_OK(search_.Search(disk));

  EXPECT_THAT(Tried(), ElementsAre("fake disk 1 \\EFI\\BOOT\\BOOTX64.EFI"));
}

TEST_F(DiskSearchTest, FindsAFileSystemWithoutAPartitionTable) {
  block::FakeBlockDevice disk(VolumeWith("whole.conf"));

  ASSERT_OK(search_.Search(disk));

  EXPECT_THAT(Tried(), ElementsAre("fake disk 0 whole.conf"));
}

TEST_F(DiskSearchTest, ReportsADiskThatHoldsNothing) {
  block::FakeBlockDevice disk(std::vector<std::byte>(1 << 20));

  ASSERT_OK(search_.Search(disk));

  EXPECT_THAT(Tried(), IsEmpty());
  ASSERT_EQ(Report().size(), 2u);
  EXPECT_THAT(recorder_.lines[1], ::testing::HasSubstr("fake disk: "));
}

TEST_F(DiskSearchTest, ReportsPartitionsThatNobodyCanBootFrom) {
  block::FakeBlockDevice disk(DiskWith(
      {{partition::kLinuxDataType, {}}, {partition::kLinuxSwapType, {}}}));

  ASSERT_OK(search_.Search(disk));

  ASSERT_EQ(Report().size(), 2u);
  EXPECT_THAT(recorder_.lines[1],
              ::testing::HasSubstr("no partition that could be booted from"));
}

TEST_F(DiskSearchTest, ReportsAnUnreadableEfiSystemPartitionAndGoesOn) {
  block::FakeBlockDevice disk(
      DiskWith({{partition::kEfiSystemType, VolumeWith("lost.conf")},
                {partition::kMicrosoftDataType, VolumeWith("data.conf")}}));
  disk.FailReads(
      {.lba = 2048, .times = block::FakeBlockDevice::Failure::kAlways});

  ASSERT_OK(search_.Search(disk));

  EXPECT_THAT(Tried(), ElementsAre("fake disk 2 data.conf"));
  EXPECT_THAT(Report(),
              ::testing::Contains(::testing::HasSubstr("injected failure")));
}

TEST_F(DiskSearchTest, SearchesEveryDiskInTheGivenOrder) {
  block::FakeBlockDevice empty(std::vector<std::byte>(1 << 20),
                               {.name = "first"});
  block::FakeBlockDevice full(VolumeWith("x.conf"), {.name = "second"});

  ASSERT_OK(search_.Search(empty));
  ASSERT_OK(search_.Search(full));

  EXPECT_THAT(Tried(), ElementsAre("second 0 x.conf"));
}

TEST_F(DiskSearchTest, RanksWhatIsFound) {
  block::FakeBlockDevice first(VolumeWith("a.conf"), {.name = "first"});
  block::FakeBlockDevice second(VolumeWithPrograms("b"), {.name = "second"});

  ASSERT_OK(search_.Search(first));
  ASSERT_OK(search_.Search(second, boot_plan::Rank{1}));

  EXPECT_THAT(Tried(),
              ElementsAre("second 0 b.efi",
                          "second 0 b.conf",
                          "second 0 \\EFI\\BOOT\\BOOTX64.EFI",
                          "first 0 a.conf"));
}

TEST_F(DiskSearchTest, CostsFewRequests) {
  block::FakeBlockDevice disk(
      DiskWith({{partition::kEfiSystemType, VolumeWith("debian.conf")}}));

  ASSERT_OK(search_.Search(disk));

  // Table, boot sector, allocation table, three directories, one file.
  EXPECT_LE(disk.read_call_count(), 8u);
}

}  // namespace
}  // namespace flint::boot
