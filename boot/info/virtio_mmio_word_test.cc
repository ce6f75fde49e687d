// SPDX-License-Identifier: Apache-2.0
#include "boot/info/virtio_mmio_word.h"

#include <string>
#include <string_view>
#include <vector>

#include "boot/info/command_line_words.h"
#include "gtest/gtest.h"

namespace flint::boot {
namespace {

std::vector<std::string> Split(std::string_view text) {
  std::vector<std::string> all;
  CommandLineWords words(text);
  while (const auto word = words.Next()) all.emplace_back(*word);
  return all;
}

TEST(CommandLineWords, EndAtBlanks) {
  EXPECT_EQ(Split("  one two\tthree\r\n"),
            (std::vector<std::string>{"one", "two", "three"}));
}

TEST(CommandLineWords, KeepQuotedBlanks) {
  EXPECT_EQ(Split("a=\"b c\" \"d e\"f \"g h"),
            (std::vector<std::string>{"a=\"b c\"", "\"d e\"f", "\"g h"}));
}

TEST(CommandLineWords, MayBeNone) {
  EXPECT_TRUE(Split("").empty());
  EXPECT_TRUE(Split(" \n").empty());
}

TEST(VirtioMmioWord, IsReadAsQemuWritesIt) {
  EXPECT_EQ(ParseVirtioMmioWord("virtio_mmio.device=512@0xfeb00e00:12"),
            (VirtioMmioDevice{0xFEB0'0E00, 512}));
}

TEST(VirtioMmioWord, IsReadAsFirecrackerWritesIt) {
  EXPECT_EQ(ParseVirtioMmioWord("virtio_mmio.device=4K@0xc0001000:5"),
            (VirtioMmioDevice{0xC000'1000, 4096}));
}

TEST(VirtioMmioWord, HasNumbersAsTheKernelReadsThem) {
  EXPECT_EQ(ParseVirtioMmioWord("virtio_mmio.device=0x200@4096:0x7:3"),
            (VirtioMmioDevice{4096, 512}));
  EXPECT_EQ(ParseVirtioMmioWord("virtio_mmio.device=01000@010000:07"),
            (VirtioMmioDevice{4096, 512}));
  EXPECT_EQ(ParseVirtioMmioWord("virtio_mmio.device=1m@0X10:0"),
            (VirtioMmioDevice{16, uint64_t{1} << 20}));
  EXPECT_EQ(ParseVirtioMmioWord("virtio_mmio.device=2G@0xffffffffffffffff:1"),
            (VirtioMmioDevice{UINT64_MAX, uint64_t{1} << 31}));
  EXPECT_EQ(ParseVirtioMmioWord("virtio_mmio.device=1T@0:1"),
            (VirtioMmioDevice{0, uint64_t{1} << 40}));
}

TEST(VirtioMmioWord, IsNothingElse) {
  for (const std::string_view word : {
           "virtio_mmio.device",
           "virtio_mmio.device=",
           "virtio_mmio.device=512",
           "virtio_mmio.device=512@",
           "virtio_mmio.device=512@0xfeb00e00",
           "virtio_mmio.device=512@0xfeb00e00:",
           "virtio_mmio.device=512@0xfeb00e00:12:",
           "virtio_mmio.device=512@0xfeb00e00:12:1 ",
           "virtio_mmio.device=512@0xfeb00e00:12;init=/bad",
           "virtio_mmio.device=512Q@0xfeb00e00:12",
           "virtio_mmio.device=K@0xfeb00e00:12",
           "virtio_mmio.device=-1@0xfeb00e00:12",
           "virtio_mmio.device=512@-1:12",
           "virtio_mmio.device=512@0x:12",
           "virtio_mmio.device=512@0x1ffffffffffffffff:12",
           "virtio_mmio.device=16777216T@0:12",
           "virtio_mmio.device=\"512@0xfeb00e00:12\"",
           "xvirtio_mmio.device=512@0xfeb00e00:12",
           "",
       }) {
    EXPECT_EQ(ParseVirtioMmioWord(word), std::nullopt) << word;
  }
}

}  // namespace
}  // namespace flint::boot
