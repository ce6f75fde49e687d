// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_manager/boot_variables.h"

#include <algorithm>

#include "efi/abi/runtime_services.h"
#include "efi/abi/status.h"
#include "platforms/base/endian.h"
#include "platforms/base/log.h"

namespace flint::efi {
namespace {

using abi::EFI_GLOBAL_VARIABLE;

constexpr uint32_t kVolatile =
    abi::EFI_VARIABLE_BOOTSERVICE_ACCESS | abi::EFI_VARIABLE_RUNTIME_ACCESS;
constexpr uint32_t kNonVolatile = kVolatile | abi::EFI_VARIABLE_NON_VOLATILE;

Status ToStatus(abi::EFI_STATUS status) {
  if (!abi::EFI_ERROR(status)) return {};
  return Fail(ErrorCode::kNoMemory, "no room for a variable");
}

/// The variable as an integer, if it is as long as one.
template <WireType T>
std::optional<T> ReadInteger(const VariableServices& variables,
                             std::u16string_view name) {
  const auto data = variables.Find(name, EFI_GLOBAL_VARIABLE);
  if (!data || data->size() != sizeof(T)) return std::nullopt;
  return *ReadWire<T>(*data);
}

constexpr size_t kOptionNameSize = std::tuple_size_v<decltype(OptionName(0))>;

/// With the NUL behind it that `Find` expects.
std::array<char16_t, kOptionNameSize + 1> VariableName(uint16_t number) {
  std::array<char16_t, kOptionNameSize + 1> name{};
  std::ranges::copy(OptionName(number), name.begin());
  return name;
}

}  // namespace

std::array<char, 8> OptionName(uint16_t number) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::array<char, 8> name{'B', 'o', 'o', 't'};
  for (size_t i = 0; i < 4; ++i) {
    name[7 - i] = kDigits[(number >> (4 * i)) & 0xf];
  }
  return name;
}

std::optional<uint16_t> BootVariables::TakeBootNext() {
  if (!variables_.Find(u"BootNext", EFI_GLOBAL_VARIABLE)) return std::nullopt;
  const auto number = ReadInteger<Le16>(variables_, u"BootNext");
  const abi::EFI_STATUS deleted =
      variables_.Undefine(u"BootNext", EFI_GLOBAL_VARIABLE);
  if (abi::EFI_ERROR(deleted)) {
    log::Warning("BootNext cannot be deleted, and is ignored");
    return std::nullopt;
  }
  if (!number) {
    log::Warning("BootNext is no number, and is ignored");
    return std::nullopt;
  }
  return uint16_t{*number};
}

BootOrder BootVariables::ReadBootOrder() const {
  BootOrder order;
  const auto data = variables_.Find(u"BootOrder", EFI_GLOBAL_VARIABLE);
  if (!data) return order;
  ByteReader reader(*data);
  while (order.count < BootOrder::kMaxCount) {
    const auto number = reader.Read<Le16>();
    if (!number) break;
    const auto seen = order.view();
    if (std::ranges::find(seen, uint16_t{*number}) == seen.end()) {
      order.numbers[order.count++] = *number;
    }
  }
  return order;
}

std::optional<Bytes> BootVariables::FindOption(uint16_t number) const {
  const auto name = VariableName(number);
  return variables_.Find({name.data(), kOptionNameSize}, EFI_GLOBAL_VARIABLE);
}

Status BootVariables::SetBootCurrent(uint16_t number) {
  return ToStatus(variables_.Define(
      u"BootCurrent", EFI_GLOBAL_VARIABLE, kVolatile, AsBytes(Le16(number))));
}

void BootVariables::ClearBootCurrent() {
  static_cast<void>(variables_.Undefine(u"BootCurrent", EFI_GLOBAL_VARIABLE));
}

std::optional<uint32_t> BootVariables::ReadTimeoutSeconds() const {
  const auto seconds = ReadInteger<Le16>(variables_, u"Timeout");
  if (!seconds) return std::nullopt;
  if (*seconds == abi::TIMEOUT_FOREVER) return UINT32_MAX;
  return uint32_t{*seconds};
}

bool BootVariables::TakeMenuRequest() {
  const auto wishes = ReadInteger<Le64>(variables_, u"OsIndications");
  if (!wishes || (*wishes & abi::EFI_OS_INDICATIONS_BOOT_TO_FW_UI) == 0) {
    return false;
  }
  const Le64 others(*wishes & ~abi::EFI_OS_INDICATIONS_BOOT_TO_FW_UI);
  const abi::EFI_STATUS status = variables_.Define(
      u"OsIndications", EFI_GLOBAL_VARIABLE, kNonVolatile, AsBytes(others));
  if (abi::EFI_ERROR(status)) log::Warning("OsIndications cannot be written");
  return true;
}

Status BootVariables::DefineConsole(const DevicePath& path) {
  for (const std::u16string_view name : {u"ConIn", u"ConOut", u"ErrOut"}) {
    if (variables_.Find(name, EFI_GLOBAL_VARIABLE)) continue;
    TRY(ToStatus(variables_.Define(
        name, EFI_GLOBAL_VARIABLE, kNonVolatile, path.bytes())));
  }
  for (const std::u16string_view name :
       {u"ConInDev", u"ConOutDev", u"ErrOutDev"}) {
    TRY(ToStatus(
        variables_.Define(name, EFI_GLOBAL_VARIABLE, kVolatile, path.bytes())));
  }
  return {};
}

}  // namespace flint::efi
