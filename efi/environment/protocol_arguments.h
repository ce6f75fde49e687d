// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdarg>
#include <optional>

#include "efi/handles/handle_database.h"

/// The variable arguments of an EFIAPI function, which on x86_64 are not where
/// our own calling convention has them.
#if defined(__x86_64__)
#define EFI_VA_LIST __builtin_ms_va_list
#define EFI_VA_START(list, last) __builtin_ms_va_start(list, last)
#define EFI_VA_COPY(to, from) __builtin_ms_va_copy(to, from)
#define EFI_VA_END(list) __builtin_ms_va_end(list)
#else
#define EFI_VA_LIST va_list
#define EFI_VA_START(list, last) va_start(list, last)
#define EFI_VA_COPY(to, from) va_copy(to, from)
#define EFI_VA_END(list) va_end(list)
#endif

namespace flint::efi {

/// The pairs of protocol and interface, up to a null protocol, that images pass
/// to Install- and UninstallMultipleProtocolInterfaces.
class ProtocolArguments final : public ProtocolList {
 public:
  /// `arguments` must stay started as long as this is used.
  explicit ProtocolArguments(EFI_VA_LIST& arguments) : start_(arguments) {
    EFI_VA_COPY(next_, start_);
  }
  ~ProtocolArguments() override { EFI_VA_END(next_); }
  ProtocolArguments(const ProtocolArguments&) = delete;
  ProtocolArguments& operator=(const ProtocolArguments&) = delete;

  std::optional<Item> Next() override {
    auto* const protocol = va_arg(next_, abi::EFI_GUID*);
    if (protocol == nullptr) return std::nullopt;
    return Item{.protocol = protocol, .interface = va_arg(next_, abi::VOID*)};
  }

  void Rewind() override {
    EFI_VA_END(next_);
    EFI_VA_COPY(next_, start_);
  }

 private:
  EFI_VA_LIST& start_;
  EFI_VA_LIST next_;
};

}  // namespace flint::efi
