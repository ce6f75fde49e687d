// SPDX-License-Identifier: Apache-2.0

// The linked program, loaded into a whole UEFI environment on the host, up to
// and beyond ExitBootServices.

#include "efi/runtime/loader.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "drivers/flash/cfi_flash.h"
#include "drivers/flash/fake_cfi_chip.h"
#include "efi/abi/status.h"
#include "efi/environment/host_environment.h"
#include "efi/image/host_protection.h"
#include "efi/nv_store/nv_format.h"
#include "efi/nv_store/nv_start.h"
#include "efi/runtime/embedded_image.h"
#include "efi/runtime/handoff_fixture.h"
#include "efi/variables/variable_backend.h"
#include "platforms/base/endian.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

constexpr uint64_t kPage = abi::EFI_PAGE_SIZE;

class FakeBackend final : public VariableBackend {
 public:
  Result<Bytes> Load(MutableBytes buffer) override {
    if (!content) return Fail(ErrorCode::kNotFound, "no file");
    std::ranges::copy(*content, buffer.begin());
    return Bytes(buffer).first(content->size());
  }
  Status Replace(Bytes image) override {
    content.emplace(image.begin(), image.end());
    ++writes;
    return {};
  }

  std::optional<std::vector<std::byte>> content;
  int writes = 0;
};

/// A machine with a firmware that has loaded the program.
class Firmware {
 public:
  explicit Firmware(VariableBackend& backend,
                    std::optional<VariableChip> chip = std::nullopt)
      : loader(host.environment(), backend) {
    host.environment().pages().set_protection(&protection);
    RuntimeSettings settings{.clock = {},
                             .power = {},
                             .globals = {},
                             .chip = chip,
                             .variable_file = "flint.var"};
    settings.clock.counter_hz = 1'000'000;
    EXPECT_OK(loader.Load(RuntimeImageBytes(), settings));
  }

  abi::EFI_RUNTIME_SERVICES& services() {
    return *host.system_table().RuntimeServices;
  }

  std::vector<abi::EFI_MEMORY_DESCRIPTOR> MemoryMap(abi::UINTN* key) {
    std::vector<std::byte> buffer(size_t{64} * 1024);
    abi::UINTN size = buffer.size();
    abi::UINTN descriptor_size = 0;
    abi::UINT32 version = 0;
    EXPECT_EQ(host.boot_services().GetMemoryMap(
                  &size,
                  static_cast<abi::EFI_MEMORY_DESCRIPTOR*>(
                      static_cast<void*>(buffer.data())),
                  key,
                  &descriptor_size,
                  &version),
              abi::EFI_SUCCESS);
    std::vector<abi::EFI_MEMORY_DESCRIPTOR> map;
    for (size_t offset = 0; offset < size; offset += descriptor_size) {
      std::memcpy(&map.emplace_back(), buffer.data() + offset, sizeof(map[0]));
    }
    return map;
  }

  /// The runtime descriptors of the final map.
  std::vector<abi::EFI_MEMORY_DESCRIPTOR> Exit() {
    abi::UINTN key = 0;
    std::vector<abi::EFI_MEMORY_DESCRIPTOR> map = MemoryMap(&key);
    abi::EFI_STATUS status =
        host.boot_services().ExitBootServices(nullptr, key);
    EXPECT_EQ(status, abi::EFI_SUCCESS);
    std::erase_if(map, [](const abi::EFI_MEMORY_DESCRIPTOR& descriptor) {
      return (descriptor.Attribute & abi::EFI_MEMORY_RUNTIME) == 0;
    });
    for (auto& descriptor : map) {
      descriptor.VirtualStart = descriptor.PhysicalStart;
    }
    return map;
  }

  void* ConfigurationTable(const Guid& guid) {
    for (const auto& entry :
         host.environment().tables().configuration_tables()) {
      if (entry.VendorGuid == guid) return entry.VendorTable;
    }
    return nullptr;
  }

  HostProtection protection;
  HostEnvironment host;
  RuntimeLoader loader;
};

