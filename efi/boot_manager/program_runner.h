// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/device_path/device_path.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Loads and starts UEFI programs for the boot manager.
class ProgramRunner {
 public:
  /// What came of a program that did not take over the machine.
  struct Outcome {
    /// It ran, and came back; else it could not be loaded.
    bool started;
    Error error;
  };

  virtual ~ProgramRunner() = default;

  /// Starts the program at a full path as a boot option, with these load
  /// options (none, if empty). `path` and `load_options` need to live only for
  /// the call.
  virtual Outcome Run(const DevicePath& path, Bytes load_options) = 0;
};

}  // namespace flint::efi
