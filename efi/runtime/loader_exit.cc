// SPDX-License-Identifier: Apache-2.0

// What the loader writes down when boot services end. Nothing can be allocated
// any more.

#include <cstring>
#include <span>

#include "efi/events/event.h"
#include "efi/runtime/driver_image.h"
#include "efi/runtime/loader.h"
#include "platforms/base/heap_sort.h"
#include "platforms/base/log.h"

namespace flint::efi {
namespace {

/// Joins what lies side by side. False if there is no room.
bool Record(const abi::EFI_MEMORY_DESCRIPTOR& descriptor,
            std::span<RuntimePages> pages,
            uint32_t& count) {
  if (count > 0) {
    RuntimePages& last = pages[count - 1];
    if (last.address + last.page_count * abi::EFI_PAGE_SIZE ==
        descriptor.PhysicalStart) {
      last.page_count += descriptor.NumberOfPages;
      return true;
    }
  }
  if (count == pages.size()) return false;
  pages[count++] = {descriptor.PhysicalStart, descriptor.NumberOfPages};
  return true;
}

}  // namespace

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
  HeapSort(known, {}, &ProtectedPages::address);
  MemoryAttributesBuilder attributes(attributes_table_, known);
  RuntimeHandoff& handoff = data_->handoff;
  bool pages_fit = true;
  bool memory_fits = true;
  bool attributes_fit = true;
  for (uint64_t offset = 0; offset + sizeof(*map) <= size;
       offset += descriptor_size) {
    abi::EFI_MEMORY_DESCRIPTOR descriptor;
    std::memcpy(&descriptor, map_buffer_.data() + offset, sizeof(descriptor));
    memory_fits =
        Record(descriptor, handoff.memory, handoff.memory_count) && memory_fits;
    if ((descriptor.Attribute & abi::EFI_MEMORY_RUNTIME) != 0) {
      pages_fit =
          Record(descriptor, handoff.pages, handoff.pages_count) && pages_fit;
    }
    attributes_fit = attributes.Add(descriptor) && attributes_fit;
  }
  // Then SetVirtualAddressMap cannot know all of them, and checks none.
  if (!pages_fit) handoff.pages_count = 0;
  if (!memory_fits) handoff.memory_count = 0;
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
