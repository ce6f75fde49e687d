// SPDX-License-Identifier: Apache-2.0

// [uefi-2.10 7.2]

#include <cstring>

#include "testing/efi/checks/check_list.h"

namespace flint::efi_testing {

using namespace efi::abi;

namespace {

constexpr UINT64 kFourGib = UINT64{1} << 32;

/// The memory map in a pool buffer, until it ends.
class MemoryMap {
 public:
  explicit MemoryMap(Checker& checker) : boot_(checker.boot()) {
    EXPECT_STATUS(checker,
                  boot_.GetMemoryMap(&size_, nullptr, &key_, &step_, &version_),
                  EFI_BUFFER_TOO_SMALL);
    size_ += 8 * step_;  // allocating the buffer changes the map
    if (boot_.AllocatePool(EfiLoaderData, size_, &buffer_) != EFI_SUCCESS) {
      return;
    }
    EXPECT_STATUS(
        checker,
        boot_.GetMemoryMap(&size_,
                           static_cast<EFI_MEMORY_DESCRIPTOR*>(buffer_),
                           &key_,
                           &step_,
                           &version_),
        EFI_SUCCESS);
  }
  ~MemoryMap() {
    if (buffer_ != nullptr) boot_.FreePool(buffer_);
  }
  MemoryMap(const MemoryMap&) = delete;
  MemoryMap& operator=(const MemoryMap&) = delete;

  size_t count() const { return step_ == 0 ? 0 : size_ / step_; }
  UINTN key() const { return key_; }
  UINTN step() const { return step_; }
  UINT32 version() const { return version_; }

  EFI_MEMORY_DESCRIPTOR at(size_t index) const {
    EFI_MEMORY_DESCRIPTOR descriptor;
    std::memcpy(&descriptor,
                static_cast<const char*>(buffer_) + index * step_,
                sizeof(descriptor));
    return descriptor;
  }

  /// Where as many pages are free, from that address on; 0 if nowhere.
  EFI_PHYSICAL_ADDRESS FreeAt(EFI_PHYSICAL_ADDRESS from, UINT64 pages) const {
    for (size_t i = 0; i < count(); ++i) {
      const EFI_MEMORY_DESCRIPTOR part = at(i);
      if (part.Type == EfiConventionalMemory && part.PhysicalStart >= from &&
          part.NumberOfPages >= pages) {
        return part.PhysicalStart;
      }
    }
    return 0;
  }

  /// The type of the memory at that address, or EfiMaxMemoryType.
  UINT32 TypeAt(EFI_PHYSICAL_ADDRESS address) const {
    for (size_t i = 0; i < count(); ++i) {
      const EFI_MEMORY_DESCRIPTOR part = at(i);
      if (address >= part.PhysicalStart &&
          (address - part.PhysicalStart) / EFI_PAGE_SIZE < part.NumberOfPages) {
        return part.Type;
      }
    }
    return EfiMaxMemoryType;
  }

