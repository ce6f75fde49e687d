// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/loader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "drivers/acpi/generic_address.h"
#include "drivers/flash/cfi_flash.h"
#include "efi/nv_store/nv_format.h"
#include "efi/nv_store/nv_start.h"
#include "efi/nv_store/nv_store.h"
#include "efi/runtime/driver_image.h"
#include "efi/runtime/runtime_properties.h"
#include "efi/runtime/runtime_variables.h"
#include "efi/variables/variable_area.h"
#include "platforms/base/checked.h"
#include "platforms/base/log.h"

namespace flint::efi {
namespace {

// As many descriptors as fit can be passed on at the end.
constexpr uint64_t kMapBufferPages = 16;
constexpr uint64_t kAttributesTablePages = 2;

uint64_t AddressOf(Bytes bytes) {
  // SAFETY: memory of the firmware, which is identity-mapped.
  return reinterpret_cast<uint64_t>(bytes.data());
}

uint64_t PagesOf(uint64_t size_bytes) {
  return DivideRoundUp<uint64_t>(size_bytes, abi::EFI_PAGE_SIZE);
}

RuntimeRegister ToRegister(const std::optional<acpi::GenericAddress>& address) {
  if (!address) return {};
  return {.space = address->space == acpi::AddressSpace::kSystemIo
                       ? RuntimeSpace::kPort
                       : RuntimeSpace::kMemory,
          .reserved = 0,
          .address = address->address};
}

}  // namespace

RuntimePower ToRuntimePower(const acpi::Fadt& fadt,
                            const std::optional<acpi::SleepType>& soft_off) {
  RuntimePower power;
  power.has_acpi = 1;
  power.hardware_reduced = fadt.hardware_reduced ? 1 : 0;
  power.reset_value = fadt.reset_value;
  power.reset = ToRegister(fadt.reset_register);
  power.pm1a_control = ToRegister(fadt.pm1a_control);
  power.pm1b_control = ToRegister(fadt.pm1b_control);
  power.sleep_control = ToRegister(fadt.sleep_control);
  if (soft_off) {
    power.has_soft_off = 1;
    power.soft_off_a = soft_off->pm1a;
    power.soft_off_b = soft_off->pm1b;
  }
  return power;
}

Status RuntimeLoader::Allocate(const RuntimeImage& image,
                               const RuntimeSettings& settings) {
  PageServices& pages = environment_.pages();
  // All that is in flash fits in as much memory.
  const uint64_t nonvolatile_bytes =
      settings.chip ? kMaxNvStoreBytes : settings.nonvolatile_bytes;
  const uint64_t flash_image_bytes = settings.chip ? kMaxNvStoreBytes : 0;
  const uint64_t data_page_count =
      PagesOf(sizeof(Data)) + PagesOf(nonvolatile_bytes) +
      PagesOf(settings.volatile_bytes) + PagesOf(flash_image_bytes);
  code_ = pages.Take({PageUse::kServices, abi::EfiRuntimeServicesCode},
                     image.page_count());
  data_pages_ = pages.Take({PageUse::kServices, abi::EfiRuntimeServicesData},
                           data_page_count);
  saved_ = pages.TakePages(PagesOf(nonvolatile_bytes));
  map_buffer_ = pages.TakePages(kMapBufferPages);
  attributes_table_ = pages.TakePages(kAttributesTablePages);
  for (const MutableBytes memory :
       {code_, data_pages_, saved_, map_buffer_, attributes_table_}) {
    if (memory.empty()) {
      return Fail(ErrorCode::kNoMemory, "no memory for runtime services");
    }
    std::memset(memory.data(), 0, memory.size());
  }
  data_ = ::new (static_cast<void*>(data_pages_.data())) Data{};
  RuntimeHandoff& handoff = data_->handoff;
  uint64_t address =
      AddressOf(data_pages_) + PagesOf(sizeof(Data)) * abi::EFI_PAGE_SIZE;
  for (const auto& [block, size_bytes] :
       {std::pair(&handoff.nonvolatile, nonvolatile_bytes),
        std::pair(&handoff.volatiles, settings.volatile_bytes),
        std::pair(&handoff.flash.image, flash_image_bytes)}) {
    *block = {address, size_bytes};
    address += PagesOf(size_bytes) * abi::EFI_PAGE_SIZE;
  }
  handoff.clock = settings.clock;
  handoff.power = settings.power;
  return {};
}

void RuntimeLoader::Protect(const RuntimeImage& image) {
  PageProtection* const protection = environment_.pages().protection();
  if (protection == nullptr) return;
  for (const RuntimeSection& section : image.sections()) {
    const Status set = protection->Set(AddressOf(code_) + section.offset,
                                       section.page_count * abi::EFI_PAGE_SIZE,
                                       section.protections);
    if (!set) log::Warning("runtime program not protected: {}", set.error());
  }
  const Status set = protection->Set(
      AddressOf(data_pages_), data_pages_.size(), abi::EFI_MEMORY_XP);
  if (!set) log::Warning("runtime data not protected: {}", set.error());
}

Status RuntimeLoader::Start(const RuntimeImage& image) {
  image.CopyTo(code_);
  Protect(image);
  RuntimeHandoff& handoff = data_->handoff;
  handoff.hooks = {
      .context = this,
      .on_nonvolatile_change =
          [](void* context) {
            return static_cast<RuntimeLoader*>(context)
                ->persistence_->OnNonvolatileChange();
          },
      .on_reset =
          [](void* context,
             abi::EFI_RESET_TYPE type,
             abi::EFI_STATUS status,
             abi::UINTN data_size,
             abi::VOID* data) {
            ResetListener* const listener =
                static_cast<RuntimeLoader*>(context)->reset_listener_;
            if (listener == nullptr) return;
            listener->OnReset(type, status, data_size, data);
          },
  };
  // SAFETY: the image's header says that the entry is there.
  const auto start =
      reinterpret_cast<RuntimeEntry>(AddressOf(code_) + image.entry());
  if (abi::EFI_ERROR(start(&handoff))) {
    return Fail(ErrorCode::kUnsupported, "runtime program of another firmware");
  }
  return {};
}

VariableServices RuntimeLoader::variables() {
  VariableObserver* const observer =
      keeper_ ? static_cast<VariableObserver*>(&*keeper_) : &*persistence_;
  return VariablesOf(data_->handoff, observer);
}

void RuntimeLoader::RestoreZone() {
  const auto zone = variables().Find(kTimeZoneName, kFlintVariableGuid);
  RuntimeClock& clock = data_->handoff.clock;
  if (!zone || zone->size() != 3) return;
  std::memcpy(&clock.time_zone, zone->data(), 2);
  std::memcpy(&clock.daylight, zone->data() + 2, 1);
}

void RuntimeLoader::CountReset() {
  VariableServices services = variables();
  const auto stored = services.Find(kMonotonicCountName, kFlintVariableGuid);
  uint32_t count = 0;
  if (stored && stored->size() == sizeof(count)) {
    std::memcpy(&count, stored->data(), sizeof(count));
  }
  ++count;
  // The backend has told already if it cannot store it.
  (void)services.Define(kMonotonicCountName,
                        kFlintVariableGuid,
                        kFirmwareOnly,
                        std::as_bytes(std::span(&count, 1)));
  data_->handoff.monotonic_high = count;
  environment_.miscellaneous().set_monotonic_high(count);
}

Status RuntimeLoader::StartFlash(const VariableChip& chip) {
  RuntimeFlash& flash = data_->handoff.flash;
  const MutableBytes image = MemoryOf(flash.image);
  VariableArea area(MemoryOf(data_->handoff.nonvolatile));
  area.Clear();
  flash::CfiFlash access(chip.registers, chip.place.geometry, chip.clock);
  const NvStore store = TRY(NvStore::Open(access, image));
  TRY(LoadNvVariables(store, area));
  flash.address = chip.place.address;
  flash.size_bytes = chip.place.geometry.size_bytes;
  flash.block_bytes = chip.place.geometry.block_bytes;
  flash.write_buffer_bytes = chip.place.geometry.write_buffer_bytes;
  keeper_.emplace(
      NvKeeper::Parts{.chip = chip.registers,
                      .geometry = chip.place.geometry,
                      .clock = chip.clock,
                      .image = image,
                      .on_failure = [](const Error& error) {
                        log::Warning("variables cannot be stored: {}", error);
                      }});
  return {};
}

void RuntimeLoader::StartVariables(const RuntimeSettings& settings) {
  RuntimeHandoff& handoff = data_->handoff;
  VariableArea(MemoryOf(handoff.volatiles)).Clear();
  const Status flash = settings.chip ? StartFlash(*settings.chip) : Status();
  if (!flash) log::Warning("variables in flash: {}", flash.error());
  if (!keeper_) {
    persistence_.emplace(
        VariableArea(MemoryOf(handoff.nonvolatile)), saved_, backend_);
    persistence_->Start();
  }
  RestoreZone();
  CountReset();
}

Status RuntimeLoader::InstallTables() {
  environment_.tables().SetRuntimeServices(&data_->handoff.services);
  data_->properties = MakeRuntimeProperties(data_->handoff.clock);
  const MemoryAttributesBuilder empty(attributes_table_, {});
  const abi::EFI_GUID properties_guid = abi::EFI_RT_PROPERTIES_TABLE_GUID;
  const abi::EFI_GUID attributes_guid = abi::EFI_MEMORY_ATTRIBUTES_TABLE_GUID;
  SystemTables& tables = environment_.tables();
  if (abi::EFI_ERROR(tables.InstallConfigurationTable(&properties_guid,
                                                      &data_->properties)) ||
      abi::EFI_ERROR(tables.InstallConfigurationTable(
          &attributes_guid, attributes_table_.data()))) {
    return Fail(ErrorCode::kNoMemory, "no memory for runtime tables");
  }
  return {};
}

Status RuntimeLoader::Load(Bytes bytes, const RuntimeSettings& settings) {
  const RuntimeImage image = TRY(RuntimeImage::Parse(bytes));
  TRY(Allocate(image, settings));
  TRY(Start(image));
  StartVariables(settings);
  VariableServices services = variables();
  if (abi::EFI_ERROR(DefineGlobals(services, settings.globals)) ||
      (!keeper_ && !settings.variable_file.empty() &&
       abi::EFI_ERROR(
           DefineRuntimeVariableFile(services, settings.variable_file)))) {
    return Fail(ErrorCode::kNoMemory, "no memory for global variables");
  }
  for (const RuntimeSection& section : image.sections()) {
    known_[known_count_++] = {AddressOf(code_) + section.offset,
                              section.page_count,
                              section.protections};
  }
  TRY(InstallTables());
  environment_.AddExitObserver(*this);
  return {};
}

}  // namespace flint::efi
