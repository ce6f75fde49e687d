// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio/pci_device_type.h"

#include <array>
#include <optional>
#include <vector>

#include "drivers/pci/fake_pci_config.h"
#include "drivers/pci/scan.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::virtio {
namespace {

using ::testing::ElementsAre;

TEST(PciDeviceType, ComesFromTheIds) {
  pci::FakePciConfig config;
  config.AddFunction({0, 0, 1, 0}, 0x1AF4, 0x1042);
  config.AddFunction({0, 0, 2, 0}, 0x1AF4, 0x1000).Set16(0x2E, 1);
  config.AddFunction({0, 0, 3, 0}, 0x1AF4, 0x103F).Set16(0x2E, 2);
  config.AddFunction({0, 0, 4, 0}, 0x1AF4, 0x0FFF).Set16(0x2E, 2);
  config.AddFunction({0, 0, 5, 0}, 0x1AF4, 0x1080);
  config.AddFunction({0, 0, 6, 0}, 0x1AF5, 0x1042);
  std::array<pci::Function, 8> storage{};
  std::vector<std::optional<DeviceType>> types;

  for (const pci::Function& function : pci::Scan(config, storage).functions) {
    types.push_back(DeviceTypeOf(config, function));
  }

  EXPECT_THAT(types,
              ElementsAre(DeviceType::kBlock,
                          DeviceType::kNetwork,
                          DeviceType::kBlock,
                          std::nullopt,
                          std::nullopt,
                          std::nullopt));
}

}  // namespace
}  // namespace flint::virtio
