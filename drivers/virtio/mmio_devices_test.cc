// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/mmio_devices.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/io/fake_device_mapper.h"
#include "drivers/virtio/fake_virtio_device.h"
#include "drivers/virtio/fake_virtio_mmio.h"
#include "gtest/gtest.h"
#include "platforms/base/fake_guest_memory.h"
#include "platforms/base/log.h"

namespace flint::virtio {
namespace {

class MmioDevicesTest : public ::testing::Test, public log::Sink {
 protected:
  MmioDevicesTest() {
    log::Configure(this, log::Level::kInfo);
    mapper_.AddWindow(0x1000, disk_slot_.registers());
    mapper_.AddWindow(0x1200, empty_.registers());
    mapper_.AddWindow(0x1400, entropy_slot_.registers());
  }
  ~MmioDevicesTest() override { log::Configure(nullptr, log::Level::kInfo); }

  void Write(log::Level, std::string_view line) override {
    lines_.emplace_back(line);
  }

  std::vector<uint64_t> Addresses() const {
    std::vector<uint64_t> all;
    for (const MmioDevice* device : devices_.devices()) {
      all.push_back(device->address);
    }
    return all;
  }

  FakeGuestMemory memory_;
  FakeVirtioDevice disk_{memory_, {.legacy = true}, nullptr};
  FakeVirtioDevice entropy_{memory_, {.type = DeviceType::kEntropy}, nullptr};
  FakeVirtioMmio disk_slot_{disk_};
  FakeVirtioMmio entropy_slot_{entropy_};
  FakeEmptyMmioSlot empty_;
  io::FakeDeviceMapper mapper_;
  std::array<std::byte, 4096> arena_memory_{};
  Arena arena_{arena_memory_};
  MmioDevices devices_{mapper_, arena_};
  std::vector<std::string> lines_;
};

TEST_F(MmioDevicesTest, KeepWhatIsThereInTheOrderItIsNamed) {
  devices_.LookAt(0x1400, 0x200);
  devices_.LookAt(0x1200, 0x200);
  devices_.LookAt(0x1000, 0x200);

  EXPECT_EQ(Addresses(), (std::vector<uint64_t>{0x1400, 0x1000}));
  EXPECT_EQ(devices_.devices()[0]->transport.device_type(),
            DeviceType::kEntropy);
  EXPECT_TRUE(devices_.devices()[1]->transport.legacy());
  EXPECT_TRUE(lines_.empty());
}

TEST_F(MmioDevicesTest, AreKeptOnce) {
  devices_.LookAt(0x1000, 0x200);
  devices_.LookAt(0x1000, 0x1000);

  EXPECT_EQ(Addresses(), (std::vector<uint64_t>{0x1000}));
  EXPECT_EQ(mapper_.mappings().size(), 1u);
}

TEST_F(MmioDevicesTest, AreMappedAsFarAsNeeded) {
  devices_.LookAt(0x1000, UINT64_MAX);
  devices_.LookAt(0x1400, 0x100);

  using Mapping = io::FakeDeviceMapper::Mapping;
  EXPECT_EQ(mapper_.mappings(),
            (std::vector<Mapping>{{0x1000, 0x200}, {0x1400, 0x100}}));
  EXPECT_EQ(devices_.devices()[1]->transport.config_size_bytes(), 0u);
}

TEST_F(MmioDevicesTest, AreNotWhereTheyCannotBe) {
  devices_.LookAt(0x1001, 0x200);
  devices_.LookAt(0x1000, 0xFF);
  EXPECT_TRUE(mapper_.mappings().empty());

  // Where the mapper says that there is RAM, or nothing at all.
  devices_.LookAt(0x8000'0000, 0x200);

  EXPECT_TRUE(Addresses().empty());
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0], "virtio-mmio at 80000000: no device at that address");
}

TEST_F(MmioDevicesTest, AreNamedIfTheyCannotBeUsed) {
  disk_slot_.registers().set_value(4, 3);

  devices_.LookAt(0x1000, 0x200);

  EXPECT_TRUE(Addresses().empty());
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0], "virtio-mmio at 1000: unknown version of virtio-mmio");
}

TEST_F(MmioDevicesTest, HaveABound) {
  for (uint64_t i = 0; i < MmioDevices::kMaxPlaces; ++i) {
    devices_.LookAt(0x10'0000 + 0x200 * i, 0x200);
  }
  lines_.clear();

  devices_.LookAt(0x1000, 0x200);

  EXPECT_TRUE(Addresses().empty());
  ASSERT_EQ(lines_.size(), 1u);
  EXPECT_EQ(lines_[0], "too many virtio-mmio devices: 1000 is left out");
}

}  // namespace
}  // namespace flint::virtio
