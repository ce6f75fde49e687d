// SPDX-License-Identifier: Apache-2.0
#include "efi/image/image_name.h"

#include "platforms/base/endian.h"

namespace flint::efi {
namespace {

/// What follows the last separator. The name of symbols is a path of whatever
/// system they were made on.
std::string_view LastComponent(std::string_view path) {
  const size_t separator = path.find_last_of("\\/");
  return separator == std::string_view::npos ? path
                                             : path.substr(separator + 1);
}

bool IsPrintable(uint16_t unit) { return unit > ' ' && unit < 0x7f; }

void AppendPrintable(std::string_view text,
                     FixedText<LoadedImage::kMaxNameBytes>& out) {
  for (const char c : text) {
    const char printable = IsPrintable(static_cast<uint8_t>(c)) ? c : '?';
    out.Append({&printable, 1});
  }
}

/// The last component of the last file path node; empty if there is none.
void AppendFileName(const DevicePath& path,
                    FixedText<LoadedImage::kMaxNameBytes>& out) {
  for (const DeviceNode node : path) {
    if (!node.Is(abi::MEDIA_DEVICE_PATH, abi::MEDIA_FILEPATH_DP)) continue;
    out.Clear();
    ByteReader reader(node.payload());
    while (const auto unit = reader.Read<Le16>()) {
      if (*unit == 0) break;
      if (*unit == u'\\' || *unit == u'/') {
        out.Clear();
        continue;
      }
      const char printable =
          IsPrintable(*unit) ? static_cast<char>(uint16_t{*unit}) : '?';
      out.Append({&printable, 1});
    }
  }
}

}  // namespace

void NameImage(LoadedImage& image,
               const std::optional<DevicePath>& path,
               std::string_view debug_name) {
  image.name.Clear();
  if (path) AppendFileName(*path, image.name);
  if (image.name.empty()) {
    AppendPrintable(LastComponent(debug_name), image.name);
  }
  if (image.name.empty()) image.name.Append("image");
}

}  // namespace flint::efi
