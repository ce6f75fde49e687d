// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_manager/boot_manager.h"

#include <array>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "efi/abi/protocol/device_path.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "efi/boot_manager/path_expansion.h"
#include "efi/device_path/path_text.h"
#include "efi/device_path/path_writer.h"
#include "efi/environment/host_environment.h"
#include "efi/variables/variable_store_fixture.h"
#include "platforms/base/endian.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using boot_plan::BootPlan;
using boot_plan::Candidate;
using boot_plan::CandidateKind;
using boot_plan::DeviceOrder;
using boot_plan::Rank;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint32_t kAll = kBs | kRt | kNv;

#define GPT_1 "HD(1,GPT,01020304-0506-0708-090A-0B0C0D0E0F10,0x800,0x1000)"
#define GPT_2 "HD(2,GPT,11111111-0506-0708-090A-0B0C0D0E0F10,0x800,0x1000)"
#define DISK_3 "PciRoot(0x0)/Pci(0x3,0x0)"
#define DISK_4 "PciRoot(0x0)/Pci(0x1,0x2)/Pci(0x4,0x0)"
#define BOOTX64 "/\\EFI\\BOOT\\BOOTX64.EFI"

/// A device path, from its text.
class Path {
 public:
  explicit Path(std::string_view text) {
    const std::u16string wide(text.begin(), text.end());
    PathFromText(wide, *writer_);
    path_ = *writer_->Finish();
  }
  const DevicePath& operator*() const { return path_; }

 private:
  FixedPathWriter<512> writer_;
  DevicePath path_ = DevicePath::Empty();
};

std::string TextOf(const DevicePath& path) {
  std::array<char16_t, 512> text{};
  TextWriter out(text);
  PathToText(path, {}, out);
  return {text.begin(), text.begin() + ptrdiff_t(out.size())};
}

/// Remembers what it was to start, and starts nothing.
class FakeRunner final : public ProgramRunner {
 public:
  Outcome Run(const DevicePath& path, Bytes load_options) override {
    runs.push_back(TextOf(path));
    options = AsText(load_options);
    if (variables != nullptr) current = variables->Get(u"BootCurrent", kGlobal);
    const bool started = startable.contains(runs.back());
    return {.started = started,
            .error = started ? Error(ErrorCode::kUnsupported, "came back")
                             : Error(ErrorCode::kNotFound, "not there")};
  }

  static constexpr Guid kGlobal = abi::EFI_GLOBAL_VARIABLE;
  VariableStore* variables = nullptr;
  std::set<std::string> startable;
  std::vector<std::string> runs;
  std::string options;
  VariableStore::Got current;
};

