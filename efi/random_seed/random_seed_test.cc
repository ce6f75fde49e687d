// SPDX-License-Identifier: Apache-2.0
#include "efi/random_seed/random_seed.h"

#include <cstddef>

#include "drivers/rng/fake_random_source.h"
#include "drivers/rng/random_source.h"
#include "efi/abi/system_table.h"
#include "efi/environment/host_environment.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::flint::testing::IsError;

class RandomSeedTest : public ::testing::Test {
 protected:
  Status Install() {
    Environment& environment = host_.environment();
    return InstallRandomSeed(environment.tables(), environment.pool(), random_);
  }

  HostEnvironment host_;
  rng::FakeRandomSource random_{rng::Quality::kEntropy};
};

TEST_F(RandomSeedTest, IsWhatLinuxReadsAndItsStubFrees) {
  ASSERT_OK(Install());

  const auto tables = host_.environment().tables().configuration_tables();
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0].VendorGuid, kRandomSeedTableGuid);
  const Bytes table(static_cast<const std::byte*>(tables[0].VendorTable), 36);
  EXPECT_EQ(uint32_t{*ReadWire<Le32>(table)}, 32u);
  EXPECT_EQ(table[4], std::byte{1});
  EXPECT_EQ(table[35], std::byte{32});
  EXPECT_EQ(host_.boot_services().FreePool(tables[0].VendorTable),
            abi::EFI_SUCCESS);
}

TEST_F(RandomSeedTest, IsNotThereWithoutRandomBytes) {
  random_.Fail(Error(ErrorCode::kDeviceError, "injected failure"));

  EXPECT_THAT(Install(), IsError(ErrorCode::kDeviceError));

  EXPECT_TRUE(host_.environment().tables().configuration_tables().empty());
}

}  // namespace
}  // namespace flint::efi
