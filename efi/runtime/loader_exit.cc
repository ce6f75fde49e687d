// SPDX-License-Identifier: Apache-2.0

// What the loader writes down when boot services end. Nothing can be allocated
// any more.

#include <algorithm>
#include <cstring>

#include "efi/events/event.h"
#include "efi/runtime/driver_image.h"
#include "efi/runtime/loader.h"
#include "platforms/base/log.h"

namespace flint::efi {

void RuntimeLoader::RecordListeners() {
  RuntimeHandoff& handoff = data_->handoff;
  EventServices& events = environment_.events();
  const Event* event = nullptr;
  while ((event = events.NextInGroup(
              abi::EFI_EVENT_GROUP_VIRTUAL_ADDRESS_CHANGE, event)) != nullptr) {
    if (event->notify == nullptr) continue;
    if (handoff.listener_count == handoff.listeners.size()) {
      log::Warning("too many listeners to changes of virtual addresses");
      return;
    }
    handoff.listeners[handoff.listener_count++] = {
        .event = const_cast<Event*>(event),
        .notify = event->notify,
        .context = event->context};
  }
}

void RuntimeLoader::RecordKnownPages(MutableBytes image) {
  PageProtection* const protection = environment_.pages().protection();
  if (protection == nullptr) return;
  // SAFETY: as in driver_image.cc.
  const auto start = reinterpret_cast<uint64_t>(image.data());
  for (uint64_t offset = 0; offset < image.size();
       offset += abi::EFI_PAGE_SIZE) {
    const auto protections =
        protection->Get(start + offset, abi::EFI_PAGE_SIZE);
    if (!protections) return;
    const ProtectedPages page{start + offset, 1, *protections};
    ProtectedPages& last = known_[known_count_ - 1];
    if (last.address + last.page_count * abi::EFI_PAGE_SIZE == page.address &&
        last.protections == page.protections) {
      ++last.page_count;
    } else if (known_count_ < known_.size()) {
      known_[known_count_++] = page;
    }
  }
}

void RuntimeLoader::RecordDrivers() {
  RuntimeHandoff& handoff = data_->handoff;
  for (size_t index = 0; drivers_ != nullptr; ++index) {
    const MutableBytes image = drivers_->DriverAt(index);
    if (image.empty()) break;
    const Result<RuntimeDriver> driver = DescribeDriver(image);
    if (!driver) {
      log::Warning("cannot move a runtime driver: {}", driver.error());
    } else if (handoff.driver_count == handoff.drivers.size()) {
      log::Warning("too many runtime drivers to move");
      break;
    } else {
      handoff.drivers[handoff.driver_count++] = *driver;
      RecordKnownPages(image);
    }
  }
}

bool RuntimeLoader::RecordPages(const abi::EFI_MEMORY_DESCRIPTOR& descriptor) {
  if ((descriptor.Attribute & abi::EFI_MEMORY_RUNTIME) == 0) return true;
  RuntimeHandoff& handoff = data_->handoff;
  if (handoff.pages_count > 0) {
    RuntimePages& last = handoff.pages[handoff.pages_count - 1];
    if (last.address + last.page_count * abi::EFI_PAGE_SIZE ==
        descriptor.PhysicalStart) {
      last.page_count += descriptor.NumberOfPages;
      return true;
    }
  }
  if (handoff.pages_count == handoff.pages.size()) return false;
  handoff.pages[handoff.pages_count++] = {descriptor.PhysicalStart,
                                          descriptor.NumberOfPages};
  return true;
}

void RuntimeLoader::RecordMemory() {
  abi::UINTN size = map_buffer_.size();
  abi::UINTN descriptor_size = 0;
  abi::UINTN key = 0;
  abi::UINT32 version = 0;
  // SAFETY: whole pages, aligned for anything.
  auto* const map = static_cast<abi::EFI_MEMORY_DESCRIPTOR*>(
      static_cast<void*>(map_buffer_.data()));
  if (abi::EFI_ERROR(environment_.pages().GetMemoryMap(
          &size, map, &key, &descriptor_size, &version))) {
    log::Warning("the memory map is too long to describe runtime memory");
    return;
  }
  const std::span known = std::span(known_).first(known_count_);
  std::ranges::sort(known, {}, &ProtectedPages::address);
  MemoryAttributesBuilder attributes(attributes_table_, known);
  bool pages_fit = true;
  bool attributes_fit = true;
  for (uint64_t offset = 0; offset + sizeof(*map) <= size;
       offset += descriptor_size) {
    abi::EFI_MEMORY_DESCRIPTOR descriptor;
    std::memcpy(&descriptor, map_buffer_.data() + offset, sizeof(descriptor));
    pages_fit = RecordPages(descriptor) && pages_fit;
    attributes_fit = attributes.Add(descriptor) && attributes_fit;
  }
  // Then SetVirtualAddressMap cannot know all of them, and checks none.
  if (!pages_fit) data_->handoff.pages_count = 0;
  if (!attributes_fit) {
    // Half a table would say that the rest is no runtime memory.
    log::Warning("too much runtime memory to tell its protections");
    const MemoryAttributesBuilder empty(attributes_table_, {});
  }
}

void RuntimeLoader::OnExitBootServices() {
  RuntimeHandoff& handoff = data_->handoff;
  RecordListeners();
  RecordDrivers();
  RecordMemory();
  handoff.system_table = environment_.tables().system_table();
  handoff.hooks = {};
  handoff.phase = RuntimePhase::kPhysical;
}

}  // namespace flint::efi
