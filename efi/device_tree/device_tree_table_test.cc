// SPDX-License-Identifier: Apache-2.0
#include "efi/device_tree/device_tree_table.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "drivers/fdt/fake_device_tree.h"
#include "efi/abi/system_table.h"
#include "efi/environment/host_environment.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::flint::testing::IsError;

class DeviceTreeTableTest : public ::testing::Test {
 protected:
  Status Install(std::string_view blob) {
    Environment& environment = host_.environment();
    return InstallDeviceTree(
        environment.tables(), environment.pool(), AsBytes(blob));
  }
  auto Tables() { return host_.environment().tables().configuration_tables(); }

  HostEnvironment host_;
  const std::string tree_ = fdt::FakeDeviceTree().Begin("").End().Finish();
};

TEST_F(DeviceTreeTableTest, IsACopy) {
  ASSERT_OK(Install(tree_));

  ASSERT_EQ(Tables().size(), 1u);
  EXPECT_EQ(Tables()[0].VendorGuid, abi::EFI_DTB_TABLE_GUID);
  const auto* const copy =
      static_cast<const std::byte*>(Tables()[0].VendorTable);
  EXPECT_NE(copy, AsBytes(std::string_view(tree_)).data());
  EXPECT_TRUE(std::ranges::equal(Bytes(copy, tree_.size()),
                                 AsBytes(std::string_view(tree_))));
}

TEST_F(DeviceTreeTableTest, IsNotThereIfItIsNone) {
  EXPECT_THAT(Install(""), IsError(ErrorCode::kTruncated));
  EXPECT_THAT(Install(tree_.substr(0, tree_.size() - 1)),
              IsError(ErrorCode::kTruncated));
  std::string other = tree_;
  other[0] = 'x';
  EXPECT_THAT(Install(other), IsError(ErrorCode::kCorrupt));

  EXPECT_TRUE(Tables().empty());
}

}  // namespace
}  // namespace flint::efi
