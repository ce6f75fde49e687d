// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "testing/efi/checks/checker.h"

/// The checks by topic; what each is about stands in `all_checks.cc`.
namespace flint::efi_testing {

// memory_checks.cc
void CheckPages(Checker& checker);
void CheckHighPages(Checker& checker);
void CheckPool(Checker& checker);
void CheckMemoryMap(Checker& checker);

// event_checks.cc
void CheckEvents(Checker& checker);
void CheckTaskPriorities(Checker& checker);
void CheckTimers(Checker& checker);

// protocol_checks.cc
void CheckInstallingProtocols(Checker& checker);
void CheckOpeningProtocols(Checker& checker);
void CheckProtocolNotification(Checker& checker);

// image_checks.cc
void CheckLoadedImage(Checker& checker);
void CheckImageParameters(Checker& checker);

// device_path_checks.cc
void CheckDevicePathUtilities(Checker& checker);
void CheckDevicePathText(Checker& checker);

// table_checks.cc
void CheckTables(Checker& checker);
void CheckMiscellaneous(Checker& checker);
void CheckConfigurationTables(Checker& checker);

}  // namespace flint::efi_testing