class BootManagerTest : public ::testing::Test,
                        public boot_plan::LineWriter,
                        public boot_plan::Booter {
 protected:
  BootManagerTest() { runner_.variables = &store_; }

  /// A volume at that path, of which nothing but the path matters.
  void AddVolume(std::string_view path_text) {
    const Path& path = *paths_.emplace_back(std::make_unique<Path>(path_text));
    abi::EFI_HANDLE handle = nullptr;
    abi::EFI_GUID path_guid = abi::EFI_DEVICE_PATH_PROTOCOL_GUID;
    abi::EFI_GUID files_guid = abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    ASSERT_EQ(services_.InstallMultipleProtocolInterfaces(&handle,
                                                          &path_guid,
                                                          (*path).abi_pointer(),
                                                          &files_guid,
                                                          &store_,
                                                          nullptr),
              abi::EFI_SUCCESS);
  }

  void SetGlobal(std::u16string_view name,
                 std::string_view data,
                 uint32_t attributes = kAll) {
    ASSERT_EQ(store_.Set(name, attributes, data, abi::EFI_GLOBAL_VARIABLE),
              abi::EFI_SUCCESS);
  }
  void SetGlobal(std::u16string_view name, std::vector<uint16_t> numbers) {
    std::string data;
    for (const uint16_t number : numbers) {
      const Le16 wire(number);
      data += AsText(AsBytes(wire));
    }
    SetGlobal(name, data);
  }
  bool HasGlobal(std::u16string_view name) {
    return store_.Get(name, abi::EFI_GLOBAL_VARIABLE).status ==
           abi::EFI_SUCCESS;
  }

  void AddOption(uint16_t number,
                 std::string_view path_text,
                 uint32_t attributes = abi::LOAD_OPTION_ACTIVE,
                 std::string_view data = "") {
    const Path path(path_text);
    const std::array list{*path};
    std::array<std::byte, 1024> buffer;
    const auto option = BuildLoadOption({.attributes = attributes,
                                         .description = u"An option",
                                         .paths = list,
                                         .optional_data = AsBytes(data)},
                                        buffer);
    ASSERT_OK(option);
    const auto name = OptionName(number);
    SetGlobal(std::u16string(name.begin(), name.end()), AsText(*option));
  }

  std::vector<std::string> Expand(std::string_view path_text) {
    const Path path(path_text);
    PathExpansion expansion(environment_.handles(), environment_.pool(), *path);
    std::vector<std::string> found;
    while (const auto next = expansion.Next()) found.push_back(TextOf(*next));
    EXPECT_FALSE(expansion.Next());
    return found;
  }

  void AddOptions() { ASSERT_OK(manager_.AddOptions(order_, arena_, plan_)); }

  std::vector<std::string> Tried() {
    plan_.Run(*this);
    return tried_;
  }
  std::vector<std::string> Report() {
    plan_.WriteReport(*this);
    return lines_;
  }

  Failure Boot(const Candidate& candidate) override {
    tried_.emplace_back(candidate.name);
    return manager_.Boot(candidate);
  }
  void WriteLine(std::string_view line) override { lines_.emplace_back(line); }

  HostEnvironment host_;
  Environment& environment_ = host_.environment();
  abi::EFI_BOOT_SERVICES& services_ = host_.boot_services();
  VariableStore store_;
  std::vector<std::unique_ptr<Path>> paths_;
  FakeRunner runner_;
  std::vector<std::byte> memory_{size_t{1} << 18};
  Arena arena_{memory_};
  BootPlan plan_{arena_};
  DeviceOrder order_;
  BootManager manager_{{.handles = environment_.handles(),
                        .pool = environment_.pool(),
                        .variables = store_.services(),
                        .runner = runner_}};
  std::vector<std::string> tried_;
  std::vector<std::string> lines_;
};

TEST_F(BootManagerTest, FindsAPartitionWhereverItIs) {
  AddVolume(DISK_3 "/" GPT_1);
  AddVolume(DISK_4 "/" GPT_2);
  AddVolume(DISK_4 "/HD(1,MBR,0xCAFE,0x800,0x1000)");
  AddVolume(DISK_4 "/HD(2,MBR,0xCAFE,0x1800,0x1000)");

  EXPECT_THAT(Expand(GPT_2 "/\\EFI\\debian\\shimx64.efi"),
              ElementsAre(DISK_4 "/" GPT_2 "/\\EFI\\debian\\shimx64.efi"));
  // Its number and place may have changed.
  EXPECT_THAT(
      Expand("HD(9,GPT,01020304-0506-0708-090A-0B0C0D0E0F10,0x1,0x2)/\\a"),
      ElementsAre(DISK_3 "/" GPT_1 "/\\a"));
  EXPECT_THAT(
      Expand("HD(2,MBR,0xCAFE,0x1,0x2)"),
      ElementsAre(DISK_4 "/HD(2,MBR,0x0000CAFE,0x1800,0x1000)" BOOTX64));
  EXPECT_THAT(
      Expand("HD(1,GPT,99999999-0506-0708-090A-0B0C0D0E0F10,0x800,0x1000)/\\a"),
      IsEmpty());
}

TEST_F(BootManagerTest, FindsAFileOnEveryVolume) {
  AddVolume(DISK_3 "/" GPT_1);
  AddVolume(DISK_4);

  EXPECT_THAT(
      Expand("\\a\\b.efi"),
      ElementsAre(DISK_3 "/" GPT_1 "/\\a\\b.efi", DISK_4 "/\\a\\b.efi"));
}

