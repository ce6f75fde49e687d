// SPDX-License-Identifier: Apache-2.0
#include "fs/volume/fake_file_system.h"

#include <array>
#include <string>
#include <vector>

#include "drivers/block/aligned_buffer.h"
#include "drivers/block/block_batch.h"
#include "testing/result_matchers.h"

namespace flint::volume {
namespace {

using ::testing::ElementsAre;
using testing::IsError;
using testing::IsOkAndHolds;
using Operation = FakeFileSystem::Operation;

constexpr Error kInjected(ErrorCode::kDeviceError, "injected");

/// Text of `size` characters that differs from block to block.
std::string Pattern(size_t size) {
  std::string text(size, '\0');
  for (size_t i = 0; i < size; ++i) {
    text[i] = static_cast<char>('a' + (i + i / 512) % 26);
  }
  return text;
}

TEST(FakeFileSystem, OpensPathsInAnySpelling) {
  FakeFileSystem fs;
  fs.AddFile("/loader/entries/a.conf", "text");

  for (const char* path : {"/loader/entries/a.conf",
                           "loader\\Entries//A.CONF",
                           "/loader/./x/../entries/a.conf/"}) {
    EXPECT_THAT(fs.Open(std::string_view(path)).has_value(),
                std::string_view(path).find("x") == std::string_view::npos)
        << path;
  }
  ASSERT_OK_AND_ASSIGN(const File directory, fs.Open("loader"));
  EXPECT_TRUE(directory.is_directory);
  ASSERT_OK_AND_ASSIGN(const File file, fs.Open(directory, "entries/a.conf"));
  EXPECT_EQ(file.size_bytes, 4u);
  EXPECT_THAT(fs.Open("nothing"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(fs.Open(File{}, "loader"), IsError(ErrorCode::kInvalidArgument));
}

TEST(FakeFileSystem, ListsADirectoryOnly) {
  FakeFileSystem fs;
  fs.AddFile("a/1", "");
  fs.AddFile("b/2", "");
  fs.AddFile("a/3", "");
  ASSERT_OK_AND_ASSIGN(const File directory, fs.Open("a"));
  DirectoryCursor cursor;
  DirectoryEntry entry;
  std::vector<std::string> names;

  while (*fs.List(directory, cursor, entry)) names.emplace_back(entry.name());

  EXPECT_THAT(names, ElementsAre("1", "3"));
}

TEST(FakeFileSystem, ReadsIntoMemoryOnlyWhenTheBatchIsSubmitted) {
  FakeFileSystem fs;
  const std::string text = Pattern(2000);
  fs.AddFile("file", text);
  ASSERT_OK_AND_ASSIGN(const File file, fs.Open("file"));
  block::AlignedBuffer buffer(2048);
  std::array<block::BlockExtent, 8> extents;
  block::BlockBatch batch(fs.device(), extents);

  ASSERT_OK(fs.ReadInto(file, 0, 2000, buffer.bytes(), batch));
  const std::string before(AsText(buffer.bytes()));
  ASSERT_OK(batch.Submit());

  EXPECT_EQ(before, std::string(2048, '\xa5'));
  EXPECT_EQ(AsText(buffer.bytes()), text + std::string(48, '\xa5'));
  EXPECT_EQ(fs.submission_count(), 1u);
  EXPECT_EQ(fs.extent_count(), 2u);
  EXPECT_EQ(fs.copied_bytes(), 0u);
}

TEST(FakeFileSystem, CountsWhatIsCopied) {
  FakeFileSystem fs(4096);
  const std::string text = Pattern(9000);
  fs.AddFile("file", text);
  ASSERT_OK_AND_ASSIGN(const File file, fs.Open("file"));
  block::AlignedBuffer buffer(8192);
  std::array<block::BlockExtent, 8> extents;
  block::BlockBatch batch(fs.device(), extents);

  ASSERT_OK(fs.ReadInto(file, 512, 5000, buffer.bytes(), batch));
  EXPECT_EQ(AsText(buffer.bytes()).substr(0, 5000), text.substr(512, 5000));
  EXPECT_EQ(fs.copied_bytes(), 5000u);
  ASSERT_OK(fs.Read(file, 8990, buffer.bytes().first(10)));
  EXPECT_EQ(AsText(buffer.bytes()).substr(0, 10), text.substr(8990));
  EXPECT_EQ(fs.copied_bytes(), 5010u);
}

TEST(FakeFileSystem, RefusesBadBuffersAndRanges) {
  FakeFileSystem fs;
  FakeFileSystem other;
  fs.AddFile("file", Pattern(1000));
  ASSERT_OK_AND_ASSIGN(const File file, fs.Open("file"));
  block::AlignedBuffer buffer(4096);
  std::array<block::BlockExtent, 8> extents;
  block::BlockBatch batch(fs.device(), extents);
  block::BlockBatch foreign(other.device(), extents);
  const auto bytes = buffer.bytes();
  const auto refused = IsError(ErrorCode::kInvalidArgument);

  EXPECT_THAT(fs.ReadInto(file, 0, 1000, bytes.first(1000), batch), refused);
  EXPECT_THAT(fs.ReadInto(file, 0, 1000, bytes.subspan(8), batch), refused);
  EXPECT_THAT(fs.ReadInto(file, 0, 1001, bytes, batch), refused);
  EXPECT_THAT(fs.ReadInto(file, 1001, 0, bytes, batch), refused);
  EXPECT_THAT(fs.ReadInto(file, 0, 1000, bytes, foreign), refused);
  EXPECT_THAT(fs.Read(file, 999, bytes.first(2)),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_OK(fs.ReadInto(file, 0, 1000, bytes.first(1024), batch));
}

TEST(FakeFileSystem, FailsAsTold) {
  FakeFileSystem fs;
  fs.AddFile("d/open", "x");
  fs.AddFile("d/read", "x");
  fs.AddFile("d/into", "x");
  fs.AddFile("d/submit", "x");
  fs.InjectFailure(Operation::kOpen, "d/open", kInjected);
  fs.InjectFailure(Operation::kList, "d", kInjected);
  fs.InjectFailure(Operation::kRead, "d/read", kInjected);
  fs.InjectFailure(Operation::kReadInto, "d/into", kInjected);
  fs.InjectFailure(Operation::kSubmit, "d/submit", kInjected);
  block::AlignedBuffer buffer(512);
  std::array<block::BlockExtent, 8> extents;
  block::BlockBatch batch(fs.device(), extents);
  DirectoryCursor cursor;
  DirectoryEntry entry;
  const auto failed = IsError(ErrorCode::kDeviceError);

  EXPECT_THAT(fs.Open("d/open"), failed);
  EXPECT_THAT(fs.List(*fs.Open("d"), cursor, entry), failed);
  EXPECT_THAT(fs.Read(*fs.Open("d/read"), 0, buffer.bytes().first(1)), failed);
  EXPECT_THAT(fs.ReadInto(*fs.Open("d/into"), 0, 1, buffer.bytes(), batch),
              failed);
  ASSERT_OK(fs.ReadInto(*fs.Open("d/submit"), 0, 1, buffer.bytes(), batch));
  EXPECT_THAT(batch.Submit(), failed);
}

TEST(FakeFileSystem, CanBeWrittenWhenAllowed) {
  FakeFileSystem fs;
  EXPECT_EQ(fs.writer(), nullptr);
  fs.AddDirectory("d");
  fs.AllowWriting(1000);
  FileWriter& writer = *fs.writer();

  ASSERT_OK_AND_ASSIGN(File file, writer.Create(*fs.Open("d"), "a", false, {}));
  EXPECT_OK(writer.Write(file, 2, AsBytes("xy"), {}));
  EXPECT_EQ(fs.contents("d/a"), std::string_view("\0\0xy", 4));
  EXPECT_EQ(file.size_bytes, 4u);
  EXPECT_THAT(writer.Write(file, 0, std::vector<std::byte>(1001), {}),
              IsError(ErrorCode::kNoMemory));
  EXPECT_OK(writer.Move(file, fs.root(), "b"));
  EXPECT_THAT(fs.Open("d/a"), IsError(ErrorCode::kNotFound));
  EXPECT_OK(writer.Resize(file, 3, {}));
  EXPECT_EQ(fs.contents("b"), std::string_view("\0\0x", 3));
  EXPECT_TRUE(fs.is_dirty());
  EXPECT_OK(writer.Flush());
  EXPECT_FALSE(fs.is_dirty());
  EXPECT_OK(writer.Remove(file));
  EXPECT_THAT(fs.Open("b"), IsError(ErrorCode::kNotFound));
  EXPECT_THAT(writer.Create(fs.root(), "D", true, {}),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace flint::volume
