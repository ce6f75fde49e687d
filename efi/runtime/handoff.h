// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "efi/abi/event.h"
#include "efi/abi/runtime_services.h"
#include "efi/abi/system_table.h"

/// All that the boot firmware and the runtime program know of each other.
///
/// The two are linked apart, by the same toolchain or (in tests) not, so that
/// this holds nothing whose layout is not fixed. The structure lies in
/// EfiRuntimeServicesData; the firmware fills it, the program's entry makes the
/// table of services in it, and after ExitBootServices it is the program's.
///
/// Addresses are physical until SetVirtualAddressMap, then virtual.
namespace flint::efi {

/// Memory of type EfiRuntimeServicesData.
struct RuntimeBlock {
  uint64_t address = 0;
  uint64_t size_bytes = 0;
};

enum class RuntimeSpace : uint32_t {
  kAbsent = 0,
  kPort = 1,
  /// The page around it has to be EFI_MEMORY_RUNTIME in the memory map.
  kMemory = 2,
};

/// A register that firmware tables point at; what it is says how wide it is.
struct RuntimeRegister {
  RuntimeSpace space = RuntimeSpace::kAbsent;
  uint32_t reserved = 0;
  uint64_t address = 0;
};

/// How to end the machine: what the FADT and `\_S5` say. [acpi-6.5 5.2.9]
struct RuntimePower {
  uint8_t has_acpi = 0;
  uint8_t hardware_reduced = 0;
  uint8_t reset_value = 0;
  uint8_t has_soft_off = 0;
  uint8_t soft_off_a = 0;
  uint8_t soft_off_b = 0;
  uint16_t reserved = 0;
  RuntimeRegister reset;          // 8 bits
  RuntimeRegister pm1a_control;   // 16 bits
  RuntimeRegister pm1b_control;   // 16 bits
  RuntimeRegister sleep_control;  // 8 bits
};

enum class RuntimeClockKind : uint32_t {
  kNone = 0,
  kCmos = 1,
  /// Counts on from a time that the firmware found out.
  kCounter = 2,
};

/// Where the time comes from.
struct RuntimeClock {
  RuntimeClockKind kind = RuntimeClockKind::kNone;
  // Of a CMOS clock: see rtc::CmosSettings.
  uint8_t century_register = 0;
  uint8_t has_fixed_hours = 0;
  /// Its alarm wakes the machine.
  uint8_t has_alarm = 0;
  uint8_t reserved = 0;
  /// The time-stamp counter's; never 0 and below 2^34, whatever the clock.
  uint64_t counter_hz = 0;
  // The time when the counter stood there, since the start of year 1.
  uint64_t counter_start = 0;
  uint64_t start_seconds = 0;
  uint64_t start_nanoseconds = 0;
  // What SetTime said last, and GetTime repeats.
  int16_t time_zone = abi::EFI_UNSPECIFIED_TIMEZONE;
  uint8_t daylight = 0;
  uint8_t reserved_end[5] = {};
};

/// Functions of the boot firmware, called while boot services run; null if
/// there are none, and from ExitBootServices on.
struct RuntimeHooks {
  void* context = nullptr;
  /// As `VariableObserver::OnNonvolatileChange`.
  abi::EFI_STATUS (*on_nonvolatile_change)(void* context) = nullptr;
  /// Whoever wants to be told of a reset is. May return.
  void (*on_reset)(void* context,
                   abi::EFI_RESET_TYPE type,
                   abi::EFI_STATUS status,
                   abi::UINTN data_size,
                   abi::VOID* data) = nullptr;
};

/// Someone to tell that addresses change. [uefi-2.10 7.1, 8.4]
struct AddressChangeListener {
  abi::EFI_EVENT event = nullptr;
  abi::EFI_EVENT_NOTIFY notify = nullptr;
  abi::VOID* context = nullptr;
};

/// A runtime driver that an image brought, and its base relocations, to be
/// applied again for its new address. [pe 6.6]
struct RuntimeDriver {
  uint64_t address = 0;
  uint64_t size_bytes = 0;
  uint64_t relocations_offset = 0;
  uint64_t relocations_size_bytes = 0;
};

/// Pages side by side in the memory map.
struct RuntimePages {
  uint64_t address = 0;
  uint64_t page_count = 0;
};

/// Flash that non-volatile variables are kept in: a CFI chip,
/// EFI_MEMORY_RUNTIME in the memory map. There is none if it has no size.
struct RuntimeFlash {
  uint64_t address = 0;
  uint64_t size_bytes = 0;
  uint32_t block_bytes = 0;
  uint32_t write_buffer_bytes = 0;
  /// For an image of the store.
  RuntimeBlock image;
};

enum class RuntimePhase : uint32_t {
  kBoot = 0,
  kPhysical = 1,  // after ExitBootServices
  kVirtual = 2,   // after SetVirtualAddressMap
};

struct RuntimeHandoff {
  static constexpr uint32_t kVersion = 2;
  static constexpr size_t kMaxListeners = 64;
  static constexpr size_t kMaxDrivers = 32;
  static constexpr size_t kMaxPages = 128;
  static constexpr size_t kMaxMemory = 64;

  uint32_t version = kVersion;
  uint32_t size_bytes = sizeof(RuntimeHandoff);
  RuntimePhase phase = RuntimePhase::kBoot;
  /// The upper half of the monotonic count.
  uint32_t monotonic_high = 0;

  /// Made by the program's entry.
  abi::EFI_RUNTIME_SERVICES services{};

  /// The program's own pages, code and data.
  RuntimeBlock image;
  // Variables: see VariableArea.
  RuntimeBlock nonvolatile;
  RuntimeBlock volatiles;

  RuntimeClock clock;
  RuntimePower power;
  RuntimeFlash flash;
  RuntimeHooks hooks;

  // What ExitBootServices leaves. Only used by SetVirtualAddressMap.
  abi::EFI_SYSTEM_TABLE* system_table = nullptr;
  uint32_t listener_count = 0;
  uint32_t driver_count = 0;
  /// 0 if it is not known which pages there are.
  uint32_t pages_count = 0;
  uint32_t memory_count = 0;
  std::array<AddressChangeListener, kMaxListeners> listeners{};
  std::array<RuntimeDriver, kMaxDrivers> drivers{};
  /// Those with EFI_MEMORY_RUNTIME.
  std::array<RuntimePages, kMaxPages> pages{};
  /// All that the memory map describes.
  std::array<RuntimePages, kMaxMemory> memory{};
};

static_assert(sizeof(RuntimeRegister) == 16 && sizeof(RuntimePower) == 72);
static_assert(sizeof(RuntimeClock) == 48 && sizeof(RuntimeHooks) == 24);
static_assert(sizeof(RuntimeFlash) == 40);
static_assert(offsetof(RuntimeHandoff, services) == 16);
static_assert(offsetof(RuntimeHandoff, image) == 152);
static_assert(offsetof(RuntimeHandoff, clock) == 200);
static_assert(offsetof(RuntimeHandoff, system_table) == 384);
static_assert(sizeof(RuntimeHandoff) ==
              408 + 64 * 24 + 32 * 32 + (128 + 64) * 16);

/// The program's entry, where its header says. Fills in `services`, with its
/// header and CRC. EFI_INCOMPATIBLE_VERSION if the program was made for another
/// `RuntimeHandoff`. The structure stays where it is until
/// SetVirtualAddressMap.
using RuntimeEntry = abi::EFI_STATUS (*)(RuntimeHandoff* handoff);

}  // namespace flint::efi
