// SPDX-License-Identifier: Apache-2.0

// [uefi-2.10 7.1]

#include "testing/efi/checks/check_list.h"

namespace flint::efi_testing {

using namespace efi::abi;

namespace {

/// What notification functions leave behind.
struct Trace {
  EFI_BOOT_SERVICES* boot;
  UINTN count = 0;
  EFI_TPL level = 0;
  char order[8] = {};
};

struct Mark {
  Trace* trace;
  char name;
};

VOID EFIAPI LeaveMark(EFI_EVENT, VOID* context) {
  const auto* mark = static_cast<const Mark*>(context);
  Trace& trace = *mark->trace;
  trace.level = trace.boot->RaiseTPL(TPL_HIGH_LEVEL);
  trace.boot->RestoreTPL(trace.level);
  if (trace.count < sizeof(trace.order)) trace.order[trace.count] = mark->name;
  ++trace.count;
}

}  // namespace

void CheckEvents(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  EFI_EVENT event = nullptr;
  REQUIRE_STATUS(
      checker, boot.CreateEvent(0, 0, nullptr, nullptr, &event), EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.CheckEvent(event), EFI_NOT_READY);
  EXPECT_STATUS(checker, boot.SignalEvent(event), EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.CheckEvent(event), EFI_SUCCESS);
  // Checking clears it.
  EXPECT_STATUS(checker, boot.CheckEvent(event), EFI_NOT_READY);

  EXPECT_STATUS(checker, boot.SignalEvent(event), EFI_SUCCESS);
  UINTN index = 77;
  EXPECT_STATUS(checker, boot.WaitForEvent(1, &event, &index), EFI_SUCCESS);
  EXPECT(checker, index == 0);
  EXPECT_STATUS(
      checker, boot.WaitForEvent(0, &event, &index), EFI_INVALID_PARAMETER);
  EXPECT_STATUS(checker, boot.CloseEvent(event), EFI_SUCCESS);

  EXPECT_STATUS(checker,
                boot.CreateEvent(0, 0, nullptr, nullptr, nullptr),
                EFI_INVALID_PARAMETER);
  EXPECT_STATUS(checker,
                boot.CreateEvent(
                    EVT_NOTIFY_SIGNAL, TPL_CALLBACK, nullptr, nullptr, &event),
                EFI_INVALID_PARAMETER);
  EXPECT_STATUS(checker,
                boot.CreateEvent(EVT_NOTIFY_SIGNAL | EVT_NOTIFY_WAIT,
                                 TPL_CALLBACK,
                                 LeaveMark,
                                 nullptr,
                                 &event),
                EFI_INVALID_PARAMETER);
}

void CheckTaskPriorities(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  Trace trace{.boot = &boot};
  Mark low{.trace = &trace, .name = 'l'};
  Mark high{.trace = &trace, .name = 'h'};
  EFI_EVENT low_event = nullptr;
  EFI_EVENT high_event = nullptr;
  REQUIRE_STATUS(
      checker,
      boot.CreateEvent(
          EVT_NOTIFY_SIGNAL, TPL_CALLBACK, LeaveMark, &low, &low_event),
      EFI_SUCCESS);
  REQUIRE_STATUS(
      checker,
      boot.CreateEvent(
          EVT_NOTIFY_SIGNAL, TPL_NOTIFY, LeaveMark, &high, &high_event),
      EFI_SUCCESS);

  const EFI_TPL before = boot.RaiseTPL(TPL_HIGH_LEVEL);
  boot.SignalEvent(low_event);
  boot.SignalEvent(high_event);
  boot.SignalEvent(high_event);  // waits already
  EXPECT(checker, trace.count == 0);
  boot.RestoreTPL(TPL_CALLBACK);
  EXPECT(checker, trace.count == 1 && trace.order[0] == 'h');
  EXPECT(checker, trace.level == TPL_NOTIFY);
  boot.RestoreTPL(before);
  EXPECT(checker, trace.count == 2 && trace.order[1] == 'l');
  EXPECT(checker, trace.level == TPL_CALLBACK);

  EXPECT_STATUS(checker, boot.CloseEvent(low_event), EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.CloseEvent(high_event), EFI_SUCCESS);
}

void CheckTimers(Checker& checker) {
  constexpr UINT64 kTenMilliseconds = 100'000;  // in units of 100 ns
  EFI_BOOT_SERVICES& boot = checker.boot();
  EFI_EVENT timer = nullptr;
  REQUIRE_STATUS(checker,
                 boot.CreateEvent(EVT_TIMER, 0, nullptr, nullptr, &timer),
                 EFI_SUCCESS);
  UINTN index = 77;
  EXPECT_STATUS(checker,
                boot.SetTimer(timer, TimerRelative, kTenMilliseconds),
                EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.CheckEvent(timer), EFI_NOT_READY);
  EXPECT_STATUS(checker, boot.WaitForEvent(1, &timer, &index), EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.CheckEvent(timer), EFI_NOT_READY);

  EXPECT_STATUS(checker,
                boot.SetTimer(timer, TimerPeriodic, kTenMilliseconds),
                EFI_SUCCESS);
  for (int i = 0; i < 3; ++i) {
    EXPECT_STATUS(checker, boot.WaitForEvent(1, &timer, &index), EFI_SUCCESS);
  }
  EXPECT_STATUS(checker, boot.SetTimer(timer, TimerCancel, 0), EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.Stall(30'000), EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.CheckEvent(timer), EFI_NOT_READY);
  EXPECT_STATUS(checker, boot.CloseEvent(timer), EFI_SUCCESS);
}

}  // namespace flint::efi_testing
