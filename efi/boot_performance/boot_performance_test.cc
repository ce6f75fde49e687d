// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_performance/boot_performance.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "boot/memory/e820.h"
#include "boot/memory/memory_map.h"
#include "drivers/acpi/fake_tables.h"
#include "drivers/acpi/fpdt.h"
#include "drivers/acpi/tables.h"
#include "efi/abi/memory.h"
#include "efi/memory/page_services.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "platforms/base/fake_guest_memory.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;

constexpr uint64_t kRsdp = 0xE0000;
constexpr uint64_t kRam = 0x100'0000;

class BootPerformanceTest : public ::testing::Test {
 protected:
  void AddRam(uint64_t page_count) {
    memory_.AddRegion(kRam, page_count * abi::EFI_PAGE_SIZE);
    const std::array<memory::E820Entry, 1> entries{
        {{.address = kRam,
          .size_bytes = page_count * abi::EFI_PAGE_SIZE,
          .type = memory::E820Type::kRam}}};
    map_.Build(entries, uint64_t{1} << 40);
  }

  void AddAcpi() { acpi_.Finish(kRsdp); }

  abi::EFI_MEMORY_TYPE TypeOf(Bytes bytes) {
    const auto owner = pages_.OwnerAt(memory_.AddressOf(bytes.data()));
    return owner ? owner->type : abi::EfiMaxMemoryType;
  }

  bool SomePagesAreTaken() const {
    return std::ranges::any_of(map_.ranges(), [](const auto& range) {
      return memory::IsAllocated(range.type);
    });
  }

  FakeGuestMemory memory_;
  acpi::FakeTables acpi_{memory_};
  std::array<memory::MemoryRange, 16> ranges_{};
  memory::MemoryMap map_{ranges_};
  PageServices pages_{map_, memory_};
};

TEST_F(BootPerformanceTest, TellsTheTimes) {
  AddRam(16);
  AddAcpi();
  ASSERT_OK_AND_ASSIGN(BootPerformance performance,
                       BootPerformance::Create(pages_, kRsdp));
  const uint64_t generation = map_.generation();

  performance.Record({.reset_end_ns = 1, .exit_end_ns = 5});

  EXPECT_EQ(map_.generation(), generation);
  ASSERT_OK_AND_ASSIGN(const auto tables,
                       acpi::Tables::Find(memory_, performance.rsdp_address()));
  ASSERT_OK_AND_ASSIGN(const Bytes table, tables.FindTable("FPDT"));
  ASSERT_OK_AND_ASSIGN(const auto fpdt, ReadWire<acpi::Fpdt>(table));
  ASSERT_OK_AND_ASSIGN(const Bytes record,
                       memory_.Map(fpdt.fbpt_address, sizeof(acpi::Fbpt)));
  ASSERT_OK_AND_ASSIGN(const auto fbpt, ReadWire<acpi::Fbpt>(record));
  EXPECT_EQ(fbpt.reset_end, 1u);
  EXPECT_EQ(fbpt.load_begin, 0u);
  EXPECT_EQ(fbpt.exit_end, 5u);
  EXPECT_EQ(TypeOf(table), abi::EfiACPIReclaimMemory);
  EXPECT_EQ(TypeOf(record), abi::EfiReservedMemoryType);
}

TEST_F(BootPerformanceTest, LeavesTheVmmsOwnAlone) {
  AddRam(16);
  acpi_.AddListed("FPDT", 1, AsBytes("its own"));
  AddAcpi();

  EXPECT_THAT(BootPerformance::Create(pages_, kRsdp),
              IsError(ErrorCode::kUnsupported));

  EXPECT_FALSE(SomePagesAreTaken());
}

TEST_F(BootPerformanceTest, NeedsAcpi) {
  AddRam(16);

  EXPECT_THAT(BootPerformance::Create(pages_, 0),
              IsError(ErrorCode::kNotFound));
}

TEST_F(BootPerformanceTest, KeepsNothingIfItFails) {
  AddRam(1);
  AddAcpi();

  EXPECT_THAT(BootPerformance::Create(pages_, kRsdp),
              IsError(ErrorCode::kNoMemory));

  EXPECT_FALSE(SomePagesAreTaken());
}

}  // namespace
}  // namespace flint::efi
