// SPDX-License-Identifier: Apache-2.0
#include "fs/partition/partition.h"

namespace flint::partition {
namespace {

struct GptTypeName {
  Guid type;
  std::string_view name;
};

constexpr std::array kGptTypeNames{
    GptTypeName{kEfiSystemType, "EFI system"},
    GptTypeName{kExtendedBootType, "extended boot loader"},
    GptTypeName{kMicrosoftDataType, "Microsoft data"},
    GptTypeName{kLinuxDataType, "Linux data"},
    GptTypeName{kLinuxRootX86Type, "Linux root"},
    GptTypeName{kLinuxRootArm64Type, "Linux root"},
    GptTypeName{kLinuxRootRiscv64Type, "Linux root"},
    GptTypeName{kLinuxSwapType, "Linux swap"},
    GptTypeName{kBiosBootType, "BIOS boot"},
};

constexpr std::string_view kUnknownType = "unknown type";

std::string_view GptTypeNameOf(const Guid& type) {
  for (const GptTypeName& known : kGptTypeNames) {
    if (known.type == type) return known.name;
  }
  return kUnknownType;
}

std::string_view MbrTypeNameOf(uint8_t type) {
  switch (type) {
    case kMbrEfiSystemType:
      return "EFI system";
    case kMbrExtendedBootType:
      return "extended boot loader";
    case 0x07:
      return "NTFS or exFAT";
    case 0x82:
      return "Linux swap";
    case 0x83:
      return "Linux data";
    default:
      return IsMbrFatType(type) ? "FAT" : kUnknownType;
  }
}

}  // namespace

bool IsMbrFatType(uint8_t type) {
  switch (type) {
    case 0x01:
    case 0x04:
    case 0x06:
    case 0x0b:
    case 0x0c:
    case 0x0e:
      return true;
    default:
      return false;
  }
}

std::string_view ToString(Scheme scheme) {
  switch (scheme) {
    case Scheme::kGpt:
      return "GPT";
    case Scheme::kMbr:
      return "MBR";
    case Scheme::kElTorito:
      return "El Torito";
    case Scheme::kWholeDisk:
      return "whole disk";
  }
  return kUnknownType;
}

std::string_view Partition::type_name() const {
  switch (scheme) {
    case Scheme::kGpt:
      return GptTypeNameOf(type);
    case Scheme::kMbr:
      return MbrTypeNameOf(mbr_type);
    case Scheme::kElTorito:
      return "El Torito";
    case Scheme::kWholeDisk:
      return "whole disk";
  }
  return kUnknownType;
}

}  // namespace flint::partition
