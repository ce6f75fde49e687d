// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "efi/abi/status.h"
#include "efi/device_path/device_path.h"
#include "loader/pe/pe_image.h"
#include "platforms/base/bytes.h"

namespace flint::efi {

/// An image that asks to be loaded.
struct ArrivingImage {
  /// All of the file, as it was read once, if the gate wants that: then nothing
  /// is read again afterwards. Else its head at least.
  Bytes file;
  /// The same, parsed: where its certificates are, and what a hash leaves out.
  const pe::Image& image;
  /// What the caller of LoadImage gave, if it gave anything.
  std::optional<DevicePath> path;
  /// True if the boot manager, and not another image, asks.
  bool boot_policy;
};

/// The one place that every image passes before any of it is in memory that
/// can be executed: where a verifier (Secure Boot) and a measurer (TPM) stand.
class ImageGate {
 public:
  virtual ~ImageGate() = default;

  /// True if `Admit` has to see whole files, for what was verified must be what
  /// is loaded. Else sections of large files go from the disk to their places.
  virtual bool wants_whole_files() const = 0;

  /// EFI_SUCCESS: may be started. EFI_SECURITY_VIOLATION: is loaded, but may
  /// not be started. Any other error, such as EFI_ACCESS_DENIED: is not loaded.
  virtual abi::EFI_STATUS Admit(const ArrivingImage& image) = 0;
};

/// The gate of a machine without Secure Boot and TPM.
class OpenGate final : public ImageGate {
 public:
  bool wants_whole_files() const override { return false; }
  abi::EFI_STATUS Admit(const ArrivingImage&) override {
    return abi::EFI_SUCCESS;
  }
};

}  // namespace flint::efi
