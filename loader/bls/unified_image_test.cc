// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/unified_image.h"

#include <array>
#include <string>
#include <vector>

#include "fs/volume/fake_file_system.h"
#include "loader/bls/fake_unified_image.h"
#include "loader/pe/pe_format.h"
#include "testing/result_matchers.h"

namespace flint::bls {
namespace {

using testing::IsError;
using volume::FakeFileSystem;

constexpr std::string_view kOsRelease =
    "PRETTY_NAME=\"Debian 12\"\nID=debian\nVERSION_ID=12\n";

class UnifiedImageTest : public ::testing::Test {
 protected:
  Entry Read(std::string_view image) {
    FakeFileSystem file_system;
    file_system.AddFile("/u+3-1.efi", image);
    return ReadFrom(file_system);
  }

  Entry ReadFrom(FakeFileSystem& file_system) {
    Entry entry = MakeEntry(EntryType::kUnifiedImage, "u+3-1.efi");
    EXPECT_OK(ReadUnifiedImage(file_system,
                               *file_system.Open("/u+3-1.efi"),
                               Architecture::kX64,
                               window_,
                               budget_bytes_,
                               arena_,
                               entry));
    return entry;
  }

  /// The obstacle's reason, or nothing.
  std::string Obstacle(std::string_view image) {
    const Entry entry = Read(image);
    return entry.obstacle ? std::string(entry.obstacle->reason()) : "";
  }

  std::vector<std::byte> memory_ = std::vector<std::byte>(4 << 20);
  Arena arena_{memory_};
  std::array<std::byte, kImageWindowBytes> window_{};
  uint64_t budget_bytes_ = 1 << 20;
};

TEST_F(UnifiedImageTest, SaysWhatItIs) {
  const Entry entry = Read(FakeUnifiedImageWith({
      {".osrel", std::string(kOsRelease)},
      {".cmdline", std::string(" root=/dev/vda1 ro \n\0x", 21)},
      {".uname", "6.1.0-13-amd64"},
      {".linux", "MZ"},
  }));

  EXPECT_FALSE(entry.obstacle);
  EXPECT_EQ(entry.type, EntryType::kUnifiedImage);
  EXPECT_EQ(entry.id, "u");
  EXPECT_EQ(entry.count->tries_left, 3u);
  EXPECT_EQ(entry.title, "Debian 12");
  EXPECT_EQ(entry.sort_key, "debian");
  EXPECT_EQ(entry.version, "12");
  EXPECT_EQ(entry.options, "root=/dev/vda1 ro");
}

TEST_F(UnifiedImageTest, NeedsNothingButAKernel) {
  const Entry entry =
      Read(FakeUnifiedImageWith({{".linux", "MZ"}, {".uname", "6.1\n"}}));

  EXPECT_FALSE(entry.obstacle);
  EXPECT_EQ(entry.title, "");
  EXPECT_EQ(entry.version, "6.1");
  EXPECT_EQ(entry.options, "");
}

TEST_F(UnifiedImageTest, TakesTheFirstProfile) {
  const Entry entry = Read(FakeUnifiedImageWith({
      {".osrel", std::string(kOsRelease)},
      {".cmdline", "base"},
      {".linux", "MZ"},
      {".profile", "ID=main"},
      {".cmdline", "main"},
      {".profile", "ID=reset"},
      {".cmdline", "reset"},
  }));

  EXPECT_EQ(entry.options, "main");
  EXPECT_EQ(entry.title, "Debian 12");
}

TEST_F(UnifiedImageTest, ReadsTheHeadersOnceAndNoKernel) {
  FakeFileSystem file_system;
  file_system.AddFile("/u+3-1.efi",
                      FakeUnifiedImageWith({
                          {".osrel", std::string(kOsRelease)},
                          {".cmdline", "ro"},
                          {".linux", std::string(1 << 20, 'k')},
                      }));

  ReadFrom(file_system);

  EXPECT_LE(file_system.copied_bytes(), 2 * kImageWindowBytes);
}

TEST_F(UnifiedImageTest, RefusesWhatIsNone) {
  const std::vector<FakeSection> sections{{".osrel", std::string(kOsRelease)},
                                          {".linux", "MZ"}};
  const std::string good = FakeUnifiedImageWith(sections);
  ASSERT_EQ(Obstacle(good), "");

  std::string no_mz = good;
  no_mz[0] = 'X';
  EXPECT_EQ(Obstacle(no_mz), "is no UEFI program");

  std::string no_pe = good;
  no_pe[64] = 'X';
  EXPECT_EQ(Obstacle(no_pe), "is no UEFI program");

  pe::ImageBuilder builder = pe::ImageBuilder::Application();
  AddSections(sections, builder);
  builder.machine = 0xaa64;
  EXPECT_EQ(Obstacle(AsText(builder.Build())), "is for another architecture");

  EXPECT_EQ(Obstacle(FakeUnifiedImageWith({{".osrel", "ID=x"}})),
            "is no unified kernel image: it has no .linux section");

  std::string many = good;
  many[64 + 7] = 0x7f;  // the section count's upper byte
  EXPECT_EQ(Obstacle(many), "has more than 1024 sections");

  EXPECT_EQ(Obstacle(""), "is cut short");
}

TEST_F(UnifiedImageTest, BoundsItsTexts) {
  const std::string largest(kMaxTextSizeBytes, 'x');

  EXPECT_EQ(Read(FakeUnifiedImage("", largest)).options, largest);
  EXPECT_EQ(Obstacle(FakeUnifiedImage("", largest + "x")),
            "has a text of more than 64 KiB");

  budget_bytes_ = 10;
  EXPECT_EQ(Obstacle(FakeUnifiedImage("ID=x\n", "12345")), "");
  EXPECT_EQ(budget_bytes_, 0u);
  EXPECT_EQ(Obstacle(FakeUnifiedImage("", "1")),
            "the partition's boot entries exceed 1 MiB");
}

TEST_F(UnifiedImageTest, TellsWhatTheFileSystemSays) {
  FakeFileSystem file_system;
  file_system.AddFile("/u+3-1.efi", FakeUnifiedImage(kOsRelease));
  file_system.InjectFailure(FakeFileSystem::Operation::kRead,
                            "/u+3-1.efi",
                            Error(ErrorCode::kCorrupt, "FAT chain has a loop"));

  EXPECT_EQ(ReadFrom(file_system).obstacle->reason(), "FAT chain has a loop");
}

TEST_F(UnifiedImageTest, SurvivesEveryTruncation) {
  const std::string image = FakeUnifiedImage(kOsRelease);

  // The kernel itself is nobody's business here, nor is what pads it.
  const size_t texts_end = image.rfind("ro\n") + 3;
  for (size_t size = 0; size < texts_end; ++size) {
    EXPECT_EQ(Obstacle(image.substr(0, size)), "is cut short") << size;
  }
  EXPECT_EQ(Obstacle(image.substr(0, texts_end)), "");
}

TEST_F(UnifiedImageTest, FailsOnlyForWantOfMemory) {
  FakeFileSystem file_system;
  file_system.AddFile("/u.efi", FakeUnifiedImage(kOsRelease));
  Arena none(std::span<std::byte>{});
  Entry entry;

  EXPECT_THAT(ReadUnifiedImage(file_system,
                               *file_system.Open("/u.efi"),
                               Architecture::kX64,
                               window_,
                               budget_bytes_,
                               none,
                               entry),
              IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::bls
