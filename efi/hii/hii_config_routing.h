// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/protocol/hii_config.h"
#include "efi/abi/status.h"
#include "efi/handles/handle_database.h"
#include "efi/hii/config_string.h"
#include "efi/memory/pool_services.h"

namespace flint::efi {

/// EFI_HII_CONFIG_ROUTING_PROTOCOL: brings configuration strings to the drivers
/// whose they are, and translates them. [uefi-2.10 35.4]
///
/// A string is a driver's if PATH is the device path of a handle that has
/// EFI_HII_CONFIG_ACCESS_PROTOCOL; where several have, the first that knows of
/// GUID and NAME. The firmware has no configuration of its own.
class HiiConfigRouting final : public abi::EFI_HII_CONFIG_ROUTING_PROTOCOL {
 public:
  /// Both must outlive this.
  HiiConfigRouting(HandleDatabase& handles, PoolServices& pool);
  HiiConfigRouting(const HiiConfigRouting&) = delete;
  HiiConfigRouting& operator=(const HiiConfigRouting&) = delete;

  abi::EFI_STATUS Extract(abi::CHAR16* request,
                          abi::CHAR16** progress,
                          abi::CHAR16** results);
  abi::EFI_STATUS Export(abi::CHAR16** results);
  abi::EFI_STATUS Route(abi::CHAR16* configuration, abi::CHAR16** progress);
  abi::EFI_STATUS ToConfig(abi::CHAR16* request,
                           Bytes block,
                           abi::CHAR16** config,
                           abi::CHAR16** progress);
  abi::EFI_STATUS ToBlock(abi::CHAR16* response,
                          abi::UINT8* block,
                          abi::UINTN* size_bytes,
                          abi::CHAR16** progress);

  /// Which section of a response is wanted; null stands for any.
  struct Wanted {
    const abi::EFI_GUID* guid = nullptr;
    const abi::CHAR16* name = nullptr;
    const abi::EFI_DEVICE_PATH_PROTOCOL* path = nullptr;
    /// Null stands for the current configuration.
    const abi::UINT16* alternative = nullptr;
  };
  abi::EFI_STATUS Select(const abi::CHAR16* response,
                         const Wanted& wanted,
                         abi::CHAR16** selected);

 private:
  /// What a driver said to a section.
  struct Answer {
    abi::EFI_STATUS status = abi::EFI_NOT_FOUND;
    /// How far it got, in units from the start of the section.
    size_t progress = 0;
  };

  template <typename Ask>
  Answer AskDriver(const hii::ConfigSection& section, Ask ask);
  template <typename Ask>
  abi::EFI_STATUS AskEach(abi::CHAR16* text, abi::CHAR16** progress, Ask ask);
  template <typename Visitor>
  abi::EFI_STATUS ForEachDriver(Visitor visit);

  /// Takes over the results of a driver, which are a pool buffer.
  void Collect(hii::PoolText& collected, abi::CHAR16* results);

  HandleDatabase& handles_;
  PoolServices& pool_;
};

}  // namespace flint::efi
