// SPDX-License-Identifier: Apache-2.0
//
// make_variables OUTPUT
//
// Writes UEFI variables as an operating system leaves them in the root of the
// EFI system partition: boot options, and which of them goes first.
#include <cstdint>
#include <fstream>
#include <span>
#include <string_view>
#include <vector>

#include "efi/abi/runtime_services.h"
#include "efi/device_path/path_writer.h"
#include "efi/loader_interface/loader_interface.h"
#include "efi/variables/variable_format.h"
#include "platforms/base/bytes.h"
#include "platforms/base/crc32.h"
#include "platforms/base/endian.h"

namespace flint::fuzz {
namespace {

namespace abi = efi::abi;

using File = std::vector<std::byte>;

constexpr uint32_t kAttributes = abi::EFI_VARIABLE_NON_VOLATILE |
                                 abi::EFI_VARIABLE_BOOTSERVICE_ACCESS |
                                 abi::EFI_VARIABLE_RUNTIME_ACCESS;

void Append(File& file, Bytes bytes) {
  file.insert(file.end(), bytes.begin(), bytes.end());
}

Bytes Units(std::u16string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

void AppendText(File& file, std::u16string_view text) {
  Append(file, Units(text));
  Append(file, AsBytes(Le16(0)));
}

void AppendVariable(File& file,
                    std::u16string_view name,
                    const Guid& vendor,
                    Bytes data) {
  const efi::VariableEntry entry{
      .data_size = static_cast<uint32_t>(data.size()),
      .attributes = kAttributes,
      .timestamp = 0,
      .vendor = vendor};
  Append(file, AsBytes(entry));
  AppendText(file, name);
  Append(file, data);
  while (file.size() % efi::kVariableEntryAlignment != 0) {
    file.push_back(std::byte{0});
  }
}

/// A boot option that starts the file of this path, wherever there is one.
/// [uefi-2.10 3.1.3]
File Option(std::u16string_view description, std::u16string_view path) {
  efi::FixedPathWriter<256> writer;
  writer->AppendFilePath(path);
  const auto device_path = writer->Finish();
  File option;
  Append(option, AsBytes(Le32(1)));  // active
  Append(option,
         AsBytes(Le16(static_cast<uint16_t>(device_path->bytes().size()))));
  AppendText(option, description);
  Append(option, device_path->bytes());
  AppendText(option, u"some options");
  return option;
}

File MakeVariables() {
  File entries;
  const Guid& global = abi::EFI_GLOBAL_VARIABLE;
  AppendVariable(entries,
                 u"Boot0001",
                 global,
                 Option(u"A program", u"\\EFI\\BOOT\\BOOTX64.EFI"));
  AppendVariable(
      entries, u"Boot0002", global, Option(u"No program", u"\\missing.efi"));
  AppendVariable(entries, u"BootNext", global, AsBytes(Le16(1)));
  AppendVariable(entries, u"BootOrder", global, Units(u"\u0002\u0001"));
  AppendVariable(entries,
                 u"LoaderEntryDefault",
                 efi::kLoaderInterfaceGuid,
                 Units({u"entry*\0", 7}));
  const efi::VariableFileHeader header{
      .reserved = 0,
      .magic = efi::kVariableFileMagic,
      .revision = efi::kVariableFileRevision,
      .length = static_cast<uint32_t>(sizeof(header) + entries.size()),
      .crc32 = Crc32(entries)};
  File file;
  Append(file, AsBytes(header));
  Append(file, entries);
  return file;
}

}  // namespace
}  // namespace flint::fuzz

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto file = flint::fuzz::MakeVariables();
  std::ofstream output(argv[1], std::ios::binary);
  output << flint::AsText(file);
  return output.flush() ? 0 : 1;
}
