// SPDX-License-Identifier: Apache-2.0
// Random operations on a volume, and on a map that says what must come out.
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fs/fat/fat_checker.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/mounted_volume.h"
#include "fs/fat/writable_volume.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::fat {
namespace {

constexpr int kOperationCount = 500;
constexpr int kOperationsBetweenChecks = 50;

/// The files as they must be; of directories, the path ends in '/'.
using Model = std::map<std::string, std::string>;

bool Exists(const Model& model, const std::string& path) {
  return model.contains(path) || model.contains(path + "/");
}

class ModelTest : public ::testing::TestWithParam<VolumeKind> {
 protected:
  uint32_t Random(uint32_t limit) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>(state_ >> 33) % limit;
  }

  std::string AnyName() {
    static const std::vector<std::string> kNames{"a",
                                                 "readme.txt",
                                                 "Mixed Case.txt",
                                                 "LOADER.CONF",
                                                 "longname-1",
                                                 "longname-2",
                                                 "longname-3",
                                                 "x.y.z",
                                                 "grün",
                                                 std::string(60, 'w'),
                                                 std::string(230, 'q'),
                                                 "b~1"};
    return kNames[Random(static_cast<uint32_t>(kNames.size()))];
  }

  std::string AnyDirectory() {
    std::vector<std::string> paths{""};
    for (const auto& [path, contents] : model_) {
      if (path.back() == '/') paths.push_back(path);
    }
    return paths[Random(static_cast<uint32_t>(paths.size()))];
  }

  std::optional<std::string> AnyFile() {
    std::vector<std::string> paths;
    for (const auto& [path, contents] : model_) {
      if (path.back() != '/') paths.push_back(path);
    }
    if (paths.empty()) return std::nullopt;
    return paths[Random(static_cast<uint32_t>(paths.size()))];
  }

  /// True if it worked; it may only fail where `may_work` says so, or the
  /// volume is full.
  bool Worked(const Status& status, bool may_work) {
    if (status) {
      EXPECT_TRUE(may_work);
      return true;
    }
    const bool is_full = status.error().code() == ErrorCode::kNoMemory;
    EXPECT_TRUE(is_full || !may_work) << status.error().reason();
    full_count_ += is_full ? 1 : 0;
    return false;
  }

  void Create(bool is_directory) {
    const std::string path = AnyDirectory() + AnyName();
    if (path.size() > 700) return;
    const auto created = volume_->Create(path, is_directory);
    const Status status =
        created ? Status() : Status(std::unexpected(created.error()));
    if (Worked(status, !Exists(model_, path))) {
      model_[is_directory ? path + "/" : path] = "";
    }
  }

  void Write() {
    const auto path = AnyFile();
    if (!path) return;
    std::string& contents = model_[*path];
    const size_t offset = Random(static_cast<uint32_t>(contents.size()) + 900);
    const std::string data =
        Pattern(9000).substr(Random(100), 1 + Random(4000));
    if (!Worked(volume_->Write(*path, offset, data), true)) return;
    if (contents.size() < offset + data.size()) {
      contents.resize(offset + data.size());
    }
    contents.replace(offset, data.size(), data);
  }

  void Resize() {
    const auto path = AnyFile();
    if (!path) return;
    const size_t size = Random(3) == 0 ? 0 : Random(7000);
    if (Worked(volume_->Resize(*path, size), true)) {
      model_[*path].resize(size);
    }
  }

  void Remove() {
    const bool is_directory = Random(3) == 0;
    const std::string path =
        is_directory ? AnyDirectory() : AnyFile().value_or("");
    if (path.empty()) return;
    const auto next = model_.upper_bound(path);
    const bool is_empty =
        !is_directory || next == model_.end() || !next->first.starts_with(path);
    if (Worked(volume_->Remove(path), is_empty)) model_.erase(path);
  }

  void Move() {
    const bool is_directory = Random(3) == 0;
    const std::string from =
        is_directory ? AnyDirectory() : AnyFile().value_or("");
    const std::string to = AnyDirectory() + AnyName();
    if (from.empty() || to.size() > 700) return;
    const std::string old =
        is_directory ? from.substr(0, from.size() - 1) : from;
    const bool may_work =
        old == to ||
        (!Exists(model_, to) && !(is_directory && to.starts_with(from)));
    if (!Worked(volume_->Move(from, to), may_work) || old == to) return;
    Model moved;
    for (auto& [path, contents] : model_) {
      const bool follows = is_directory ? path.starts_with(from) : path == from;
      moved[follows ? to + path.substr(old.size()) : path] = contents;
    }
    model_ = moved;
  }

  void Operate() {
    switch (Random(8)) {
      case 0:
        return Create(false);
      case 1:
        return Create(Random(2) == 0);
      case 2:
      case 3:
        return Write();
      case 4:
        return Resize();
      case 5:
        return Remove();
      default:
        return Move();
    }
  }

  void Compare() {
    const CheckReport report = volume_->Check();
    ASSERT_TRUE(report.IsSpotless())
        << (report.damage.empty() ? "lost clusters" : report.damage.front());
    ASSERT_EQ(report.files, model_);
    for (const auto& [path, contents] : model_) {
      if (path.back() == '/') continue;
      ASSERT_THAT(volume_->Read(path), testing::IsOkAndHolds(contents));
    }
  }

  std::unique_ptr<WritableVolume> volume_;
  Model model_;
  size_t full_count_ = 0;
  uint64_t state_ = 1;
};

TEST_P(ModelTest, DoesWhatTheModelDoes) {
  FatImageBuilder::Shape shape = GetParam().shape;
  // They are small enough to fill up in between.
  if (shape.type == FatType::kFat16) shape.root_entry_count = 32;
  if (shape.type == FatType::kFat32) shape.cluster_count = 150;
  if (shape.sector_size_bytes > 512) shape.cluster_count = 30;
  const uint32_t block_size = GetParam().block_size_bytes;
  volume_ = std::make_unique<WritableVolume>(FatImageBuilder(shape).image(),
                                             block_size);
  for (int i = 1; i <= kOperationCount; ++i) {
    Operate();
    if (HasFailure()) break;
    if (i % kOperationsBetweenChecks != 0) continue;
    Compare();
    if (HasFatalFailure()) break;
    // What was remembered must not differ from what a new mount finds.
    ASSERT_OK(volume_->writer().Flush());
    volume_ = std::make_unique<WritableVolume>(volume_->disk().contents(),
                                               block_size);
    ASSERT_TRUE(volume_->is_mounted());
  }
  EXPECT_GT(full_count_, 0u);
}

INSTANTIATE_TEST_SUITE_P(,
                         ModelTest,
                         ::testing::ValuesIn(VolumeKinds()),
                         [](const auto& kind) {
                           return std::string(kind.param.name);
                         });

}  // namespace
}  // namespace flint::fat