 private:
  EFI_BOOT_SERVICES& boot_;
  VOID* buffer_ = nullptr;
  UINTN size_ = 0;
  UINTN key_ = 0;
  UINTN step_ = 0;
  UINT32 version_ = 0;
};

}  // namespace

void CheckPages(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  EFI_PHYSICAL_ADDRESS any = 0;
  REQUIRE_STATUS(checker,
                 boot.AllocatePages(AllocateAnyPages, EfiLoaderData, 3, &any),
                 EFI_SUCCESS);
  EXPECT(checker, any != 0 && any % EFI_PAGE_SIZE == 0);
  EXPECT_STATUS(checker, boot.FreePages(any + 1, 1), EFI_INVALID_PARAMETER);

  EFI_PHYSICAL_ADDRESS same = any;
  EXPECT_STATUS(checker,
                boot.AllocatePages(AllocateAddress, EfiLoaderData, 1, &same),
                EFI_NOT_FOUND);
  // From the middle: what is left is two separate pages.
  EXPECT_STATUS(checker, boot.FreePages(any + EFI_PAGE_SIZE, 1), EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.FreePages(any, 3), EFI_NOT_FOUND);
  same = any + EFI_PAGE_SIZE;
  EXPECT_STATUS(checker,
                boot.AllocatePages(AllocateAddress, EfiLoaderCode, 1, &same),
                EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.FreePages(any, 3), EFI_SUCCESS);
  EXPECT_STATUS(checker, boot.FreePages(any, 1), EFI_NOT_FOUND);

  EFI_PHYSICAL_ADDRESS low = kFourGib - 1;
  REQUIRE_STATUS(
      checker,
      boot.AllocatePages(AllocateMaxAddress, EfiLoaderData, 16, &low),
      EFI_SUCCESS);
  EXPECT(checker, low + 16 * EFI_PAGE_SIZE <= kFourGib);
  EXPECT_STATUS(checker, boot.FreePages(low, 16), EFI_SUCCESS);

  EXPECT_STATUS(checker,
                boot.AllocatePages(MaxAllocateType, EfiLoaderData, 1, &low),
                EFI_INVALID_PARAMETER);
  EXPECT_STATUS(
      checker,
      boot.AllocatePages(AllocateAnyPages, EfiConventionalMemory, 1, &low),
      EFI_INVALID_PARAMETER);
  EXPECT_STATUS(checker,
                boot.AllocatePages(AllocateAnyPages, EfiLoaderData, 1, nullptr),
                EFI_INVALID_PARAMETER);
  EXPECT_STATUS(checker,
                boot.AllocatePages(
                    AllocateAnyPages, EfiLoaderData, ~UINTN{0} >> 12, &low),
                EFI_OUT_OF_RESOURCES);
}

void CheckHighPages(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  constexpr UINTN kPages = 16;
  EFI_PHYSICAL_ADDRESS high = MemoryMap(checker).FreeAt(kFourGib, kPages);
  // Small machines have none.
  if (high == 0) return;
  REQUIRE_STATUS(
      checker,
      boot.AllocatePages(AllocateAddress, EfiLoaderData, kPages, &high),
      EFI_SUCCESS);
  EXPECT(checker, MemoryMap(checker).TypeAt(high) == EfiLoaderData);
  // SAFETY: our pages now.
  auto* const bytes = reinterpret_cast<UINT8*>(high);
  boot.SetMem(bytes, kPages * EFI_PAGE_SIZE, 0x5a);
  EXPECT(checker, bytes[0] == 0x5a);
  EXPECT(checker, bytes[kPages * EFI_PAGE_SIZE - 1] == 0x5a);
  EXPECT_STATUS(checker, boot.FreePages(high, kPages), EFI_SUCCESS);
}

void CheckPool(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  for (const UINTN size : {UINTN{0}, UINTN{1}, UINTN{4095}, UINTN{100'000}}) {
    VOID* buffer = nullptr;
    REQUIRE_STATUS(
        checker, boot.AllocatePool(EfiLoaderData, size, &buffer), EFI_SUCCESS);
    // SAFETY: for its alignment only.
    EXPECT(checker, reinterpret_cast<UINTN>(buffer) % 8 == 0);
    boot.SetMem(buffer, size, 0x5a);
    EXPECT_STATUS(checker, boot.FreePool(buffer), EFI_SUCCESS);
    EXPECT_STATUS(checker, boot.FreePool(buffer), EFI_INVALID_PARAMETER);
  }
  VOID* buffer = nullptr;
  EXPECT_STATUS(checker,
                boot.AllocatePool(EfiConventionalMemory, 1, &buffer),
                EFI_INVALID_PARAMETER);
  EXPECT_STATUS(checker,
                boot.AllocatePool(EfiLoaderData, 1, nullptr),
                EFI_INVALID_PARAMETER);
  EXPECT_STATUS(checker, boot.FreePool(nullptr), EFI_INVALID_PARAMETER);
}

void CheckMemoryMap(Checker& checker) {
  EFI_BOOT_SERVICES& boot = checker.boot();
  UINTN size = 0;
  EXPECT_STATUS(checker,
                boot.GetMemoryMap(nullptr, nullptr, nullptr, nullptr, nullptr),
                EFI_INVALID_PARAMETER);
  EXPECT_STATUS(checker,
                boot.GetMemoryMap(&size, nullptr, nullptr, nullptr, nullptr),
                EFI_BUFFER_TOO_SMALL);
  EFI_PHYSICAL_ADDRESS page = 0;
  REQUIRE_STATUS(
      checker,
      boot.AllocatePages(AllocateAnyPages, EfiRuntimeServicesData, 1, &page),
      EFI_SUCCESS);
  {
    const MemoryMap map(checker);
    REQUIRE(checker, map.count() > 0);
    EXPECT(checker, map.version() == EFI_MEMORY_DESCRIPTOR_VERSION);
    EXPECT(checker, map.step() >= sizeof(EFI_MEMORY_DESCRIPTOR));
    EXPECT(checker, map.TypeAt(page) == EfiRuntimeServicesData);
    // Where this code is.
    // SAFETY: to look it up only.
    EXPECT(checker,
           map.TypeAt(reinterpret_cast<UINTN>(&CheckMemoryMap)) !=
               EfiConventionalMemory);
    for (size_t i = 0; i < map.count(); ++i) {
      const EFI_MEMORY_DESCRIPTOR part = map.at(i);
      EXPECT(checker, part.PhysicalStart % EFI_PAGE_SIZE == 0);
      EXPECT(checker, part.NumberOfPages != 0);
      const bool at_runtime = part.Type == EfiRuntimeServicesCode ||
                              part.Type == EfiRuntimeServicesData;
      if (at_runtime) {
        EXPECT(checker, (part.Attribute & EFI_MEMORY_RUNTIME) != 0);
      }
    }
  }
  const UINTN key_before = MemoryMap(checker).key();
  EXPECT_STATUS(checker, boot.FreePages(page, 1), EFI_SUCCESS);
  EXPECT(checker, MemoryMap(checker).key() != key_before);
}

}  // namespace flint::efi_testing
