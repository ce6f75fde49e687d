// SPDX-License-Identifier: Apache-2.0
#include "efi/environment/environment.h"

#include <cstring>
#include <iterator>
#include <string>

#include "efi/environment/environment_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr abi::EFI_GUID kTable =
    abi::EFI_GUID::Of("6f4d7a52-7c5b-4a0c-9d0e-0d4b8f6f1001");
constexpr abi::EFI_GUID kOtherTable =
    abi::EFI_GUID::Of("6f4d7a52-7c5b-4a0c-9d0e-0d4b8f6f1002");

using EnvironmentTest = EnvironmentFixture;

TEST_F(EnvironmentTest, TheTablesAreWhatTheSpecificationWants) {
  EXPECT_EQ(std::memcmp(&table_.Hdr.Signature, "IBI SYST", 8), 0);
  EXPECT_EQ(std::memcmp(&services_.Hdr.Signature, "BOOTSERV", 8), 0);
  EXPECT_EQ(table_.Hdr.Revision, 2u << 16 | 100);
  EXPECT_EQ(services_.Hdr.Revision, 2u << 16 | 100);
  EXPECT_EQ(table_.Hdr.HeaderSize, 120u);
  EXPECT_EQ(services_.Hdr.HeaderSize, 376u);
  EXPECT_EQ(table_.Hdr.CRC32, CrcOf(table_.Hdr));
  EXPECT_EQ(services_.Hdr.CRC32, CrcOf(services_.Hdr));
  EXPECT_EQ(table_.Hdr.Reserved, 0u);
  EXPECT_EQ(table_.BootServices, &services_);
  EXPECT_EQ(std::u16string(table_.FirmwareVendor), u"Flint");
  EXPECT_EQ(table_.FirmwareRevision, 0x0001'0000u);
}

TEST_F(EnvironmentTest, EveryServiceIsThere) {
  constexpr size_t kFirst = sizeof(abi::EFI_TABLE_HEADER) / sizeof(void*);
  constexpr size_t kReserved =
      offsetof(abi::EFI_BOOT_SERVICES, Reserved) / sizeof(void*);
  void* members[sizeof(services_) / sizeof(void*)];
  std::memcpy(members, &services_, sizeof(members));

  for (size_t i = kFirst; i < std::size(members); ++i) {
    EXPECT_EQ(members[i] != nullptr, i != kReserved) << i;
  }
}

TEST_F(EnvironmentTest, WhatTheSystemKeepsIsRuntimeData) {
  const auto type_of = [&](const void* pointer) {
    const auto owner = host_.environment().pages().OwnerAt(
        host_.ram().AddressOf(static_cast<const std::byte*>(pointer)));
    return owner->type;
  };
  int target = 0;
  ASSERT_EQ(services_.InstallConfigurationTable(
                const_cast<abi::EFI_GUID*>(&kTable), &target),
            abi::EFI_SUCCESS);

  EXPECT_EQ(type_of(&table_), abi::EfiRuntimeServicesData);
  EXPECT_EQ(type_of(table_.FirmwareVendor), abi::EfiRuntimeServicesData);
  EXPECT_EQ(type_of(table_.ConfigurationTable), abi::EfiRuntimeServicesData);
  EXPECT_EQ(type_of(&services_), abi::EfiBootServicesData);
}

TEST_F(EnvironmentTest, ConfigurationTablesAreAddedChangedAndRemoved) {
  auto* const guid = const_cast<abi::EFI_GUID*>(&kTable);
  auto* const other = const_cast<abi::EFI_GUID*>(&kOtherTable);
  int first = 0;
  int second = 0;
  int signaled = 0;
  CountIn(kTable, &signaled);

  EXPECT_EQ(services_.InstallConfigurationTable(nullptr, &first),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.InstallConfigurationTable(guid, nullptr),
            abi::EFI_NOT_FOUND);
  EXPECT_EQ(signaled, 0);
  EXPECT_EQ(services_.InstallConfigurationTable(guid, &first),
            abi::EFI_SUCCESS);
  EXPECT_EQ(signaled, 1);
  EXPECT_EQ(services_.InstallConfigurationTable(other, &first),
            abi::EFI_SUCCESS);
  EXPECT_EQ(signaled, 1);
  EXPECT_EQ(services_.InstallConfigurationTable(guid, &second),
            abi::EFI_SUCCESS);
  EXPECT_EQ(signaled, 2);
  ASSERT_EQ(table_.NumberOfTableEntries, 2u);
  EXPECT_EQ(table_.ConfigurationTable[0].VendorGuid, kTable);
  EXPECT_EQ(table_.ConfigurationTable[0].VendorTable, &second);
  EXPECT_EQ(table_.Hdr.CRC32, CrcOf(table_.Hdr));
  EXPECT_EQ(services_.InstallConfigurationTable(guid, nullptr),
            abi::EFI_SUCCESS);
  EXPECT_EQ(signaled, 3);
  ASSERT_EQ(table_.NumberOfTableEntries, 1u);
  EXPECT_EQ(table_.ConfigurationTable[0].VendorGuid, kOtherTable);
  EXPECT_EQ(table_.Hdr.CRC32, CrcOf(table_.Hdr));
}

TEST_F(EnvironmentTest, ThereIsRoomForManyConfigurationTables) {
  int target = 0;
  abi::EFI_GUID guid = kTable;
  for (uint8_t i = 0; i < 100; ++i) {
    guid.bytes[0] = i;
    ASSERT_EQ(services_.InstallConfigurationTable(&guid, &target),
              abi::EFI_SUCCESS);
  }

  ASSERT_EQ(table_.NumberOfTableEntries, 100u);
  for (uint8_t i = 0; i < 100; ++i) {
    EXPECT_EQ(table_.ConfigurationTable[i].VendorGuid.bytes[0], i);
  }
  EXPECT_EQ(table_.Hdr.CRC32, CrcOf(table_.Hdr));
}

TEST_F(EnvironmentTest, CalculatesTheCrcEveryoneElseDoes) {
  char text[] = "123456789";
  abi::UINT32 crc = 0;

  EXPECT_EQ(services_.CalculateCrc32(text, 9, &crc), abi::EFI_SUCCESS);
  EXPECT_EQ(crc, 0xCBF43926u);
  EXPECT_EQ(services_.CalculateCrc32(nullptr, 9, &crc),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.CalculateCrc32(text, 0, &crc),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.CalculateCrc32(text, 9, nullptr),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(EnvironmentTest, CopiesOverlappingMemoryAndSetsMemory) {
  char text[] = "abcdefgh";

  services_.CopyMem(text + 2, text, 4);
  EXPECT_EQ(std::string(text), "ababcdgh");
  services_.CopyMem(text, text + 2, 4);
  EXPECT_EQ(std::string(text), "abcdcdgh");
  services_.SetMem(text + 1, 3, 'x');
  EXPECT_EQ(std::string(text), "axxxcdgh");
  services_.SetMem(text, 0, 'y');
  services_.CopyMem(text, text + 1, 0);
  EXPECT_EQ(std::string(text), "axxxcdgh");
}

TEST_F(EnvironmentTest, TheMonotonicCountRises) {
  host_.environment().miscellaneous().set_monotonic_high(7);
  abi::UINT64 first = 0;
  abi::UINT64 second = 0;

  EXPECT_EQ(services_.GetNextMonotonicCount(&first), abi::EFI_SUCCESS);
  EXPECT_EQ(services_.GetNextMonotonicCount(&second), abi::EFI_SUCCESS);
  EXPECT_EQ(services_.GetNextMonotonicCount(nullptr),
            abi::EFI_INVALID_PARAMETER);

  EXPECT_EQ(first >> 32, 7u);
  EXPECT_GT(second, first);
}

TEST_F(EnvironmentTest, TheWatchdogAnApplicationSetExpires) {
  EXPECT_EQ(services_.SetWatchdogTimer(2, 0x10001, 0, nullptr),
            abi::EFI_SUCCESS);
  services_.Stall(1'900'000);
  EXPECT_THAT(host_.expired_watchdogs(), IsEmpty());
  services_.Stall(200'000);
  EXPECT_THAT(host_.expired_watchdogs(), ElementsAre(0x10001u));

  EXPECT_EQ(services_.SetWatchdogTimer(2, 0x10002, 0, nullptr),
            abi::EFI_SUCCESS);
  EXPECT_EQ(services_.SetWatchdogTimer(0, 0, 0, nullptr), abi::EFI_SUCCESS);
  services_.Stall(5'000'000);
  EXPECT_EQ(host_.expired_watchdogs().size(), 1u);
}

TEST_F(EnvironmentTest, MemoryMapChangesSignalTheirGroup) {
  int changes = 0;
  CountIn(abi::EFI_EVENT_GROUP_MEMORY_MAP_CHANGE, &changes);
  changes = 0;
  abi::EFI_PHYSICAL_ADDRESS address = 0;

  ASSERT_EQ(services_.AllocatePages(
                abi::AllocateAnyPages, abi::EfiLoaderData, 1, &address),
            abi::EFI_SUCCESS);
  EXPECT_EQ(changes, 1);
  ASSERT_EQ(services_.FreePages(address, 1), abi::EFI_SUCCESS);
  EXPECT_EQ(changes, 2);
}

TEST_F(EnvironmentTest, ImageServicesNeedSomeoneWhoHasThem) {
  abi::EFI_HANDLE image = nullptr;

  EXPECT_EQ(
      services_.LoadImage(abi::FALSE, nullptr, nullptr, nullptr, 0, &image),
      abi::EFI_UNSUPPORTED);
  EXPECT_EQ(services_.StartImage(image, nullptr, nullptr),
            abi::EFI_UNSUPPORTED);
  EXPECT_EQ(services_.Exit(image, 0, 0, nullptr), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(services_.UnloadImage(image), abi::EFI_UNSUPPORTED);
}

}  // namespace
}  // namespace flint::efi
