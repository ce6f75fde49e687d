// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/vmm_kernel.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "drivers/fw_cfg/fake_fw_cfg.h"
#include "drivers/fw_cfg/fw_cfg_format.h"
#include "drivers/io/fake_register_io.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::boot {
namespace {

using testing::IsError;
using testing::IsOkAndHolds;

/// Where the stack is part of the guest's memory.
class StackMemory final : public GuestMemory {
 public:
  Result<std::span<std::byte>> Map(uint64_t address,
                                   uint64_t size_bytes) override {
    return std::span(reinterpret_cast<std::byte*>(address), size_bytes);
  }
  uint64_t AddressOf(const std::byte* bytes) override {
    return reinterpret_cast<uint64_t>(bytes);
  }
};

class VmmKernelTest : public ::testing::Test {
 protected:
  VmmKernelTest() {
    AddItem(fw_cfg::kSetupSizeKey, fw_cfg::kSetupDataKey, "setup");
    AddItem(fw_cfg::kKernelSizeKey, fw_cfg::kKernelDataKey, "KERNEL");
    AddItem(fw_cfg::kInitrdSizeKey, fw_cfg::kInitrdDataKey, "initrd!");
    AddItem(fw_cfg::kCommandLineSizeKey,
            fw_cfg::kCommandLineDataKey,
            std::string_view("console=ttyS0\0", 14));
  }

  void AddItem(uint16_t size_key, uint16_t data_key, std::string_view content) {
    const Le32 size = static_cast<uint32_t>(content.size());
    fake_.AddItem(size_key, AsText(AsBytes(size)));
    fake_.AddItem(data_key, content);
  }

  Result<VmmKernel> Find() { return VmmKernel::Find(*files_); }

  static Result<std::string> Read(VmmKernel& kernel,
                                  std::string_view path,
                                  uint64_t offset,
                                  size_t size) {
    std::string text(size, '?');
    const volume::File file = TRY(kernel.Open(path));
    TRY(kernel.Read(file, offset, std::as_writable_bytes(std::span(text))));
    return text;
  }

  io::FakeRegisterIo ports_{0x1'0000, io::FakeRegisterIo::Empty::kReadsAllOnes};
  StackMemory memory_;
  std::vector<std::byte> scratch_ =
      std::vector<std::byte>(fw_cfg::FwCfg::kScratchBytes);
  std::vector<std::byte> arena_bytes_ = std::vector<std::byte>(4096);
  Arena arena_{arena_bytes_};
  clock::FakeClock clock_;
  fw_cfg::FakeFwCfg fake_{ports_, memory_};
  Result<fw_cfg::FwCfg> files_ = fw_cfg::FwCfg::Create({.ports = ports_,
                                                        .memory = memory_,
                                                        .clock = clock_,
                                                        .scratch = scratch_});
};

TEST_F(VmmKernelTest, JoinsTheKernelsParts) {
  ASSERT_OK_AND_ASSIGN(VmmKernel kernel, Find());

  EXPECT_THAT(Read(kernel, "kernel", 0, 11), IsOkAndHolds("setupKERNEL"));
  EXPECT_THAT(Read(kernel, "kernel", 3, 4), IsOkAndHolds("upKE"));
  EXPECT_THAT(Read(kernel, "kernel", 5, 6), IsOkAndHolds("KERNEL"));
  EXPECT_THAT(Read(kernel, "kernel", 0, 2), IsOkAndHolds("se"));
}

TEST_F(VmmKernelTest, HasAnInitrd) {
  ASSERT_OK_AND_ASSIGN(VmmKernel kernel, Find());

  EXPECT_TRUE(kernel.has_initrd());
  EXPECT_THAT(Read(kernel, "initrd", 1, 6), IsOkAndHolds("nitrd!"));
}

TEST_F(VmmKernelTest, ReadsNothingBeyondTheEnd) {
  ASSERT_OK_AND_ASSIGN(VmmKernel kernel, Find());

  EXPECT_THAT(Read(kernel, "kernel", 1, 11), IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(Read(kernel, "initrd", 8, 0), IsError(ErrorCode::kOutOfRange));
}

TEST_F(VmmKernelTest, HasOptions) {
  ASSERT_OK_AND_ASSIGN(VmmKernel kernel, Find());

  EXPECT_THAT(kernel.ReadCommandLine(arena_), IsOkAndHolds("console=ttyS0"));
}

TEST_F(VmmKernelTest, RefusesOptionsBeyondReason) {
  fake_.AddItem(fw_cfg::kCommandLineSizeKey,
                AsText(AsBytes(Le32(uint32_t{1} << 20))));
  ASSERT_OK_AND_ASSIGN(VmmKernel kernel, Find());

  EXPECT_THAT(kernel.ReadCommandLine(arena_), IsError(ErrorCode::kUnsupported));
}

TEST_F(VmmKernelTest, DoesWithoutAnInitrd) {
  AddItem(fw_cfg::kInitrdSizeKey, fw_cfg::kInitrdDataKey, "");
  ASSERT_OK_AND_ASSIGN(VmmKernel kernel, Find());

  EXPECT_FALSE(kernel.has_initrd());
  EXPECT_THAT(kernel.Open("initrd"), IsError(ErrorCode::kNotFound));
}

TEST_F(VmmKernelTest, IsNotThereWithoutAKernel) {
  AddItem(fw_cfg::kKernelSizeKey, fw_cfg::kKernelDataKey, "");

  EXPECT_THAT(Find(), IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace flint::boot
