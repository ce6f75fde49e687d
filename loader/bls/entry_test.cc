// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/entry.h"

#include <array>
#include <string>

#include "testing/result_matchers.h"

namespace flint::bls {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsError;

class EntryTest : public ::testing::Test {
 protected:
  Entry Parse(std::string_view text, std::string_view name = "entry.conf") {
    auto entry = ParseEntry(name, text, Architecture::kX64, arena_);
    EXPECT_OK(entry);
    return *entry;
  }

  std::string Obstacle(std::string_view text) {
    const Entry entry = Parse(text);
    return entry.obstacle ? std::string(entry.obstacle->reason()) : "";
  }

  std::array<std::byte, 65536> memory_;
  Arena arena_{memory_};
};

TEST_F(EntryTest, HoldsEveryKeyOfTheSpecificationsExample) {
  const Entry entry = Parse(
      "# /boot/loader/entries/6a98-3.8.0-2.fc19.x86_64.conf\n"
      "title        Fedora 19 (Rawhide)\n"
      "sort-key     fedora\n"
      "machine-id   6a9857a393724b7a981ebb5b8495b9ea\n"
      "version      3.8.0-2.fc19.x86_64\n"
      "options      root=UUID=6d3376e4-fc93-4509-95ec-a21d68011da2 quiet\n"
      "architecture x64\n"
      "linux        /6a98/3.8.0-2.fc19.x86_64/linux\n"
      "initrd       /6a98/3.8.0-2.fc19.x86_64/initrd\n"
      "extra        /6a98/3.8.0-2.fc19.x86_64/somedata.cred\n");

  EXPECT_EQ(entry.title, "Fedora 19 (Rawhide)");
  EXPECT_EQ(entry.sort_key, "fedora");
  EXPECT_EQ(entry.machine_id, "6a9857a393724b7a981ebb5b8495b9ea");
  EXPECT_EQ(entry.version, "3.8.0-2.fc19.x86_64");
  EXPECT_EQ(entry.options,
            "root=UUID=6d3376e4-fc93-4509-95ec-a21d68011da2 quiet");
  EXPECT_EQ(entry.linux, "/6a98/3.8.0-2.fc19.x86_64/linux");
  EXPECT_THAT(entry.initrds, ElementsAre("/6a98/3.8.0-2.fc19.x86_64/initrd"));
  EXPECT_THAT(entry.dropped_variables, IsEmpty());
  EXPECT_FALSE(entry.obstacle);
  EXPECT_EQ(entry.file_name, "entry.conf");
  EXPECT_EQ(entry.id, "entry");
}

TEST_F(EntryTest, CollectsSeveralInitrdsAndOptionsInOrder) {
  const Entry entry = Parse(
      "initrd /ucode.img\n"
      "options root=/dev/vda1\n"
      "linux /k\n"
      "initrd /initrd.img\n"
      "options   quiet  splash \n"
      "options\n"
      "initrd\n");

  EXPECT_THAT(entry.initrds, ElementsAre("/ucode.img", "/initrd.img"));
  EXPECT_EQ(entry.options, "root=/dev/vda1 quiet  splash");
}

TEST_F(EntryTest, MatchesKeysAsWholeWords) {
  const Entry entry = Parse("linux-old /old\nlinux /new\ninitrdx /x\n");

  EXPECT_EQ(entry.linux, "/new");
  EXPECT_THAT(entry.initrds, IsEmpty());
}

TEST_F(EntryTest, LeavesOutGrubVariables) {
  const Entry entry = Parse(
      "linux /k\n"
      "initrd /initramfs.img $tuned_initrd\n"
      "initrd $early\n"
      "options $kernelopts  ro memmap=64M$0x100000 ${tuned_params} a$b\n");

  EXPECT_THAT(entry.initrds, ElementsAre("/initramfs.img"));
  EXPECT_EQ(entry.options, "ro memmap=64M$0x100000 a$b");
  EXPECT_THAT(
      entry.dropped_variables,
      ElementsAre("$tuned_initrd", "$early", "$kernelopts", "${tuned_params}"));
  EXPECT_FALSE(entry.obstacle);
}

TEST_F(EntryTest, TakesBlanksInAPathForPartOfIt) {
  EXPECT_THAT(Parse("linux /k\ninitrd /my initrd.img\n").initrds,
              ElementsAre("/my initrd.img"));
}

TEST_F(EntryTest, TellsWhyItCannotBeBooted) {
  EXPECT_EQ(Obstacle("linux /k\narchitecture X64\n"), "");
  EXPECT_EQ(Obstacle("linux /k\narchitecture\n"), "");
  EXPECT_EQ(Obstacle("linux /k\narchitecture aa64\n"),
            "is for another architecture");
  EXPECT_EQ(Obstacle("title x\n"), "names no kernel");
  EXPECT_EQ(Obstacle("linux\n"), "names no kernel");
  EXPECT_EQ(Obstacle("linux $k\n"),
            "names its kernel by a variable that only GRUB knows");
  EXPECT_EQ(Obstacle("efi $x.efi\n"),
            "names its kernel by a variable that only GRUB knows");
  EXPECT_EQ(Obstacle("efi\nuki\n"), "names no kernel");
  EXPECT_EQ(Obstacle("uki-url http://example.com/x.efi\n"),
            "is to be loaded over the network");
  EXPECT_EQ(Obstacle("linux /k\ndevicetree /x.dtb\n"),
            "needs a device tree, which cannot be passed on");
}

TEST_F(EntryTest, NamesAUefiProgram) {
  const Entry entry = Parse("efi /EFI/x.efi\noptions a b\n");

  EXPECT_FALSE(entry.obstacle);
  EXPECT_EQ(entry.program, "/EFI/x.efi");
  EXPECT_EQ(entry.options, "a b");
  EXPECT_EQ(Parse("uki /u.efi\n").program, "/u.efi");
}

TEST_F(EntryTest, PrefersAKernelToAProgram) {
  const Entry entry = Parse("linux /k\nefi /x.efi\n");

  EXPECT_EQ(entry.linux, "/k");
  EXPECT_EQ(entry.program, "");
}

TEST_F(EntryTest, BoundsItsLists) {
  std::string text = "linux /k\n";
  for (int i = 0; i < 32; ++i) text += "initrd /i\noptions $v\n";
  EXPECT_FALSE(Parse(text).obstacle);
  EXPECT_EQ(Parse(text).initrds.size(), 32u);
  EXPECT_EQ(Parse(text).dropped_variables.size(), 16u);
  EXPECT_EQ(Parse(text).options, "");

  EXPECT_EQ(Obstacle(text + "initrd $x /i\n"), "names more than 32 initrds");
}

TEST_F(EntryTest, ObeysTheMachinesArchitecture) {
  const auto obstacle = [&](Architecture architecture) {
    return ParseEntry(
               "a.conf", "linux /k\narchitecture AA64", architecture, arena_)
        ->obstacle.has_value();
  };

  EXPECT_TRUE(obstacle(Architecture::kX64));
  EXPECT_FALSE(obstacle(Architecture::kAa64));
  EXPECT_TRUE(obstacle(Architecture::kRiscV64));
}

TEST_F(EntryTest, FailsOnlyForWantOfMemory) {
  Arena none(std::span<std::byte>{});

  EXPECT_THAT(ParseEntry("a.conf", "options x", Architecture::kX64, none),
              IsError(ErrorCode::kNoMemory));
}

TEST_F(EntryTest, ParsesEveryPrefixOfAnEntry) {
  const std::string text =
      "title \"T\"\r\nlinux /k\r\ninitrd /a $b\r\noptions x $y ${z}\r\n";

  for (size_t size = 0; size <= text.size(); ++size) {
    const Entry entry = Parse(std::string_view(text).substr(0, size));
    EXPECT_EQ(entry.obstacle.has_value(), entry.linux.empty()) << size;
  }
}

TEST_F(EntryTest, TakesCountersOffTheFileName) {
  const auto describe = [](std::string_view name) -> std::string {
    const auto parsed = ParseEntryName(name, ".conf");
    if (!parsed) return "none";
    std::string text(parsed->id);
    if (parsed->count) {
      text += "|" + std::to_string(parsed->count->tries_left) + "|" +
              std::to_string(parsed->count->tries_done);
    }
    return text;
  };

  EXPECT_EQ(describe("a.conf"), "a");
  EXPECT_EQ(describe("a.CONF"), "a");
  EXPECT_EQ(describe("a+3.conf"), "a|3|0");
  EXPECT_EQ(describe("a+3-1.conf"), "a|3|1");
  EXPECT_EQ(describe("a-6.1+03-001.conf"), "a-6.1|3|1");
  EXPECT_EQ(describe("a+1+2.conf"), "a+1|2|0");
  EXPECT_EQ(describe("a+99999999999999999999.conf"), "a|4294967295|0");
  EXPECT_EQ(describe("a+.conf"), "a+");
  EXPECT_EQ(describe("a+3-.conf"), "a+3-");
  EXPECT_EQ(describe("a+-1.conf"), "a+-1");
  EXPECT_EQ(describe("a-3-1.conf"), "a-3-1");
  EXPECT_EQ(describe("a+3x.conf"), "a+3x");
  EXPECT_EQ(describe("+3.conf"), "+3");
  EXPECT_EQ(describe(".conf"), "none");
  EXPECT_EQ(describe("a.con"), "none");
  EXPECT_EQ(describe("aconf"), "none");
}

TEST_F(EntryTest, IsBadOnlyWithoutTries) {
  const auto bad = [&](std::string_view name) {
    return Parse("linux /k", name).sort_fields().bad;
  };

  EXPECT_FALSE(bad("a.conf"));
  EXPECT_FALSE(bad("a+1.conf"));
  EXPECT_FALSE(bad("a+1-5.conf"));
  EXPECT_TRUE(bad("a+0.conf"));
  EXPECT_TRUE(bad("a+00-3.conf"));
}

// Each of these comes before all that follow.
constexpr std::array<SortFields, 10> kMenu = {{
    // With sort-key: by it, upwards; the machine, upwards; the version, down.
    {.sort_key = "arch", .name = "1"},
    {.sort_key = "debian", .version = "6.2", .name = "1"},
    {.sort_key = "debian", .version = "6.1", .name = "9"},
    {.sort_key = "debian", .machine_id = "0a", .version = "1", .name = "1"},
    {.sort_key = "debian", .machine_id = "0b", .version = "10", .name = "1"},
    // All equal: by name, down.
    {.sort_key = "debian", .machine_id = "0b", .version = "9", .name = "b"},
    {.sort_key = "debian", .machine_id = "0b", .version = "9", .name = "a"},
    // Without: by name only.
    {.machine_id = "0c", .version = "1", .name = "z-10"},
    {.machine_id = "0a", .version = "9", .name = "z-9"},
    // Bad ones at the end.
    {.sort_key = "arch", .name = "1+0-3", .bad = true},
}};

TEST(CompareForMenu, OrdersAsTheSpecificationSays) {
  for (size_t i = 0; i < kMenu.size(); ++i) {
    for (size_t j = 0; j < kMenu.size(); ++j) {
      EXPECT_TRUE(CompareForMenu(kMenu[i], kMenu[j]) == (i <=> j))
          << i << " and " << j;
    }
  }
}

}  // namespace
}  // namespace flint::bls
