// SPDX-License-Identifier: Apache-2.0
#include "efi/environment/environment.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "efi/environment/host_environment.h"
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

void EFIAPI Count(abi::EFI_EVENT, abi::VOID* context) {
  ++*static_cast<int*>(context);
}

class EnvironmentTest : public ::testing::Test {
 protected:
  abi::EFI_EVENT CountIn(const abi::EFI_GUID& group, int* count) {
    abi::EFI_EVENT event = nullptr;
    EXPECT_EQ(services_.CreateEventEx(abi::EVT_NOTIFY_SIGNAL,
                                      abi::TPL_CALLBACK,
                                      Count,
                                      count,
                                      &group,
                                      &event),
              abi::EFI_SUCCESS);
    return event;
  }

  abi::UINTN MapKey() {
    std::vector<std::byte> buffer(48 * 100);
    abi::UINTN size = buffer.size();
    abi::UINTN key = 0;
    EXPECT_EQ(services_.GetMemoryMap(&size,
                                     static_cast<abi::EFI_MEMORY_DESCRIPTOR*>(
                                         static_cast<void*>(buffer.data())),
                                     &key,
                                     nullptr,
                                     nullptr),
              abi::EFI_SUCCESS);
    return key;
  }

  // As a conformance test would: over the header's size, with the CRC as 0.
  abi::UINT32 CrcOf(const abi::EFI_TABLE_HEADER& table) {
    std::vector<std::byte> copy(table.HeaderSize);
    std::memcpy(copy.data(), &table, copy.size());
    std::memset(copy.data() + offsetof(abi::EFI_TABLE_HEADER, CRC32), 0, 4);
    abi::UINT32 crc = 0;
    EXPECT_EQ(services_.CalculateCrc32(copy.data(), copy.size(), &crc),
              abi::EFI_SUCCESS);
    return crc;
  }

  HostEnvironment host_;
  abi::EFI_SYSTEM_TABLE& table_ = host_.system_table();
  abi::EFI_BOOT_SERVICES& services_ = host_.boot_services();
};

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

struct RecordingObserver final : ExitObserver {
  RecordingObserver(std::vector<std::string>* to, std::string as)
      : journal(to), name(std::move(as)) {}
  void OnExitBootServices() override { journal->push_back(name); }
  std::vector<std::string>* journal;
  std::string name;
};

struct Note {
  std::vector<std::string>* journal;
  std::string name;
};

void EFIAPI Write(abi::EFI_EVENT, abi::VOID* context) {
  const Note& note = *static_cast<const Note*>(context);
  note.journal->push_back(note.name);
}

class ExitTest : public EnvironmentTest {
 protected:
  void NoteIn(const abi::EFI_GUID& group, abi::EFI_TPL tpl, Note* note) {
    abi::EFI_EVENT event = nullptr;
    ASSERT_EQ(services_.CreateEventEx(
                  abi::EVT_NOTIFY_SIGNAL, tpl, Write, note, &group, &event),
              abi::EFI_SUCCESS);
  }

  std::vector<std::string> journal_;
  Note before_{&journal_, "before"};
  Note exit_{&journal_, "exit"};
  Note exit_first_{&journal_, "exit first"};
  RecordingObserver devices_{&journal_, "devices"};
  RecordingObserver runtime_{&journal_, "runtime"};
};

TEST_F(ExitTest, ToldInOrder) {
  host_.environment().AddExitObserver(devices_);
  host_.environment().AddExitObserver(runtime_);
  NoteIn(abi::EFI_EVENT_GROUP_EXIT_BOOT_SERVICES, abi::TPL_CALLBACK, &exit_);
  NoteIn(
      abi::EFI_EVENT_GROUP_EXIT_BOOT_SERVICES, abi::TPL_NOTIFY, &exit_first_);
  NoteIn(abi::EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES,
         abi::TPL_CALLBACK,
         &before_);

  EXPECT_EQ(services_.ExitBootServices(nullptr, MapKey()), abi::EFI_SUCCESS);

  EXPECT_THAT(
      journal_,
      ElementsAre("before", "exit first", "exit", "devices", "runtime"));
}

TEST_F(ExitTest, TakesTheBootServicesAway) {
  host_.environment().tables().SetConsoleOutput(&journal_, nullptr);

  EXPECT_EQ(services_.ExitBootServices(nullptr, MapKey()), abi::EFI_SUCCESS);

  EXPECT_TRUE(host_.environment().has_exited());
  EXPECT_EQ(table_.BootServices, nullptr);
  EXPECT_EQ(table_.ConsoleInHandle, nullptr);
  EXPECT_EQ(table_.ConsoleOutHandle, nullptr);
  EXPECT_EQ(table_.StandardErrorHandle, nullptr);
  EXPECT_EQ(table_.ConIn, nullptr);
  EXPECT_EQ(table_.ConOut, nullptr);
  EXPECT_EQ(table_.StdErr, nullptr);
}

