// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fs/fat/fat_image_builder.h"
#include "fs/fat/writable_volume.h"
#include "platforms/base/result.h"

namespace flint::fat {

/// Path and contents, as `CheckReport` has them.
using Files = std::map<std::string, std::string>;

/// One operation on a volume, or a few, on the way from `StartOfSteps`.
struct WriteStep {
  std::string_view name;
  std::function<Status(WritableVolume&)> run;
  /// A directory that moves has two names for a moment.
  bool moves_directory = false;
};

/// A volume with files in pieces and files that no step touches.
FatImageBuilder StartOfSteps(const FatImageBuilder::Shape& shape);

/// Every kind of operation; each step needs those before it.
const std::vector<WriteStep>& WriteSteps();

/// Expects of `now`, taken in the midst of a step that leads from `before` to
/// `after`, that nothing is lost: files that the step leaves alone are whole,
/// what it lengthens starts with what it was, and what it moves is there under
/// one name or the other.
void ExpectNothingLost(const Files& before,
                       const Files& after,
                       const Files& now);

}  // namespace flint::fat
