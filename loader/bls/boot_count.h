// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "fs/volume/file_system.h"
#include "platforms/base/format.h"
#include "platforms/base/result.h"

namespace flint::bls {

/// The name of a file.
using FileName = FixedText<volume::DirectoryEntry::kMaxNameBytes>;

/// An entry's file, of either type: "/loader/entries", "debian+3.conf",
/// ".conf".
struct EntryFile {
  std::string_view directory;
  std::string_view name;
  std::string_view suffix;
};

/// Counts that the entry is going to be booted, before it is: "debian+3.conf"
/// becomes "debian+2-1.conf", durably. Returns the name that the file has now:
/// the same if it has no counters, or no tries left. [bls, boot counting]
///
/// kReadOnly: the file system cannot be written. kNotFound: no such file.
/// kInvalidArgument: another file has the new name, or the name is none of an
/// entry. And what the disk reports. The entry can be booted all the same.
Result<FileName> CountBootAttempt(volume::FileSystem& file_system,
                                  const EntryFile& file);

}  // namespace flint::bls
