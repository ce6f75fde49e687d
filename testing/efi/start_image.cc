// SPDX-License-Identifier: Apache-2.0

// Starts the image that \start.conf names, and says how that went. Its lines:
//
//   image PATH      what to load
//   options TEXT    its load options, up to the end of the line
//   initrd PATH     offered to Linux by LoadFile2, as a boot loader does

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "efi/abi/boot_services.h"
#include "efi/abi/protocol/device_path.h"
#include "efi/abi/protocol/load_file.h"
#include "efi/abi/status.h"
#include "testing/efi/application.h"
#include "testing/efi/boot_volume.h"

using namespace flint::efi::abi;
using flint::efi_testing::BootVolume;
using flint::efi_testing::Console;

namespace {

/// A line of the configuration as a NUL-terminated UCS-2 text.
class Text {
 public:
  explicit Text(std::string_view ascii)
      : size_(std::min(ascii.size(), text_.size() - 1)) {
    std::ranges::transform(ascii.substr(0, size_), text_.begin(), [](char c) {
      return static_cast<CHAR16>(c);
    });
  }

  const CHAR16* c_str() const { return text_.data(); }
  /// With the NUL.
  std::span<CHAR16> span() { return std::span(text_).first(size_ + 1); }

 private:
  std::array<CHAR16, 512> text_{};
  size_t size_;
};

/// The rest of the line that begins with `key` and a blank.
std::optional<std::string_view> Find(std::string_view lines,
                                     std::string_view key) {
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    if (line.starts_with(' ')) return line.substr(1);
  }
  return std::nullopt;
}

/// Where Linux looks for its initrd. [linux-efi-stub]
struct InitrdPath {
  VENDOR_DEVICE_PATH vendor;
  EFI_DEVICE_PATH_PROTOCOL end;
};
constexpr InitrdPath kInitrdPath{
    .vendor = {.Header = {.Type = MEDIA_DEVICE_PATH,
                          .SubType = MEDIA_VENDOR_DP,
                          .Length = sizeof(VENDOR_DEVICE_PATH)},
               .Guid = EFI_GUID::Of("5568e427-68fc-4f3d-ac74-ca555231cc68")},
    .end = {.Type = END_DEVICE_PATH_TYPE,
            .SubType = END_ENTIRE_DEVICE_PATH_SUBTYPE,
            .Length = sizeof(EFI_DEVICE_PATH_PROTOCOL)}};

/// An initrd in memory.
struct Initrd : EFI_LOAD_FILE2_PROTOCOL {
  std::span<char> contents;
};

EFI_STATUS EFIAPI LoadInitrd(EFI_LOAD_FILE2_PROTOCOL* self,
                             EFI_DEVICE_PATH_PROTOCOL* path,
                             BOOLEAN boot_policy,
                             UINTN* size,
                             VOID* buffer) {
  if (path == nullptr || size == nullptr) return EFI_INVALID_PARAMETER;
  if (boot_policy != FALSE) return EFI_UNSUPPORTED;
  const std::span<char> contents = static_cast<Initrd*>(self)->contents;
  if (buffer == nullptr || *size < contents.size()) {
    *size = contents.size();
    return EFI_BUFFER_TOO_SMALL;
  }
  *size = contents.size();
  std::memcpy(buffer, contents.data(), contents.size());
  return EFI_SUCCESS;
}

EFI_STATUS Offer(EFI_BOOT_SERVICES& boot, Initrd& initrd) {
  initrd.LoadFile = LoadInitrd;
  EFI_HANDLE handle = nullptr;
  EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
  EFI_GUID load_guid = EFI_LOAD_FILE2_PROTOCOL_GUID;
  EFI_LOAD_FILE2_PROTOCOL* const interface = &initrd;
  return boot.InstallMultipleProtocolInterfaces(
      &handle, &path_guid, &kInitrdPath, &load_guid, interface, nullptr);
}

}  // namespace

EFI_STATUS EFIAPI EfiMain(EFI_HANDLE image, EFI_SYSTEM_TABLE* system) {
  Console console(system);
  BootVolume volume(image, system);
  std::span<char> lines;
  EFI_STATUS status = volume.Read(u"\\start.conf", &lines);
  const std::string_view configuration(lines.data(), lines.size());
  console.WriteFormat("start.conf: 0x{:x}", status);
  if (status != EFI_SUCCESS) return status;

  Initrd initrd;
  if (const auto path = Find(configuration, "initrd"); path) {
    status = volume.Read(Text(*path).c_str(), &initrd.contents);
    if (status == EFI_SUCCESS) status = Offer(*system->BootServices, initrd);
    console.WriteFormat("{}: offered: 0x{:x}", *path, status);
  }
  const std::string_view path = Find(configuration, "image").value_or("");
  Text options(Find(configuration, "options").value_or(""));
  console.WriteFormat("Starting {}", path);
  status = volume.Start(Text(path).c_str(), options.span());
  console.WriteFormat("{} returned 0x{:x}", path, status);
  return status;
}
