// SPDX-License-Identifier: Apache-2.0
#include "efi/load_file/load_file2.h"

#include <algorithm>
#include <optional>

#include "efi/device_path/device_path.h"
#include "efi/device_path/nodes.h"
#include "efi/device_path/path_writer.h"

namespace flint::efi {
namespace {

abi::EFI_STATUS EFIAPI LoadFile(abi::EFI_LOAD_FILE2_PROTOCOL* self,
                                abi::EFI_DEVICE_PATH_PROTOCOL* file_path,
                                abi::BOOLEAN boot_policy,
                                abi::UINTN* buffer_size,
                                abi::VOID* buffer) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return static_cast<LoadFile2*>(self)->Load(
      file_path, boot_policy, buffer_size, buffer);
}

/// The two protocols of an initrd's handle.
class InitrdProtocols final : public ProtocolList {
 public:
  InitrdProtocols(abi::VOID* path, abi::VOID* load_file)
      : items_{{{&path_guid_, path}, {&load_file_guid_, load_file}}} {}

  std::optional<Item> Next() override {
    if (next_ == items_.size()) return std::nullopt;
    return items_[next_++];
  }
  void Rewind() override { next_ = 0; }

 private:
  abi::EFI_GUID path_guid_ = abi::EFI_DEVICE_PATH_PROTOCOL_GUID;
  abi::EFI_GUID load_file_guid_ = abi::EFI_LOAD_FILE2_PROTOCOL_GUID;
  std::array<Item, 2> items_;
  size_t next_ = 0;
};

}  // namespace

Status MemoryContents::Load(MutableBytes out) {
  if (out.size() < bytes_.size()) {
    return Fail(ErrorCode::kOutOfRange, "no room for the file");
  }
  std::ranges::copy(bytes_, out.begin());
  return {};
}

LoadFile2::LoadFile2(LoadFileContents& contents)
    : EFI_LOAD_FILE2_PROTOCOL{.LoadFile = efi::LoadFile}, contents_(contents) {}

abi::EFI_STATUS LoadFile2::Load(const abi::EFI_DEVICE_PATH_PROTOCOL* file_path,
                                abi::BOOLEAN boot_policy,
                                abi::UINTN* buffer_size,
                                abi::VOID* buffer) {
  const auto rest = DevicePath::At(file_path);
  if (!rest || buffer_size == nullptr) return abi::EFI_INVALID_PARAMETER;
  // Boot policy is for choosing a file; here there is none to choose from.
  if (boot_policy != abi::FALSE) return abi::EFI_UNSUPPORTED;
  if (!rest->empty()) return abi::EFI_NOT_FOUND;
  const uint64_t size = contents_.size_bytes();
  const abi::UINTN room = *buffer_size;
  *buffer_size = size;
  if (buffer == nullptr || room < size) return abi::EFI_BUFFER_TOO_SMALL;
  const Status loaded = contents_.Load({static_cast<std::byte*>(buffer), size});
  return loaded ? abi::EFI_SUCCESS : abi::EFI_DEVICE_ERROR;
}

InitrdOffer::InitrdOffer(HandleDatabase& handles, LoadFileContents& contents)
    : handles_(handles), protocol_(contents) {
  PathWriter path(path_);
  path.Append(nodes::VendorMedia(kLinuxInitrdMedia));
  // It fits: see `kPathBytes`.
  static_cast<void>(path.Finish());
}

Status InitrdOffer::Install() {
  InitrdProtocols protocols(path_.data(), &protocol_);
  switch (handles_.InstallMultipleProtocolInterfaces(&handle_, protocols)) {
    case abi::EFI_SUCCESS:
      return {};
    case abi::EFI_ALREADY_STARTED:
      return Fail(ErrorCode::kInvalidArgument, "there is an initrd already");
    default:
      return Fail(ErrorCode::kNoMemory, "no memory for the initrd's handle");
  }
}

void InitrdOffer::Withdraw() {
  if (handle_ == nullptr) return;
  InitrdProtocols protocols(path_.data(), &protocol_);
  static_cast<void>(
      handles_.UninstallMultipleProtocolInterfaces(handle_, protocols));
  handle_ = nullptr;
}

}  // namespace flint::efi
