// SPDX-License-Identifier: Apache-2.0

// The variable services on a flash chip.

#include "efi/nv_store/nv_keeper.h"

#include <string>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "drivers/flash/fake_cfi_chip.h"
#include "efi/nv_store/nv_format.h"
#include "efi/nv_store/nv_start.h"
#include "efi/variables/variable_area.h"
#include "efi/variables/variable_services.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

constexpr uint32_t kAttributes = abi::EFI_VARIABLE_NON_VOLATILE |
                                 abi::EFI_VARIABLE_BOOTSERVICE_ACCESS |
                                 abi::EFI_VARIABLE_RUNTIME_ACCESS;
constexpr flash::CfiGeometry kGeometry = {
    .size_bytes = 0x20000, .block_bytes = 4096, .write_buffer_bytes = 256};

class NvKeeperTest : public ::testing::Test {
 protected:
  NvKeeperTest() {
    flash::CfiFlash flash(chip, kGeometry, clock);
    EXPECT_OK(StartNvStore(flash, image_));
    VariableArea(volatiles_).Clear();
    Reload();
  }

  /// What the next start of the machine would find.
  void Reload() {
    flash::CfiFlash flash(chip, kGeometry, clock);
    ASSERT_OK_AND_ASSIGN(const NvStore store, NvStore::Open(flash, image_));
    VariableArea(area_).Clear();
    ASSERT_OK(LoadNvVariables(store, VariableArea(area_)));
  }

  abi::EFI_STATUS Set(std::u16string name,
                      std::string_view data,
                      uint32_t attributes = kAttributes) {
    Guid vendor = kVendor;
    return Services().SetVariable(
        name.c_str(), &vendor, attributes, data.size(), data.data());
  }

  std::string Get(std::u16string_view name) {
    const auto found = Services().Find(name, kVendor);
    return found ? std::string(AsText(*found)) : "(none)";
  }

  VariableServices Services(VariablePhase phase = VariablePhase::kRuntime) {
    return {VariableArea(area_), VariableArea(volatiles_), phase, &keeper};
  }

  static constexpr Guid kVendor =
      Guid::Of("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");

  flash::FakeCfiChip chip{kGeometry};
  clock::FakeClock clock{clock::kNanosecondsPerMillisecond};
  std::vector<std::byte> image_ = std::vector<std::byte>(kMaxNvStoreBytes);
  std::vector<std::byte> area_ = std::vector<std::byte>(kMaxNvStoreBytes);
  std::vector<std::byte> volatiles_ = std::vector<std::byte>(4096);
  NvKeeper keeper{
      {.chip = chip, .geometry = kGeometry, .clock = clock, .image = image_}};
};

TEST_F(NvKeeperTest, KeepsWhatIsSetAppendedAndRemoved) {
  EXPECT_EQ(Set(u"A", "one"), abi::EFI_SUCCESS);
  EXPECT_EQ(Set(u"A", " two", kAttributes | abi::EFI_VARIABLE_APPEND_WRITE),
            abi::EFI_SUCCESS);
  EXPECT_EQ(Set(u"B", "gone"), abi::EFI_SUCCESS);
  EXPECT_EQ(Set(u"B", ""), abi::EFI_SUCCESS);
  EXPECT_TRUE(chip.is_in_read_mode());

  for (int restart = 0; restart < 2; ++restart) {
    EXPECT_EQ(Get(u"A"), "one two");
    EXPECT_EQ(Get(u"B"), "(none)");
    Reload();
  }
}

TEST_F(NvKeeperTest, LeavesVolatileVariablesToMemory) {
  const auto before = chip.contents();

  EXPECT_EQ(Services(VariablePhase::kBoot)
                .Define(u"V",
                        kVendor,
                        abi::EFI_VARIABLE_BOOTSERVICE_ACCESS,
                        AsBytes(std::string_view("x"))),
            abi::EFI_SUCCESS);

  EXPECT_EQ(chip.contents(), before);
}

TEST_F(NvKeeperTest, ReplacesAVariableThatBecomesVolatile) {
  EXPECT_EQ(Set(u"A", "kept"), abi::EFI_SUCCESS);

  EXPECT_EQ(Services().Define(u"A",
                              kVendor,
                              abi::EFI_VARIABLE_BOOTSERVICE_ACCESS,
                              AsBytes(std::string_view("forgotten"))),
            abi::EFI_SUCCESS);

  EXPECT_EQ(Get(u"A"), "forgotten");
  VariableArea(volatiles_).Clear();
  Reload();
  EXPECT_EQ(Get(u"A"), "(none)");
}

TEST_F(NvKeeperTest, ChangesNothingIfTheChipRefuses) {
  EXPECT_EQ(Set(u"A", "old"), abi::EFI_SUCCESS);

  chip.is_write_protected = true;
  EXPECT_EQ(Set(u"A", "new"), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(Set(u"A", ""), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(Set(u"B", "new"), abi::EFI_DEVICE_ERROR);
  chip.is_write_protected = false;

  EXPECT_EQ(Get(u"A"), "old");
  EXPECT_EQ(Get(u"B"), "(none)");
  chip.is_stuck = true;
  EXPECT_EQ(Set(u"A", "new"), abi::EFI_DEVICE_ERROR);
  EXPECT_TRUE(chip.is_in_read_mode());
}

TEST_F(NvKeeperTest, TellsHowMuchRoomTheFlashHas) {
  abi::UINT64 capacity = 0;
  abi::UINT64 free = 0;
  abi::UINT64 largest = 0;
  ASSERT_EQ(
      Services().QueryVariableInfo(kAttributes, &capacity, &free, &largest),
      abi::EFI_SUCCESS);
  EXPECT_EQ(capacity, 0xE000u - kFirstNvRecord);
  EXPECT_EQ(free, capacity);

  // The name takes 4 bytes.
  const std::string too_large(largest - 3, 'x');
  EXPECT_EQ(Set(u"A", too_large), abi::EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(Set(u"A", too_large.substr(1)), abi::EFI_SUCCESS);
  ASSERT_EQ(
      Services().QueryVariableInfo(kAttributes, &capacity, &free, &largest),
      abi::EFI_SUCCESS);
  EXPECT_EQ(free, 0u);
  EXPECT_EQ(largest, 0u);
}

TEST_F(NvKeeperTest, LeavesKeysToWhoCanCheckSignatures) {
  constexpr uint32_t kSigned =
      kAttributes | abi::EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS;
  const std::u16string name = u"db";
  {
    flash::CfiFlash flash(chip, kGeometry, clock);
    ASSERT_OK_AND_ASSIGN(NvStore store, NvStore::Open(flash, image_));
    ASSERT_OK(store.Set(
        {.key = {std::as_bytes(std::span(name.c_str(), name.size() + 1)),
                 kVendor},
         .attributes = kSigned,
         .kept = {},
         .data = AsBytes(std::string_view("key"))}));
  }
  Reload();

  EXPECT_EQ(Get(u"db"), "key");
  EXPECT_EQ(Set(u"db", "mine"), abi::EFI_SECURITY_VIOLATION);
  EXPECT_EQ(Set(u"db", "", 0), abi::EFI_SECURITY_VIOLATION);
  EXPECT_EQ(Set(u"db", "mine", kSigned), abi::EFI_SECURITY_VIOLATION);

  Reload();
  EXPECT_EQ(Get(u"db"), "key");
}

}  // namespace
}  // namespace flint::efi
