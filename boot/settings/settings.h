// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "platforms/base/format.h"
#include "platforms/base/log.h"

namespace flint::settings {

/// What to do when nothing could be booted.
enum class OnFailure : uint8_t { kHalt, kReset, kPowerOff };

inline constexpr size_t kMaxEntrySize = 128;
/// As long as x86 kernels take command lines.
inline constexpr size_t kMaxOptionsSize = 2048;

/// What the VM's owner may tell the firmware, wherever they write it: words
/// `flint.key=value` on the VMM's command line or in SMBIOS OEM strings, or
/// fw_cfg files `opt/flint/key`.
///
/// | key | value | default |
/// |---|---|---|
/// | `log` | `error`, `warning`, `info`, `debug` | `info` |
/// | `options` | command line of a kernel that the VMM loaded | none |
/// | `boot` | id of a boot entry, or a pattern for it | the entries' order |
/// | `timeout` | seconds to wait for a choice | the disk's own setting |
/// | `on_failure` | `halt`, `reset`, `poweroff` | `halt` |
///
/// The last value given for a key counts. An unknown key or an impossible value
/// is named in a warning, and otherwise ignored: a typing error must not keep a
/// machine from booting.
class Settings {
 public:
  constexpr Settings() = default;

  /// Sets one key from any source. Blanks and zero bytes after the value, such
  /// as a file's line end, do not belong to it.
  void Apply(std::string_view key, std::string_view value);

  /// Applies every `flint.key=value` word of `text`, leaving other words
  /// alone. Words end at blanks outside double quotes; the quotes themselves
  /// are dropped: `flint.boot="a b"` and `"flint.boot=a b"` both mean `a b`.
  void ApplyWords(std::string_view text);

  /// Least important level of the log that is shown.
  log::Level log_level() const { return log_level_; }

  /// The entry to boot, or empty to choose as the disk says.
  std::string_view boot_entry() const { return boot_entry_.view(); }

  /// The command line for a kernel that the VMM loaded beside us; may be empty.
  std::string_view options() const { return options_.view(); }

  std::optional<uint32_t> timeout_seconds() const { return timeout_seconds_; }

  OnFailure on_failure() const { return on_failure_; }

 private:
  enum class Outcome : uint8_t { kSet, kUnknownKey, kBadValue };

  Outcome Set(std::string_view key, std::string_view value);
  void ApplyWord(std::string_view word);

  log::Level log_level_ = log::Level::kInfo;
  OnFailure on_failure_ = OnFailure::kHalt;
  std::optional<uint32_t> timeout_seconds_;
  FixedText<kMaxEntrySize> boot_entry_;
  FixedText<kMaxOptionsSize> options_;
};

}  // namespace flint::settings
