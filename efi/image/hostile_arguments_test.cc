// SPDX-License-Identifier: Apache-2.0

// Every boot service, called with what no caller should pass: null where
// something has to be, handles that are none, sizes that overflow. Each says
// no, as the specification has it, and changes nothing. Protocols and handles
// are in hostile_handles_test.cc. [uefi-2.10 7]

#include "efi/image/hostile_arguments.h"

#include <cstdint>

#include "efi/abi/status.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;

VOID EFIAPI Ignore(EFI_EVENT, VOID*) {}

TEST_F(HostileArguments, OfMemoryServicesAreRefused) {
  const auto last_type = static_cast<EFI_MEMORY_TYPE>(EfiMaxMemoryType);
  const auto no_way = static_cast<EFI_ALLOCATE_TYPE>(MaxAllocateType);
  const uint64_t pages = PagesOf(EfiLoaderData);
  const auto allocate = [&](EFI_ALLOCATE_TYPE way, UINTN page_count) {
    return boot_.AllocatePages(way, EfiLoaderData, page_count, &address_);
  };

  Expect({
      {"no result",
       kInvalid,
       [&] {
         return boot_.AllocatePages(
             AllocateAnyPages, EfiLoaderData, 1, nullptr);
       }},
      {"no such way", kInvalid, [&] { return allocate(no_way, 1); }},
      {"no such type",
       kInvalid,
       [&] {
         return boot_.AllocatePages(AllocateAnyPages, last_type, 1, &address_);
       }},
      {"too many pages",
       EFI_OUT_OF_RESOURCES,
       [&] { return allocate(AllocateAnyPages, kHugePages); }},
      {"too many pages below an address",
       EFI_OUT_OF_RESOURCES,
       [&] { return allocate(AllocateMaxAddress, kHuge); }},
      {"too many pages at an address",
       EFI_NOT_FOUND,
       [&] { return allocate(AllocateAddress, kHugePages); }},
      {"freeing no pages", kInvalid, [&] { return boot_.FreePages(0, 0); }},
      {"freeing from within a page",
       kInvalid,
       [&] { return boot_.FreePages(0x1001, 1); }},
      {"freeing more than there is",
       kInvalid,
       [&] { return boot_.FreePages(0x1000, kHugePages); }},
      {"freeing up to the end",
       kInvalid,
       [&] { return boot_.FreePages(~UINT64_C(0xFFF), 2); }},
      {"freeing what is nobody's",
       EFI_NOT_FOUND,
       [&] { return boot_.FreePages(0, 1); }},
      {"no result of a pool",
       kInvalid,
       [&] { return boot_.AllocatePool(EfiLoaderData, 1, nullptr); }},
      {"no such pool",
       kInvalid,
       [&] { return boot_.AllocatePool(last_type, 1, &pointer_); }},
      {"too large for a pool",
       EFI_OUT_OF_RESOURCES,
       [&] { return boot_.AllocatePool(EfiLoaderData, kHuge, &pointer_); }},
      {"freeing null", kInvalid, [&] { return boot_.FreePool(nullptr); }},
      {"freeing what is no pool's",
       kInvalid,
       [&] { return boot_.FreePool(stranger_); }},
      {"a map without size",
       kInvalid,
       [&] {
         return boot_.GetMemoryMap(nullptr, nullptr, nullptr, nullptr, nullptr);
       }},
      {"a map without room",
       EFI_BUFFER_TOO_SMALL,
       [&] {
         return boot_.GetMemoryMap(&size_, nullptr, nullptr, nullptr, nullptr);
       }},
      {"a map without memory",
       kInvalid,
       [&] {
         size_ = kHuge;
         return boot_.GetMemoryMap(&size_, nullptr, nullptr, nullptr, nullptr);
       }},
  });

  EXPECT_EQ(PagesOf(EfiLoaderData), pages);
  EXPECT_EQ(pointer_, nullptr);
}

