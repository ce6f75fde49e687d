// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/mmio_discovery.h"

#include <array>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/acpi/fake_tables.h"
#include "drivers/fdt/fake_device_tree.h"
#include "drivers/io/fake_device_mapper.h"
#include "drivers/virtio/fake_virtio_device.h"
#include "drivers/virtio/fake_virtio_mmio.h"
#include "gtest/gtest.h"
#include "platforms/base/fake_guest_memory.h"
#include "platforms/base/log.h"
#include "testing/result_matchers.h"

namespace flint::boot {
namespace {

using testing::IsError;
using testing::IsOkAndHolds;
using std::string_view_literals::operator""sv;

/// A DSDT with a device at 0xFEB02E00, and its beginning.
constexpr std::string_view kDsdt =
    "\x08_HID\x0DLNRO0005\0\x08_CRS\x11\x11\x0A\x0E\x86\x09\0\x01\0\x2E\xB0"
    "\xFE\0\x02\0\0\x79\0"sv;

std::string DeviceTreeWith(uint32_t address) {
  return fdt::FakeDeviceTree()
      .Begin("")
      .Begin("virtio_mmio")
      .Property("compatible", "virtio,mmio\0"sv)
      .Cells("reg", {0, address, 0x200})
      .End()
      .End()
      .Finish();
}

class MmioDiscovery : public ::testing::Test, public log::Sink {
 protected:
  MmioDiscovery() {
    log::Configure(this, log::Level::kInfo);
    for (const uint64_t address : {0xFEB0'2E00, 0xFEB0'2C00, 0xFEB0'2A00}) {
      mapper_.AddWindow(address, slots_.emplace_back(device_).registers());
    }
  }
  ~MmioDiscovery() override { log::Configure(nullptr, log::Level::kInfo); }

  void Write(log::Level, std::string_view line) override {
    lines_.emplace_back(line);
  }

  void AddAcpi(std::string_view dsdt) {
    acpi::FakeTables builder(memory_);
    fadt_.emplace().dsdt_address = builder.Add("DSDT", 2, AsBytes(dsdt));
    builder.Finish(0xE0000);
    const auto tables = acpi::Tables::Find(memory_, 0xE0000);
    ASSERT_OK(tables);
    tables_ = *tables;
  }

  std::vector<uint64_t> Find(std::string_view command_line,
                             std::string_view device_tree = {}) {
    FindMmioDevices({.command_line = command_line,
                     .tables = tables_,
                     .fadt = fadt_,
                     .device_tree = AsBytes(device_tree)},
                    devices_);
    std::vector<uint64_t> found;
    for (const virtio::MmioDevice* device : devices_.devices()) {
      found.push_back(device->address);
    }
    return found;
  }

  FakeGuestMemory memory_;
  virtio::FakeVirtioDevice device_{memory_, {}, nullptr};
  std::deque<virtio::FakeVirtioMmio> slots_;
  io::FakeDeviceMapper mapper_;
  std::array<std::byte, 4096> arena_memory_{};
  Arena arena_{arena_memory_};
  virtio::MmioDevices devices_{mapper_, arena_};
  std::optional<acpi::Tables> tables_;
  std::optional<acpi::Fadt> fadt_;
  std::vector<std::string> lines_;
};

using Addresses = std::vector<uint64_t>;

TEST_F(MmioDiscovery, FindsWhatTheCommandLineNames) {
  EXPECT_EQ(Find("quiet virtio_mmio.device=512@0xfeb02e00:12 flint.log=info "
                 "virtio_mmio.device=512@0xfeb02a00:10 virtio_mmio.device=x"),
            (Addresses{0xFEB0'2E00, 0xFEB0'2A00}));
}

TEST_F(MmioDiscovery, FindsWhatAcpiNames) {
  AddAcpi(kDsdt);

  EXPECT_EQ(Find(""), (Addresses{0xFEB0'2E00}));
}

TEST_F(MmioDiscovery, FindsWhatTheDeviceTreeNames) {
  EXPECT_EQ(Find("", DeviceTreeWith(0xFEB0'2C00)), (Addresses{0xFEB0'2C00}));
  EXPECT_TRUE(lines_.empty());
}

TEST_F(MmioDiscovery, TakesADeviceOnceWhoeverNamesIt) {
  AddAcpi(kDsdt);

  EXPECT_EQ(Find("virtio_mmio.device=4K@0xfeb02c00:5 "
                 "virtio_mmio.device=4K@0xfeb02e00:6",
                 DeviceTreeWith(0xFEB0'2C00)),
            (Addresses{0xFEB0'2C00, 0xFEB0'2E00}));
}

TEST_F(MmioDiscovery, FindsNothingWhereNobodyNamesAnything) {
  EXPECT_EQ(Find(""), Addresses{});
  EXPECT_TRUE(mapper_.mappings().empty());
  EXPECT_TRUE(lines_.empty());
}

TEST_F(MmioDiscovery, KeepsWhatItFoundBeforeADeviceTreeBroke) {
  std::string tree = DeviceTreeWith(0xFEB0'2C00);
  // The end of the root becomes an unknown token.
  tree[tree.find("\0\0\0\x02\0\0\0\x09"sv) + 3] = 7;

  EXPECT_EQ(Find("", tree), (Addresses{0xFEB0'2C00}));

  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0],
            "the VMM's device tree: device tree has an unknown token");
}

TEST_F(MmioDiscovery, PassesOnTheDevicesWordsAlone) {
  EXPECT_THAT(KernelWordsOf("root=/dev/vda virtio_mmio.device=4K@0xc0001000:5 "
                            "pci=off \"virtio_mmio.device=4K@1:5 init=/x\" "
                            "virtio_mmio.device=4K@0xc0002000:6;init=/x "
                            "virtio_mmio.device=4K@0xc0003000:7 flint.log=info",
                            arena_),
              IsOkAndHolds("virtio_mmio.device=4K@0xc0001000:5 "
                           "virtio_mmio.device=4K@0xc0003000:7"));
}

TEST_F(MmioDiscovery, PassesOnNothingElse) {
  EXPECT_THAT(KernelWordsOf("root=/dev/vda console=ttyS0", arena_),
              IsOkAndHolds(""));
}

TEST_F(MmioDiscovery, NeedsMemoryForWords) {
  Arena full({});

  EXPECT_THAT(KernelWordsOf("virtio_mmio.device=4K@0xc0001000:5", full),
              IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::boot
