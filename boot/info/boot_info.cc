// SPDX-License-Identifier: Apache-2.0
#include "boot/info/boot_info.h"

namespace flint::boot {

std::string_view ToString(DoorKind door) {
  switch (door) {
    case DoorKind::kPvh:
      return "PVH";
    case DoorKind::kLinux64:
      return "Linux 64-bit";
    case DoorKind::kResetVector:
      return "the reset vector";
  }
  return "unknown";
}

}  // namespace flint::boot
