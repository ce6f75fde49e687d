// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/fake_machine.h"

#include "efi/runtime/runtime_machine.h"
#include "platforms/base/check.h"

namespace flint::efi {
namespace {

FakeMachine* current = nullptr;

}  // namespace

FakeMachine::FakeMachine() {
  FLINT_CHECK(current == nullptr, "two machines");
  current = this;
  // Waits for an end that does not come are short.
  cpu.set_ticks_per_reading(10'000'000);
}

FakeMachine::~FakeMachine() { current = nullptr; }

void WithRuntimeMachine(void (*use)(void* context, RuntimeMachine& machine),
                        void* context) {
  FLINT_CHECK(current != nullptr, "no machine");
  RuntimeMachine machine{
      current->ports, current->cpu, *current, current->devices};
  use(context, machine);
}

}  // namespace flint::efi
