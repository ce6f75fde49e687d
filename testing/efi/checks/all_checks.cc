// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "testing/efi/checks/check_list.h"
#include "testing/efi/checks/checker.h"

namespace flint::efi_testing {
namespace {

constexpr std::array kChecks{
    Check{"tables and their CRCs", CheckTables},
    Check{"miscellaneous services", CheckMiscellaneous},
    Check{"configuration tables", CheckConfigurationTables},
    Check{"pages", CheckPages},
    Check{"pages above 4 GiB", CheckHighPages},
    Check{"pool", CheckPool},
    Check{"memory map", CheckMemoryMap},
    Check{"events", CheckEvents},
    Check{"task priorities", CheckTaskPriorities},
    Check{"timers", CheckTimers},
    Check{"installing protocols", CheckInstallingProtocols},
    Check{"opening protocols", CheckOpeningProtocols},
    Check{"protocol notification", CheckProtocolNotification},
    Check{"loaded image protocol", CheckLoadedImage},
    Check{"parameters of image services", CheckImageParameters},
    Check{"device path utilities", CheckDevicePathUtilities},
    Check{"device path text", CheckDevicePathText},
};

}  // namespace

std::span<const Check> AllChecks() { return kChecks; }

}  // namespace flint::efi_testing