TEST_F(ExitTest, TheCrcIsRightAfterwards) {
  const abi::EFI_CALCULATE_CRC32 calculate = services_.CalculateCrc32;

  ASSERT_EQ(services_.ExitBootServices(nullptr, MapKey()), abi::EFI_SUCCESS);

  abi::EFI_SYSTEM_TABLE copy = table_;
  copy.Hdr.CRC32 = 0;
  abi::UINT32 crc = 0;
  ASSERT_EQ(calculate(&copy, sizeof(copy), &crc), abi::EFI_SUCCESS);
  EXPECT_EQ(table_.Hdr.CRC32, crc);
}

TEST_F(ExitTest, AStaleKeyIsRefusedAndNothingExits) {
  host_.environment().AddExitObserver(devices_);
  NoteIn(abi::EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES,
         abi::TPL_CALLBACK,
         &before_);
  NoteIn(abi::EFI_EVENT_GROUP_EXIT_BOOT_SERVICES, abi::TPL_CALLBACK, &exit_);
  const abi::UINTN stale = MapKey();
  abi::EFI_PHYSICAL_ADDRESS address = 0;
  ASSERT_EQ(services_.AllocatePages(
                abi::AllocateAnyPages, abi::EfiLoaderData, 1, &address),
            abi::EFI_SUCCESS);

  EXPECT_EQ(services_.ExitBootServices(nullptr, stale),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.ExitBootServices(nullptr, stale),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_THAT(journal_, ElementsAre("before"));
  EXPECT_EQ(table_.BootServices, &services_);
  EXPECT_EQ(services_.ExitBootServices(nullptr, MapKey()), abi::EFI_SUCCESS);

  EXPECT_THAT(journal_, ElementsAre("before", "exit", "devices"));
}

TEST_F(ExitTest, AHandlerThatAllocatesMakesTheCallerTryAgain) {
  abi::EFI_EVENT event = nullptr;
  const auto allocate = [](abi::EFI_EVENT, abi::VOID* to) EFIAPI {
    auto* const table = static_cast<abi::EFI_BOOT_SERVICES*>(to);
    abi::EFI_PHYSICAL_ADDRESS address = 0;
    table->AllocatePages(
        abi::AllocateAnyPages, abi::EfiLoaderData, 1, &address);
  };
  ASSERT_EQ(
      services_.CreateEventEx(abi::EVT_NOTIFY_SIGNAL,
                              abi::TPL_CALLBACK,
                              allocate,
                              &services_,
                              &abi::EFI_EVENT_GROUP_BEFORE_EXIT_BOOT_SERVICES,
                              &event),
      abi::EFI_SUCCESS);

  EXPECT_EQ(services_.ExitBootServices(nullptr, MapKey()),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services_.ExitBootServices(nullptr, MapKey()), abi::EFI_SUCCESS);
}

TEST_F(ExitTest, StopsTimersAndWatchdog) {
  int count = 0;
  abi::EFI_EVENT timer = nullptr;
  ASSERT_EQ(services_.CreateEvent(abi::EVT_TIMER | abi::EVT_NOTIFY_SIGNAL,
                                  abi::TPL_CALLBACK,
                                  Count,
                                  &count,
                                  &timer),
            abi::EFI_SUCCESS);
  services_.SetTimer(timer, abi::TimerPeriodic, 1000);
  services_.SetWatchdogTimer(1, 0x10000, 0, nullptr);

  ASSERT_EQ(services_.ExitBootServices(nullptr, MapKey()), abi::EFI_SUCCESS);
  host_.clock().Advance(uint64_t{10} * clock::kNanosecondsPerSecond);
  host_.environment().events().Poll();

  EXPECT_EQ(count, 0);
  EXPECT_THAT(host_.expired_watchdogs(), IsEmpty());
}

TEST_F(ExitTest, HappensOnce) {
  const abi::UINTN key = MapKey();
  const abi::EFI_EXIT_BOOT_SERVICES exit = services_.ExitBootServices;
  host_.environment().AddExitObserver(devices_);

  EXPECT_EQ(exit(nullptr, key), abi::EFI_SUCCESS);
  EXPECT_EQ(exit(nullptr, key), abi::EFI_INVALID_PARAMETER);

  EXPECT_THAT(journal_, ElementsAre("devices"));
}

}  // namespace
}  // namespace flint::efi
