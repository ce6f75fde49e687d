// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_manager/boot_variables.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "efi/abi/runtime_services.h"
#include "efi/device_path/path_text.h"
#include "efi/device_path/path_writer.h"
#include "efi/variables/variable_store_fixture.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

constexpr uint32_t kAll = kBs | kRt | kNv;

class BootVariablesTest : public ::testing::Test {
 protected:
  void SetGlobal(std::u16string_view name, std::string_view data) {
    ASSERT_EQ(store_.Set(name, kAll, data, abi::EFI_GLOBAL_VARIABLE),
              abi::EFI_SUCCESS);
  }

  VariableStore store_;
};

TEST_F(BootVariablesTest, ReadsTheTimeout) {
  const BootVariables variables(store_.services());

  EXPECT_EQ(variables.ReadTimeoutSeconds(), std::nullopt);
  SetGlobal(u"Timeout", {"\7\0", 2});
  EXPECT_EQ(variables.ReadTimeoutSeconds(), 7u);
  SetGlobal(u"Timeout", "\xff\xff");
  EXPECT_EQ(variables.ReadTimeoutSeconds(), UINT32_MAX);
  SetGlobal(u"Timeout", "123");
  EXPECT_EQ(variables.ReadTimeoutSeconds(), std::nullopt);
}

TEST_F(BootVariablesTest, TakesARequestForTheMenu) {
  BootVariables variables(store_.services());

  EXPECT_FALSE(variables.TakeMenuRequest());
  SetGlobal(u"OsIndications", std::string("\x05\0\0\0\0\0\0\0", 8));
  EXPECT_TRUE(variables.TakeMenuRequest());
  EXPECT_EQ(store_.Get(u"OsIndications", abi::EFI_GLOBAL_VARIABLE).data,
            std::string("\x04\0\0\0\0\0\0\0", 8));
  EXPECT_FALSE(variables.TakeMenuRequest());
}

TEST_F(BootVariablesTest, TellsWhereTheConsoleIs) {
  BootVariables variables(store_.services());
  SetGlobal(u"ConOut", "chosen");
  FixedPathWriter<512> writer;
  PathFromText(u"PciRoot(0x0)/Serial(0x0)/Uart(115200,8,N,1)", *writer);
  ASSERT_OK_AND_ASSIGN(const DevicePath path, writer->Finish());

  ASSERT_OK(variables.DefineConsole(path));

  const auto get = [&](std::u16string_view name) {
    return store_.Get(name, abi::EFI_GLOBAL_VARIABLE);
  };
  EXPECT_EQ(get(u"ConOut").data, "chosen");
  EXPECT_EQ(get(u"ConIn").data, AsText(path.bytes()));
  EXPECT_EQ(get(u"ErrOut").attributes, kAll);
  EXPECT_EQ(get(u"ConOutDev").attributes, kBs | kRt);
}

}  // namespace
}  // namespace flint::efi
