// SPDX-License-Identifier: Apache-2.0
#include "loader/bzimage/linux_loader.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "boot/memory/memory_map.h"
#include "fs/volume/fake_file_system.h"
#include "loader/bzimage/fake_kernel.h"
#include "loader/linux_params/boot_params.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::bzimage {
namespace {

using linux_params::BootParams;
using memory::MemoryType;
using ::testing::Each;
using volume::FakeFileSystem;

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr uint64_t kRamEnd = 20 * kMiB;
constexpr uint64_t kModule = 19 * kMiB;

MATCHER_P3(FailsWith, code, path, reason, "") {
  if (arg.has_value()) {
    *result_listener << "which succeeded";
    return false;
  }
  *result_listener << "which failed: " << arg.error().path << ": "
                   << arg.error().error.reason();
  return arg.error().error.code() == code && arg.error().path == path &&
         arg.error().error.reason() == reason;
}

/// Parametrised by block size.
class LinuxLoaderTest : public ::testing::TestWithParam<uint32_t> {
 protected:
  LinuxLoaderTest() {
    map_.Build(
        std::array<memory::E820Entry, 1>{
            {{0, kRamEnd, memory::E820Type::kRam}}},
        uint64_t{1} << 46);
    guest_memory_.AddRegion(16 * kMiB, 4 * kMiB);
    before_.assign(map_.ranges().begin(), map_.ranges().end());
  }

  void AddKernel() { fs_.AddFile("/vmlinuz", kernel_.File()); }

  /// All that a test then changes.
  LinuxRequest Request() {
    return {.file_system = fs_,
            .device = fs_.device(),
            .kernel_path = "/vmlinuz",
            .command_line = "root=/dev/vda1"};
  }

  std::expected<LoadedLinux, Failure> Load(const LinuxRequest& request) {
    return LinuxLoader(map_, guest_memory_, extents_).Load(request);
  }

  PreparedKernel Boot(const LinuxRequest& request) {
    auto loaded = Load(request);
    EXPECT_TRUE(loaded.has_value());
    auto prepared =
        std::move(*loaded).Finish(memory::E820Cursor(map_), 0xe0000);
    EXPECT_OK(prepared);
    return *prepared;
  }

  std::string_view Memory(uint64_t address, uint64_t size_bytes) {
    const auto bytes = guest_memory_.Map(address, size_bytes);
    EXPECT_OK(bytes);
    return AsText(*bytes);
  }

  BootParams Params(const PreparedKernel& prepared) {
    return *ReadWire<BootParams>(
        *guest_memory_.Map(prepared.zero_page_address, 4096));
  }

  /// True if nothing is allocated.
  bool MapIsUntouched() const {
    return std::ranges::equal(before_, map_.ranges());
  }

