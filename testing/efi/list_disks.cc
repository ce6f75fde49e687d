// SPDX-License-Identifier: Apache-2.0

// Lists all disks and partitions, a line each:
//
//   disk PATH | BLOCK_SIZE x COUNT | FLAG ... | PROTOCOL ... | CHECKSUM
//
// CHECKSUM is the CRC-32 of the first 4 KiB, read through BlockIo; DiskIo has
// to give the same bytes.

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "efi/abi/boot_services.h"
#include "efi/abi/protocol/block_io.h"
#include "efi/abi/protocol/device_path_utilities.h"
#include "efi/abi/protocol/disk_io.h"
#include "efi/abi/protocol/partition_info.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/status.h"
#include "testing/efi/application.h"

using namespace flint::efi::abi;
using flint::FixedText;
using flint::efi_testing::Console;

namespace {

constexpr size_t kStartSize = 4096;

class Lister {
 public:
  explicit Lister(EFI_SYSTEM_TABLE* system)
      : boot_(*system->BootServices), console_(system) {}

  EFI_STATUS List() {
    EFI_GUID to_text = EFI_DEVICE_PATH_TO_TEXT_PROTOCOL_GUID;
    VOID* interface = nullptr;
    EFI_STATUS status = boot_.LocateProtocol(&to_text, nullptr, &interface);
    if (status != EFI_SUCCESS) return status;
    to_text_ = static_cast<EFI_DEVICE_PATH_TO_TEXT_PROTOCOL*>(interface);
    EFI_GUID block_io = EFI_BLOCK_IO_PROTOCOL_GUID;
    UINTN count = 0;
    EFI_HANDLE* handles = nullptr;
    status = boot_.LocateHandleBuffer(
        ByProtocol, &block_io, nullptr, &count, &handles);
    if (status != EFI_SUCCESS) return status;
    for (UINTN i = 0; i < count; ++i) Describe(handles[i]);
    console_.WriteFormat("{} disks and partitions", count);
    return boot_.FreePool(handles);
  }

 private:
  template <typename Protocol>
  Protocol* Get(EFI_HANDLE handle, EFI_GUID guid) {
    VOID* interface = nullptr;
    const EFI_STATUS status = boot_.HandleProtocol(handle, &guid, &interface);
    return status == EFI_SUCCESS ? static_cast<Protocol*>(interface) : nullptr;
  }

  void Describe(EFI_HANDLE handle) {
    FixedText<240> line{"disk "};
    AppendPath(handle, line);
    auto* const block_io =
        Get<EFI_BLOCK_IO_PROTOCOL>(handle, EFI_BLOCK_IO_PROTOCOL_GUID);
    const EFI_BLOCK_IO_MEDIA& media = *block_io->Media;
    line.AppendFormat(" | {} x {} |", media.BlockSize, media.LastBlock + 1);
    if (media.LogicalPartition != FALSE) line.Append(" partition");
    if (media.RemovableMedia != FALSE) line.Append(" removable");
    if (media.ReadOnly != FALSE) line.Append(" read-only");
    line.Append(" |");
    AppendProtocols(handle, line);
    line.Append(" | ");
    AppendChecksum(handle, *block_io, line);
    console_.WriteLine(line.view());
  }

  void AppendPath(EFI_HANDLE handle, FixedText<240>& line) {
    const auto* const path =
        Get<EFI_DEVICE_PATH_PROTOCOL>(handle, EFI_DEVICE_PATH_PROTOCOL_GUID);
    CHAR16* const text = to_text_->ConvertDevicePathToText(path, FALSE, FALSE);
    if (text == nullptr) return line.Append("?");
    for (const CHAR16 c : std::u16string_view(text)) {
      const char ascii = static_cast<char>(c);
      line.Append(std::string_view(&ascii, 1));
    }
    boot_.FreePool(text);
  }

  void AppendProtocols(EFI_HANDLE handle, FixedText<240>& line) {
    struct Named {
      EFI_GUID guid;
      std::string_view name;
    };
    static constexpr std::array kProtocols{
        Named{EFI_BLOCK_IO2_PROTOCOL_GUID, " BlockIo2"},
        Named{EFI_DISK_IO_PROTOCOL_GUID, " DiskIo"},
        Named{EFI_DISK_IO2_PROTOCOL_GUID, " DiskIo2"},
        Named{EFI_PARTITION_INFO_PROTOCOL_GUID, " PartitionInfo"},
        Named{EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID, " SimpleFileSystem"}};
    for (const Named& protocol : kProtocols) {
      if (Get<VOID>(handle, protocol.guid) != nullptr) {
        line.Append(protocol.name);
      }
    }
  }

  void AppendChecksum(EFI_HANDLE handle,
                      EFI_BLOCK_IO_PROTOCOL& block_io,
                      FixedText<240>& line) {
    alignas(4096) static std::array<std::byte, kStartSize> blocks;
    static std::array<std::byte, kStartSize> bytes;
    const UINT32 media_id = block_io.Media->MediaId;
    EFI_STATUS status = block_io.ReadBlocks(
        &block_io, media_id, 0, blocks.size(), blocks.data());
    auto* const disk_io =
        Get<EFI_DISK_IO_PROTOCOL>(handle, EFI_DISK_IO_PROTOCOL_GUID);
    if (status == EFI_SUCCESS && disk_io != nullptr) {
      // In two pieces that end at no block.
      constexpr size_t kFirst = 1111;
      status = disk_io->ReadDisk(disk_io, media_id, 0, kFirst, bytes.data());
      if (status == EFI_SUCCESS) {
        status = disk_io->ReadDisk(disk_io,
                                   media_id,
                                   kFirst,
                                   bytes.size() - kFirst,
                                   bytes.data() + kFirst);
      }
      if (bytes != blocks) status = EFI_CRC_ERROR;
    }
    if (status != EFI_SUCCESS) {
      return line.AppendFormat("error 0x{:x}", status);
    }
    UINT32 crc = 0;
    boot_.CalculateCrc32(blocks.data(), blocks.size(), &crc);
    line.AppendFormat("{:08x}", crc);
  }

  EFI_BOOT_SERVICES& boot_;
  Console console_;
  EFI_DEVICE_PATH_TO_TEXT_PROTOCOL* to_text_ = nullptr;
};

}  // namespace

EFI_STATUS EFIAPI EfiMain(EFI_HANDLE, EFI_SYSTEM_TABLE* system) {
  return Lister(system).List();
}
