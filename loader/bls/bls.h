// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "fs/volume/file_system.h"
#include "loader/bls/entry.h"
#include "loader/bls/loader_config.h"
#include "platforms/base/arena.h"
#include "platforms/base/result.h"

namespace flint::bls {

/// What was found on one partition.
struct SourceSummary {
  /// Of both types.
  size_t entry_count = 0;
  /// Why nothing, or not all, could be read in `/loader/entries`.
  std::optional<Error> problem;
  /// The same for `/EFI/Linux`, but that there is no such directory.
  std::optional<Error> image_problem;
};

/// The entries of one disk, best first.
struct EntryList {
  LoaderConfig config;
  std::span<const Entry> entries;
  /// One for each source, in the caller's order.
  std::span<const SourceSummary> sources;
};

/// Reads `/loader/loader.conf`, `/loader/entries/*.conf` and the unified kernel
/// images `/EFI/Linux/*.efi` of one disk's partitions: the extended boot loader
/// partition, if there is one, and the EFI system partition. Their entries of
/// both types are merged and put in order, entries that match loader.conf's
/// `default` and have tries left first. If several have a loader.conf, the last
/// one's counts: put the EFI system partition last.
///
/// A file that cannot be read is an entry with an obstacle; a directory that
/// cannot be read is its source's problem (kNotFound if there is none). Fails
/// only if the arena is full (kNoMemory).
Result<EntryList> ReadEntries(std::span<volume::FileSystem* const> sources,
                              Architecture architecture,
                              Arena& arena);

/// True if `pattern` (as in loader.conf or `flint.boot=`) means this entry: it
/// is matched to the entry's id, with and without ".conf", and to its file
/// name.
bool Matches(std::string_view pattern, const Entry& entry);

}  // namespace flint::bls
