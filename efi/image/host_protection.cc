// SPDX-License-Identifier: Apache-2.0
#include "efi/image/host_protection.h"

#include <sys/mman.h>

#include "efi/abi/memory.h"

namespace flint::efi {
namespace {

int ProtOf(uint64_t protections) {
  if ((protections & abi::EFI_MEMORY_RP) != 0) return PROT_NONE;
  int prot = PROT_READ;
  if ((protections & abi::EFI_MEMORY_RO) == 0) prot |= PROT_WRITE;
  if ((protections & abi::EFI_MEMORY_XP) == 0) prot |= PROT_EXEC;
  return prot;
}

}  // namespace

Status HostProtection::Set(uint64_t address,
                           uint64_t size_bytes,
                           uint64_t protections) {
  if (failing_ && protections != 0) {
    return ::flint::Fail(ErrorCode::kUnsupported, "told to fail");
  }
  if (address % abi::EFI_PAGE_SIZE != 0 ||
      size_bytes % abi::EFI_PAGE_SIZE != 0) {
    return ::flint::Fail(ErrorCode::kOutOfRange, "not whole pages");
  }
  // SAFETY: the test's memory at the test's addresses.
  if (mprotect(reinterpret_cast<void*>(address),
               size_bytes,
               ProtOf(protections)) != 0) {
    return ::flint::Fail(ErrorCode::kOutOfRange, "not mapped");
  }
  for (uint64_t page = address; page < address + size_bytes;
       page += abi::EFI_PAGE_SIZE) {
    if (protections == 0) {
      pages_.erase(page);
    } else {
      pages_[page] = protections;
    }
  }
  return {};
}

Status HostProtection::AllowExecution() {
  if (failing_) return ::flint::Fail(ErrorCode::kNoMemory, "told to fail");
  execution_allowed_ = true;
  return {};
}

Result<uint64_t> HostProtection::Get(uint64_t address, uint64_t size_bytes) {
  const uint64_t first = At(address);
  for (uint64_t page = address; page < address + size_bytes;
       page += abi::EFI_PAGE_SIZE) {
    if (At(page) != first) {
      return ::flint::Fail(ErrorCode::kInvalidArgument, "pages differ");
    }
  }
  return first;
}

uint64_t HostProtection::At(uint64_t address) const {
  const auto found = pages_.find(address - address % abi::EFI_PAGE_SIZE);
  return found == pages_.end() ? 0 : found->second;
}

}  // namespace flint::efi
