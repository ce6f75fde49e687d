// SPDX-License-Identifier: Apache-2.0
#include "platforms/runtime/image_layout.h"

// Defined by the linker script (boot/firmware/firmware.ld).
extern "C" {
extern const flint::runtime::LinkerSymbol flint_text_start;
extern const flint::runtime::LinkerSymbol flint_rodata_start;
extern const flint::runtime::LinkerSymbol flint_data_start;
extern const flint::runtime::LinkerSymbol flint_stack_guard;
extern const flint::runtime::LinkerSymbol flint_stack_bottom;
extern const flint::runtime::LinkerSymbol flint_stack_top;
}

namespace flint::runtime {

ImageLayout GetImageLayout() {
  return {
      .text = {flint_text_start.address(), flint_rodata_start.address()},
      .read_only_data = {flint_rodata_start.address(),
                         flint_data_start.address()},
      .data = {flint_data_start.address(), flint_stack_guard.address()},
      .stack_guard = {flint_stack_guard.address(),
                      flint_stack_bottom.address()},
      .stack = {flint_stack_bottom.address(), flint_stack_top.address()},
  };
}

}  // namespace flint::runtime
