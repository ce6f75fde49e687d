// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi/generic_address.h"

#include "drivers/io/fake_device_mapper.h"
#include "drivers/io/fake_register_io.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::acpi {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;

class GenericAddressTest : public ::testing::Test {
 protected:
  Result<io::RegisterAddress> Find(AddressSpace space,
                                   uint64_t address,
                                   uint32_t width_bytes) {
    return Resolve({space, address}, width_bytes, ports_, mapper_);
  }

  io::FakeRegisterIo ports_{0x10000};
  io::FakeDeviceMapper mapper_;
};

TEST_F(GenericAddressTest, LeadsToAPort) {
  ASSERT_OK_AND_ASSIGN(const auto found,
                       Find(AddressSpace::kSystemIo, 0xCF9, 1));

  EXPECT_EQ(found.io, &ports_);
  EXPECT_EQ(found.offset, 0xCF9U);
}

TEST_F(GenericAddressTest, LeadsToMemory) {
  io::FakeRegisterIo device(4);
  mapper_.AddWindow(0xFEA0'0200, device);

  ASSERT_OK_AND_ASSIGN(const auto found,
                       Find(AddressSpace::kSystemMemory, 0xFEA0'0202, 1));

  device.AddRegister(2, 8);
  found.io->Write8(found.offset, 0x42);
  EXPECT_EQ(device.value(2), 0x42U);
}

TEST_F(GenericAddressTest, MustBeAPortThatExists) {
  EXPECT_THAT(Find(AddressSpace::kSystemIo, 0xFFFE, 2), IsOk());
  EXPECT_THAT(Find(AddressSpace::kSystemIo, 0xFFFF, 2),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(Find(AddressSpace::kSystemIo, 0x10000, 1),
              IsError(ErrorCode::kOutOfRange));
  EXPECT_THAT(Find(AddressSpace::kSystemIo, UINT64_MAX, 4),
              IsError(ErrorCode::kOutOfRange));
}

TEST_F(GenericAddressTest, MustBeMemoryThatADeviceMayHave) {
  EXPECT_THAT(Find(AddressSpace::kSystemMemory, 0x1000, 1),
              IsError(ErrorCode::kOutOfRange));
}

}  // namespace
}  // namespace flint::acpi
