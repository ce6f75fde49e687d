// SPDX-License-Identifier: Apache-2.0
#include "drivers/apic/legacy_interrupts.h"

#include <array>
#include <cstdint>

namespace flint::apic {
namespace {

// One of the pair: what is different about it. [8259a]
struct Controller {
  uint16_t command_port;
  uint8_t first_vector;
  // The other one: as a mask of inputs, or as the number of the input.
  uint8_t cascade;

  uint16_t data_port() const { return command_port + 1; }
};

constexpr auto kControllers = std::to_array<Controller>({
    {.command_port = 0x20, .first_vector = 0x20, .cascade = 1 << 2},
    {.command_port = 0xA0, .first_vector = 0x28, .cascade = 2},
});

constexpr uint8_t kInitialize = 0x11;  // cascaded, edges, a fourth word follows
constexpr uint8_t k8086Mode = 0x01;  // interrupts are acknowledged by software
constexpr uint8_t kAllMasked = 0xFF;

}  // namespace

void SilenceLegacyInterrupts(io::RegisterIo& ports) {
  for (const Controller& controller : kControllers) {
    ports.Write8(controller.command_port, kInitialize);
    ports.Write8(controller.data_port(), controller.first_vector);
    ports.Write8(controller.data_port(), controller.cascade);
    ports.Write8(controller.data_port(), k8086Mode);
    // Initialisation has unmasked them.
    ports.Write8(controller.data_port(), kAllMasked);
  }
}

}  // namespace flint::apic