  FakeKernel kernel_;
  FakeFileSystem fs_{GetParam()};
  std::array<memory::MemoryRange, 64> ranges_;
  memory::MemoryMap map_{ranges_};
  std::vector<memory::MemoryRange> before_;
  FakeGuestMemory guest_memory_;
  std::array<block::BlockExtent, 64> extents_;
};

INSTANTIATE_TEST_SUITE_P(BlockSizes,
                         LinuxLoaderTest,
                         ::testing::Values(512u, 4096u, 32768u));

TEST_P(LinuxLoaderTest, LoadsAKernelWithoutInitrd) {
  AddKernel();

  const PreparedKernel prepared = Boot(Request());

  EXPECT_EQ(prepared.kernel_address, 16 * kMiB);
  EXPECT_EQ(prepared.entry_address, 16 * kMiB + 0x200);
  EXPECT_EQ(prepared.kernel_memory_size_bytes, kMiB);
  EXPECT_EQ(Memory(16 * kMiB, FakeKernel::kKernelSizeBytes), kernel_.Code());
  EXPECT_EQ(prepared.initrd_size_bytes, 0u);
  const BootParams params = Params(prepared);
  EXPECT_EQ(params.setup.header.code32_start, 16 * kMiB);
  EXPECT_EQ(params.setup.header.ramdisk_image, 0u);
  EXPECT_EQ(params.setup.header.kernel_info_offset, 0x777u);
  EXPECT_EQ(params.acpi_rsdp_addr, 0xe0000u);
  EXPECT_EQ(Memory(params.setup.header.cmd_line_ptr, 15),
            std::string_view("root=/dev/vda1\0", 15));
}

TEST_P(LinuxLoaderTest, ReservesAllThatTheKernelNeeds) {
  AddKernel();
  fs_.AddFile("/initrd", std::string(5000, 'i'));
  const std::string_view initrds[] = {"/initrd"};
  LinuxRequest request = Request();
  request.initrd_paths = initrds;

  const PreparedKernel prepared = Boot(request);

  for (const uint64_t address : {prepared.kernel_address,
                                 prepared.kernel_address + kMiB - 1,
                                 prepared.initrd_address,
                                 prepared.initrd_address + 4999,
                                 prepared.zero_page_address}) {
    EXPECT_EQ(map_.Find(address)->type, MemoryType::kKernel) << address;
  }
  // All of which the kernel is told of as RAM.
  const BootParams params = Params(prepared);
  EXPECT_EQ(params.e820_entries, 3);
  EXPECT_EQ(params.e820_table[2].address, kMiB);
  EXPECT_EQ(params.e820_table[2].size_bytes, kRamEnd - kMiB);
}

TEST_P(LinuxLoaderTest, PutsInitrdsBehindEachOther) {
  AddKernel();
  const std::string contents[] = {
      std::string(1, 'a'), std::string(40000, 'b'), "", std::string(513, 'c')};
  const std::string_view paths[] = {"/a", "/b", "/empty", "/c"};
  for (size_t i = 0; i < 4; ++i) fs_.AddFile(paths[i], contents[i]);
  LinuxRequest request = Request();
  request.initrd_paths = paths;

  const PreparedKernel prepared = Boot(request);

  // The kernel skips zeros between archives; the end must be exact.
  const std::string_view initrd =
      Memory(prepared.initrd_address, prepared.initrd_size_bytes);
  std::string expected;
  for (const std::string& content : contents) {
    if (content.empty()) continue;
    expected.resize((expected.size() + GetParam() - 1) / GetParam() *
                    GetParam());
    expected += content;
  }
  EXPECT_TRUE(initrd == expected);
  EXPECT_EQ(prepared.initrd_address % 4096, 0u);
  const BootParams params = Params(prepared);
  EXPECT_EQ(params.setup.header.ramdisk_image, prepared.initrd_address);
  EXPECT_EQ(params.setup.header.ramdisk_size, expected.size());
  // Nothing of the disk's garbage is left in the last page.
  const uint64_t end = prepared.initrd_address + expected.size();
  EXPECT_THAT(Memory(end, -end % 4096), Each('\0'));
}

TEST_P(LinuxLoaderTest, ReadsAllWithOneCallAndWithoutCopies) {
  AddKernel();
  fs_.AddFile("/a", std::string(100000, 'a'));
  fs_.AddFile("/b", std::string(100000, 'b'));
  const std::string_view paths[] = {"/a", "/b"};
  LinuxRequest request = Request();
  request.initrd_paths = paths;

  Boot(request);

  EXPECT_EQ(fs_.submission_count(), 1u);
  EXPECT_EQ(fs_.extent_count(), 6u);  // the fake has two pieces for each file
  // The header, and the odd part of the first block.
  const uint64_t setup = kernel_.setup_size_bytes();
  EXPECT_EQ(
      fs_.copied_bytes(),
      kHeaderReadSizeBytes + (GetParam() - setup % GetParam()) % GetParam());
}

TEST_P(LinuxLoaderTest, LoadsAnySetupSize) {
  for (const uint8_t sectors :
       std::array<uint8_t, 9>{1, 4, 8, 38, 39, 40, 63, 64, 255}) {
    kernel_.header.setup_sects = sectors;
    FakeFileSystem fs(GetParam());
    fs.AddFile("/vmlinuz", kernel_.File());
    LinuxLoader loader(map_, guest_memory_, extents_);

    auto loaded = loader.Load(
        {.file_system = fs, .device = fs.device(), .kernel_path = "/vmlinuz"});

    ASSERT_TRUE(loaded.has_value()) << int{sectors};
    EXPECT_TRUE(Memory(16 * kMiB, FakeKernel::kKernelSizeBytes) ==
                kernel_.Code())
        << int{sectors};
  }
}

TEST_P(LinuxLoaderTest, LoadsAKernelSmallerThanABlock) {
  kernel_.header.syssize = 1024 / 16;
  kernel_.header.payload_length = 0;
  kernel_.header.init_size = 0;
  AddKernel();

  const PreparedKernel prepared = Boot(Request());

  EXPECT_EQ(Memory(prepared.kernel_address, 1024), kernel_.Code());
}

TEST_P(LinuxLoaderTest, MovesTheKernelIfItsPlaceIsTaken) {
  AddKernel();
  ASSERT_OK(map_.AllocateAt(16 * kMiB, 1, memory::MemoryUse::kFirmware));

  const PreparedKernel prepared = Boot(Request());

  EXPECT_EQ(prepared.kernel_address, 18 * kMiB);
  EXPECT_EQ(prepared.entry_address, 18 * kMiB + 0x200);
  EXPECT_EQ(Params(prepared).setup.header.code32_start, 18 * kMiB);
  EXPECT_TRUE(Memory(18 * kMiB, FakeKernel::kKernelSizeBytes) ==
              kernel_.Code());
}

TEST_P(LinuxLoaderTest, TakesAModuleForInitrdInPlace) {
  AddKernel();
  map_.Claim(kModule, 5000, MemoryType::kModule);
  const Module modules[] = {{kModule, 5000}};
  LinuxRequest request = Request();
  request.modules = modules;

  const PreparedKernel prepared = Boot(request);

  EXPECT_EQ(prepared.initrd_address, kModule);
  EXPECT_EQ(prepared.initrd_size_bytes, 5000u);
  EXPECT_THAT(Memory(kModule, 5000), Each('\xa5'));
}

TEST_P(LinuxLoaderTest, CopiesModulesThatCannotStay) {
  AddKernel();
  map_.Claim(kModule, 4096, MemoryType::kModule);
  std::ranges::copy(AsBytes("onetwo"), guest_memory_.Map(kModule, 6)->begin());
  const Module modules[] = {{kModule, 3}, {kModule + 9, 0}, {kModule + 3, 3}};
  LinuxRequest request = Request();
  request.modules = modules;

  const PreparedKernel prepared = Boot(request);

  EXPECT_NE(prepared.initrd_address, kModule);
  EXPECT_EQ(Memory(prepared.initrd_address, prepared.initrd_size_bytes),
            std::string_view("one\0two", 7));
  EXPECT_THAT(Memory(prepared.initrd_address + 7, 4089), Each('\0'));
}

TEST_P(LinuxLoaderTest, PrefersTheEntrysInitrds) {
  AddKernel();
  fs_.AddFile("/a", "initrd");
  map_.Claim(kModule, 4096, MemoryType::kModule);
  const std::string_view paths[] = {"/a"};
  const Module modules[] = {{kModule, 4096}};
  LinuxRequest request = Request();
  request.initrd_paths = paths;
  request.modules = modules;

  const PreparedKernel prepared = Boot(request);

  EXPECT_EQ(Memory(prepared.initrd_address, prepared.initrd_size_bytes),
            "initrd");
}

TEST_P(LinuxLoaderTest, NamesTheFileThatFails) {
  AddKernel();
  fs_.AddFile("/i", "initrd");
  fs_.AddDirectory("/d");
  fs_.AddFile("/short", kernel_.File().substr(0, 100000));
  fs_.AddFile("/loop", "initrd");
  fs_.InjectFailure(FakeFileSystem::Operation::kReadInto,
                    "/loop",
                    Error(ErrorCode::kCorrupt, "FAT chain has a loop"));
  const auto load = [&](std::string_view kernel,
                        std::vector<std::string_view> initrds) {
    LinuxRequest request = Request();
    request.kernel_path = kernel;
    request.initrd_paths = initrds;
    return Load(request);
  };

  EXPECT_THAT(load("/x", {}),
              FailsWith(ErrorCode::kNotFound, "/x", "file not found"));
  EXPECT_THAT(
      load("/d", {}),
      FailsWith(ErrorCode::kNotFound, "/d", "is a directory, not a kernel"));
  EXPECT_THAT(
      load("/i", {}),
      FailsWith(
          ErrorCode::kCorrupt, "/i", "not a Linux kernel (no boot sector)"));
  EXPECT_THAT(load("/short", {}),
              FailsWith(ErrorCode::kTruncated,
                        "/short",
                        "kernel file is shorter than its header says"));
  EXPECT_THAT(load("/vmlinuz", {"/i", "/y"}),
              FailsWith(ErrorCode::kNotFound, "/y", "file not found"));
  EXPECT_THAT(
      load("/vmlinuz", {"/d"}),
      FailsWith(ErrorCode::kNotFound, "/d", "is a directory, not an initrd"));
  EXPECT_THAT(load("/vmlinuz", {"/i", "/loop"}),
              FailsWith(ErrorCode::kCorrupt, "/loop", "FAT chain has a loop"));
  EXPECT_THAT(load("/vmlinuz", std::vector<std::string_view>(33, "/i")),
              FailsWith(ErrorCode::kUnsupported, "", "more than 32 initrds"));
  EXPECT_TRUE(MapIsUntouched());
}

TEST_P(LinuxLoaderTest, ReportsABrokenDisk) {
  AddKernel();
  fs_.InjectFailure(FakeFileSystem::Operation::kSubmit,
                    "/vmlinuz",
                    Error(ErrorCode::kDeviceError, "bad block"));

  EXPECT_FALSE(Load(Request()).has_value());
  EXPECT_TRUE(MapIsUntouched());
}

TEST_P(LinuxLoaderTest, ReportsWantOfMemory) {
  AddKernel();
  fs_.AddFile("/i", "initrd");
  const std::string_view paths[] = {"/i"};
  LinuxRequest request = Request();
  request.initrd_paths = paths;
  // All but the kernel's and the parameters' memory.
  ASSERT_OK(
      map_.AllocateAt(kMiB, 15 * kMiB / 4096, memory::MemoryUse::kFirmware));
  const uint64_t parameter_pages = 11;
  ASSERT_OK(map_.AllocateAt(17 * kMiB,
                            3 * kMiB / 4096 - parameter_pages,
                            memory::MemoryUse::kFirmware));

  EXPECT_THAT(
      Load(request),
      FailsWith(
          ErrorCode::kNoMemory, "", "not enough free memory for the initrd"));
  request.initrd_paths = {};
  EXPECT_TRUE(Load(request).has_value());
}

TEST_P(LinuxLoaderTest, ChecksTheCommandLineBeforeItReads) {
  AddKernel();
  const std::string too_long(2048, 'x');
  LinuxRequest request = Request();
  request.command_line = too_long;

  EXPECT_THAT(Load(request),
              FailsWith(ErrorCode::kOutOfRange,
                        "",
                        "command line is longer than the kernel accepts"));
  EXPECT_EQ(fs_.submission_count(), 0u);
  EXPECT_TRUE(MapIsUntouched());
}

TEST_P(LinuxLoaderTest, RefusesModulesThatAreNotInMemory) {
  AddKernel();
  LinuxRequest request = Request();
  for (const Module& module : {Module{uint64_t{1} << 40, 4096},
                               Module{(uint64_t{1} << 40) + 1, 4096},
                               Module{UINT64_MAX - 4095, 4096},
                               Module{kModule, UINT64_MAX}}) {
    request.modules = {&module, 1};

    EXPECT_FALSE(Load(request).has_value()) << module.address;
    EXPECT_TRUE(MapIsUntouched());
  }
}

TEST_P(LinuxLoaderTest, GivesEverythingBackIfItIsNotStarted) {
  AddKernel();
  fs_.AddFile("/i", "initrd");
  const std::string_view paths[] = {"/i"};
  LinuxRequest request = Request();
  request.initrd_paths = paths;
  {
    const auto loaded = Load(request);
    ASSERT_TRUE(loaded.has_value());
    EXPECT_FALSE(MapIsUntouched());
  }
  EXPECT_TRUE(MapIsUntouched());
}

}  // namespace
}  // namespace flint::bzimage
