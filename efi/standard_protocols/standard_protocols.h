// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "boot/memory/memory_map.h"
#include "drivers/clock/clock.h"
#include "drivers/rng/random_source.h"
#include "efi/abi/types.h"
#include "efi/decompress/decompress.h"
#include "efi/device_path/device_path_protocols.h"
#include "efi/events/event_services.h"
#include "efi/handles/handle_database.h"
#include "efi/hii/hii_config_routing.h"
#include "efi/hii/hii_database.h"
#include "efi/hii/hii_font.h"
#include "efi/hii/hii_string.h"
#include "efi/memory/page_services.h"
#include "efi/memory/pool_services.h"
#include "efi/memory_attribute/memory_attribute.h"
#include "efi/reset_notification/reset_notification.h"
#include "efi/rng/rng.h"
#include "efi/runtime/reset_listener.h"
#include "efi/timestamp/timestamp.h"
#include "efi/unicode_collation/unicode_collation.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What the protocols work with. All of it must outlive them.
struct StandardProtocolsParts {
  HandleDatabase& handles;
  /// With its protection, if there is any.
  PageServices& pages;
  PoolServices& pool;
  EventServices& events;
  const memory::MemoryMap& map;
  clock::Clock& clock;
  /// Null if the machine has none.
  rng::RandomSource* random = nullptr;
};

/// The small protocols that every firmware has once, whatever its devices:
/// UnicodeCollation 1 and 2, DevicePath's Utilities, ToText and FromText,
/// Decompress, Timestamp, ResetNotification, HII's Database, String,
/// ConfigRouting and Font; with page protection MemoryAttribute; with a source
/// of random bytes RNG.
class StandardProtocols final {
 public:
  explicit StandardProtocols(const StandardProtocolsParts& parts);
  StandardProtocols(const StandardProtocols&) = delete;
  StandardProtocols& operator=(const StandardProtocols&) = delete;

  /// Installs all, on one handle. To be called once. kNoMemory: some are not.
  Status Install();

  /// To be made the runtime loader's listener.
  ResetListener& reset_listener() { return reset_notification_; }

 private:
  Status InstallHii();
  Status Install(const abi::EFI_GUID& guid, abi::VOID* interface);

  HandleDatabase& handles_;
  abi::EFI_HANDLE handle_ = nullptr;
  UnicodeCollation collation_{UnicodeCollation::Version::kFirst};
  UnicodeCollation collation2_{UnicodeCollation::Version::kSecond};
  DevicePathProtocols device_path_;
  Decompress decompress_;
  Timestamp timestamp_;
  ResetNotification reset_notification_;
  HiiDatabase hii_database_;
  HiiString hii_string_;
  HiiConfigRouting hii_config_routing_;
  HiiFont hii_font_;
  std::optional<MemoryAttribute> memory_attribute_;
  std::optional<Rng> rng_;
};

}  // namespace flint::efi
