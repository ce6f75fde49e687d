// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

#include "efi/environment/host_environment.h"
#include "gtest/gtest.h"

namespace flint::efi {

/// A notification that counts in the `int` that is its context.
inline void EFIAPI Count(abi::EFI_EVENT, abi::VOID* context) {
  ++*static_cast<int*>(context);
}

/// An environment, called through its tables.
class EnvironmentFixture : public ::testing::Test {
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

}  // namespace flint::efi
