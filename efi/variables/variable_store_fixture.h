// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "efi/abi/runtime_services.h"
#include "efi/variables/variable_area.h"
#include "efi/variables/variable_services.h"
#include "platforms/base/bytes.h"

namespace flint::efi {

inline constexpr uint32_t kBs = abi::EFI_VARIABLE_BOOTSERVICE_ACCESS;
inline constexpr uint32_t kRt = abi::EFI_VARIABLE_RUNTIME_ACCESS;
inline constexpr uint32_t kNv = abi::EFI_VARIABLE_NON_VOLATILE;
inline constexpr uint32_t kAppend = abi::EFI_VARIABLE_APPEND_WRITE;

inline constexpr Guid kVendorA =
    Guid::Of("11111111-2222-3333-4444-555555555555");
inline constexpr Guid kVendorB =
    Guid::Of("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee");

/// An observer that counts, and fails when told to.
class CountingObserver final : public VariableObserver {
 public:
  abi::EFI_STATUS OnNonvolatileChange() override {
    ++changes;
    return status;
  }
  int changes = 0;
  abi::EFI_STATUS status = abi::EFI_SUCCESS;
};

/// Variables in memory of a test, called as an image would call them.
class VariableStore {
 public:
  using Name = std::pair<std::u16string, Guid>;

  explicit VariableStore(size_t nonvolatile_bytes = 4096,
                         size_t volatile_bytes = 4096)
      : nonvolatile_memory(nonvolatile_bytes, std::byte{0xEE}),
        volatile_memory(volatile_bytes, std::byte{0xEE}) {
    nonvolatile().Clear();
    volatiles().Clear();
  }

  VariableArea nonvolatile() { return VariableArea(nonvolatile_memory); }
  VariableArea volatiles() { return VariableArea(volatile_memory); }
  VariableServices services() {
    return {nonvolatile(), volatiles(), phase, observer};
  }

  abi::EFI_STATUS Set(std::u16string_view name,
                      uint32_t attributes,
                      std::string_view data,
                      const Guid& vendor = kVendorA) {
    const std::u16string terminated(name);
    return services().SetVariable(
        terminated.c_str(), &vendor, attributes, data.size(), data.data());
  }

  struct Got {
    abi::EFI_STATUS status = 0;
    uint32_t attributes = 0;
    std::string data;
    bool operator==(const Got&) const = default;
  };

  Got Get(std::u16string_view name, const Guid& vendor = kVendorA) {
    const std::u16string terminated(name);
    std::string buffer(size_t{80} * 1024, '?');
    abi::UINTN size = buffer.size();
    Got got;
    got.status = services().GetVariable(
        terminated.c_str(), &vendor, &got.attributes, &size, buffer.data());
    if (got.status == abi::EFI_SUCCESS) got.data = buffer.substr(0, size);
    return got;
  }

  /// All that can be enumerated, in that order.
  std::vector<Name> Names() {
    std::vector<Name> names;
    std::u16string name(512, u'\0');
    Guid vendor;
    for (;;) {
      abi::UINTN size = name.size() * sizeof(char16_t);
      const abi::EFI_STATUS status =
          services().GetNextVariableName(&size, name.data(), &vendor);
      if (status != abi::EFI_SUCCESS) return names;
      names.emplace_back(name.c_str(), vendor);
    }
  }

  std::vector<std::byte> nonvolatile_memory;
  std::vector<std::byte> volatile_memory;
  VariablePhase phase = VariablePhase::kBoot;
  VariableObserver* observer = nullptr;
};

}  // namespace flint::efi
