// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/esp_backend.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "efi/variables/variable_area.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/writable_volume.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using fat::FatImageBuilder;
using fat::WritableVolume;
using ::flint::testing::IsError;

constexpr size_t kBufferBytes = size_t{32} * 1024;
constexpr uint32_t kBlockBytes = 512;

using Image = std::vector<std::byte>;

/// A store with one variable of that many bytes.
Image MakeImage(size_t data_bytes, std::byte value) {
  Image memory(kBufferBytes);
  VariableArea area(memory);
  area.Clear();
  const Image data(data_bytes, value);
  constexpr std::string_view kName("A\0\0\0", 4);
  const VariableKey key{.name = AsBytes(kName), .vendor = {}};
  EXPECT_TRUE(area.Add(key, 7, data));
  const Bytes image = area.Image();
  return {image.begin(), image.end()};
}

class EspVariableBackendTest : public ::testing::Test {
 protected:
  EspVariableBackendTest()
      : volume_(FatImageBuilder({.type = fat::FatType::kFat12,
                                 .sectors_per_cluster = 4,
                                 .cluster_count = 40})
                    .image(),
                kBlockBytes) {}

  /// What a machine that starts now finds.
  static Result<Image> LoadFrom(WritableVolume& volume) {
    EspVariableBackend backend(volume.files());
    Image buffer(kBufferBytes);
    const Bytes image = TRY(backend.Load(buffer));
    return Image(image.begin(), image.end());
  }
  Result<Image> Load() { return LoadFrom(volume_); }

  Status Replace(const Image& image) {
    return EspVariableBackend(volume_.files()).Replace(image);
  }

  void WriteRuntimeFile(const Image& image) {
    ASSERT_OK(volume_.CreateWith(kRuntimeVariableFileName, AsText(image)));
  }

  static bool IsNothing(const Result<Image>& loaded) {
    return !loaded && (loaded.error().code() == ErrorCode::kNotFound ||
                       loaded.error().code() == ErrorCode::kCorrupt);
  }

  /// One write of one block.
  struct BlockWrite {
    uint64_t offset;
    Bytes bytes;
  };
  /// Which of the writes since the last flush have arrived on the disk.
  using Arrived = std::vector<bool>;

  /// The first ones: what a VM leaves that is killed.
  static std::vector<Arrived> ArrivedInOrder(size_t count) {
    std::vector<Arrived> arrivals;
    for (size_t i = 0; i <= count; ++i) {
      std::fill_n(arrivals.emplace_back(count).begin(), i, true);
    }
    return arrivals;
  }

  /// All but one, just one, and many others: what a host leaves whose power
  /// fails, because disks write their caches back in any order.
  std::vector<Arrived> ArrivedInAnyOrder(size_t count) {
    std::vector<Arrived> arrivals;
    for (size_t i = 0; i < count; ++i) {
      arrivals.emplace_back(count, true)[i] = false;
      arrivals.emplace_back(count, false)[i] = true;
      Arrived& some = arrivals.emplace_back(count);
      for (size_t j = 0; j < count; ++j) some[j] = random_() % 2 == 0;
    }
    return arrivals;
  }

  static Image DiskAfter(Image disk,
                         const std::vector<BlockWrite>& writes,
                         const Arrived& arrived) {
    for (size_t i = 0; i < writes.size(); ++i) {
      if (!arrived[i]) continue;
      std::ranges::copy(
          writes[i].bytes,
          disk.begin() + static_cast<ptrdiff_t>(writes[i].offset));
    }
    return disk;
  }

  /// The blocks of a replacement of the store, by the flush that follows them.
  std::vector<std::vector<BlockWrite>> RecordReplacement(const Image& image) {
    volume_.disk().Clear();
    EXPECT_OK(Replace(image));
    std::vector<std::vector<BlockWrite>> writes(1);
    for (const auto& request : volume_.disk().requests()) {
      for (size_t at = 0; at < request.bytes.size(); at += kBlockBytes) {
        writes.back().push_back(
            {request.offset + at,
             Bytes(request.bytes).subspan(at, kBlockBytes)});
      }
      if (request.bytes.empty()) writes.emplace_back();
    }
    EXPECT_TRUE(writes.back().empty()) << "no flush at the end";
    writes.pop_back();
    return writes;
  }

  /// Replaces the store, and sees that at any moment the disk holds `before`
  /// (nothing if that is empty) or `after`, and the latter for good once that
  /// is done.
  void ExpectAtomic(const Image& before, const Image& after) {
    Image disk(volume_.disk().contents().begin(),
               volume_.disk().contents().end());
    for (const auto& writes : RecordReplacement(after)) {
      for (const Arrived& arrived : ArrivedInAnyOrder(writes.size())) {
        WritableVolume volume(DiskAfter(disk, writes, arrived), kBlockBytes);
        const Result<Image> now = LoadFrom(volume);
        ExpectEither(before, after, now);
        // The file system may be damaged; what is there is not lost.
        if (EspVariableBackend(volume.files()).Replace(last_)) {
          EXPECT_TRUE(LoadFrom(volume) == last_);
        } else {
          ExpectEither(before, after, LoadFrom(volume));
          EXPECT_EQ(LoadFrom(volume).has_value(), now.has_value());
        }
      }
      for (const Arrived& arrived : ArrivedInOrder(writes.size())) {
        WritableVolume volume(DiskAfter(disk, writes, arrived), kBlockBytes);
        ExpectEither(before, after, LoadFrom(volume));
        ASSERT_OK(EspVariableBackend(volume.files()).Replace(last_));
        EXPECT_TRUE(LoadFrom(volume) == last_);
      }
      disk = DiskAfter(disk, writes, Arrived(writes.size(), true));
    }
    EXPECT_TRUE(Load() == after);
    EXPECT_TRUE(std::ranges::equal(disk, volume_.disk().contents()));
    EXPECT_TRUE(volume_.Check().IsSpotless());
  }

