// SPDX-License-Identifier: Apache-2.0
#include "boot/platform/vmm_hints.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "drivers/fw_cfg/fake_fw_cfg.h"
#include "drivers/fw_cfg/fw_cfg_format.h"
#include "drivers/io/fake_register_io.h"
#include "platforms/base/guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::platform {
namespace {

using testing::IsError;

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

class VmmHintsTest : public ::testing::Test {
 protected:
  VmmHintsTest() {
    fake_.AddItem(fw_cfg::kCpuCountKey, std::string_view("\x04\x01", 2));
  }

  Result<VmmHints> Read() {
    auto files = fw_cfg::FwCfg::Create({.ports = ports_,
                                        .memory = memory_,
                                        .clock = clock_,
                                        .scratch = scratch_});
    EXPECT_OK(files);
    return ReadHints(*files);
  }

  io::FakeRegisterIo ports_{0x1'0000, io::FakeRegisterIo::Empty::kReadsAllOnes};
  StackMemory memory_;
  std::vector<std::byte> scratch_ =
      std::vector<std::byte>(fw_cfg::FwCfg::kScratchBytes);
  clock::FakeClock clock_;
  fw_cfg::FakeFwCfg fake_{ports_, memory_};
};

TEST_F(VmmHintsTest, TakesWhatIsThere) {
  fake_.AddFile("etc/reserved-memory-end",
                std::string_view("\0\0\0\0\2\0\0\0", 8));
  fake_.AddFile("etc/extra-pci-roots", std::string_view("\2\0\0\0\0\0\0\0", 8));
  fake_.AddFile("etc/msr_feature_control",
                std::string_view("\5\0\0\0\0\0\0\0", 8));
  fake_.AddFile("etc/table-loader", "script");
  fake_.AddFile("etc/smbios/smbios-anchor", "anchor");
  fake_.AddFile("etc/smbios/smbios-tables", "tables");

  ASSERT_OK_AND_ASSIGN(const VmmHints hints, Read());

  EXPECT_EQ(hints.processor_count, 0x104);
  EXPECT_EQ(hints.reserved_memory_end, uint64_t{2} << 32);
  EXPECT_EQ(hints.extra_pci_roots, 2u);
  EXPECT_EQ(hints.feature_control, 5u);
  EXPECT_TRUE(hints.has_table_loader);
  EXPECT_EQ(hints.smbios_entry_point.size_bytes, 6u);
  EXPECT_EQ(hints.smbios_structures.size_bytes, 6u);
}

TEST_F(VmmHintsTest, DoesWithoutWhatIsNot) {
  ASSERT_OK_AND_ASSIGN(const VmmHints hints, Read());

  EXPECT_EQ(hints.reserved_memory_end, 0u);
  EXPECT_EQ(hints.extra_pci_roots, 0u);
  EXPECT_FALSE(hints.has_table_loader);
  EXPECT_EQ(hints.smbios_entry_point.size_bytes, 0u);
}

TEST_F(VmmHintsTest, IgnoresANumberThatIsTooShort) {
  fake_.AddFile("etc/extra-pci-roots", "\1");

  ASSERT_OK_AND_ASSIGN(const VmmHints hints, Read());

  EXPECT_EQ(hints.extra_pci_roots, 0u);
}

TEST_F(VmmHintsTest, FailsIfTheVmmDoes) {
  fake_.FailTransfers();

  EXPECT_THAT(Read(), IsError(ErrorCode::kDeviceError));
}

}  // namespace
}  // namespace flint::platform
