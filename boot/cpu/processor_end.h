// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drivers/power/power.h"

namespace flint::cpu {

/// What the processor itself can do to end a machine. Neither returns.
class ProcessorEnd final : public power::Processor {
 public:
  /// Takes an exception that cannot be delivered.
  void TripleFault() override;
  void Halt() override;
};

}  // namespace flint::cpu
