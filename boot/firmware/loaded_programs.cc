// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/loaded_programs.h"

namespace flint::boot {

std::optional<runtime::NamedPlace> LoadedPrograms::Describe(
    uint64_t address) const {
  const auto place = images_.DescribeAddress(address);
  if (!place) return std::nullopt;
  return runtime::NamedPlace{.name = place->image_name,
                             .offset = place->offset};
}

MutableBytes LoadedPrograms::DriverAt(size_t index) {
  for (const efi::LoadedImage* image = images_.Next(nullptr); image != nullptr;
       image = images_.Next(image)) {
    if (image->subsystem != pe::Subsystem::kRuntimeDriver) continue;
    if (index == 0) return image->memory.bytes();
    --index;
  }
  return {};
}

}  // namespace flint::boot
