// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "platforms/base/bytes.h"

namespace flint::fat {

/// What a look at every byte that counts on a volume shows.
struct CheckReport {
  /// What must not be, whatever was interrupted.
  std::vector<std::string> damage;
  /// In use, but nobody's.
  size_t lost_cluster_count = 0;
  /// A file's, but behind what its size needs.
  size_t surplus_cluster_count = 0;
  /// Long names without a file.
  size_t orphan_count = 0;
  bool copies_differ = false;
  /// The volume says that it was not left in order.
  bool is_marked = false;
  /// Path and contents; of directories, the path ends in '/'.
  std::map<std::string, std::string> files;

  bool IsSpotless() const {
    return damage.empty() && lost_cluster_count == 0 &&
           surplus_cluster_count == 0 && orphan_count == 0 && !copies_differ;
  }
};

/// Checks a volume as fsck would, for tests; it shares no code with what writes
/// volumes.
CheckReport CheckVolume(Bytes image);

}  // namespace flint::fat
