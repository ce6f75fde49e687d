// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/module_program.h"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "loader/pe/pe_builder.h"
#include "platforms/base/arena.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::boot {
namespace {

using testing::IsError;

class ModuleProgramTest : public ::testing::Test {
 protected:
  /// A module with this content, which the VMM loaded.
  Module Load(Bytes content) {
    const uint64_t address = next_address_;
    next_address_ += 0x10'0000;
    memory_.AddRegion(address, content);
    return {
        .address = address, .size_bytes = content.size(), .command_line = {}};
  }

  FakeGuestMemory memory_;
  Arena arena_{memory_.AddRegion(0x20'0000, 1 << 14)};
  boot_plan::BootPlan plan_{arena_};
  uint64_t next_address_ = 0x100'0000;
};

TEST_F(ModuleProgramTest, TellsAProgramFromInitrds) {
  const std::vector<std::byte> program =
      pe::ImageBuilder::Application().Build();
  const std::array modules = {Load(program), Load(AsBytes("initrd"))};

  const LoadedModules both(modules, memory_);
  EXPECT_EQ(both.program().size(), program.size());
  ASSERT_EQ(both.initrds().size(), 1u);
  EXPECT_EQ(both.initrds()[0].address, modules[1].address);

  const LoadedModules initrd_only(std::span(modules).last(1), memory_);
  EXPECT_TRUE(initrd_only.program().empty());
  EXPECT_EQ(initrd_only.initrds().size(), 1u);

  const LoadedModules none({}, memory_);
  EXPECT_TRUE(none.program().empty());
  EXPECT_TRUE(none.initrds().empty());
}

TEST_F(ModuleProgramTest, TakesNothingFromOutsideMemory) {
  const std::array modules = {
      Module{.address = 0xF000'0000, .size_bytes = 0x1000, .command_line = {}}};

  const LoadedModules loaded(modules, memory_);
  ModuleInitrds initrds(loaded.initrds(), memory_);
  std::array<std::byte, 0x1000> out;

  EXPECT_TRUE(loaded.program().empty());
  EXPECT_THAT(initrds.Load(out), IsError(ErrorCode::kOutOfRange));
}

TEST_F(ModuleProgramTest, IsTriedFirstWithItsOwnOptionsOrThoseOfTheSettings) {
  ASSERT_OK(plan_.Add({.name = "disk's"}));
  std::array modules = {Load(pe::ImageBuilder::Application().Build())};

  ASSERT_OK(LoadedModules(modules, memory_).AddProgram("settings", plan_));
  ASSERT_NE(plan_.first(), nullptr);
  EXPECT_EQ(plan_.first()->name, "module");
  EXPECT_EQ(plan_.first()->load_options, "settings");
  EXPECT_FALSE(plan_.first()->program.empty());

  boot_plan::BootPlan other(arena_);
  modules[0].command_line.Append("its own");
  ASSERT_OK(LoadedModules(modules, memory_).AddProgram("settings", other));
  EXPECT_EQ(other.first()->load_options, "its own");
}

TEST_F(ModuleProgramTest, AddsNoInitrd) {
  const std::array modules = {Load(AsBytes("initrd"))};

  ASSERT_OK(LoadedModules(modules, memory_).AddProgram("", plan_));

  EXPECT_EQ(plan_.candidate_count(), 0u);
}

TEST_F(ModuleProgramTest, JoinsInitrdsAtMultiplesOfFour) {
  const std::array modules = {Load(AsBytes("first")), Load(AsBytes("2nd"))};
  ModuleInitrds initrds(modules, memory_);
  ASSERT_EQ(initrds.size_bytes(), 11u);
  std::array<std::byte, 11> out;
  out.fill(std::byte{0xFF});

  ASSERT_OK(initrds.Load(out));

  EXPECT_EQ(AsText(out),
            std::string_view("first\0\0\0"
                             "2nd",
                             11));
  EXPECT_THAT(initrds.Load(std::span(out).first(10)),
              IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace flint::boot
