// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>
#include <vector>

#include "efi/abi/status.h"
#include "efi/image/image_test_fixture.h"
#include "gtest/gtest.h"

namespace flint::efi {

/// What no caller should pass to a service, and a place for answers that must
/// not come.
class HostileArguments : public ImageTest {
 protected:
  static constexpr abi::UINTN kHuge = std::numeric_limits<abi::UINTN>::max();
  /// As many pages as overflow when they are counted in bytes.
  static constexpr abi::UINTN kHugePages = (kHuge >> 12) + 2;
  static constexpr abi::EFI_STATUS kInvalid = abi::EFI_INVALID_PARAMETER;

  struct Call {
    std::string_view name;
    abi::EFI_STATUS expected;
    std::function<abi::EFI_STATUS()> make;
  };

  HostileArguments() {
    const abi::EFI_STATUS made =
        boot_.CreateEvent(abi::EVT_TIMER, 0, nullptr, nullptr, &event_);
    EXPECT_EQ(made, abi::EFI_SUCCESS);
    handle_ = Install(guid_, &target_);
  }

  static void Expect(const std::vector<Call>& calls) {
    for (const Call& call : calls) {
      EXPECT_EQ(call.make(), call.expected) << call.name;
    }
  }

  abi::EFI_GUID guid_ =
      abi::EFI_GUID::Of("01234567-89ab-cdef-0123-456789abcdef");
  abi::EFI_GUID other_guid_ =
      abi::EFI_GUID::Of("01234567-89ab-cdef-0123-456789abcde0");
  int target_ = 0;
  abi::EFI_EVENT event_ = nullptr;
  abi::EFI_HANDLE handle_ = nullptr;
  /// Neither null nor a handle, an event, an image or a registration.
  abi::VOID* stranger_ = &target_;

  // Where answers go that must not come.
  abi::EFI_PHYSICAL_ADDRESS address_ = 0x1000;
  abi::UINTN size_ = 0;
  abi::UINTN count_ = 0;
  abi::VOID* pointer_ = nullptr;
  abi::EFI_HANDLE out_ = nullptr;
  abi::EFI_HANDLE* handles_ = nullptr;
  abi::EFI_EVENT new_event_ = nullptr;
  abi::EFI_GUID** guids_ = nullptr;
  abi::EFI_OPEN_PROTOCOL_INFORMATION_ENTRY* entries_ = nullptr;
  abi::EFI_DEVICE_PATH_PROTOCOL* path_ = nullptr;
};

}  // namespace flint::efi
