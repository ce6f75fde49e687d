// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include "efi/environment/environment.h"
#include "efi/environment/environment_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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

class ExitTest : public EnvironmentFixture {
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
