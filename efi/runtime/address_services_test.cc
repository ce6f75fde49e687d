// SPDX-License-Identifier: Apache-2.0

// SetVirtualAddressMap and ConvertPointer, through the table, with maps good
// and bad. That the program works where it was moved is runtime_image_test.

#include "efi/runtime/address_services.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "efi/abi/status.h"
#include "efi/runtime/driver_relocation.h"
#include "efi/runtime/program_fixture.h"
#include "efi/runtime/virtual_map.h"
#include "platforms/base/endian.h"

namespace flint::efi {
namespace {

constexpr uint64_t kPage = abi::EFI_PAGE_SIZE;
constexpr uint64_t kElsewhere = 0xFFFF'8000'0000'0000;

uint64_t AddressOf(const void* pointer) {
  return reinterpret_cast<uint64_t>(pointer);
}

/// Tables here are looked at where they are: nothing is really mapped
/// elsewhere, so after a success nothing can be called any more.
class AddressServicesTest : public ProgramTest {
 protected:
  AddressServicesTest() {
    // On the host the program is not in pages of its own: its functions may be
    // anywhere in these.
    const uint64_t code = AddressOf(reinterpret_cast<void*>(services.GetTime));
    handoff.image = {(code & ~(kPage - 1)) - 256 * kPage, 512 * kPage};
    data_pages_ = (handoff.volatiles.address + handoff.volatiles.size_bytes -
                   AddressOf(&handoff) + kPage - 1) /
                  kPage;
    handoff.phase = RuntimePhase::kPhysical;
  }