TEST_F(HostileArguments, OfEventServicesAreRefused) {
  const auto create = [&](UINT32 type, EFI_TPL level, EFI_EVENT_NOTIFY notify) {
    return boot_.CreateEvent(type, level, notify, nullptr, &new_event_);
  };

  Expect({
      {"no result",
       kInvalid,
       [&] {
         return boot_.CreateEvent(EVT_TIMER, 0, nullptr, nullptr, nullptr);
       }},
      {"no result of the other",
       kInvalid,
       [&] {
         return boot_.CreateEventEx(
             EVT_TIMER, 0, nullptr, nullptr, nullptr, nullptr);
       }},
      {"no such type", kInvalid, [&] { return create(0x1, 0, nullptr); }},
      {"nobody to notify",
       kInvalid,
       [&] { return create(EVT_NOTIFY_SIGNAL, TPL_CALLBACK, nullptr); }},
      {"no such level",
       kInvalid,
       [&] { return create(EVT_NOTIFY_SIGNAL, kHuge, Ignore); }},
      {"two ways to notify",
       kInvalid,
       [&] {
         return create(
             EVT_NOTIFY_SIGNAL | EVT_NOTIFY_WAIT, TPL_CALLBACK, Ignore);
       }},
      {"a timer of null",
       kInvalid,
       [&] { return boot_.SetTimer(nullptr, TimerRelative, 1); }},
      {"a timer of no event",
       kInvalid,
       [&] { return boot_.SetTimer(stranger_, TimerRelative, 1); }},
      {"no such timer",
       kInvalid,
       [&] {
         return boot_.SetTimer(event_, static_cast<EFI_TIMER_DELAY>(3), 1);
       }},
      {"a timer for ever",
       EFI_SUCCESS,
       [&] { return boot_.SetTimer(event_, TimerPeriodic, kHuge); }},
      {"waiting for nothing",
       kInvalid,
       [&] { return boot_.WaitForEvent(0, &event_, &count_); }},
      {"waiting for null",
       kInvalid,
       [&] { return boot_.WaitForEvent(1, nullptr, &count_); }},
      {"waiting for no event",
       kInvalid,
       [&] { return boot_.WaitForEvent(kHuge, &stranger_, &count_); }},
      {"signaling", kInvalid, [&] { return boot_.SignalEvent(stranger_); }},
      {"signaling null", kInvalid, [&] { return boot_.SignalEvent(nullptr); }},
      {"closing", kInvalid, [&] { return boot_.CloseEvent(stranger_); }},
      {"closing null", kInvalid, [&] { return boot_.CloseEvent(nullptr); }},
      {"checking", kInvalid, [&] { return boot_.CheckEvent(stranger_); }},
      {"checking null", kInvalid, [&] { return boot_.CheckEvent(nullptr); }},
      {"a level that is none",
       EFI_SUCCESS,
       [&] {
         const EFI_TPL before = boot_.RaiseTPL(kHuge);
         boot_.RestoreTPL(before);
         return before == TPL_APPLICATION ? EFI_SUCCESS : EFI_ABORTED;
       }},
  });

  EXPECT_EQ(new_event_, nullptr);
}

TEST_F(HostileArguments, OfImageServicesAreRefused) {
  const EFI_STATUS no_file = EFI_LOAD_ERROR;
  const auto load = [&](EFI_HANDLE parent, VOID* source, UINTN size) {
    return boot_.LoadImage(FALSE, parent, nullptr, source, size, &out_);
  };

  Expect({
      {"no result",
       kInvalid,
       [&] {
         return boot_.LoadImage(
             FALSE, firmware_, nullptr, &target_, sizeof(target_), nullptr);
       }},
      {"no parent", kInvalid, [&] { return load(nullptr, &target_, 4); }},
      {"no image as parent",
       kInvalid,
       [&] { return load(handle_, &target_, 4); }},
      {"no source", EFI_NOT_FOUND, [&] { return load(firmware_, nullptr, 0); }},
      {"an empty file", no_file, [&] { return load(firmware_, &target_, 0); }},
      {"starting null", kInvalid, [&] { return Start(nullptr); }},
      {"starting no image", kInvalid, [&] { return Start(handle_); }},
      {"starting the firmware", kInvalid, [&] { return Start(firmware_); }},
      {"ending null",
       kInvalid,
       [&] { return boot_.Exit(nullptr, EFI_SUCCESS, 0, nullptr); }},
      {"ending what does not run",
       kInvalid,
       [&] { return boot_.Exit(firmware_, EFI_ABORTED, kHuge, nullptr); }},
      {"unloading null", kInvalid, [&] { return boot_.UnloadImage(nullptr); }},
      {"unloading no image",
       kInvalid,
       [&] { return boot_.UnloadImage(stranger_); }},
      {"unloading the firmware",
       EFI_UNSUPPORTED,
       [&] { return boot_.UnloadImage(firmware_); }},
      {"leaving with another map",
       kInvalid,
       [&] { return boot_.ExitBootServices(firmware_, kHuge); }},
  });

  EXPECT_EQ(out_, nullptr);
}

TEST_F(HostileArguments, OfOtherServicesAreRefused) {
  UINT32 crc = 0;
  CHAR16 endless[] = {u'a', u'b'};

  Expect({
      {"no count",
       kInvalid,
       [&] { return boot_.GetNextMonotonicCount(nullptr); }},
      {"a sum of null",
       kInvalid,
       [&] { return boot_.CalculateCrc32(nullptr, 4, &crc); }},
      {"a sum of nothing",
       kInvalid,
       [&] { return boot_.CalculateCrc32(&target_, 0, &crc); }},
      {"a sum without result",
       kInvalid,
       [&] { return boot_.CalculateCrc32(&target_, 4, nullptr); }},
      {"a watchdog without a word",
       EFI_SUCCESS,
       [&] { return boot_.SetWatchdogTimer(kHuge, kHuge, kHuge, nullptr); }},
      {"a watchdog's word without end",
       EFI_SUCCESS,
       [&] { return boot_.SetWatchdogTimer(1, 0, sizeof(endless), endless); }},
      {"no watchdog",
       EFI_SUCCESS,
       [&] { return boot_.SetWatchdogTimer(0, 0, 0, nullptr); }},
  });
  boot_.CopyMem(nullptr, nullptr, 0);
  boot_.SetMem(nullptr, 0, 1);

  EXPECT_EQ(crc, 0u);
  EXPECT_TRUE(host_.expired_watchdogs().empty());
}

}  // namespace
}  // namespace flint::efi
