// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_globals.h"

#include <string>

#include "efi/abi/status.h"
#include "efi/variables/variable_store_fixture.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using Got = VariableStore::Got;
using abi::EFI_GLOBAL_VARIABLE;

constexpr GlobalVariables kGlobals{.os_indications_supported = 0x41,
                                   .boot_option_support = 3};

TEST(VariableGlobals, TellThatSecureBootIsOffAndTakesKeys) {
  VariableStore store;
  VariableServices services = store.services();

  ASSERT_EQ(DefineGlobals(services, kGlobals), abi::EFI_SUCCESS);

  const std::string zero(1, '\0');
  EXPECT_EQ(store.Get(u"SecureBoot", EFI_GLOBAL_VARIABLE),
            (Got{abi::EFI_SUCCESS, kBs | kRt, zero}));
  EXPECT_EQ(store.Get(u"SetupMode", EFI_GLOBAL_VARIABLE).data, "\1");
  EXPECT_EQ(store.Get(u"AuditMode", EFI_GLOBAL_VARIABLE).data, zero);
  EXPECT_EQ(store.Get(u"DeployedMode", EFI_GLOBAL_VARIABLE).data, zero);
  EXPECT_EQ(store.Get(u"OsIndicationsSupported", EFI_GLOBAL_VARIABLE).data,
            std::string("A\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(store.Get(u"BootOptionSupport", EFI_GLOBAL_VARIABLE).data,
            std::string("\3\0\0\0", 4));
  EXPECT_EQ(store.Get(u"PlatformLangCodes", EFI_GLOBAL_VARIABLE),
            (Got{abi::EFI_SUCCESS, kBs | kRt, std::string("en\0", 3)}));
}

TEST(VariableGlobals, KeepTheLanguageThatSomeoneChose) {
  VariableStore store;
  VariableServices services = store.services();
  ASSERT_EQ(DefineGlobals(services, kGlobals), abi::EFI_SUCCESS);
  const uint32_t attributes = kNv | kBs | kRt;
  EXPECT_EQ(store.Get(u"PlatformLang", EFI_GLOBAL_VARIABLE),
            (Got{abi::EFI_SUCCESS, attributes, std::string("en\0", 3)}));

  ASSERT_EQ(store.Set(u"PlatformLang", attributes, "de", EFI_GLOBAL_VARIABLE),
            abi::EFI_SUCCESS);
  ASSERT_EQ(DefineGlobals(services, kGlobals), abi::EFI_SUCCESS);

  EXPECT_EQ(store.Get(u"PlatformLang", EFI_GLOBAL_VARIABLE).data, "de");
}

TEST(VariableGlobals, FailWithoutRoom) {
  VariableStore store(4096, 128);
  VariableServices services = store.services();

  EXPECT_EQ(DefineGlobals(services, kGlobals), abi::EFI_OUT_OF_RESOURCES);
}

}  // namespace
}  // namespace flint::efi
