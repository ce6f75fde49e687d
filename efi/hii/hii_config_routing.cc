// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/hii_config_routing.h"

#include <span>
#include <string_view>

#include "efi/abi/protocol/device_path.h"
#include "efi/device_path/device_path.h"

namespace flint::efi {
namespace {

using abi::CHAR16;
using abi::EFI_DEVICE_PATH_PROTOCOL;
using abi::EFI_GUID;
using abi::EFI_HANDLE;
using abi::EFI_HII_CONFIG_ACCESS_PROTOCOL;
using abi::EFI_HII_CONFIG_ROUTING_PROTOCOL;
using abi::EFI_STATUS;
using abi::EFI_STRING;
using abi::UINT16;
using abi::UINT8;
using abi::UINTN;
using hii::ConfigSection;
using hii::ConfigSectionReader;
using hii::PoolText;

HiiConfigRouting& From(const EFI_HII_CONFIG_ROUTING_PROTOCOL* self) {
  // SAFETY: ours to change; only images see it as constant.
  return static_cast<HiiConfigRouting&>(
      *const_cast<EFI_HII_CONFIG_ROUTING_PROTOCOL*>(self));
}

EFI_STATUS EFIAPI ExtractConfig(const EFI_HII_CONFIG_ROUTING_PROTOCOL* self,
                                EFI_STRING request,
                                EFI_STRING* progress,
                                EFI_STRING* results) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).Extract(request, progress, results);
}

EFI_STATUS EFIAPI ExportConfig(const EFI_HII_CONFIG_ROUTING_PROTOCOL* self,
                               EFI_STRING* results) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).Export(results);
}

EFI_STATUS EFIAPI RouteConfig(const EFI_HII_CONFIG_ROUTING_PROTOCOL* self,
                              EFI_STRING configuration,
                              EFI_STRING* progress) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).Route(configuration, progress);
}

EFI_STATUS EFIAPI BlockToConfig(const EFI_HII_CONFIG_ROUTING_PROTOCOL* self,
                                EFI_STRING request,
                                const UINT8* block,
                                UINTN size_bytes,
                                EFI_STRING* config,
                                EFI_STRING* progress) {
  if (self == nullptr || block == nullptr) {
    if (progress != nullptr) *progress = request;
    return abi::EFI_INVALID_PARAMETER;
  }
  return From(self).ToConfig(
      request, std::as_bytes(std::span(block, size_bytes)), config, progress);
}

EFI_STATUS EFIAPI ConfigToBlock(const EFI_HII_CONFIG_ROUTING_PROTOCOL* self,
                                EFI_STRING response,
                                UINT8* block,
                                UINTN* size_bytes,
                                EFI_STRING* progress) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).ToBlock(response, block, size_bytes, progress);
}

EFI_STATUS EFIAPI GetAltConfig(const EFI_HII_CONFIG_ROUTING_PROTOCOL* self,
                               EFI_STRING response,
                               const EFI_GUID* guid,
                               const CHAR16* name,
                               const EFI_DEVICE_PATH_PROTOCOL* path,
                               const UINT16* alternative,
                               EFI_STRING* selected) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return From(self).Select(
      response,
      {.guid = guid, .name = name, .path = path, .alternative = alternative},
      selected);
}

}  // namespace

HiiConfigRouting::HiiConfigRouting(HandleDatabase& handles, PoolServices& pool)
    : EFI_HII_CONFIG_ROUTING_PROTOCOL{.ExtractConfig = efi::ExtractConfig,
                                      .ExportConfig = efi::ExportConfig,
                                      .RouteConfig = efi::RouteConfig,
                                      .BlockToConfig = efi::BlockToConfig,
                                      .ConfigToBlock = efi::ConfigToBlock,
                                      .GetAltConfig = efi::GetAltConfig},
      handles_(handles),
      pool_(pool) {}

/// Calls `visit(EFI_HII_CONFIG_ACCESS_PROTOCOL&, EFI_HANDLE)` for each driver
/// that has a configuration, until it returns true. It may run images.
template <typename Visitor>
EFI_STATUS HiiConfigRouting::ForEachDriver(Visitor visit) {
  UINTN count = 0;
  EFI_HANDLE* handles = nullptr;
  const EFI_STATUS status =
      handles_.LocateHandleBuffer(abi::ByProtocol,
                                  &abi::EFI_HII_CONFIG_ACCESS_PROTOCOL_GUID,
                                  nullptr,
                                  &count,
                                  &handles);
  if (status == abi::EFI_NOT_FOUND) return abi::EFI_SUCCESS;
  if (abi::EFI_ERROR(status)) return status;
  for (const EFI_HANDLE handle : std::span(handles, count)) {
    auto* const access =
        static_cast<EFI_HII_CONFIG_ACCESS_PROTOCOL*>(handles_.FindInterface(
            handle, abi::EFI_HII_CONFIG_ACCESS_PROTOCOL_GUID));
    if (access != nullptr && visit(*access, handle)) break;
  }
  static_cast<void>(pool_.FreePool(handles));
  return abi::EFI_SUCCESS;
}

