// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "efi/abi/boot_services.h"
#include "efi/abi/status.h"
#include "efi/abi/system_table.h"
#include "efi/containers/intrusive_list.h"
#include "efi/containers/object_pool.h"
#include "efi/device_path/device_path.h"
#include "efi/environment/image_services.h"
#include "efi/events/event_services.h"
#include "efi/handles/handle_database.h"
#include "efi/image/image_file.h"
#include "efi/image/image_gate.h"
#include "efi/image/loaded_image.h"
#include "efi/memory/page_services.h"
#include "efi/memory/pool_services.h"
#include "loader/pe/image_source.h"
#include "loader/pe/pe_image.h"
#include "platforms/base/bytes.h"

namespace flint::efi {

/// The image services. [uefi-2.10 7.4]
///
/// Images run on our stack, one inside the other; `Exit` and returning lead
/// back to the `StartImage` of the innermost. An application is gone then, and
/// so is a driver that failed.
class ImageLoader final : public ImageServices {
 public:
  /// What the services work with. All of it must outlive them.
  struct Parts {
    PageServices& pages;
    PoolServices& pool;
    EventServices& events;
    HandleDatabase& handles;
    ImageGate& gate;
    abi::EFI_SYSTEM_TABLE* system_table;
  };

  explicit ImageLoader(const Parts& parts)
      : parts_(parts), images_(parts.pages) {}
  ImageLoader(const ImageLoader&) = delete;
  ImageLoader& operator=(const ImageLoader&) = delete;

  /// Makes a handle for the firmware itself, at [base, base + size_bytes): the
  /// parent of what the boot manager loads. Tells the handle database. Once.
  abi::EFI_STATUS AddFirmwareImage(uint64_t base, uint64_t size_bytes);
  abi::EFI_HANDLE firmware_image() const { return firmware_image_; }

  abi::EFI_STATUS LoadImage(abi::BOOLEAN boot_policy,
                            abi::EFI_HANDLE parent_image,
                            abi::EFI_DEVICE_PATH_PROTOCOL* device_path,
                            abi::VOID* source_buffer,
                            abi::UINTN source_size,
                            abi::EFI_HANDLE* image_handle) override;
  abi::EFI_STATUS StartImage(abi::EFI_HANDLE image_handle,
                             abi::UINTN* exit_data_size,
                             abi::CHAR16** exit_data) override;

  /// Does not return if the image is the one that runs.
  abi::EFI_STATUS Exit(abi::EFI_HANDLE image_handle,
                       abi::EFI_STATUS exit_status,
                       abi::UINTN exit_data_size,
                       abi::CHAR16* exit_data) override;

  /// An image that is running has no end to be unloaded at: EFI_UNSUPPORTED.
  abi::EFI_STATUS UnloadImage(abi::EFI_HANDLE image_handle) override;

  /// The image's record, or null if the handle is no image's. For reading,
  /// and for what its loader may set: `protocol.LoadOptions`.
  LoadedImage* Find(abi::EFI_HANDLE image_handle) const;

  /// The innermost image that runs; null if none does.
  const LoadedImage* current() const { return current_; }

  /// The image that the address belongs to, and where in it, for crash dumps:
  /// only reads, and works at any point of the firmware.
  std::optional<ImageLocation> DescribeAddress(uint64_t address) const;

  /// All images, oldest first; null is before the first and after the last.
  /// What is in RuntimeServicesCode of those that are drivers of that kind has
  /// to be moved by SetVirtualAddressMap.
  const LoadedImage* Next(const LoadedImage* image) const {
    return image == nullptr ? list_.front() : list_.Next(*image);
  }

 private:
  /// What LoadImage was given, checked.
  struct Request {
    bool boot_policy;
    abi::EFI_HANDLE parent;
    std::optional<DevicePath> path;
    /// The file, and its first bytes, or all.
    pe::ImageSource* file;
    Bytes head;
    uint64_t file_size_bytes;
    /// The device, and what follows it in the path.
    abi::EFI_HANDLE device;
    abi::EFI_DEVICE_PATH_PROTOCOL* rest_of_path;
  };

  abi::EFI_STATUS Load(const Request& request, abi::EFI_HANDLE* image_handle);
  abi::EFI_STATUS Fill(LoadedImage& image,
                       const pe::Image& parsed,
                       const Request& request);
  abi::EFI_STATUS CopyPaths(LoadedImage& image, const Request& request);
  abi::EFI_STATUS Publish(LoadedImage& image);
  void LocateDevice(Request& request);
  abi::EFI_STATUS Run(LoadedImage& image);
  void ReturnToLevel(abi::EFI_TPL level);
  void Unload(LoadedImage& image);
  void Delete(LoadedImage& image);

  Parts parts_;
  ObjectPool<LoadedImage> images_;
  IntrusiveList<LoadedImage> list_;
  LoadedImage* current_ = nullptr;
  abi::EFI_HANDLE firmware_image_ = nullptr;
};

}  // namespace flint::efi