  abi::EFI_MEMORY_DESCRIPTOR Code() const {
    return Mapping(handoff.image.address, kElsewhere, 512);
  }
  abi::EFI_MEMORY_DESCRIPTOR Data() const {
    return Mapping(AddressOf(&handoff), kElsewhere + 0x4000'0000, data_pages_);
  }
  void RecordPages() {
    handoff.pages[0] = {handoff.image.address, 512};
    handoff.pages[1] = {AddressOf(&handoff), data_pages_};
    handoff.pages_count = 2;
    std::ranges::copy(handoff.pages, handoff.memory.begin());
    handoff.memory_count = 2;
  }

  uint64_t data_pages_ = 0;
  alignas(kPage) std::array<std::byte, kPage> area_{};
};

TEST_F(AddressServicesTest, ConvertsTablesAndHandoff) {
  abi::EFI_SYSTEM_TABLE* const system =
      ::new (static_cast<void*>(area_.data())) abi::EFI_SYSTEM_TABLE{};
  system->Hdr.HeaderSize = sizeof(*system);
  system->RuntimeServices = &services;
  system->FirmwareVendor = reinterpret_cast<char16_t*>(area_.data() + 1024);
  handoff.system_table = system;
  const uint64_t image = handoff.image.address;
  const uint64_t get_time =
      AddressOf(reinterpret_cast<void*>(services.GetTime));
  const uint64_t nonvolatile = handoff.nonvolatile.address;

  ASSERT_EQ(
      SetMap(services, {Code(), Data(), Mapping(AddressOf(system), 0x7000, 1)}),
      abi::EFI_SUCCESS);

  EXPECT_EQ(AddressOf(reinterpret_cast<void*>(services.GetTime)),
            get_time - image + kElsewhere);
  EXPECT_TRUE(HasRightCrc(services));
  EXPECT_EQ(AddressOf(system->RuntimeServices),
            AddressOf(&services) - AddressOf(&handoff) + Data().VirtualStart);
  EXPECT_EQ(AddressOf(system->FirmwareVendor), 0x7000 + 1024u);
  EXPECT_EQ(system->ConfigurationTable, nullptr);
  EXPECT_TRUE(HasRightCrc(*system));
  EXPECT_EQ(AddressOf(handoff.system_table), 0x7000u);
  EXPECT_EQ(handoff.nonvolatile.address,
            nonvolatile - AddressOf(&handoff) + Data().VirtualStart);
  EXPECT_EQ(handoff.phase, RuntimePhase::kVirtual);
}

TEST_F(AddressServicesTest, AnIdentityMapLeavesEverythingUsable) {
  ASSERT_EQ(
      SetMap(services,
             {Mapping(handoff.image.address, handoff.image.address, 512),
              Mapping(AddressOf(&handoff), AddressOf(&handoff), data_pages_)}),
      abi::EFI_SUCCESS);

  EXPECT_EQ(SetText(services, u"Name", "value"), abi::EFI_SUCCESS);
  EXPECT_EQ(GetText(services, u"Name"), "value");
  EXPECT_EQ(SetMap(services, {}), abi::EFI_UNSUPPORTED) << "a second time";
}

TEST_F(AddressServicesTest, IsOnlyForAfterTheExit) {
  handoff.phase = RuntimePhase::kBoot;

  EXPECT_EQ(SetMap(services, {Code(), Data()}), abi::EFI_UNSUPPORTED);
}

TEST_F(AddressServicesTest, RefusesDescriptorsOfAnotherForm) {
  std::array map{Code(), Data()};
  const auto set = [&](uint64_t size, uint32_t version) {
    return services.SetVirtualAddressMap(
        sizeof(map), size, version, map.data());
  };

  EXPECT_EQ(set(sizeof(map[0]), 0), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(set(sizeof(map[0]), 2), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(set(sizeof(map[0]) - 8, 1), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(set(0, 1), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.SetVirtualAddressMap(sizeof(map), 40, 1, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(handoff.phase, RuntimePhase::kPhysical);
}

TEST_F(AddressServicesTest, AcceptsLargerDescriptors) {
  std::array<std::byte, 2 * 48> map{};
  const std::array entries{Code(), Data()};
  std::memcpy(map.data(), &entries[0], sizeof(entries[0]));
  std::memcpy(map.data() + 48, &entries[1], sizeof(entries[1]));

  EXPECT_EQ(services.SetVirtualAddressMap(
                map.size(),
                48,
                1,
                reinterpret_cast<abi::EFI_MEMORY_DESCRIPTOR*>(map.data())),
            abi::EFI_SUCCESS);
}

TEST_F(AddressServicesTest, RefusesAMapThatLacksSomething) {
  auto short_data = Data();
  --short_data.NumberOfPages;
  auto not_runtime = Data();
  not_runtime.Attribute = abi::EFI_MEMORY_WB;
  auto wrapping = Data();
  wrapping.VirtualStart = UINT64_MAX - kPage + 1;

  EXPECT_EQ(SetMap(services, {}), abi::EFI_NO_MAPPING);
  EXPECT_EQ(SetMap(services, {Code()}), abi::EFI_NO_MAPPING);
  EXPECT_EQ(SetMap(services, {Data()}), abi::EFI_NO_MAPPING);
  EXPECT_EQ(SetMap(services, {Code(), short_data}), abi::EFI_NO_MAPPING);
  EXPECT_EQ(SetMap(services, {Code(), not_runtime}), abi::EFI_NO_MAPPING);
  EXPECT_EQ(SetMap(services, {Code(), wrapping}), abi::EFI_NO_MAPPING);
  EXPECT_EQ(handoff.phase, RuntimePhase::kPhysical);
  EXPECT_TRUE(HasRightCrc(services));
  EXPECT_EQ(SetMap(services, {Code(), Data()}), abi::EFI_SUCCESS);
}

TEST_F(AddressServicesTest, RefusesAMapThatTakesThingsApart) {
  auto first = Code();
  first.NumberOfPages = 100;
  auto rest = Code();
  rest.PhysicalStart += 100 * kPage;
  rest.NumberOfPages -= 100;
  rest.VirtualStart += 101 * kPage;

  EXPECT_EQ(SetMap(services, {first, rest, Data()}), abi::EFI_NO_MAPPING);
  rest.VirtualStart -= kPage;
  EXPECT_EQ(SetMap(services, {first, rest, Data()}), abi::EFI_SUCCESS);
}

TEST_F(AddressServicesTest, ComparesTheMapWithTheMemoryMap) {
  RecordPages();
  handoff.pages[2] = handoff.memory[2] = {0x10'0000, 4};
  handoff.pages_count = handoff.memory_count = 3;
  const auto other = Mapping(0x10'0000, 0x5000, 4);
  const auto beyond = Mapping(0x10'0000, 0x5000, 5);
  const auto strange = Mapping(0x20'0000, 0x5000, 1);
  const auto huge = Mapping(0x10'0000, 0x5000, UINT64_MAX / 2);
  auto not_runtime = strange;
  not_runtime.Attribute = abi::EFI_MEMORY_WB;

  EXPECT_EQ(SetMap(services, {Code(), Data()}), abi::EFI_NO_MAPPING);
  EXPECT_EQ(SetMap(services, {Code(), Data(), other, strange}),
            abi::EFI_NOT_FOUND);
  EXPECT_EQ(SetMap(services, {Code(), Data(), beyond}), abi::EFI_NOT_FOUND);
  EXPECT_EQ(SetMap(services, {Code(), Data(), huge}), abi::EFI_NOT_FOUND);
  EXPECT_EQ(SetMap(services, {not_runtime, Code(), Data(), other}),
            abi::EFI_SUCCESS);
}

TEST_F(AddressServicesTest, ADescriptorMayBeOfAnyMemory) {
  RecordPages();
  handoff.memory[2] = {0x10'4000, 2};
  handoff.memory[3] = {0x10'0000, 4};
  handoff.memory_count = 4;

  EXPECT_EQ(SetMap(services, {Code(), Data(), Mapping(0x10'0000, 0x5000, 6)}),
            abi::EFI_SUCCESS);
}

TEST_F(AddressServicesTest, RegistersInMemoryMoveOrAreDoneWithout) {
  handoff.power.reset = {RuntimeSpace::kMemory, 0, 0xFEA0'0202};
  handoff.power.sleep_control = {RuntimeSpace::kMemory, 0, 0xFEB0'0000};
  handoff.power.pm1a_control = {RuntimeSpace::kPort, 0, 0xB000};

  ASSERT_EQ(SetMap(services, {Code(), Data(), Mapping(0xFEA0'0000, 0x9000, 1)}),
            abi::EFI_SUCCESS);

  EXPECT_EQ(handoff.power.reset.space, RuntimeSpace::kMemory);
  EXPECT_EQ(handoff.power.reset.address, 0x9202u);
  EXPECT_EQ(handoff.power.sleep_control.space, RuntimeSpace::kAbsent);
  EXPECT_EQ(handoff.power.pm1a_control.address, 0xB000u);
}

struct Listener {
  abi::EFI_RUNTIME_SERVICES* services;
  abi::EFI_EVENT event = nullptr;
  void* pointer = nullptr;
  abi::EFI_STATUS converted = 0;
  abi::EFI_STATUS null = 0;
  abi::EFI_STATUS optional_null = 0;
  abi::EFI_STATUS missing = 0;
  abi::EFI_STATUS stranger = 0;
  abi::EFI_STATUS again = 0;
};

void EFIAPI Listen(abi::EFI_EVENT event, void* context) {
  auto& listener = *static_cast<Listener*>(context);
  abi::EFI_RUNTIME_SERVICES& services = *listener.services;
  listener.event = event;
  listener.converted = services.ConvertPointer(0, &listener.pointer);
  void* null = nullptr;
  listener.null = services.ConvertPointer(0, &null);
  listener.optional_null =
      services.ConvertPointer(abi::EFI_OPTIONAL_PTR, &null);
  listener.missing = services.ConvertPointer(0, nullptr);
  void* stranger = reinterpret_cast<void*>(0x1234);
  listener.stranger = services.ConvertPointer(0, &stranger);
  listener.again = SetMap(services, {});
}

TEST_F(AddressServicesTest, ListenersConvertTheirPointers) {
  int event = 0;
  Listener listener{.services = &services};
  listener.pointer = reinterpret_cast<std::byte*>(&handoff) + 123;
  handoff.listeners[0] = {&event, Listen, &listener};
  handoff.listener_count = 1;
  void* early = listener.pointer;
  EXPECT_EQ(services.ConvertPointer(0, &early), abi::EFI_NOT_FOUND);

  ASSERT_EQ(SetMap(services, {Code(), Data()}), abi::EFI_SUCCESS);

  EXPECT_EQ(listener.event, &event);
  EXPECT_EQ(listener.converted, abi::EFI_SUCCESS);
  EXPECT_EQ(AddressOf(listener.pointer), Data().VirtualStart + 123);
  EXPECT_EQ(listener.null, abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(listener.optional_null, abi::EFI_SUCCESS);
  EXPECT_EQ(listener.missing, abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(listener.stranger, abi::EFI_NOT_FOUND);
  EXPECT_EQ(listener.again, abi::EFI_UNSUPPORTED);
}

// Relocations of a driver: one block, of one page.
struct DriverImage {
  Le64 pointer;  // into the image
  Le64 outside;  // elsewhere: the driver converted it
  Le64 end;      // one past the image
  Le64 not_relocated;
  Le32 page_offset;
  Le32 block_size;
  std::array<Le16, 6> entries;
};

TEST(DriverRelocation, MovesAddressesThatPointIntoTheImage) {
  constexpr uint64_t kOld = 0x7F00'0000;
  DriverImage driver{.pointer = kOld + 0x10,
                     .outside = 0xFFFF'0000'1234,
                     .end = kOld + sizeof(DriverImage),
                     .not_relocated = kOld,
                     .page_offset = 0,
                     .block_size = 20,
                     .entries = {0xA000, 0xA008, 0xA010, 0x0018, 0xAFFF, 0}};
  const MutableBytes image = std::as_writable_bytes(std::span(&driver, 1));
  const RuntimeDriver description{
      .address = kOld,
      .size_bytes = sizeof(driver),
      .relocations_offset = offsetof(DriverImage, page_offset),
      .relocations_size_bytes = 20};

  RelocateDriver(description, image, kElsewhere);

  EXPECT_EQ(driver.pointer, kElsewhere + 0x10);
  EXPECT_EQ(driver.outside, 0xFFFF'0000'1234u);
  EXPECT_EQ(driver.end, kElsewhere + sizeof(DriverImage));
  EXPECT_EQ(driver.not_relocated, kOld);
}

TEST(DriverRelocation, LeavesHostileRelocationsAlone) {
  DriverImage driver{};
  const MutableBytes image = std::as_writable_bytes(std::span(&driver, 1));
  for (const uint32_t size : {0U, 7U, 1000U, UINT32_MAX}) {
    driver.block_size = size;
    RelocateDriver({0, sizeof(driver), 32, 20}, image, kElsewhere);
    RelocateDriver({0, sizeof(driver), UINT64_MAX, 20}, image, kElsewhere);
    RelocateDriver({0, sizeof(driver), 32, UINT64_MAX}, image, kElsewhere);
  }
  EXPECT_EQ(driver.pointer, 0u);
}

TEST(VirtualMap, RangesMustNotBeTakenApart) {
  const std::array map{Mapping(0x1000, 0xA000, 2),
                       Mapping(0x3000, 0xC000, 1),
                       Mapping(0x4000, 0xF000, 1)};
  const VirtualMap virtual_map(std::as_bytes(std::span(map)), sizeof(map[0]));

  EXPECT_EQ(virtual_map.Convert(0x3FFF), 0xCFFFu);
  EXPECT_EQ(virtual_map.Convert(0x5000), std::nullopt);
  EXPECT_EQ(virtual_map.Convert(0xFFF), std::nullopt);
  EXPECT_EQ(virtual_map.ConvertRange(0x1800, 0x2800), 0xA800u);
  EXPECT_EQ(virtual_map.ConvertRange(0x1800, 0x2801), std::nullopt);
  EXPECT_EQ(virtual_map.ConvertRange(0x4000, 0x1000), 0xF000u);
  EXPECT_EQ(virtual_map.ConvertRange(0x4000, 0x1001), std::nullopt);
}

}  // namespace
}  // namespace flint::efi