TEST_F(BootManagerTest, FindsTheDefaultFilesOfADevice) {
  AddVolume(DISK_3 "/" GPT_1);
  AddVolume(DISK_3 "/" GPT_2);
  AddVolume(DISK_4);

  EXPECT_THAT(Expand(DISK_3),
              ElementsAre(DISK_3 "/" GPT_1 BOOTX64, DISK_3 "/" GPT_2 BOOTX64));
  EXPECT_THAT(Expand(DISK_3 "/" GPT_2), ElementsAre(DISK_3 "/" GPT_2 BOOTX64));
  EXPECT_THAT(Expand(DISK_4), ElementsAre(DISK_4 BOOTX64));
}

TEST_F(BootManagerTest, TakesAnyOtherPathAsItIs) {
  AddVolume(DISK_3 "/" GPT_1);

  EXPECT_THAT(Expand(DISK_3 "/" GPT_1 "/\\x.efi"),
              ElementsAre(DISK_3 "/" GPT_1 "/\\x.efi"));
  EXPECT_THAT(Expand("PciRoot(0x0)/Pci(0x7,0x0)"),
              ElementsAre("PciRoot(0x0)/Pci(0x7,0x0)"));
  EXPECT_THAT(Expand("USB(0x1,0x0)"), IsEmpty());
  EXPECT_THAT(Expand("Uri(http://example.com/a.efi)"), IsEmpty());
}

TEST_F(BootManagerTest, TriesTheOptionsInOrder) {
  AddVolume(DISK_3 "/" GPT_1);
  AddOption(1, GPT_1 "/\\one.efi", abi::LOAD_OPTION_ACTIVE, "some data");
  AddOption(0xabcd, GPT_1 "/\\two.efi");
  SetGlobal(u"BootOrder", {0xabcd, 1, 0xabcd});
  AddOptions();

  EXPECT_EQ(plan_.first()->title, "An option");
  EXPECT_EQ(plan_.first()->reason, "BootOrder");
  EXPECT_THAT(Tried(), ElementsAre("BootABCD", "Boot0001"));
  EXPECT_THAT(runner_.runs,
              ElementsAre(DISK_3 "/" GPT_1 "/\\two.efi",
                          DISK_3 "/" GPT_1 "/\\one.efi"));
  EXPECT_EQ(runner_.options, "some data");
  EXPECT_THAT(Report(),
              ElementsAre("no bootable operating system found:",
                          "  UEFI boot options: BootABCD: not there",
                          "  UEFI boot options: Boot0001: not there"));
}

TEST_F(BootManagerTest, TriesBootNextOnceAndFirst) {
  AddVolume(DISK_3);
  AddOption(1, "\\one.efi");
  AddOption(2, "\\two.efi", /*attributes=*/0);
  SetGlobal(u"BootOrder", {1});
  SetGlobal(u"BootNext", {2});
  Candidate other;
  other.rank = boot_plan::RankOnDevice(0, CandidateKind::kLoadOption);
  other.name = "other";
  ASSERT_OK(plan_.Add(other));
  AddOptions();

  EXPECT_EQ(plan_.first()->name, "Boot0002");
  EXPECT_EQ(plan_.first()->reason, "BootNext");
  EXPECT_FALSE(HasGlobal(u"BootNext"));
  EXPECT_THAT(Tried(), ElementsAre("Boot0002", "other", "Boot0001"));
}

TEST_F(BootManagerTest, IgnoresABootNextThatWouldStay) {
  CountingObserver observer;
  AddOption(2, "\\two.efi");
  SetGlobal(u"BootNext", {2});
  observer.status = abi::EFI_DEVICE_ERROR;
  store_.observer = &observer;
  BootManager manager({.handles = environment_.handles(),
                       .pool = environment_.pool(),
                       .variables = store_.services(),
                       .runner = runner_});

  ASSERT_OK(manager.AddOptions(order_, arena_, plan_));

  EXPECT_EQ(plan_.item_count(), 0u);
}