/// Has `ask(EFI_HII_CONFIG_ACCESS_PROTOCOL&, CHAR16* section, CHAR16**
/// progress)` talk to the driver whose the section is.
template <typename Ask>
HiiConfigRouting::Answer HiiConfigRouting::AskDriver(
    const ConfigSection& section, Ask ask) {
  // The driver sees its section only, and may do with it what it likes.
  PoolText copied(pool_);
  copied.Append(section.text);
  CHAR16* const copy = copied.Release();
  if (copy == nullptr) return {.status = abi::EFI_OUT_OF_RESOURCES};
  Answer answer;
  const EFI_STATUS found = ForEachDriver(
      [&](EFI_HII_CONFIG_ACCESS_PROTOCOL& access, EFI_HANDLE handle) {
        const auto path = DevicePath::At(
            static_cast<const EFI_DEVICE_PATH_PROTOCOL*>(handles_.FindInterface(
                handle, abi::EFI_DEVICE_PATH_PROTOCOL_GUID)));
        if (!path || !hii::IsHexOf(section.path_digits, path->bytes())) {
          return false;
        }
        CHAR16* reached = copy;
        answer.status = ask(access, copy, &reached);
        const std::span<CHAR16> units(copy, section.text.size() + 1);
        const bool is_inside =
            reached >= units.data() && reached < units.data() + units.size();
        answer.progress =
            is_inside ? static_cast<size_t>(reached - units.data()) : 0;
        return answer.status != abi::EFI_NOT_FOUND;
      });
  static_cast<void>(pool_.FreePool(copy));
  if (abi::EFI_ERROR(found)) answer.status = found;
  return answer;
}

/// Asks about each section of `text`, and tells how far that went.
template <typename Ask>
EFI_STATUS HiiConfigRouting::AskEach(CHAR16* text, CHAR16** progress, Ask ask) {
  const std::u16string_view all(text);
  ConfigSectionReader reader(all);
  do {
    const size_t start = all.size() - reader.remaining().size();
    *progress = text + start;
    const auto section = reader.Next();
    if (!section) return abi::EFI_INVALID_PARAMETER;
    const Answer answer = AskDriver(*section, ask);
    if (abi::EFI_ERROR(answer.status)) {
      // A driver that stopped at its header stopped at all of the section.
      const auto offset = static_cast<size_t>(section->text.data() - text);
      if (answer.progress != 0) *progress = text + offset + answer.progress;
      return answer.status;
    }
  } while (!reader.at_end());
  *progress = text + all.size();
  return abi::EFI_SUCCESS;
}

void HiiConfigRouting::Collect(PoolText& collected, CHAR16* results) {
  if (results == nullptr) return;
  if (!collected.empty()) collected.Append(u"&");
  collected.Append(results);
  static_cast<void>(pool_.FreePool(results));
}

EFI_STATUS HiiConfigRouting::Extract(CHAR16* request,
                                     CHAR16** progress,
                                     CHAR16** results) {
  if (progress == nullptr || results == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  *progress = request;
  if (request == nullptr) return abi::EFI_INVALID_PARAMETER;
  PoolText collected(pool_);
  const EFI_STATUS status =
      AskEach(request,
              progress,
              [&](EFI_HII_CONFIG_ACCESS_PROTOCOL& access,
                  CHAR16* section,
                  CHAR16** reached) {
                CHAR16* answer = nullptr;
                const EFI_STATUS extracted =
                    access.ExtractConfig(&access, section, reached, &answer);
                if (!abi::EFI_ERROR(extracted)) Collect(collected, answer);
                return extracted;
              });
  if (abi::EFI_ERROR(status)) return status;
  CHAR16* const text = collected.Release();
  if (text == nullptr) {
    *progress = request;
    return abi::EFI_OUT_OF_RESOURCES;
  }
  *results = text;
  return abi::EFI_SUCCESS;
}

EFI_STATUS HiiConfigRouting::Export(CHAR16** results) {
  if (results == nullptr) return abi::EFI_INVALID_PARAMETER;
  PoolText collected(pool_);
  const EFI_STATUS status =
      ForEachDriver([&](EFI_HII_CONFIG_ACCESS_PROTOCOL& access, EFI_HANDLE) {
        CHAR16* reached = nullptr;
        CHAR16* answer = nullptr;
        // A driver that fails is no reason to hear no other.
        if (!abi::EFI_ERROR(
                access.ExtractConfig(&access, nullptr, &reached, &answer))) {
          Collect(collected, answer);
        }
        return false;
      });
  if (abi::EFI_ERROR(status)) return status;
  CHAR16* const text = collected.Release();
  if (text == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  *results = text;
  return abi::EFI_SUCCESS;
}

EFI_STATUS HiiConfigRouting::Route(CHAR16* configuration, CHAR16** progress) {
  if (progress == nullptr) return abi::EFI_INVALID_PARAMETER;
  *progress = configuration;
  if (configuration == nullptr) return abi::EFI_INVALID_PARAMETER;
  return AskEach(configuration,
                 progress,
                 [](EFI_HII_CONFIG_ACCESS_PROTOCOL& access,
                    CHAR16* section,
                    CHAR16** reached) {
                   return access.RouteConfig(&access, section, reached);
                 });
}

}  // namespace flint::efi
