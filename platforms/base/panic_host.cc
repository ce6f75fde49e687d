// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <iostream>

#include "platforms/base/panic.h"

namespace flint {

void Panic(std::string_view message) {
  std::cerr << "panic: " << message << std::endl;
  std::abort();
}

}  // namespace flint
