// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/ram_protection.h"

#include <vector>

#include "boot/paging/fake_tlb.h"
#include "efi/abi/memory.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::boot {
namespace {

using efi::abi::EFI_MEMORY_RO;
using efi::abi::EFI_MEMORY_RP;
using efi::abi::EFI_MEMORY_XP;
using paging::Access;
using testing::IsError;
using testing::IsOk;
using testing::IsOkAndHolds;

constexpr uint64_t kPage = memory::kPageSizeBytes;
constexpr uint64_t kRam = uint64_t{16} << 20;
constexpr uint64_t kRamBytes = uint64_t{16} << 20;
constexpr uint64_t kOwner = 7;

class RamProtectionTest : public ::testing::Test {
 protected:
  void Make(bool no_execute = true) {
    memory_.AddRegion(kRam, kRamBytes);
    map_.Build({{memory::E820Entry{kRam, kRamBytes, memory::E820Type::kRam}}},
               uint64_t{1} << 40);
    auto tables = paging::PageTables::Create(
        memory_,
        map_,
        tlb_,
        {.no_execute = no_execute, .physical_address_bits = 46});
    ASSERT_THAT(tables, IsOk());
    tables_.emplace(*tables);
    ASSERT_THAT(
        tables_->MapIdentity(kRam, kRamBytes, {.access = Access::kReadWrite}),
        IsOk());
    protection_.emplace(map_, *tables_);
  }

  /// Pages as a UEFI service hands them out.
  uint64_t Take(uint64_t page_count) {
    const auto address = map_.Allocate({.page_count = page_count,
                                        .search = memory::Search::kLowestFirst,
                                        .owner = kOwner});
    EXPECT_THAT(address, IsOk());
    return *address;
  }

  FakeGuestMemory memory_;
  paging::FakeTlb tlb_;
  std::vector<memory::MemoryRange> storage_ =
      std::vector<memory::MemoryRange>(64);
  memory::MemoryMap map_{storage_};
  std::optional<paging::PageTables> tables_;
  std::optional<RamProtection> protection_;
};

TEST_F(RamProtectionTest, RamIsNotExecutableAtFirst) {
  Make();
  EXPECT_THAT(protection_->Get(Take(3), 3 * kPage),
              IsOkAndHolds(EFI_MEMORY_XP));
}

TEST_F(RamProtectionTest, EveryProtectionCanBeSetAndRead) {
  Make();
  const uint64_t address = Take(3);
  for (const uint64_t protections : {EFI_MEMORY_RP,
                                     uint64_t{0},
                                     EFI_MEMORY_RO,
                                     EFI_MEMORY_XP,
                                     EFI_MEMORY_RO | EFI_MEMORY_XP}) {
    ASSERT_THAT(protection_->Set(address + kPage, kPage, protections), IsOk());
    EXPECT_THAT(protection_->Get(address + kPage, kPage),
                IsOkAndHolds(protections));
    EXPECT_THAT(protection_->Get(address, kPage), IsOkAndHolds(EFI_MEMORY_XP));
    EXPECT_THAT(protection_->Get(address + 2 * kPage, kPage),
                IsOkAndHolds(EFI_MEMORY_XP));
  }
}

TEST_F(RamProtectionTest, PagesThatDifferHaveNoCommonProtection) {
  Make();
  const uint64_t address = Take(2);
  ASSERT_THAT(protection_->Set(address, kPage, 0), IsOk());
  EXPECT_THAT(protection_->Get(address, 2 * kPage),
              IsError(ErrorCode::kInvalidArgument));
}

TEST_F(RamProtectionTest, ResetGivesBackWhatPagesHave) {
  Make();
  const uint64_t address = Take(2);
  ASSERT_THAT(protection_->Set(address, kPage, EFI_MEMORY_RP), IsOk());
  ASSERT_THAT(protection_->Set(address + kPage, kPage, EFI_MEMORY_RO), IsOk());

  ASSERT_THAT(protection_->Reset(address, 2 * kPage), IsOk());
  EXPECT_THAT(protection_->Get(address, 2 * kPage),
              IsOkAndHolds(EFI_MEMORY_XP));

  ASSERT_THAT(protection_->AllowExecution(), IsOk());
  ASSERT_THAT(protection_->Reset(address, 2 * kPage), IsOk());
  EXPECT_THAT(protection_->Get(address, 2 * kPage), IsOkAndHolds(0u));
}

TEST_F(RamProtectionTest, AllowingExecutionIsForFreeMemory) {
  Make();
  const uint64_t data = Take(1);
  ASSERT_THAT(protection_->AllowExecution(), IsOk());

  EXPECT_THAT(protection_->Get(data, kPage), IsOkAndHolds(EFI_MEMORY_XP));
  EXPECT_THAT(protection_->Get(Take(1000), 1000 * kPage), IsOkAndHolds(0u));
}

TEST_F(RamProtectionTest, WhatIsTheFirmwaresOwnIsOutOfReach) {
  Make();
  const auto rings = map_.Allocate({.page_count = 1});
  ASSERT_THAT(rings, IsOk());
  map_.Claim(kRam + kRamBytes / 2, kPage, memory::MemoryType::kImage);

  for (const uint64_t address : {*rings,
                                 tables_->root(),
                                 kRam + kRamBytes / 2,
                                 kRam - kPage,
                                 kRam + kRamBytes - kPage}) {
    EXPECT_THAT(protection_->Set(address, 2 * kPage, 0),
                IsError(ErrorCode::kOutOfRange));
    EXPECT_THAT(protection_->Get(address, 2 * kPage),
                IsError(ErrorCode::kOutOfRange));
  }
  EXPECT_THAT(protection_->Set(UINT64_MAX - kPage + 1, 2 * kPage, 0),
              IsError(ErrorCode::kOutOfRange));
}

TEST_F(RamProtectionTest, LiftedProtectionsLeaveAllRamOpen) {
  Make();
  map_.Claim(kRam + kRamBytes / 2, kPage, memory::MemoryType::kImage);
  ASSERT_THAT(protection_->Set(Take(1), kPage, EFI_MEMORY_RO), IsOk());
  const uint64_t generation = map_.generation();

  ASSERT_THAT(protection_->Lift(), IsOk());
  for (uint64_t at = kRam; at < kRam + kRamBytes; at += kPage) {
    const auto page = tables_->Translate(at);
    ASSERT_TRUE(page.has_value());
    ASSERT_EQ(page->attributes.access, Access::kReadWriteExecute);
  }
  EXPECT_EQ(map_.generation(), generation);
}

TEST_F(RamProtectionTest, WithoutTheFeatureEverythingIsExecutable) {
  Make(/*no_execute=*/false);
  const uint64_t address = Take(1);
  EXPECT_THAT(protection_->Get(address, kPage), IsOkAndHolds(0u));
  EXPECT_THAT(protection_->Set(address, kPage, EFI_MEMORY_XP),
              IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(protection_->AllowExecution(), IsOk());
  ASSERT_THAT(protection_->Set(address, kPage, EFI_MEMORY_RO), IsOk());
  EXPECT_THAT(protection_->Get(address, kPage), IsOkAndHolds(EFI_MEMORY_RO));
}

}  // namespace
}  // namespace flint::boot
