// SPDX-License-Identifier: Apache-2.0

// Changes its file system in every way there is, says what came of each step,
// and starts \next.efi. The file system holds, from before:
//
//   \notes.txt "0123456789"   to be changed in place and appended to
//   \delete.me                to be deleted
//   \rename.me                to be renamed
//   \shrink.me                to be cut to 1234 bytes

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

#include "efi/abi/boot_services.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/status.h"
#include "testing/efi/application.h"
#include "testing/efi/boot_volume.h"
#include "testing/efi/pattern.h"

using namespace flint::efi::abi;
using flint::efi_testing::BootVolume;
using flint::efi_testing::Console;
using flint::efi_testing::kShrunkFileSize;
using flint::efi_testing::kWrittenFileSize;
using flint::efi_testing::PatternAt;

namespace {

constexpr UINT64 kReadWrite = EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE;
constexpr UINT64 kCreate = kReadWrite | EFI_FILE_MODE_CREATE;
/// No multiple of anything.
constexpr size_t kPieceSize = 7777;

constexpr const CHAR16* kDirectory = u"\\written";
constexpr const CHAR16* kPatternFile =
    u"\\written\\A long name of a written file.bin";

/// Opens, does something, and closes: the first failure's status.
template <typename Function>
EFI_STATUS WithFile(BootVolume& volume,
                    const CHAR16* path,
                    UINT64 mode,
                    UINT64 attributes,
                    Function&& function) {
  EFI_FILE_PROTOCOL* file = nullptr;
  const EFI_STATUS opened = volume.Open(path, mode, attributes, &file);
  if (opened != EFI_SUCCESS) return opened;
  const EFI_STATUS status = function(file);
  const EFI_STATUS closed = file->Close(file);
  return status != EFI_SUCCESS ? status : closed;
}

EFI_STATUS Write(EFI_FILE_PROTOCOL* file, std::span<const char> bytes) {
  UINTN size = bytes.size();
  const EFI_STATUS status =
      file->Write(file, &size, const_cast<char*>(bytes.data()));
  if (status == EFI_SUCCESS && size != bytes.size()) return EFI_VOLUME_FULL;
  return status;
}

EFI_STATUS MakeDirectory(BootVolume& volume) {
  return WithFile(
      volume, kDirectory, kCreate, EFI_FILE_DIRECTORY, [](EFI_FILE_PROTOCOL*) {
        return EFI_SUCCESS;
      });
}

EFI_STATUS WritePattern(BootVolume& volume) {
  return WithFile(
      volume, kPatternFile, kCreate, 0, [](EFI_FILE_PROTOCOL* file) {
        std::array<char, kPieceSize> piece;
        for (size_t at = 0; at < kWrittenFileSize; at += kPieceSize) {
          const size_t size = std::min(kPieceSize, kWrittenFileSize - at);
          for (size_t i = 0; i < size; ++i) piece[i] = PatternAt(at + i);
          const EFI_STATUS status = Write(file, std::span(piece).first(size));
          if (status != EFI_SUCCESS) return status;
        }
        return file->Flush(file);
      });
}

EFI_STATUS ReadPattern(BootVolume& volume) {
  std::span<char> bytes;
  const EFI_STATUS status = volume.Read(kPatternFile, &bytes);
  if (status != EFI_SUCCESS) return status;
  if (bytes.size() != kWrittenFileSize) return EFI_BAD_BUFFER_SIZE;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != PatternAt(i)) return EFI_CRC_ERROR;
  }
  return EFI_SUCCESS;
}

EFI_STATUS ChangeInPlace(BootVolume& volume) {
  return WithFile(
      volume, u"\\notes.txt", kReadWrite, 0, [](EFI_FILE_PROTOCOL* file) {
        EFI_STATUS status = file->SetPosition(file, 3);
        if (status == EFI_SUCCESS) status = Write(file, std::array{'a', 'b'});
        if (status != EFI_SUCCESS) return status;
        status = file->SetPosition(file, EFI_FILE_POSITION_END);
        if (status != EFI_SUCCESS) return status;
        return Write(file, std::array{'e', 'n', 'd'});
      });
}

EFI_STATUS Delete(BootVolume& volume) {
  EFI_FILE_PROTOCOL* file = nullptr;
  const EFI_STATUS status = volume.Open(u"\\delete.me", kReadWrite, 0, &file);
  return status != EFI_SUCCESS ? status : file->Delete(file);
}

/// Reads the information of a file, lets it be changed, and sets it.
template <typename Function>
EFI_STATUS ChangeInformation(BootVolume& volume,
                             const CHAR16* path,
                             Function&& change) {
  return WithFile(volume, path, kReadWrite, 0, [&](EFI_FILE_PROTOCOL* file) {
    alignas(EFI_FILE_INFO) std::array<std::byte, 256> buffer{};
    EFI_GUID type = EFI_FILE_INFO_ID;
    UINTN size = buffer.size();
    EFI_STATUS status = file->GetInfo(file, &type, &size, buffer.data());
    if (status != EFI_SUCCESS) return status;
    EFI_FILE_INFO information;
    std::memcpy(&information, buffer.data(), sizeof(information));
    change(information, std::span(buffer).subspan(SIZE_OF_EFI_FILE_INFO));
    std::memcpy(buffer.data(), &information, sizeof(information));
    return file->SetInfo(file, &type, information.Size, buffer.data());
  });
}

EFI_STATUS Rename(BootVolume& volume) {
  return ChangeInformation(
      volume,
      u"\\rename.me",
      [](EFI_FILE_INFO& information, std::span<std::byte> name) {
        constexpr std::u16string_view kName = u"A file with a new name.txt";
        constexpr size_t kSize = (kName.size() + 1) * sizeof(CHAR16);
        std::memcpy(name.data(), kName.data(), kSize);
        information.Size = SIZE_OF_EFI_FILE_INFO + kSize;
      });
}

EFI_STATUS Shrink(BootVolume& volume) {
  return ChangeInformation(
      volume, u"\\shrink.me", [](EFI_FILE_INFO& information, auto) {
        information.FileSize = kShrunkFileSize;
      });
}

struct Step {
  std::string_view name;
  EFI_STATUS (*take)(BootVolume& volume);
};
constexpr std::array kSteps{
    Step{"make a directory", MakeDirectory},
    Step{"write a file", WritePattern},
    Step{"read it back", ReadPattern},
    Step{"change in place and append", ChangeInPlace},
    Step{"delete", Delete},
    Step{"rename", Rename},
    Step{"shrink", Shrink},
};

}  // namespace

EFI_STATUS EFIAPI EfiMain(EFI_HANDLE image, EFI_SYSTEM_TABLE* system) {
  Console console(system);
  BootVolume volume(image, system);
  for (const Step& step : kSteps) {
    console.WriteFormat("{}: 0x{:x}", step.name, step.take(volume));
  }
  CHAR16 no_options[] = u"";
  const EFI_STATUS status = volume.Start(u"\\next.efi", no_options);
  console.WriteFormat("\\next.efi: 0x{:x}", status);
  return status;
}
