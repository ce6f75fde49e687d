// SPDX-License-Identifier: Apache-2.0
#include "efi/image/image_loader.h"

#include <array>
#include <cstring>

#include "efi/abi/protocol/hii_package_list.h"
#include "efi/device_path/pool_path.h"
#include "efi/image/entry_point.h"
#include "efi/image/image_name.h"
#include "efi/image/status_of.h"
#include "loader/pe/resource.h"
#include "platforms/base/log.h"

namespace flint::efi {
namespace {

#if defined(__x86_64__)
constexpr pe::Machine kMachine = pe::Machine::kX86_64;
#elif defined(__aarch64__)
constexpr pe::Machine kMachine = pe::Machine::kAarch64;
#elif defined(__riscv)
constexpr pe::Machine kMachine = pe::Machine::kRiscv64;
#endif

/// The protocols of an image handle: two, or three if there are packages.
class ImageProtocols final : public ProtocolList {
 public:
  explicit ImageProtocols(LoadedImage& image)
      : items_{{{&loaded_image_, &image.protocol},
                {&device_path_, image.device_path},
                {&hii_packages_, image.hii_packages}}},
        count_(image.hii_packages == nullptr ? 2 : 3) {}

  std::optional<Item> Next() override {
    if (next_ == count_) return std::nullopt;
    return items_[next_++];
  }
  void Rewind() override { next_ = 0; }

