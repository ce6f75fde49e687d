// SPDX-License-Identifier: Apache-2.0
//
// What every VMM's loader demands of the image, and what we demand of it.
#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "testing/elf/elf_image.h"
#include "testing/result_matchers.h"

namespace flint::elf {
namespace {

using ::testing::IsEmpty;

constexpr uint64_t kKib = 1024;
/// What the stripped image may put into a guest's memory from its file.
constexpr uint64_t kBudgetBytes = 501 * kKib;
/// Below this some VMM keeps something of its own.
constexpr uint64_t kLowestAddress = 2 * kKib * kKib;
/// XEN_ELFNOTE_PHYS32_ENTRY.
constexpr uint32_t kPvhEntryNote = 18;
/// How far QEMU looks for what would make it take another door.
constexpr size_t kSearchedBytes = 8 * kKib;

/// Bazel starts a test where these are relative to.
constexpr const char* kImagePath = "firmware.elf";
constexpr const char* kDebugImagePath = "firmware.debug.elf";

std::string ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream contents;
  contents << file.rdbuf();
  return std::move(contents).str();
}

class FirmwareElf : public ::testing::Test {
 protected:
  void SetUp() override {
    file_ = ReadFile(kImagePath);
    auto image = ElfImage::Parse(AsBytes(file_));
    ASSERT_OK(image);
    image_.push_back(*std::move(image));
  }

  const ElfImage& image() const { return image_.front(); }
  std::vector<Segment> loaded() const {
    return image().SegmentsOfType(kLoadSegment);
  }

  bool IsExecutable(uint64_t address) const {
    const auto segments = loaded();
    return std::ranges::any_of(segments, [=](const Segment& segment) {
      return segment.executable && segment.Contains(address);
    });
  }

  std::string file_;

 private:
  std::vector<ElfImage> image_;
};

TEST_F(FirmwareElf, FitsItsBudget) {
  uint64_t size = 0;
  for (const Segment& segment : loaded()) size += segment.file_size_bytes;

  EXPECT_LE(size, kBudgetBytes)
      << "The image loads " << size << " bytes, " << size - kBudgetBytes
      << " more than its budget.";
  EXPECT_GE(size, kBudgetBytes - kBudgetBytes / 10)
      << "The image is far below its budget: lower it.";
  RecordProperty("loaded_bytes", std::to_string(size));
}

TEST_F(FirmwareElf, HasOneNoteSegmentAlignedToFourBytes) {
  const auto notes = image().SegmentsOfType(kNoteSegment);

  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].alignment, 4u);
  EXPECT_EQ(notes[0].file_offset % 4, 0u);
}

TEST_F(FirmwareElf, NamesItsPvhEntryInTheOnlyNote) {
  const auto segments = image().SegmentsOfType(kNoteSegment);
  ASSERT_EQ(segments.size(), 1u);

  ASSERT_OK_AND_ASSIGN(const auto notes, image().ReadNotes(segments[0]));

  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].owner, "Xen");
  EXPECT_EQ(notes[0].type, kPvhEntryNote);
  ASSERT_EQ(notes[0].description.size(), 8u);
  ASSERT_OK_AND_ASSIGN(const uint64_t entry,
                       ReadWire<Le64>(notes[0].description));
  EXPECT_TRUE(IsExecutable(entry)) << std::hex << entry;
}

TEST_F(FirmwareElf, EntersExecutableMemory) {
  EXPECT_TRUE(IsExecutable(image().entry())) << std::hex << image().entry();
}

TEST_F(FirmwareElf, NeverMakesWritableMemoryExecutable) {
  for (const Segment& segment : loaded()) {
    EXPECT_FALSE(segment.writable && segment.executable)
        << std::hex << segment.physical_address;
  }
}

TEST_F(FirmwareElf, LoadsAscendingAboveTwoMebibytesAtItsVirtualAddress) {
  uint64_t end = kLowestAddress;

  for (const Segment& segment : loaded()) {
    EXPECT_GE(segment.physical_address, end);
    EXPECT_EQ(segment.physical_address, segment.virtual_address);
    end = segment.physical_address + segment.memory_size_bytes;
  }
}

TEST_F(FirmwareElf, LoadsOnlyMemoryAndNotes) {
  for (const Segment& segment : image().segments()) {
    EXPECT_TRUE(segment.type == kLoadSegment || segment.type == kNoteSegment)
        << "a segment of type " << std::hex << segment.type;
  }
}

TEST_F(FirmwareElf, DoesNotLookLikeMultibootOrLinux) {
  const std::string start = file_.substr(0, kSearchedBytes);

  EXPECT_EQ(start.find("\x02\xb0\xad\x1b"), start.npos) << "Multiboot";
  EXPECT_EQ(start.find("\xd6\x50\x52\xe8"), start.npos) << "Multiboot 2";
  EXPECT_NE(start.substr(0x202, 4), "HdrS");
}

TEST_F(FirmwareElf, IsStripped) {
  ASSERT_OK_AND_ASSIGN(const auto symbols, image().ReadSymbols());

  EXPECT_THAT(symbols, IsEmpty());
}

class FirmwareSymbols : public ::testing::Test {
 protected:
  void SetUp() override {
    file_ = ReadFile(kDebugImagePath);
    auto image = ElfImage::Parse(AsBytes(file_));
    ASSERT_OK(image);
    auto symbols = image->ReadSymbols();
    ASSERT_OK(symbols);
    symbols_ = *std::move(symbols);
    ASSERT_FALSE(symbols_.empty());
  }

  std::vector<Symbol> symbols_;

 private:
  std::string file_;
};

TEST_F(FirmwareSymbols, AreAllDefined) {
  for (const Symbol& symbol : symbols_) {
    EXPECT_TRUE(symbol.is_defined) << symbol.name;
  }
}

TEST_F(FirmwareSymbols, HoldNothingOfAHostedProgram) {
  constexpr std::string_view kForbidden[] = {
      "malloc",       // a heap
      "calloc",       //
      "free",         //
      "_Znwm",        // operator new
      "_Znam",        // operator new[]
      "__cxa_throw",  // exceptions
      "__cxa_begin_catch",
      "__gxx_personality_v0",
      "_Unwind_Resume",
      "__dynamic_cast",  // RTTI
      "_ZTVN10__cxxabiv117__class_type_infoE",
      "__cxa_atexit",         // destructors of globals
      "__cxa_guard_acquire",  // function-local statics
      "__tls_get_addr",       // thread-local storage
      "__udivti3",            // library calls we do not mean to make
      "__muldf3",
      "__stack_chk_fail",
  };
  for (const Symbol& symbol : symbols_) {
    EXPECT_EQ(std::ranges::count(kForbidden, symbol.name), 0) << symbol.name;
  }
}

}  // namespace
}  // namespace flint::elf
