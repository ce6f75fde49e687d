// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "fs/fat/directory_record.h"
#include "fs/fat/fat_checker.h"
#include "fs/fat/fat_image_builder.h"
#include "fs/fat/mounted_volume.h"
#include "fs/fat/writable_volume.h"
#include "gtest/gtest.h"

namespace flint::fat {

inline constexpr FatImageBuilder::Shape kFat16{};
/// A FAT16 volume with two files.
class FatWriteTest : public ::testing::Test {
 protected:
  FatWriteTest() : volume_(Start().image(), 512) {}

  static FatImageBuilder Start() {
    FatImageBuilder builder(kFat16);
    builder.AddFile("a.txt", "first");
    builder.AddFile("dir/A long name.txt", Pattern(2000));
    return builder;
  }

  /// The one record in the root directory whose short name is `name`.
  DirectoryRecord RecordOf(std::string_view name) {
    const auto layout = volume_.files().layout();
    const auto disk = volume_.disk().contents();
    for (uint64_t at = 0; at < layout.root_size_bytes; at += 32) {
      const auto record =
          *ReadWire<DirectoryRecord>(disk, layout.root_offset + at);
      const auto text = AsText(std::as_bytes(std::span(record.name)));
      if (text == name && !record.is_long_name()) return record;
    }
    ADD_FAILURE() << "no record " << name;
    return {};
  }

  void ExpectGood() {
    const CheckReport report = volume_.Check();
    EXPECT_TRUE(report.IsSpotless())
        << (report.damage.empty() ? "lost clusters" : report.damage.front());
  }

  WritableVolume volume_;
};

}  // namespace flint::fat