 private:
  abi::EFI_GUID loaded_image_ = abi::EFI_LOADED_IMAGE_PROTOCOL_GUID;
  abi::EFI_GUID device_path_ = abi::EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID;
  abi::EFI_GUID hii_packages_ = abi::EFI_HII_PACKAGE_LIST_PROTOCOL_GUID;
  std::array<Item, 3> items_;
  size_t count_;
  size_t next_ = 0;
};

/// The package list among the image's resources, if there is one, and all of it
/// is there. [uefi-2.10 7.4.1]
abi::VOID* FindHiiPackages(const pe::Image& parsed, MutableBytes loaded) {
  const Result<Bytes> found = pe::FindResource(
      loaded, parsed.directory(pe::Directory::kResources), u"HII");
  if (!found) return nullptr;
  const auto header = ReadWire<abi::EFI_HII_PACKAGE_LIST_HEADER>(*found);
  if (!header || header->PackageLength < sizeof(*header) ||
      header->PackageLength > found->size()) {
    log::Debug("efi: image has a bad HII resource");
    return nullptr;
  }
  return loaded.subspan(static_cast<size_t>(found->data() - loaded.data()))
      .data();
}

}  // namespace

abi::EFI_STATUS ImageLoader::AddFirmwareImage(uint64_t base,
                                              uint64_t size_bytes) {
  LoadedImage* const image = images_.New();
  if (image == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  image->state = LoadedImage::State::kResident;
  image->base = base;
  image->size_bytes = size_bytes;
  image->name.Append("firmware");
  image->protocol.Revision = abi::EFI_LOADED_IMAGE_PROTOCOL_REVISION;
  image->protocol.SystemTable = parts_.system_table;
  image->protocol.ImageBase = PointerTo(base);
  image->protocol.ImageSize = size_bytes;
  image->protocol.ImageCodeType = abi::EfiBootServicesCode;
  image->protocol.ImageDataType = abi::EfiBootServicesData;
  list_.push_back(*image);
  const abi::EFI_STATUS status = Publish(*image);
  if (abi::EFI_ERROR(status)) {
    Delete(*image);
    return status;
  }
  firmware_image_ = image->handle;
  parts_.handles.set_firmware_image(firmware_image_);
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS ImageLoader::LoadImage(
    abi::BOOLEAN boot_policy,
    abi::EFI_HANDLE parent_image,
    abi::EFI_DEVICE_PATH_PROTOCOL* device_path,
    abi::VOID* source_buffer,
    abi::UINTN source_size,
    abi::EFI_HANDLE* image_handle) {
  if (image_handle == nullptr) return abi::EFI_INVALID_PARAMETER;
  *image_handle = nullptr;
  if (Find(parent_image) == nullptr) return abi::EFI_INVALID_PARAMETER;
  if (source_buffer == nullptr && device_path == nullptr) {
    return abi::EFI_NOT_FOUND;
  }
  Request request{.boot_policy = boot_policy != abi::FALSE,
                  .parent = parent_image,
                  .path = std::nullopt,
                  .file = nullptr,
                  .head = {},
                  .file_size_bytes = 0,
                  .device = nullptr,
                  .rest_of_path = nullptr};
  if (device_path != nullptr) {
    const auto path = DevicePath::At(device_path);
    if (!path) return abi::EFI_INVALID_PARAMETER;
    request.path = *path;
  }
  if (source_buffer != nullptr) {
    // SAFETY: the caller says so much memory holds the file.
    request.head = {static_cast<const std::byte*>(source_buffer), source_size};
    request.file_size_bytes = source_size;
    pe::MemorySource file(request.head);
    request.file = &file;
    LocateDevice(request);
    return Load(request, image_handle);
  }
  ImageFile file(parts_.pages, parts_.pool);
  const abi::EFI_STATUS status = file.Open(*request.path,
                                           request.boot_policy,
                                           parts_.gate.wants_whole_files(),
                                           parts_.handles);
  if (abi::EFI_ERROR(status)) return status;
  request.file = &file;
  request.head = file.head();
  request.file_size_bytes = file.size_bytes();
  request.device = file.device();
  request.rest_of_path = file.rest_of_path();
  return Load(request, image_handle);
}

/// The device that a path to an image in memory speaks of, if there is one.
void ImageLoader::LocateDevice(Request& request) {
  if (!request.path) return;
  abi::EFI_DEVICE_PATH_PROTOCOL* rest = request.path->abi_pointer();
  if (parts_.handles.LocateDevicePath(&abi::EFI_DEVICE_PATH_PROTOCOL_GUID,
                                      &rest,
                                      &request.device) != abi::EFI_SUCCESS) {
    request.device = nullptr;
    rest = request.path->abi_pointer();
  }
  request.rest_of_path = rest;
}

abi::EFI_STATUS ImageLoader::Load(const Request& request,
                                  abi::EFI_HANDLE* image_handle) {
  const auto parsed =
      pe::Image::Parse(request.head, request.file_size_bytes, kMachine);
  if (!parsed) {
    log::Debug("efi: {}", parsed.error());
    return StatusOf(parsed.error());
  }
  const abi::EFI_STATUS verdict =
      parts_.gate.Admit({.file = request.head,
                         .image = *parsed,
                         .path = request.path,
                         .boot_policy = request.boot_policy});
  if (abi::EFI_ERROR(verdict) && verdict != abi::EFI_SECURITY_VIOLATION) {
    return verdict;
  }
  LoadedImage* const image = images_.New();
  if (image == nullptr) return abi::EFI_OUT_OF_RESOURCES;
  image->verdict = verdict;
  list_.push_back(*image);
  abi::EFI_STATUS status = Fill(*image, *parsed, request);
  if (!abi::EFI_ERROR(status)) status = Publish(*image);
  if (abi::EFI_ERROR(status)) {
    Delete(*image);
    return status;
  }
  *image_handle = image->handle;
  return verdict;
}

abi::EFI_STATUS ImageLoader::Fill(LoadedImage& image,
                                  const pe::Image& parsed,
                                  const Request& request) {
  abi::EFI_STATUS status =
      ImageMemory::Load(parsed, *request.file, parts_.pages, image.memory);
  if (abi::EFI_ERROR(status)) return status;
  status = CopyPaths(image, request);
  if (abi::EFI_ERROR(status)) return status;

  image.subsystem = parsed.subsystem();
  image.base = image.memory.address();
  image.size_bytes = parsed.size_bytes();
  image.entry = EntryPointAt(image.base + parsed.entry_rva());
  image.hii_packages = FindHiiPackages(parsed, image.memory.bytes());
  NameImage(image, request.path, parsed.DebugName(image.memory.bytes()));

  const ImageMemoryTypes types = MemoryTypesOf(parsed.subsystem());
  image.protocol = {.Revision = abi::EFI_LOADED_IMAGE_PROTOCOL_REVISION,
                    .ParentHandle = request.parent,
                    .SystemTable = parts_.system_table,
                    .DeviceHandle = request.device,
                    .FilePath = image.file_path,
                    .Reserved = nullptr,
                    .LoadOptionsSize = 0,
                    .LoadOptions = nullptr,
                    .ImageBase = PointerTo(image.base),
                    .ImageSize = image.size_bytes,
                    .ImageCodeType = types.code,
                    .ImageDataType = types.data,
                    .Unload = nullptr};
  return abi::EFI_SUCCESS;
}

abi::EFI_STATUS ImageLoader::CopyPaths(LoadedImage& image,
                                       const Request& request) {
  if (!request.path) return abi::EFI_SUCCESS;
  const auto rest = DevicePath::At(request.rest_of_path);
  if (!rest) return abi::EFI_INVALID_PARAMETER;
  image.device_path = DuplicatePath(parts_.pool, *request.path);
  image.file_path = DuplicatePath(parts_.pool, *rest);
  return image.device_path != nullptr && image.file_path != nullptr
             ? abi::EFI_SUCCESS
             : abi::EFI_OUT_OF_RESOURCES;
}

abi::EFI_STATUS ImageLoader::Publish(LoadedImage& image) {
  ImageProtocols protocols(image);
  return parts_.handles.InstallMultipleProtocolInterfaces(&image.handle,
                                                          protocols);
}

abi::EFI_STATUS ImageLoader::StartImage(abi::EFI_HANDLE image_handle,
                                        abi::UINTN* exit_data_size,
                                        abi::CHAR16** exit_data) {
  LoadedImage* const image = Find(image_handle);
  if (image == nullptr || image->state != LoadedImage::State::kLoaded) {
    return abi::EFI_INVALID_PARAMETER;
  }
  if (abi::EFI_ERROR(image->verdict)) return image->verdict;

  const uint64_t changes = parts_.handles.change_count();
  const abi::EFI_STATUS status = Run(*image);
  // For drivers that only install protocols. [uefi-2.10 7.4.2]
  parts_.handles.ConnectChangedSince(changes);

  if (exit_data_size != nullptr) *exit_data_size = image->exit_data_size;
  if (exit_data != nullptr) {
    // The caller's to free from now on.
    *exit_data = static_cast<abi::CHAR16*>(image->exit_data);
    image->exit_data = nullptr;
  }
  if (image->subsystem == pe::Subsystem::kApplication ||
      abi::EFI_ERROR(status)) {
    Unload(*image);
  } else {
    image->state = LoadedImage::State::kResident;
  }
  return status;
}

abi::EFI_STATUS ImageLoader::Run(LoadedImage& image) {
  const abi::EFI_TPL level = parts_.events.current_tpl();
  image.starter = current_;
  image.state = LoadedImage::State::kRunning;
  current_ = &image;
  const abi::EFI_STATUS status = FlintEnterImage(
      &image.frame, image.entry, image.handle, parts_.system_table);
  current_ = image.starter;
  ReturnToLevel(level);
  return status;
}

/// An image may end anywhere: in a notification, or with the level raised.
void ImageLoader::ReturnToLevel(abi::EFI_TPL level) {
  if (parts_.events.current_tpl() < level) {
    parts_.events.RaiseTPL(level);
  } else {
    parts_.events.RestoreTPL(level);
  }
}

abi::EFI_STATUS ImageLoader::Exit(abi::EFI_HANDLE image_handle,
                                  abi::EFI_STATUS exit_status,
                                  abi::UINTN exit_data_size,
                                  abi::CHAR16* exit_data) {
  LoadedImage* const image = Find(image_handle);
  if (image == nullptr) return abi::EFI_INVALID_PARAMETER;
  if (image->state == LoadedImage::State::kLoaded) {
    Unload(*image);
    return abi::EFI_SUCCESS;
  }
  if (image != current_) return abi::EFI_INVALID_PARAMETER;
  // A copy: the image's own memory is about to go.
  if (exit_status != abi::EFI_SUCCESS && exit_data != nullptr &&
      exit_data_size != 0) {
    image->exit_data = parts_.pool.Allocate(exit_data_size);
    if (image->exit_data != nullptr) {
      std::memcpy(image->exit_data, exit_data, exit_data_size);
      image->exit_data_size = exit_data_size;
    }
  }
  FlintLeaveImage(&image->frame, exit_status);
}

abi::EFI_STATUS ImageLoader::UnloadImage(abi::EFI_HANDLE image_handle) {
  LoadedImage* image = Find(image_handle);
  if (image == nullptr) return abi::EFI_INVALID_PARAMETER;
  switch (image->state) {
    case LoadedImage::State::kRunning:
      return abi::EFI_UNSUPPORTED;
    case LoadedImage::State::kResident: {
      abi::EFI_IMAGE_UNLOAD unload = image->protocol.Unload;
      if (unload == nullptr) return abi::EFI_UNSUPPORTED;
      const abi::EFI_STATUS status = unload(image_handle);
      if (abi::EFI_ERROR(status)) return status;
      // It could have done anything, such as unload itself.
      image = Find(image_handle);
      if (image == nullptr) return abi::EFI_SUCCESS;
      break;
    }
    case LoadedImage::State::kLoaded:
      break;
  }
  Unload(*image);
  return abi::EFI_SUCCESS;
}

/// Takes an image that does not run out of the world.
void ImageLoader::Unload(LoadedImage& image) {
  parts_.handles.CloseAllOpenedBy(image.handle);
  abi::EFI_HANDLE handle = image.handle;
  for (const abi::EFI_GUID& protocol :
       {abi::EFI_HII_PACKAGE_LIST_PROTOCOL_GUID,
        abi::EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID,
        abi::EFI_LOADED_IMAGE_PROTOCOL_GUID}) {
    // Found anew: the image may have reinstalled or uninstalled it.
    if (!parts_.handles.IsHandle(handle)) break;
    static_cast<void>(parts_.handles.UninstallProtocolInterface(
        handle, &protocol, parts_.handles.FindInterface(handle, protocol)));
  }
  Delete(image);
}

void ImageLoader::Delete(LoadedImage& image) {
  image.memory.Free(parts_.pages);
  for (abi::VOID* const buffer : {static_cast<abi::VOID*>(image.device_path),
                                  static_cast<abi::VOID*>(image.file_path),
                                  image.exit_data}) {
    if (buffer != nullptr) parts_.pool.FreePool(buffer);
  }
  IntrusiveList<LoadedImage>::Remove(image);
  images_.Delete(image);
}

LoadedImage* ImageLoader::Find(abi::EFI_HANDLE image_handle) const {
  if (image_handle == nullptr) return nullptr;
  for (LoadedImage* image = list_.front(); image != nullptr;
       image = list_.Next(*image)) {
    if (image->handle == image_handle) return image;
  }
  return nullptr;
}

std::optional<ImageLocation> ImageLoader::DescribeAddress(
    uint64_t address) const {
  for (const LoadedImage* image = list_.front(); image != nullptr;
       image = list_.Next(*image)) {
    if (address >= image->base && address - image->base < image->size_bytes) {
      return ImageLocation{.image_name = image->name.view(),
                           .offset = address - image->base};
    }
  }
  return std::nullopt;
}

}  // namespace flint::efi
