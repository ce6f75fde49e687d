// SPDX-License-Identifier: Apache-2.0

// Variables in flash, which the program writes by itself: before and after
// ExitBootServices and SetVirtualAddressMap.

#include <cstdint>
#include <string>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "drivers/flash/cfi_flash.h"
#include "drivers/flash/fake_cfi_chip.h"
#include "efi/abi/status.h"
#include "efi/nv_store/nv_format.h"
#include "efi/nv_store/nv_start.h"
#include "efi/runtime/program_fixture.h"
#include "efi/runtime/runtime_variables.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

constexpr flash::CfiGeometry kGeometry = {
    .size_bytes = 0x20000, .block_bytes = 4096, .write_buffer_bytes = 256};
constexpr uint64_t kChip = 0xFFC0'0000;
constexpr uint64_t kMovedChip = 0xFFFF'FFFE'0000'0000;

class FlashVariables : public ProgramTest {
 protected:
  FlashVariables() {
    flash::CfiFlash access(chip, kGeometry, clock_);
    EXPECT_OK(StartNvStore(access, image_.bytes));
    machine.devices.AddWindow(kChip, chip);
    // Ticks of the fake processor are long.
    handoff.clock.counter_hz = uint64_t{1} << 33;
    handoff.flash = {
        .address = kChip,
        .size_bytes = kGeometry.size_bytes,
        .block_bytes = kGeometry.block_bytes,
        .write_buffer_bytes = kGeometry.write_buffer_bytes,
        .image = {reinterpret_cast<uint64_t>(&image_), sizeof(image_)}};
  }

  /// What is in flash, in another machine's memory.
  std::string Stored(std::u16string name) {
    flash::CfiFlash access(chip, kGeometry, clock_);
    std::vector<std::byte> image(kMaxNvStoreBytes);
    const auto store = NvStore::Open(access, image);
    if (!store) return "(no store)";
    const auto found = store->Find(
        {std::as_bytes(std::span(name.c_str(), name.size() + 1)), kTestVendor});
    return found ? std::string(AsText(found->data)) : "(none)";
  }

  /// Moves the chip away, and leaves memory where it is.
  abi::EFI_STATUS Move(uint64_t chip_pages) {
    const auto identity = [](uint64_t address, uint64_t size_bytes) {
      const uint64_t start = address & ~uint64_t{abi::EFI_PAGE_SIZE - 1};
      return Mapping(start, start, (address + size_bytes - start) / 4096 + 1);
    };
    return SetMap(
        services,
        {identity(reinterpret_cast<uint64_t>(&handoff), sizeof(handoff)),
         identity(handoff.nonvolatile.address, 2 * kAreaBytes),
         identity(handoff.flash.image.address, sizeof(image_)),
         Mapping(kChip, kMovedChip, chip_pages)});
  }

  flash::FakeCfiChip chip{kGeometry};

 private:
  struct alignas(abi::EFI_PAGE_SIZE) Image {
    std::array<std::byte, kMaxNvStoreBytes> bytes;
  };
  clock::FakeClock clock_;
  Image image_;
};

TEST_F(FlashVariables, AreWrittenInEveryPhase) {
  EXPECT_EQ(SetText(services, u"Boot", "1"), abi::EFI_SUCCESS);
  handoff.phase = RuntimePhase::kPhysical;
  EXPECT_EQ(SetText(services, u"Physical", "2"), abi::EFI_SUCCESS);
  ASSERT_EQ(Move(kGeometry.size_bytes / 4096), abi::EFI_SUCCESS);
  EXPECT_EQ(handoff.flash.address, kMovedChip);
  machine.devices.AddWindow(kMovedChip, chip);
  EXPECT_EQ(SetText(services, u"Virtual", "3"), abi::EFI_SUCCESS);
  EXPECT_EQ(SetText(services, u"Boot", ""), abi::EFI_SUCCESS);

  EXPECT_EQ(Stored(u"Boot"), "(none)");
  EXPECT_EQ(Stored(u"Physical"), "2");
  EXPECT_EQ(Stored(u"Virtual"), "3");
  EXPECT_EQ(GetText(services, u"Virtual"), "3");
  EXPECT_EQ(machine.devices.mappings().back().address, kMovedChip);
  EXPECT_TRUE(chip.is_in_read_mode());
}

TEST_F(FlashVariables, KeepTheMonotonicCount) {
  abi::UINT32 count = 0;

  EXPECT_EQ(services.GetNextHighMonotonicCount(&count), abi::EFI_SUCCESS);

  EXPECT_EQ(count, 1u);
  flash::FakeCfiChip& kept = chip;
  kept.is_write_protected = true;
  EXPECT_EQ(services.GetNextHighMonotonicCount(&count), abi::EFI_DEVICE_ERROR);
}

TEST_F(FlashVariables, NeedAllOfTheChip) {
  handoff.phase = RuntimePhase::kPhysical;

  EXPECT_EQ(Move(kGeometry.size_bytes / 4096 - 1), abi::EFI_NO_MAPPING);

  EXPECT_EQ(handoff.flash.address, kChip);
  EXPECT_EQ(SetText(services, u"Name", "x"), abi::EFI_SUCCESS);
}

TEST_F(FlashVariables, AreReadFromMemoryAlone) {
  ASSERT_EQ(SetText(services, u"Name", "x"), abi::EFI_SUCCESS);
  const int before = chip.access_count();

  EXPECT_EQ(GetText(services, u"Name"), "x");

  EXPECT_EQ(chip.access_count(), before);
}

TEST_F(FlashVariables, AreNotSetIfTheChipFails) {
  ASSERT_EQ(SetText(services, u"Name", "old"), abi::EFI_SUCCESS);
  chip.is_stuck = true;

  EXPECT_EQ(SetText(services, u"Name", "new"), abi::EFI_DEVICE_ERROR);

  EXPECT_EQ(GetText(services, u"Name"), "old");
}

}  // namespace
}  // namespace flint::efi