  static void ExpectEither(const Image& before,
                           const Image& after,
                           const Result<Image>& now) {
    const bool is_before = before.empty() ? IsNothing(now) : now == before;
    EXPECT_TRUE(is_before || now == after)
        << (now ? "another store" : now.error().reason());
  }

  std::mt19937 random_;
  WritableVolume volume_;
  const Image first_ = MakeImage(100, std::byte{1});
  const Image second_ = MakeImage(3000, std::byte{2});
  const Image third_ = MakeImage(500, std::byte{3});
  const Image last_ = MakeImage(200, std::byte{4});
};

TEST_F(EspVariableBackendTest, WritesNothingBeforeThereIsSomethingToKeep) {
  EXPECT_THAT(Load(), IsError(ErrorCode::kNotFound));

  EXPECT_TRUE(volume_.disk().requests().empty());
}

TEST_F(EspVariableBackendTest, KeepsTheLastImage) {
  for (const Image& image : {first_, second_, third_, second_, first_}) {
    ASSERT_OK(Replace(image));

    EXPECT_TRUE(Load() == image);
  }
  EXPECT_EQ(volume_.Check().files.size(), 4u);  // two directories, two slots
}

TEST_F(EspVariableBackendTest, HoldsTheOldOrTheNewImageAtAnyMoment) {
  ExpectAtomic({}, first_);
  ExpectAtomic(first_, second_);
  ExpectAtomic(second_, third_);
  ExpectAtomic(third_, first_);
  WriteRuntimeFile(second_);
  ExpectAtomic(second_, third_);
}

TEST_F(EspVariableBackendTest, TakesWhatTheOperatingSystemWrote) {
  ASSERT_OK(Replace(first_));
  WriteRuntimeFile(second_);

  EXPECT_TRUE(Load() == second_);
  ASSERT_OK(Replace(third_));
  EXPECT_TRUE(Load() == third_);
  EXPECT_THAT(volume_.files().Open(kRuntimeVariableFileName),
              IsError(ErrorCode::kNotFound));
}

TEST_F(EspVariableBackendTest, PassesOverAFileThatWasCutShort) {
  ASSERT_OK(Replace(first_));
  for (size_t size = 0; size < second_.size(); size += 97) {
    WriteRuntimeFile(
        Image(second_.begin(), second_.begin() + static_cast<ptrdiff_t>(size)));

    EXPECT_TRUE(Load() == first_);
    ASSERT_OK(volume_.Remove(kRuntimeVariableFileName));
  }
}

TEST_F(EspVariableBackendTest, FallsBackToTheOlderSlot) {
  ASSERT_OK(Replace(first_));
  ASSERT_OK(Replace(third_));
  const std::string path = "/EFI/flint/variables.1";
  ASSERT_OK_AND_ASSIGN(const std::string good, volume_.Read(path));
  // Each field of the header, and the image at both ends.
  const size_t end = VariableSlotHeader::kImageOffset + third_.size() - 1;
  for (const size_t at : std::vector<size_t>{
           0, 8, 12, 16, 20, 24, 32, VariableSlotHeader::kImageOffset, end}) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    ASSERT_OK(volume_.Write(path, 0, bad));

    EXPECT_TRUE(Load() == first_) << at;
  }
  ASSERT_OK(volume_.Write(path, 0, good));
  ASSERT_OK(volume_.Resize(path, end));
  EXPECT_TRUE(Load() == first_);
  ASSERT_OK(volume_.Resize("/EFI/flint/variables.0", 10));
  EXPECT_THAT(Load(), IsError(ErrorCode::kCorrupt));

  ASSERT_OK(Replace(second_));
  EXPECT_TRUE(Load() == second_);
}

TEST_F(EspVariableBackendTest, RefusesASlotThatIsLargerThanItsFile) {
  ASSERT_OK(Replace(first_));
  Image buffer(first_.size() - 1);
  EspVariableBackend backend(volume_.files());

  EXPECT_THAT(backend.Load(buffer), IsError(ErrorCode::kNoMemory));
}

TEST_F(EspVariableBackendTest, FailedWritesLeaveTheOldImage) {
  ASSERT_OK(Replace(first_));
  ASSERT_OK(Replace(second_));
  for (size_t count = 0;; ++count) {
    volume_.disk().FailAfter(count);
    const Status replaced = Replace(third_);
    if (replaced) break;

    ASSERT_TRUE(Load() == second_) << count;
    ASSERT_LT(count, 100u);
  }
  EXPECT_TRUE(Load() == third_);
}

TEST_F(EspVariableBackendTest, AFullVolumeLeavesTheOldImage) {
  ASSERT_OK(Replace(first_));
  ASSERT_OK_AND_ASSIGN(const auto info, volume_.files().Describe());
  ASSERT_OK(volume_.Create("large"));
  ASSERT_OK(volume_.Resize("large", info.free_bytes));

  EXPECT_THAT(Replace(second_), IsError(ErrorCode::kNoMemory));
  EXPECT_TRUE(Load() == first_);
}

TEST_F(EspVariableBackendTest, RefusesToReplaceADirectory) {
  ASSERT_OK(volume_.Create("EFI", true));
  ASSERT_OK(volume_.Create("EFI/flint", true));
  ASSERT_OK(volume_.Create("EFI/flint/variables.0", true));

  EXPECT_THAT(Replace(first_), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace flint::efi
