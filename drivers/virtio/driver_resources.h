// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/io/driver_resources.h"

namespace flint::virtio {

using io::DriverResources;

}  // namespace flint::virtio
