// SPDX-License-Identifier: Apache-2.0
#include "efi/file_system/file_info.h"

#include <algorithm>
#include <cstring>

#include "platforms/base/bytes.h"
#include "platforms/base/checked.h"
#include "platforms/base/unicode.h"

namespace flint::efi {
namespace {

using abi::CHAR16;
using abi::EFI_STATUS;
using abi::UINTN;
using abi::VOID;

/// Puts a structure, of which `header_size` bytes count, and a text with its
/// terminator behind it. `Header::Size`, if there is one, is the caller's.
EFI_STATUS Put(Bytes header,
               std::span<const CHAR16> text,
               UINTN* buffer_size,
               VOID* buffer) {
  const size_t text_bytes = text.size() * sizeof(CHAR16);
  const size_t needed = header.size() + text_bytes + sizeof(CHAR16);
  const size_t given = *buffer_size;
  *buffer_size = needed;
  if (given < needed) return abi::EFI_BUFFER_TOO_SMALL;
  if (buffer == nullptr) return abi::EFI_INVALID_PARAMETER;
  auto* out = static_cast<std::byte*>(buffer);
  std::ranges::copy(header, out);
  out += header.size();
  std::ranges::copy(std::as_bytes(text), out);
  std::fill_n(out + text_bytes, sizeof(CHAR16), std::byte{0});
  return abi::EFI_SUCCESS;
}

/// A text in UTF-16, in as much room as a file name takes.
struct WideText {
  explicit WideText(std::string_view text) {
    if (const auto converted = Utf8ToUtf16(text, storage)) units = *converted;
  }

  size_t size_with_terminator() const {
    return (units.size() + 1) * sizeof(CHAR16);
  }

  std::array<CHAR16, volume::DirectoryEntry::kMaxNameBytes> storage;
  std::span<const CHAR16> units{};
};

}  // namespace

abi::EFI_TIME ToEfiTime(const volume::Timestamp& timestamp) {
  if (timestamp.year == 0) return {};
  return {.Year = timestamp.year,
          .Month = timestamp.month,
          .Day = timestamp.day,
          .Hour = timestamp.hour,
          .Minute = timestamp.minute,
          .Second = timestamp.second,
          .Pad1 = 0,
          .Nanosecond = timestamp.nanosecond,
          .TimeZone = abi::EFI_UNSPECIFIED_TIMEZONE,
          .Daylight = 0,
          .Pad2 = 0};
}

std::optional<volume::Timestamp> FromEfiTime(const abi::EFI_TIME& time) {
  if (time.Year == 0 && time.Month == 0 && time.Day == 0 && time.Hour == 0 &&
      time.Minute == 0 && time.Second == 0 && time.Nanosecond == 0) {
    return volume::Timestamp{};
  }
  if (time.Year < 1900 || time.Year > 9999 || time.Month < 1 ||
      time.Month > 12 || time.Day < 1 || time.Day > 31 || time.Hour > 23 ||
      time.Minute > 59 || time.Second > 59 || time.Nanosecond > 999'999'999) {
    return std::nullopt;
  }
  return volume::Timestamp{.year = time.Year,
                           .month = time.Month,
                           .day = time.Day,
                           .hour = time.Hour,
                           .minute = time.Minute,
                           .second = time.Second,
                           .nanosecond = time.Nanosecond};
}

abi::UINT64 ToEfiAttributes(const volume::DirectoryEntry& entry) {
  abi::UINT64 attributes = 0;
  if (entry.attributes.read_only) attributes |= abi::EFI_FILE_READ_ONLY;
  if (entry.attributes.hidden) attributes |= abi::EFI_FILE_HIDDEN;
  if (entry.attributes.system) attributes |= abi::EFI_FILE_SYSTEM;
  if (entry.attributes.archive) attributes |= abi::EFI_FILE_ARCHIVE;
  if (entry.file.is_directory) attributes |= abi::EFI_FILE_DIRECTORY;
  return attributes;
}

volume::FileAttributes FromEfiAttributes(abi::UINT64 attributes) {
  return {.read_only = (attributes & abi::EFI_FILE_READ_ONLY) != 0,
          .hidden = (attributes & abi::EFI_FILE_HIDDEN) != 0,
          .system = (attributes & abi::EFI_FILE_SYSTEM) != 0,
          .archive = (attributes & abi::EFI_FILE_ARCHIVE) != 0};
}

EFI_STATUS PutFileInfo(const volume::DirectoryEntry& entry,
                       uint64_t cluster_size_bytes,
                       UINTN* buffer_size,
                       VOID* buffer) {
  const WideText name(entry.name());
  const uint64_t size = entry.file.size_bytes;
  const abi::EFI_FILE_INFO info{
      .Size = abi::SIZE_OF_EFI_FILE_INFO + name.size_with_terminator(),
      .FileSize = size,
      .PhysicalSize =
          DivideRoundUp(size, cluster_size_bytes) * cluster_size_bytes,
      .CreateTime = ToEfiTime(entry.created),
      .LastAccessTime = ToEfiTime(entry.accessed),
      .ModificationTime = ToEfiTime(entry.modified),
      .Attribute = ToEfiAttributes(entry)};
  return Put(
      std::as_bytes(std::span(&info, 1)), name.units, buffer_size, buffer);
}

EFI_STATUS PutFileSystemInfo(const volume::VolumeInfo& info,
                             bool read_only,
                             UINTN* buffer_size,
                             VOID* buffer) {
  const WideText label(info.label());
  abi::EFI_FILE_SYSTEM_INFO header;
  // The bytes between the members are the caller's to see, too.
  std::memset(&header, 0, sizeof(header));
  header.Size =
      abi::SIZE_OF_EFI_FILE_SYSTEM_INFO + label.size_with_terminator();
  header.ReadOnly = read_only ? abi::TRUE : abi::FALSE;
  header.VolumeSize = info.size_bytes;
  header.FreeSpace = info.free_bytes;
  header.BlockSize = info.cluster_size_bytes;
  const Bytes bytes = std::as_bytes(std::span(&header, 1));
  return Put(bytes.first(abi::SIZE_OF_EFI_FILE_SYSTEM_INFO),
             label.units,
             buffer_size,
             buffer);
}

EFI_STATUS PutVolumeLabel(const volume::VolumeInfo& info,
                          UINTN* buffer_size,
                          VOID* buffer) {
  return Put({}, WideText(info.label()).units, buffer_size, buffer);
}

std::optional<std::span<const CHAR16>> TextAt(const VOID* buffer,
                                              UINTN buffer_size,
                                              UINTN offset) {
  if (offset > buffer_size) return std::nullopt;
  const void* const start = static_cast<const std::byte*>(buffer) + offset;
  const std::span text(static_cast<const CHAR16*>(start),
                       (buffer_size - offset) / sizeof(CHAR16));
  const auto end = std::ranges::find(text, u'\0');
  if (end == text.end()) return std::nullopt;
  return text.first(static_cast<size_t>(end - text.begin()));
}

}  // namespace flint::efi
