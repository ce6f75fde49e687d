// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// Where non-volatile variables outlast the machine: a file, flash, or nothing.
///
/// Works while boot services run. What it holds is one image, in the format of
/// `CheckVariableFile`, which it neither reads nor changes.
class VariableBackend {
 public:
  virtual ~VariableBackend() = default;

  /// Reads the image, with whatever follows it, to the front of `buffer`.
  /// kNotFound if none was ever written, kNoMemory if the buffer is too small,
  /// else what the device failed with. The bytes are hostile.
  virtual Result<Bytes> Load(MutableBytes buffer) = 0;

  /// Replaces the image. Atomic: whenever the machine stops, `Load` gives the
  /// old or the new one. When it fails, the old one is still there.
  virtual Status Replace(Bytes image) = 0;
};

/// Nothing: variables last until the machine is switched off.
class NoVariableBackend final : public VariableBackend {
 public:
  Result<Bytes> Load(MutableBytes) override {
    return Fail(ErrorCode::kNotFound, "variables are kept in memory only");
  }
  Status Replace(Bytes) override { return {}; }
};

}  // namespace flint::efi
