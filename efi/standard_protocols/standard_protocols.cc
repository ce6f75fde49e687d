// SPDX-License-Identifier: Apache-2.0
#include "efi/standard_protocols/standard_protocols.h"

#include "efi/abi/status.h"

namespace flint::efi {

// Interfaces are passed as what they are in the specification: their address is
// the structure's, not the object's, which may begin elsewhere.
namespace {

template <typename Protocol>
abi::VOID* InterfaceOf(Protocol& protocol) {
  return &protocol;
}

}  // namespace

StandardProtocols::StandardProtocols(const StandardProtocolsParts& parts)
    : handles_(parts.handles),
      device_path_(parts.pool),
      timestamp_(parts.clock),
      reset_notification_(parts.pages),
      hii_database_({.pages = parts.pages,
                     .pool = parts.pool,
                     .handles = parts.handles,
                     .events = parts.events}),
      hii_string_(hii_database_, parts.pool),
      hii_config_routing_(parts.handles, parts.pool) {
  if (PageProtection* const protection = parts.pages.protection()) {
    memory_attribute_.emplace(parts.map, *protection);
  }
  if (parts.random != nullptr) rng_.emplace(*parts.random);
}

Status StandardProtocols::Install() {
  for (UnicodeCollation* const collation : {&collation_, &collation2_}) {
    TRY(Install(collation->guid(),
                InterfaceOf<abi::EFI_UNICODE_COLLATION_PROTOCOL>(*collation)));
  }
  TRY(Install(abi::EFI_DEVICE_PATH_UTILITIES_PROTOCOL_GUID,
              device_path_.utilities()));
  TRY(Install(abi::EFI_DEVICE_PATH_TO_TEXT_PROTOCOL_GUID,
              device_path_.to_text()));
  TRY(Install(abi::EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL_GUID,
              device_path_.from_text()));
  TRY(Install(abi::EFI_DECOMPRESS_PROTOCOL_GUID,
              InterfaceOf<abi::EFI_DECOMPRESS_PROTOCOL>(decompress_)));
  TRY(Install(abi::EFI_TIMESTAMP_PROTOCOL_GUID,
              InterfaceOf<abi::EFI_TIMESTAMP_PROTOCOL>(timestamp_)));
  TRY(Install(
      abi::EFI_RESET_NOTIFICATION_PROTOCOL_GUID,
      InterfaceOf<abi::EFI_RESET_NOTIFICATION_PROTOCOL>(reset_notification_)));
  TRY(InstallHii());
  if (memory_attribute_) {
    TRY(Install(
        abi::EFI_MEMORY_ATTRIBUTE_PROTOCOL_GUID,
        InterfaceOf<abi::EFI_MEMORY_ATTRIBUTE_PROTOCOL>(*memory_attribute_)));
  }
  if (rng_) {
    TRY(Install(abi::EFI_RNG_PROTOCOL_GUID,
                InterfaceOf<abi::EFI_RNG_PROTOCOL>(*rng_)));
  }
  return {};
}

Status StandardProtocols::InstallHii() {
  TRY(Install(abi::EFI_HII_DATABASE_PROTOCOL_GUID,
              InterfaceOf<abi::EFI_HII_DATABASE_PROTOCOL>(hii_database_)));
  TRY(Install(abi::EFI_HII_STRING_PROTOCOL_GUID,
              InterfaceOf<abi::EFI_HII_STRING_PROTOCOL>(hii_string_)));
  TRY(Install(
      abi::EFI_HII_CONFIG_ROUTING_PROTOCOL_GUID,
      InterfaceOf<abi::EFI_HII_CONFIG_ROUTING_PROTOCOL>(hii_config_routing_)));
  return Install(abi::EFI_HII_FONT_PROTOCOL_GUID,
                 InterfaceOf<abi::EFI_HII_FONT_PROTOCOL>(hii_font_));
}

Status StandardProtocols::Install(const abi::EFI_GUID& guid,
                                  abi::VOID* interface) {
  if (abi::EFI_ERROR(handles_.InstallProtocolInterface(
          &handle_, &guid, abi::EFI_NATIVE_INTERFACE, interface))) {
    return Fail(ErrorCode::kNoMemory, "no memory for protocols");
  }
  return {};
}

}  // namespace flint::efi