/// A flash chip that is ready for variables.
class FlashMachine {
 public:
  FlashMachine() {
    flash::CfiFlash access(chip, kGeometry, clock);
    std::vector<std::byte> image(kMaxNvStoreBytes);
    EXPECT_OK(StartNvStore(access, image));
  }

  VariableChip place() {
    return {.place = {.address = 0xFFC0'0000, .geometry = kGeometry},
            .registers = chip,
            .clock = clock};
  }

  static constexpr flash::CfiGeometry kGeometry = {
      .size_bytes = 0x84000, .block_bytes = 4096, .write_buffer_bytes = 256};
  flash::FakeCfiChip chip{kGeometry};
  clock::FakeClock clock;
};

class RuntimeLoaderTest : public ::testing::Test {
 protected:
  FakeBackend backend;
};

TEST_F(RuntimeLoaderTest, InstallsServicesThatWork) {
  Firmware firmware(backend);

  EXPECT_TRUE(HasRightCrc(firmware.services()));
  EXPECT_TRUE(HasRightCrc(firmware.host.system_table()));
  EXPECT_EQ(SetText(firmware.services(), u"Name", "value"), abi::EFI_SUCCESS);
  EXPECT_EQ(GetText(firmware.services(), u"Name"), "value");
  const auto found = firmware.loader.variables().Find(u"Name", kTestVendor);
  ASSERT_TRUE(found);
  EXPECT_EQ(AsText(*found), "value");
}

TEST_F(RuntimeLoaderTest, VariablesOutlastTheMachine) {
  {
    Firmware firmware(backend);
    ASSERT_EQ(SetText(firmware.services(), u"Name", "kept"), abi::EFI_SUCCESS);
  }

  Firmware next(backend);

  EXPECT_EQ(GetText(next.services(), u"Name"), "kept");
}

TEST_F(RuntimeLoaderTest, TheMonotonicCountRisesWithEveryStart) {
  abi::UINT32 high = 0;
  {
    Firmware firmware(backend);
    ASSERT_EQ(firmware.services().GetNextHighMonotonicCount(&high),
              abi::EFI_SUCCESS);
  }

  Firmware next(backend);

  abi::UINT64 count = 0;
  EXPECT_EQ(next.host.boot_services().GetNextMonotonicCount(&count),
            abi::EFI_SUCCESS);
  EXPECT_GT(count >> 32, high);
}

TEST_F(RuntimeLoaderTest, ProtectsTheProgramAndItsData) {
  Firmware firmware(backend);
  bool has_code = false;
  for (const auto& range : firmware.MemoryMap(nullptr)) {
    for (uint64_t page = 0; page < range.NumberOfPages; ++page) {
      const uint64_t protections =
          firmware.protection.At(range.PhysicalStart + page * kPage);
      if (range.Type == abi::EfiRuntimeServicesCode) {
        has_code = true;
        EXPECT_NE(protections & (abi::EFI_MEMORY_RO | abi::EFI_MEMORY_XP), 0u);
      }
    }
  }
  EXPECT_TRUE(has_code);
}

TEST_F(RuntimeLoaderTest, TellsOfItselfInTables) {
  Firmware firmware(backend);
  abi::EFI_RT_PROPERTIES_TABLE properties;
  const void* const table =
      firmware.ConfigurationTable(abi::EFI_RT_PROPERTIES_TABLE_GUID);
  ASSERT_NE(table, nullptr);
  std::memcpy(&properties, table, sizeof(properties));

  EXPECT_EQ(properties.Version, 1);
  EXPECT_EQ(properties.Length, sizeof(properties));
  // Everything but time and wake-up, of which there is no clock, and capsules.
  EXPECT_EQ(properties.RuntimeServicesSupported, 0x27F0u);
  EXPECT_NE(firmware.ConfigurationTable(abi::EFI_MEMORY_ATTRIBUTES_TABLE_GUID),
            nullptr);
}

TEST_F(RuntimeLoaderTest, TheAttributesTableCoversAllRuntimeMemory) {
  Firmware firmware(backend);
  const auto* const table = static_cast<std::byte*>(
      firmware.ConfigurationTable(abi::EFI_MEMORY_ATTRIBUTES_TABLE_GUID));
  uint64_t pages = 0;

  for (const auto& range : firmware.Exit()) pages += range.NumberOfPages;

  abi::EFI_MEMORY_ATTRIBUTES_TABLE header;
  std::memcpy(&header, table, sizeof(header));
  ASSERT_GE(header.NumberOfEntries, 4u);
  for (uint32_t i = 0; i < header.NumberOfEntries; ++i) {
    abi::EFI_MEMORY_DESCRIPTOR entry;
    std::memcpy(
        &entry, table + sizeof(header) + i * sizeof(entry), sizeof(entry));
    EXPECT_NE(entry.Attribute & (abi::EFI_MEMORY_RO | abi::EFI_MEMORY_XP), 0u)
        << "writable and executable";
    pages -= entry.NumberOfPages;
  }
  EXPECT_EQ(pages, 0u);
}

TEST_F(RuntimeLoaderTest, AfterTheExitServicesAreThoseOfRuntime) {
  Firmware firmware(backend);
  abi::EFI_RUNTIME_SERVICES& services = firmware.services();
  ASSERT_EQ(SetText(services, u"Name", "value"), abi::EFI_SUCCESS);
  const int writes = backend.writes;

  std::vector<abi::EFI_MEMORY_DESCRIPTOR> map = firmware.Exit();

  EXPECT_EQ(SetText(services, u"Name", "new"), abi::EFI_SUCCESS);
  EXPECT_EQ(backend.writes, writes) << "the firmware is gone";
  auto stranger = map.back();
  stranger.PhysicalStart = 0x4'0000'0000'0000;
  auto too_many = map;
  too_many.push_back(stranger);
  EXPECT_EQ(SetMap(services, too_many), abi::EFI_NOT_FOUND);
  auto too_few = map;
  too_few.pop_back();
  EXPECT_EQ(SetMap(services, too_few), abi::EFI_NO_MAPPING);
  EXPECT_EQ(SetMap(services, map), abi::EFI_SUCCESS);
  EXPECT_EQ(GetText(services, u"Name"), "new");
  EXPECT_TRUE(HasRightCrc(firmware.host.system_table()));
}

TEST_F(RuntimeLoaderTest, TheSystemCanKeepWhatTheFirmwareCannot) {
  std::optional<Firmware> firmware(std::in_place, backend);
  (void)firmware->Exit();
  ASSERT_EQ(SetText(firmware->services(), u"Name", "set by the system"),
            abi::EFI_SUCCESS);

  // As libefivar does: the file becomes what VarToFile says.
  char16_t name[] = u"VarToFile";
  Guid vendor = kRuntimeVariableFileGuid;
  std::vector<std::byte> file(size_t{128} * 1024);
  abi::UINTN size = file.size();
  ASSERT_EQ(firmware->services().GetVariable(
                name, &vendor, nullptr, &size, file.data()),
            abi::EFI_SUCCESS);
  file.resize(size);
  backend.content = file;
  firmware.reset();

  Firmware next(backend);

  EXPECT_EQ(GetText(next.services(), u"Name"), "set by the system");
}

void EFIAPI ConvertIt(abi::EFI_EVENT, void* context) {
  auto& firmware = *static_cast<Firmware*>(context);
  void* pointer = &firmware.services();
  EXPECT_EQ(firmware.services().ConvertPointer(0, &pointer), abi::EFI_SUCCESS);
  EXPECT_EQ(SetText(firmware.services(), u"Told", "yes"), abi::EFI_SUCCESS);
}

TEST_F(RuntimeLoaderTest, EventsOfAddressChangesAreNotified) {
  Firmware firmware(backend);
  abi::EFI_EVENT event = nullptr;
  ASSERT_EQ(firmware.host.boot_services().CreateEvent(
                abi::EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE,
                abi::TPL_NOTIFY,
                ConvertIt,
                &firmware,
                &event),
            abi::EFI_SUCCESS);

  ASSERT_EQ(SetMap(firmware.services(), firmware.Exit()), abi::EFI_SUCCESS);

  EXPECT_EQ(GetText(firmware.services(), u"Told"), "yes");
}

class OneDriver final : public RuntimeDriverSource {
 public:
  explicit OneDriver(MutableBytes image) : image_(image) {}
  MutableBytes DriverAt(size_t index) override {
    return index == 0 ? image_ : MutableBytes();
  }

