// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "efi/abi/protocol/loaded_image.h"
#include "efi/abi/status.h"
#include "efi/containers/intrusive_list.h"
#include "efi/image/image_entry.h"
#include "efi/image/image_memory.h"
#include "loader/pe/pe_image.h"
#include "platforms/base/format.h"

namespace flint::efi {

/// What there is to know of an image. What the image itself can change -
/// `protocol` - is never used for what the firmware decides.
struct LoadedImage final : ListNode<LoadedImage> {
  enum class State : uint8_t {
    kLoaded,    // not started yet
    kRunning,   // its entry point has been called and has not returned
    kResident,  // a driver that stays, or the firmware itself
  };

  static constexpr size_t kMaxNameBytes = 64;

  /// The interface of EFI_LOADED_IMAGE_PROTOCOL.
  abi::EFI_LOADED_IMAGE_PROTOCOL protocol{};

  abi::EFI_HANDLE handle = nullptr;
  State state = State::kLoaded;
  /// What the gate said: EFI_SUCCESS, or why it must not be started.
  abi::EFI_STATUS verdict = abi::EFI_SUCCESS;
  pe::Subsystem subsystem = pe::Subsystem::kApplication;

  /// Where it is; `memory` is empty for the firmware's own.
  ImageMemory memory;
  uint64_t base = 0;
  uint64_t size_bytes = 0;
  abi::EFI_IMAGE_ENTRY_POINT entry = nullptr;

  /// The HII package list among its resources, in its memory; null if it has
  /// none.
  abi::VOID* hii_packages = nullptr;

  // Pool buffers, of which the protocol has copies of the pointers.
  abi::EFI_DEVICE_PATH_PROTOCOL* device_path = nullptr;
  abi::EFI_DEVICE_PATH_PROTOCOL* file_path = nullptr;

  // While it runs.
  ImageFrame frame;
  LoadedImage* starter = nullptr;  // the image that ran before
  abi::VOID* exit_data = nullptr;  // a pool buffer
  abi::UINTN exit_data_size = 0;

  FixedText<kMaxNameBytes> name;
};

/// Where in an image an address is.
struct ImageLocation {
  std::string_view image_name;
  uint64_t offset;
};

}  // namespace flint::efi
