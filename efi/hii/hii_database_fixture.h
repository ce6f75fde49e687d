// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "efi/abi/protocol/hii_database.h"
#include "efi/environment/host_environment.h"
#include "efi/hii/hii_database.h"
#include "gtest/gtest.h"

namespace flint::efi {

inline constexpr abi::EFI_GUID kFirst =
    abi::EFI_GUID::Of("aaaaaaaa-0000-0000-0000-000000000001");
inline constexpr abi::EFI_GUID kSecond =
    abi::EFI_GUID::Of("aaaaaaaa-0000-0000-0000-000000000002");

/// An empty database, reached by its protocol.
class HiiDatabaseFixture : public ::testing::Test {
 protected:
  static const abi::EFI_HII_PACKAGE_LIST_HEADER* At(const std::string& bytes) {
    return static_cast<const abi::EFI_HII_PACKAGE_LIST_HEADER*>(
        static_cast<const void*>(bytes.data()));
  }
  abi::EFI_HII_HANDLE New(const std::string& list,
                          abi::EFI_HANDLE driver = nullptr) {
    abi::EFI_HII_HANDLE handle = nullptr;
    EXPECT_EQ(protocol_->NewPackageList(protocol_, At(list), driver, &handle),
              abi::EFI_SUCCESS);
    return handle;
  }
  abi::EFI_STATUS Remove(abi::EFI_HII_HANDLE handle) {
    return protocol_->RemovePackageList(protocol_, handle);
  }

  HostEnvironment host_;
  HiiDatabase database_{{.pages = host_.environment().pages(),
                         .pool = host_.environment().pool(),
                         .handles = host_.environment().handles(),
                         .events = host_.environment().events()}};
  abi::EFI_HII_DATABASE_PROTOCOL* protocol_ = &database_;
};

}  // namespace flint::efi
