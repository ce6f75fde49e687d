// SPDX-License-Identifier: Apache-2.0
#include "efi/platform_tables/platform_tables.h"

#include <algorithm>
#include <array>
#include <string>

#include "drivers/acpi/fake_tables.h"
#include "drivers/smbios/fake_smbios.h"
#include "efi/abi/system_table.h"
#include "efi/environment/host_environment.h"
#include "gtest/gtest.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::flint::testing::IsOk;
using memory::MemoryType;

constexpr uint64_t kRsdp = 0xE0000;
constexpr uint64_t kArea = 0xF0000;
constexpr uint64_t kSmbiosTable = 0x300'0000;

class PlatformTablesTest : public ::testing::Test {
 protected:
  PlatformTablesTest() {
    const std::array<memory::E820Entry, 2> entries{
        {{.address = 0, .size_bytes = 0xA0000, .type = memory::E820Type::kRam},
         {.address = 0x10'0000,
          .size_bytes = 0x4000'0000,
          .type = memory::E820Type::kRam}}};
    map_.Build(entries, uint64_t{1} << 40);
  }

  void AddAcpi(acpi::FakeTables::Root root) {
    acpi::FakeTables acpi(memory_);
    acpi.AddListed("TEST", 1, AsBytes("body"));
    acpi.Finish(kRsdp, root);
  }

  void AddSmbios() {
    smbios::FakeSmbios fake;
    fake.AddOemStrings({"text"}).End();
    const size_t size = fake.table().size();
    memory_.AddRegion(kSmbiosTable, AsBytes(fake.table()));
    area_ = memory_.AddRegion(kArea, 0x10000);
    Put(0x10, smbios::FakeSmbios::EntryPoint32(kSmbiosTable, size));
    Put(0x80, smbios::FakeSmbios::EntryPoint64(kSmbiosTable, size));
  }
  void Put(uint64_t offset, std::string_view entry) {
    std::ranges::copy(AsBytes(entry),
                      area_.begin() + static_cast<ptrdiff_t>(offset));
  }

  /// The address that the table of this GUID has; 0 if it is not installed.
  uint64_t Installed(const abi::EFI_GUID& guid) {
    for (const auto& entry :
         host_.environment().tables().configuration_tables()) {
      if (entry.VendorGuid != guid) continue;
      return memory_.AddressOf(
          static_cast<const std::byte*>(entry.VendorTable));
    }
    return 0;
  }
  Status InstallAll() {
    return InstallPlatformTables({.tables = host_.environment().tables(),
                                  .map = map_,
                                  .memory = memory_},
                                 kRsdp);
  }

  HostEnvironment host_;
  FakeGuestMemory memory_;
  std::array<memory::MemoryRange, 64> ranges_{};
  memory::MemoryMap map_{ranges_};
  MutableBytes area_;
};

TEST_F(PlatformTablesTest, NamesWhatThereIs) {
  AddAcpi(acpi::FakeTables::Root::kBoth);
  AddSmbios();

  ASSERT_THAT(InstallAll(), IsOk());

  EXPECT_EQ(Installed(abi::EFI_ACPI_TABLE_GUID), kRsdp);
  EXPECT_EQ(Installed(abi::ACPI_TABLE_GUID), kRsdp);
  EXPECT_EQ(Installed(abi::SMBIOS_TABLE_GUID), kArea + 0x10);
  EXPECT_EQ(Installed(abi::SMBIOS3_TABLE_GUID), kArea + 0x80);
}

TEST_F(PlatformTablesTest, NamesEachKindOfAcpiOnlyWhereItIs) {
  AddAcpi(acpi::FakeTables::Root::kXsdt);
  ASSERT_THAT(InstallAll(), IsOk());

  EXPECT_EQ(Installed(abi::EFI_ACPI_TABLE_GUID), kRsdp);
  EXPECT_EQ(Installed(abi::ACPI_TABLE_GUID), 0u);
}

TEST_F(PlatformTablesTest, NamesTheFirstAcpiByItsOwnGuid) {
  AddAcpi(acpi::FakeTables::Root::kRsdt);
  ASSERT_THAT(InstallAll(), IsOk());

  EXPECT_EQ(Installed(abi::EFI_ACPI_TABLE_GUID), 0u);
  EXPECT_EQ(Installed(abi::ACPI_TABLE_GUID), kRsdp);
}

TEST_F(PlatformTablesTest, NamesNothingWhereNothingIs) {
  EXPECT_THAT(InstallAll(), IsOk());

  EXPECT_TRUE(host_.environment().tables().configuration_tables().empty());
}

TEST_F(PlatformTablesTest, KeepsTheMemoryOfSmbios) {
  AddSmbios();

  ASSERT_THAT(InstallAll(), IsOk());

  EXPECT_EQ(map_.Find(kSmbiosTable)->type, MemoryType::kAcpiReclaim);
  EXPECT_EQ(map_.Find(kSmbiosTable)->size_bytes(), memory::kPageSizeBytes);
  EXPECT_EQ(map_.Find(kArea)->type, MemoryType::kReserved);
}

TEST_F(PlatformTablesTest, LeavesOutSmbiosInMemoryOfOthers) {
  AddSmbios();
  map_.Claim(kSmbiosTable, 1, MemoryType::kModule);

  ASSERT_THAT(InstallAll(), IsOk());

  EXPECT_EQ(Installed(abi::SMBIOS_TABLE_GUID), 0u);
  EXPECT_EQ(Installed(abi::SMBIOS3_TABLE_GUID), 0u);
  EXPECT_EQ(map_.Find(kSmbiosTable)->type, MemoryType::kModule);
}

TEST_F(PlatformTablesTest, SaysIfThereIsNoRoom) {
  AddSmbios();
  abi::EFI_BOOT_SERVICES& services = host_.boot_services();
  abi::EFI_PHYSICAL_ADDRESS address = 0;
  for (abi::UINTN pages = 1 << 14; pages != 0; pages /= 2) {
    while (services.AllocatePages(
               abi::AllocateAnyPages, abi::EfiLoaderData, pages, &address) ==
           abi::EFI_SUCCESS) {
    }
  }
  // What the slabs still have.
  abi::VOID* buffer = nullptr;
  while (services.AllocatePool(abi::EfiRuntimeServicesData, 384, &buffer) ==
         abi::EFI_SUCCESS) {
  }

  EXPECT_THAT(InstallAll(), ::flint::testing::IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::efi
