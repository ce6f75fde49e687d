// SPDX-License-Identifier: Apache-2.0

// [uefi-2.10 4, 7.5]

#include <array>
#include <cstring>

#include "testing/efi/checks/check_list.h"

namespace flint::efi_testing {

using namespace efi::abi;

namespace {

constexpr EFI_GUID kTable =
    EFI_GUID::Of("9c6ad0fd-18a4-4b9c-8c57-5f5b1d3e7a33");

/// The table's CRC is that of the table with its CRC taken as 0.
void CheckHeader(Checker& checker,
                 const EFI_TABLE_HEADER& table,
                 UINT64 signature) {
  std::array<std::byte, 1024> copy;
  EXPECT(checker, table.Signature == signature);
  EXPECT(checker, table.Revision == EFI_2_10_SYSTEM_TABLE_REVISION);
  EXPECT(checker, table.Reserved == 0);
  REQUIRE(checker, table.HeaderSize <= copy.size());
  std::memcpy(copy.data(), &table, table.HeaderSize);
  std::memset(
      copy.data() + offsetof(EFI_TABLE_HEADER, CRC32), 0, sizeof(UINT32));
  UINT32 crc = 0;
  EXPECT_STATUS(
      checker,
      checker.boot().CalculateCrc32(copy.data(), table.HeaderSize, &crc),
      EFI_SUCCESS);
  EXPECT(checker, table.CRC32 == crc);
}

/// What is installed as `kTable`, or null.
VOID* FindTable(const EFI_SYSTEM_TABLE& system) {
  for (UINTN i = 0; i < system.NumberOfTableEntries; ++i) {
    if (system.ConfigurationTable[i].VendorGuid == kTable) {
      return system.ConfigurationTable[i].VendorTable;
    }
  }
  return nullptr;
}

}  // namespace

void CheckTables(Checker& checker) {
  CheckHeader(checker, checker.system().Hdr, EFI_SYSTEM_TABLE_SIGNATURE);
  CheckHeader(checker, checker.boot().Hdr, EFI_BOOT_SERVICES_SIGNATURE);
  EXPECT(checker, checker.system().FirmwareVendor != nullptr);
}

void CheckMiscellaneous(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  char text[] = "123456789";
  UINT32 crc = 0;
  EXPECT_STATUS(checker, boot.CalculateCrc32(text, 9, &crc), EFI_SUCCESS);
  EXPECT(checker, crc == 0xcbf4'3926);
  EXPECT_STATUS(
      checker, boot.CalculateCrc32(text, 0, &crc), EFI_INVALID_PARAMETER);
  EXPECT_STATUS(
      checker, boot.CalculateCrc32(nullptr, 9, &crc), EFI_INVALID_PARAMETER);

  boot.CopyMem(text + 2, text, 7);  // overlapping
  EXPECT(checker, std::memcmp(text, "121234567", 9) == 0);
  boot.SetMem(text, 3, '.');
  EXPECT(checker, std::memcmp(text, "...234567", 9) == 0);

  UINT64 first = 0;
  UINT64 second = 0;
  EXPECT_STATUS(checker, boot.GetNextMonotonicCount(&first), EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.GetNextMonotonicCount(&second), EFI_SUCCESS);
  EXPECT(checker, second > first);
  EXPECT_STATUS(
      checker, boot.GetNextMonotonicCount(nullptr), EFI_INVALID_PARAMETER);
}

void CheckConfigurationTables(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  EFI_GUID guid = kTable;
  int table = 0;
  EXPECT_STATUS(
      checker, boot.InstallConfigurationTable(&guid, nullptr), EFI_NOT_FOUND);
  EXPECT_STATUS(
      checker, boot.InstallConfigurationTable(&guid, &table), EFI_SUCCESS);
  EXPECT(checker, FindTable(checker.system()) == &table);
  CheckHeader(checker, checker.system().Hdr, EFI_SYSTEM_TABLE_SIGNATURE);
  EXPECT_STATUS(
      checker, boot.InstallConfigurationTable(&guid, nullptr), EFI_SUCCESS);
  EXPECT(checker, FindTable(checker.system()) == nullptr);
}

}  // namespace flint::efi_testing
