// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/bls.h"

#include <string>
#include <vector>

#include "fs/volume/fake_file_system.h"
#include "loader/bls/fake_unified_image.h"
#include "testing/result_matchers.h"

namespace flint::bls {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;
using volume::FakeFileSystem;

class BlsTest : public ::testing::Test {
 protected:
  void AddEntry(FakeFileSystem& fs,
                const std::string& name,
                std::string_view text = "linux /k\n") {
    fs.AddFile("/loader/entries/" + name, text);
  }

  EntryList Read(std::vector<volume::FileSystem*> sources) {
    auto list = ReadEntries(sources, Architecture::kX64, arena_);
    EXPECT_OK(list);
    return *list;
  }

  static std::vector<std::string> Names(const EntryList& list) {
    std::vector<std::string> names;
    for (const Entry& entry : list.entries) {
      names.emplace_back(entry.file_name);
    }
    return names;
  }

  std::vector<std::byte> memory_ = std::vector<std::byte>(8 << 20);
  Arena arena_{memory_};
  FakeFileSystem esp_;
  FakeFileSystem xbootldr_;
};

TEST_F(BlsTest, NeedsNoLoaderConf) {
  AddEntry(esp_, "debian.conf", "title Debian\nlinux /vmlinuz\n");

  const EntryList list = Read({&esp_});

  ASSERT_THAT(Names(list), ElementsAre("debian.conf"));
  EXPECT_EQ(list.entries[0].title, "Debian");
  EXPECT_EQ(list.entries[0].linux, "/vmlinuz");
  EXPECT_FALSE(list.entries[0].obstacle);
  EXPECT_FALSE(list.sources[0].problem);
  EXPECT_EQ(list.sources[0].entry_count, 1u);
}

TEST_F(BlsTest, TakesOnlyVisibleConfFiles) {
  AddEntry(esp_, "a.conf");
  AddEntry(esp_, "b.CONF");
  AddEntry(esp_, "c.conf.bak");
  AddEntry(esp_, "._a.conf");
  esp_.AddDirectory("/loader/entries/d.conf");

  EXPECT_THAT(Names(Read({&esp_})), ElementsAre("b.CONF", "a.conf"));
}

TEST_F(BlsTest, PutsNewestFirstAndBadLast) {
  AddEntry(esp_, "debian-6.1.9.conf");
  AddEntry(esp_, "debian-6.1.11+0-3.conf");
  AddEntry(esp_, "debian-6.1.10.conf");

  EXPECT_THAT(
      Names(Read({&esp_})),
      ElementsAre(
          "debian-6.1.10.conf", "debian-6.1.9.conf", "debian-6.1.11+0-3.conf"));
}

TEST_F(BlsTest, PutsTheDefaultFirst) {
  esp_.AddFile("/loader/loader.conf", "timeout 5\ndefault *-6.[12].conf\n");
  AddEntry(esp_, "debian-6.1.conf");
  AddEntry(esp_, "debian-6.2+3-1.conf");
  AddEntry(esp_, "debian-6.3.conf");
  AddEntry(esp_, "fedora-6.1+0.conf");

  const EntryList list = Read({&esp_});

  EXPECT_THAT(Names(list),
              ElementsAre("debian-6.2+3-1.conf",
                          "debian-6.1.conf",
                          "debian-6.3.conf",
                          "fedora-6.1+0.conf"));
  EXPECT_EQ(list.config.timeout_seconds, 5u);
}

TEST_F(BlsTest, MergesThePartitionsOfADisk) {
  xbootldr_.AddFile("/loader/loader.conf", "default nothing\n");
  esp_.AddFile("/loader/loader.conf", "default old*\n");
  AddEntry(xbootldr_, "old-1.conf");
  AddEntry(xbootldr_, "same.conf", "linux /k\ntitle xbootldr\n");
  AddEntry(esp_, "new-2.conf");
  AddEntry(esp_, "same.conf", "linux /k\ntitle esp\n");

  const EntryList list = Read({&xbootldr_, &esp_});

  ASSERT_THAT(
      Names(list),
      ElementsAre("old-1.conf", "same.conf", "same.conf", "new-2.conf"));
  EXPECT_EQ(list.entries[1].title, "xbootldr");
  EXPECT_EQ(list.entries[1].source, 0u);
  EXPECT_EQ(list.entries[2].title, "esp");
  EXPECT_EQ(list.entries[2].source, 1u);
  EXPECT_EQ(list.sources[0].entry_count, 2u);
  EXPECT_EQ(list.sources[1].entry_count, 2u);
}

TEST_F(BlsTest, TakesLoaderConfFromWhereItIs) {
  esp_.AddFile("/loader/loader.conf", "default b\n");
  AddEntry(xbootldr_, "b.conf");
  AddEntry(xbootldr_, "c.conf");

  const EntryList list = Read({&xbootldr_, &esp_});

  EXPECT_THAT(Names(list), ElementsAre("b.conf", "c.conf"));
  EXPECT_FALSE(list.sources[0].problem);
  EXPECT_EQ(list.sources[1].problem->code(), ErrorCode::kNotFound);
}

TEST_F(BlsTest, SortsUnifiedImagesTogetherWithTheOthers) {
  AddEntry(esp_, "debian-6.1.conf", "linux /k\nsort-key debian\nversion 11\n");
  AddEntry(esp_, "fedora.conf", "linux /k\nsort-key fedora\n");
  esp_.AddFile("/EFI/Linux/debian+3.efi",
               FakeUnifiedImage("ID=debian\nVERSION_ID=12\n"));
  esp_.AddFile("/EFI/Linux/debian-new+0-3.EFI",
               FakeUnifiedImage("ID=debian\nVERSION_ID=13\n"));
  xbootldr_.AddFile("/efi/linux/old.efi",
                    FakeUnifiedImage("ID=debian\nVERSION_ID=10\n"));

  const EntryList list = Read({&xbootldr_, &esp_});

  ASSERT_THAT(Names(list),
              ElementsAre("debian+3.efi",
                          "debian-6.1.conf",
                          "old.efi",
                          "fedora.conf",
                          "debian-new+0-3.EFI"));
  EXPECT_EQ(list.entries[0].type, EntryType::kUnifiedImage);
  EXPECT_EQ(list.entries[0].program, "/EFI/Linux/debian+3.efi");
  EXPECT_EQ(list.entries[0].id, "debian");
  EXPECT_EQ(list.entries[0].options, "ro");
  EXPECT_EQ(list.entries[0].source, 1u);
  EXPECT_EQ(list.entries[2].source, 0u);
  EXPECT_EQ(list.sources[0].entry_count, 1u);
  EXPECT_EQ(list.sources[1].entry_count, 4u);
}

TEST_F(BlsTest, TakesOnlyUnifiedImagesForSuch) {
  esp_.AddFile("/EFI/Linux/a.efi", "MZ");
  esp_.AddFile("/EFI/Linux/b.conf", "linux /k\n");
  esp_.AddFile("/EFI/Linux/.c.efi", FakeUnifiedImage("ID=x"));
  esp_.AddDirectory("/EFI/Linux/d.efi");
  esp_.AddFile("/EFI/BOOT/e.efi", FakeUnifiedImage("ID=x"));
  AddEntry(esp_, "f.efi");

  const EntryList list = Read({&esp_});

  ASSERT_THAT(Names(list), ElementsAre("a.efi"));
  EXPECT_EQ(list.entries[0].obstacle->reason(), "is cut short");
}

TEST_F(BlsTest, PutsADefaultImageFirst) {
  esp_.AddFile("/loader/loader.conf", "default debian.efi\n");
  esp_.AddFile("/EFI/Linux/debian+1.efi", FakeUnifiedImage("ID=z"));
  AddEntry(esp_, "debian.conf");
  AddEntry(esp_, "z.conf", "linux /k\nsort-key a");

  EXPECT_THAT(Names(Read({&esp_})),
              ElementsAre("debian+1.efi", "z.conf", "debian.conf"));
}

TEST_F(BlsTest, TellsWhyImagesCannotBeFound) {
  esp_.AddFile("/EFI/Linux/a.efi", FakeUnifiedImage("ID=x"));
  esp_.InjectFailure(FakeFileSystem::Operation::kList,
                     "/EFI/Linux",
                     Error(ErrorCode::kCorrupt, "directory is broken"));

  const EntryList list = Read({&esp_, &xbootldr_});

  EXPECT_EQ(list.sources[0].problem->code(), ErrorCode::kNotFound);
  EXPECT_EQ(list.sources[0].image_problem->reason(), "directory is broken");
  EXPECT_FALSE(list.sources[1].image_problem);
}

TEST_F(BlsTest, KeepsWhatCannotBeReadAsAnEntryWithAnObstacle) {
  AddEntry(esp_, "a.conf");
  AddEntry(esp_, "b.conf");
  AddEntry(esp_, "c.conf", std::string(kMaxTextSizeBytes + 1, '#'));
  AddEntry(
      esp_, "d.conf", std::string(kMaxTextSizeBytes - 9, '#') + "\nlinux /k");
  esp_.InjectFailure(FakeFileSystem::Operation::kRead,
                     "/loader/entries/b.conf",
                     Error(ErrorCode::kCorrupt, "FAT chain has a loop"));

  const EntryList list = Read({&esp_});

  ASSERT_THAT(Names(list), ElementsAre("d.conf", "c.conf", "b.conf", "a.conf"));
  EXPECT_FALSE(list.entries[0].obstacle);
  EXPECT_EQ(list.entries[1].obstacle->reason(), "is larger than 64 KiB");
  EXPECT_EQ(list.entries[2].obstacle->reason(), "FAT chain has a loop");
  EXPECT_FALSE(list.entries[3].obstacle);
}

TEST_F(BlsTest, SurvivesAnUnreadableLoaderConf) {
  esp_.AddFile("/loader/loader.conf", "default a\n");
  AddEntry(esp_, "a.conf");
  AddEntry(esp_, "b.conf");
  esp_.InjectFailure(FakeFileSystem::Operation::kRead,
                     "/loader/loader.conf",
                     Error(ErrorCode::kDeviceError, "broken"));

  EXPECT_THAT(Names(Read({&esp_})), ElementsAre("b.conf", "a.conf"));
}

TEST_F(BlsTest, TellsWhyAPartitionHasNoEntries) {
  AddEntry(esp_, "a.conf");
  esp_.InjectFailure(FakeFileSystem::Operation::kList,
                     "/loader/entries",
                     Error(ErrorCode::kCorrupt, "directory is broken"));

  const EntryList list = Read({&xbootldr_, &esp_});

  EXPECT_THAT(list.entries, IsEmpty());
  EXPECT_EQ(list.sources[0].problem->reason(), "file not found");
  EXPECT_EQ(list.sources[1].problem->reason(), "directory is broken");
}

TEST_F(BlsTest, BoundsTheNumberOfEntries) {
  for (int i = 0; i < 513; ++i) AddEntry(esp_, std::to_string(i) + ".conf");
  AddEntry(xbootldr_, "a.conf");

  const EntryList list = Read({&esp_, &xbootldr_});

  EXPECT_EQ(list.sources[0].entry_count, 512u);
  EXPECT_EQ(list.sources[0].problem->code(), ErrorCode::kUnsupported);
  EXPECT_EQ(list.sources[1].entry_count, 1u);
  EXPECT_EQ(list.entries.size(), 513u);
}

TEST_F(BlsTest, BoundsTheTextOfAPartition) {
  for (int i = 0; i < 17; ++i) {
    AddEntry(esp_,
             std::to_string(i) + ".conf",
             "linux /k\n" + std::string(kMaxTextSizeBytes - 9, '#'));
  }
  AddEntry(xbootldr_, "a.conf");

  const EntryList list = Read({&esp_, &xbootldr_});

  size_t obstacles = 0;
  for (const Entry& entry : list.entries) obstacles += entry.obstacle ? 1 : 0;
  EXPECT_EQ(list.entries.size(), 18u);
  EXPECT_EQ(obstacles, 1u);
}

TEST_F(BlsTest, FailsForWantOfMemory) {
  AddEntry(esp_, "a.conf");
  volume::FileSystem* const sources[] = {&esp_};

  bool failed = false;
  bool lost_an_entry = false;
  for (size_t size = 0; size < 2000; size += 10) {
    Arena small(std::span(memory_).first(size));
    const auto list = ReadEntries(sources, Architecture::kX64, small);
    if (!list) {
      EXPECT_THAT(list, IsError(ErrorCode::kNoMemory));
      failed = true;
    } else if (list->sources[0].problem) {
      EXPECT_EQ(list->sources[0].problem->code(), ErrorCode::kNoMemory);
      lost_an_entry = true;
    } else {
      EXPECT_EQ(list->entries.size(), 1u);
    }
  }
  EXPECT_TRUE(failed);
  EXPECT_TRUE(lost_an_entry);
}

TEST_F(BlsTest, MatchesIdsAndFileNames) {
  Entry entry;
  entry.id = "debian-6.1";
  entry.file_name = "debian-6.1+3-1.conf";

  for (const char* pattern : {"debian-6.1",
                              "DEBIAN-6.1",
                              "debian-6.1.conf",
                              "debian-6.1+3-1.conf",
                              "debian-*",
                              "*.1.CONF",
                              "*"}) {
    EXPECT_TRUE(Matches(pattern, entry)) << pattern;
  }
  for (const char* pattern : {"", "debian", ".conf", "debian-6.1+3-1", "x"}) {
    EXPECT_FALSE(Matches(pattern, entry)) << pattern;
  }
}

}  // namespace
}  // namespace flint::bls
