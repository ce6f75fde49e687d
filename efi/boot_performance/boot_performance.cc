// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_performance/boot_performance.h"

#include <cstring>

#include "drivers/acpi/tables.h"
#include "efi/abi/memory.h"
#include "efi/abi/status.h"

namespace flint::efi {
namespace {

// In one page: the root tables, then FPDT.
constexpr uint64_t kFpdtOffset = acpi::Tables::kRootCopyBytes;
static_assert(kFpdtOffset + sizeof(acpi::Fpdt) <= abi::EFI_PAGE_SIZE);

/// A page below 4 GiB, where the oldest tables reach; given back unless kept.
class Page final {
 public:
  Page(PageServices& pages, abi::EFI_MEMORY_TYPE type) : pages_(pages) {
    address_ = UINT32_MAX;
    if (pages.AllocatePages(abi::AllocateMaxAddress, type, 1, &address_) !=
        abi::EFI_SUCCESS) {
      address_ = 0;
    }
  }
  ~Page() {
    if (address_ != 0 && !is_kept_) {
      static_cast<void>(pages_.FreePages(address_, 1));
    }
  }
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  uint64_t address() const { return address_; }
  void Keep() { is_kept_ = true; }

  /// Its bytes, zeroed. kNoMemory if there is no page.
  Result<MutableBytes> Map() {
    if (address_ == 0) {
      return Fail(ErrorCode::kNoMemory, "no memory for ACPI tables");
    }
    const MutableBytes bytes =
        TRY(pages_.memory().Map(address_, abi::EFI_PAGE_SIZE));
    std::memset(bytes.data(), 0, bytes.size());
    return bytes;
  }

 private:
  PageServices& pages_;
  abi::EFI_PHYSICAL_ADDRESS address_ = 0;
  bool is_kept_ = false;
};

}  // namespace

Result<BootPerformance> BootPerformance::Create(PageServices& pages,
                                                uint64_t rsdp_address) {
  const auto tables = TRY(acpi::Tables::Find(pages.memory(), rsdp_address));
  if (tables.FindTable(acpi::kFpdtSignature)) {
    return Fail(ErrorCode::kUnsupported, "the VMM has an FPDT");
  }
  // Systems read this one as long as they run, and the other one at first.
  Page reserved(pages, abi::EfiReservedMemoryType);
  Page reclaimed(pages, abi::EfiACPIReclaimMemory);
  const MutableBytes fbpt = TRY(reserved.Map());
  const MutableBytes copy = TRY(reclaimed.Map());
  TRY(WriteWire(fbpt, 0, acpi::MakeFbpt({})));
  TRY(WriteWire(copy, kFpdtOffset, acpi::MakeFpdt(reserved.address())));
  TRY(tables.CopyRoot(
      reclaimed.address() + kFpdtOffset, copy, reclaimed.address()));
  reserved.Keep();
  reclaimed.Keep();
  return BootPerformance(reclaimed.address(), fbpt);
}

void BootPerformance::Record(const acpi::BootTimes& times) {
  // There is room for it: a page.
  static_cast<void>(WriteWire(fbpt_, 0, acpi::MakeFbpt(times)));
}

}  // namespace flint::efi