 private:
  MutableBytes image_;
};

TEST_F(RuntimeLoaderTest, DriversAreToldOfWithTheirProtections) {
  Firmware firmware(backend);
  const MutableBytes image = firmware.host.environment().pages().Take(
      {PageUse::kPages, abi::EfiRuntimeServicesCode}, 3);
  std::ranges::fill(image, std::byte{0});
  const auto address = reinterpret_cast<uint64_t>(image.data());
  ASSERT_OK(WriteWire(image, 0, Le16(0x5A4D)));
  ASSERT_OK(WriteWire(image, 60, Le32(64)));
  ASSERT_OK(WriteWire(image, 64, Le32(0x4550)));
  ASSERT_OK(firmware.protection.Set(address, kPage, abi::EFI_MEMORY_RO));
  ASSERT_OK(
      firmware.protection.Set(address + kPage, 2 * kPage, abi::EFI_MEMORY_XP));
  OneDriver drivers(image);
  firmware.loader.set_driver_source(&drivers);

  ASSERT_EQ(SetMap(firmware.services(), firmware.Exit()), abi::EFI_SUCCESS);

  abi::EFI_MEMORY_ATTRIBUTES_TABLE header;
  const auto* const table = static_cast<std::byte*>(
      firmware.ConfigurationTable(abi::EFI_MEMORY_ATTRIBUTES_TABLE_GUID));
  std::memcpy(&header, table, sizeof(header));
  std::vector<uint64_t> page_counts;
  for (uint32_t i = 0; i < header.NumberOfEntries; ++i) {
    abi::EFI_MEMORY_DESCRIPTOR entry;
    std::memcpy(
        &entry, table + sizeof(header) + i * sizeof(entry), sizeof(entry));
    if (entry.PhysicalStart == address ||
        entry.PhysicalStart == address + kPage) {
      page_counts.push_back(entry.NumberOfPages);
    }
  }
  EXPECT_EQ(page_counts, (std::vector<uint64_t>{1, 2}));
}

TEST_F(RuntimeLoaderTest, RefusesWhatIsNoProgram) {
  HostEnvironment host;
  RuntimeLoader loader(host.environment(), backend);
  const std::vector<std::byte> zeros(100);

  EXPECT_THAT(loader.Load(zeros, {}),
              flint::testing::IsError(ErrorCode::kCorrupt));
}

TEST_F(RuntimeLoaderTest, KeepsVariablesInFlashAndNothingForOthersToWrite) {
  FlashMachine machine;
  for (int start = 0; start < 2; ++start) {
    Firmware firmware(backend, machine.place());
    VariableServices variables = firmware.loader.variables();

    EXPECT_EQ(variables.Find(u"Kept", kTestVendor).has_value(), start == 1);
    EXPECT_EQ(variables.Define(u"Kept",
                               kTestVendor,
                               kTestAttributes,
                               AsBytes(std::string_view("x"))),
              abi::EFI_SUCCESS);
    EXPECT_EQ(GetText(firmware.services(), u"Kept"), "x");
    EXPECT_FALSE(variables.Find(u"VarToFile", kRuntimeVariableFileGuid));
    EXPECT_FALSE(
        variables.Find(u"RTStorageVolatile", kRuntimeVariableFileGuid));
    EXPECT_TRUE(machine.chip.is_in_read_mode());
  }
  EXPECT_EQ(backend.writes, 0);
}

TEST_F(RuntimeLoaderTest, FallsBackIfTheFlashFails) {
  FlashMachine machine;
  machine.chip.contents()[0x2C] = 0;

  Firmware firmware(backend, machine.place());

  EXPECT_GT(backend.writes, 0);
  EXPECT_TRUE(firmware.loader.variables()
                  .Find(u"VarToFile", kRuntimeVariableFileGuid)
                  .has_value());
}

}  // namespace
}  // namespace flint::efi
