// SPDX-License-Identifier: Apache-2.0
// The database's keyboard layouts.
#include <string>
#include <vector>

#include "efi/hii/fake_packages.h"
#include "efi/hii/hii_database.h"
#include "efi/hii/hii_database_fixture.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;  // NOLINT(google-build-using-namespace)
using hii::FakeKeyboardPackage;
using hii::FakePackage;
using hii::FakePackageList;

using HiiKeyboardTest = HiiDatabaseFixture;

VOID EFIAPI Count(EFI_EVENT, VOID* count) { ++*static_cast<int*>(count); }

TEST_F(HiiKeyboardTest, KnowsKeyboardLayouts) {
  const std::string package = FakeKeyboardPackage({kFirst, kSecond});
  New(FakePackageList({package}));
  std::vector<EFI_GUID> guids(3);
  auto size = static_cast<UINT16>(sizeof(EFI_GUID));

  EXPECT_EQ(protocol_->FindKeyboardLayouts(protocol_, &size, guids.data()),
            EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, 2 * sizeof(EFI_GUID));
  EXPECT_EQ(protocol_->FindKeyboardLayouts(protocol_, &size, guids.data()),
            EFI_SUCCESS);
  EXPECT_EQ(guids, (std::vector<EFI_GUID>{kFirst, kSecond, EFI_GUID{}}));

  std::string layout(40, '?');
  void* const buffer = layout.data();
  auto* const out = static_cast<EFI_HII_KEYBOARD_LAYOUT*>(buffer);
  size = 33;
  EXPECT_EQ(protocol_->GetKeyboardLayout(protocol_, &kSecond, &size, out),
            EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, 34);
  EXPECT_EQ(protocol_->GetKeyboardLayout(protocol_, &kSecond, &size, out),
            EFI_SUCCESS);
  EXPECT_EQ(layout.substr(0, 34), package.substr(package.size() - 34));
}

TEST_F(HiiKeyboardTest, SignalsThatTheKeyboardLayoutChanges) {
  New(FakePackageList({FakeKeyboardPackage({kFirst})}));
  int signals = 0;
  EFI_EVENT event = nullptr;
  ASSERT_EQ(host_.boot_services().CreateEventEx(
                EVT_NOTIFY_SIGNAL,
                TPL_CALLBACK,
                Count,
                &signals,
                &EFI_HII_SET_KEYBOARD_LAYOUT_EVENT_GUID,
                &event),
            EFI_SUCCESS);
  UINT16 size = 0;

  EXPECT_EQ(protocol_->GetKeyboardLayout(protocol_, nullptr, &size, nullptr),
            EFI_NOT_FOUND);
  EXPECT_EQ(protocol_->SetKeyboardLayout(protocol_, &kSecond), EFI_NOT_FOUND);
  EXPECT_EQ(signals, 0);
  EXPECT_EQ(protocol_->SetKeyboardLayout(protocol_, &kFirst), EFI_SUCCESS);
  EXPECT_EQ(signals, 1);
  EXPECT_EQ(protocol_->GetKeyboardLayout(protocol_, nullptr, &size, nullptr),
            EFI_BUFFER_TOO_SMALL);
}

TEST_F(HiiKeyboardTest, ReadsKeyboardPackagesNoFartherThanTheyAreGood) {
  const std::string good = FakeKeyboardPackage({kFirst, kSecond});
  for (size_t size = 4; size < good.size(); ++size) {
    const EFI_HII_HANDLE handle = New(FakePackageList({FakePackage(
        EFI_HII_PACKAGE_KEYBOARD_LAYOUT, good.substr(4, size - 4))}));
    EFI_GUID guids[2];
    UINT16 length = sizeof(guids);
    EXPECT_EQ(protocol_->FindKeyboardLayouts(protocol_, &length, guids),
              EFI_SUCCESS);
    EXPECT_LE(length, sizeof(guids));
    EXPECT_EQ(Remove(handle), EFI_SUCCESS);
  }
  std::string bad = good;
  bad[6] = 22;
  New(FakePackageList({bad}));
  EXPECT_EQ(protocol_->SetKeyboardLayout(protocol_, &kFirst), EFI_NOT_FOUND);
}

}  // namespace
}  // namespace flint::efi