TEST_F(BootManagerTest, DeletesABootNextThatMakesNoSense) {
  SetGlobal(u"BootNext", "x");

  AddOptions();

  EXPECT_FALSE(HasGlobal(u"BootNext"));
  EXPECT_EQ(plan_.item_count(), 0u);
}

TEST_F(BootManagerTest, LeavesOutWhatIsNotToBeBooted) {
  AddOption(1, "\\inactive.efi", 0);
  AddOption(2,
            "\\application.efi",
            abi::LOAD_OPTION_ACTIVE | abi::LOAD_OPTION_CATEGORY_APP);
  AddOption(
      3, "\\hidden.efi", abi::LOAD_OPTION_ACTIVE | abi::LOAD_OPTION_HIDDEN);
  SetGlobal(u"Boot0004", "garbage");
  SetGlobal(u"BootOrder", {1, 2, 3, 4, 5});
  AddOptions();

  EXPECT_TRUE(plan_.first()->is_hidden);
  EXPECT_THAT(Tried(), ElementsAre("Boot0003"));
  EXPECT_THAT(Report(),
              ElementsAre("no bootable operating system found:",
                          "  UEFI boot options: Boot0003: "
                          "its device is not there",
                          "  UEFI boot options: Boot0004: structure ends "
                          "beyond its container",
                          "  UEFI boot options: Boot0005: "
                          "there is no such option"));
}

TEST_F(BootManagerTest, StopsAtTheFirstThatCouldBeStarted) {
  AddVolume(DISK_3);
  AddVolume(DISK_4);
  AddVolume("PciRoot(0x0)/Pci(0x5,0x0)");
  AddOption(1, "\\a.efi");
  SetGlobal(u"BootOrder", {1});
  runner_.startable.insert(DISK_4 "/\\a.efi");
  AddOptions();

  Tried();

  EXPECT_THAT(runner_.runs, ElementsAre(DISK_3 "/\\a.efi", DISK_4 "/\\a.efi"));
  EXPECT_EQ(Report()[1], "  UEFI boot options: Boot0001: came back");
}

TEST_F(BootManagerTest, TellsWhichOptionIsBooted) {
  AddVolume(DISK_3);
  AddOption(0x12, "\\a.efi");
  SetGlobal(u"BootOrder", {0x12});
  AddOptions();

  Tried();

  EXPECT_EQ(runner_.current.data, std::string("\x12\0", 2));
  EXPECT_EQ(runner_.current.attributes, kBs | kRt);
  EXPECT_FALSE(HasGlobal(u"BootCurrent"));
}

TEST_F(BootManagerTest, FollowsTheMachinesOrderOfDevices) {
  AddVolume(DISK_3 "/" GPT_1);
  AddVolume(DISK_4 "/" GPT_2);
  AddOption(1, "PciRoot(0x0)/Pci(0x9,0x0)/\\elsewhere.efi");
  AddOption(2, GPT_1 "/\\a.efi");
  AddOption(3, GPT_2 "/\\a.efi");
  SetGlobal(u"BootOrder", {1, 2, 3});
  ASSERT_OK_AND_ASSIGN(
      order_,
      DeviceOrder::Parse("/pci@i0cf8/pci-bridge@1,2/scsi@4/disk@0,0\n"
                         "/pci@i0cf8/scsi@3/disk@0,0\n",
                         arena_));
  AddOptions();

  EXPECT_THAT(Tried(), ElementsAre("Boot0003", "Boot0002", "Boot0001"));
}

TEST_F(BootManagerTest, KeepsItsCopyOfAnOption) {
  AddVolume(DISK_3);
  AddOption(1, "\\one.efi");
  SetGlobal(u"BootOrder", {1});
  AddOptions();
  SetGlobal(u"Boot0001", "garbage");

  Tried();

  EXPECT_THAT(runner_.runs, ElementsAre(DISK_3 "/\\one.efi"));
}

}  // namespace
}  // namespace flint::efi
