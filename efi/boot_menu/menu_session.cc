// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_menu/menu_session.h"

#include "efi/console/key_decoder.h"
#include "efi/console/text_screen.h"

namespace flint::efi {
namespace {

/// Takes one key, if there is one.
std::optional<abi::EFI_KEY_DATA> TakeKey(const MenuTerminal& terminal,
                                         KeyDecoder& decoder) {
  while (const auto byte = terminal.in.ReadByte()) {
    if (const auto key = decoder.Take(*byte, terminal.clock.NowNs())) {
      return key;
    }
  }
  if (!decoder.is_waiting()) return std::nullopt;
  return decoder.TakeLate(terminal.clock.NowNs());
}

}  // namespace

void RunMenu(const MenuTerminal& terminal, BootMenu& menu) {
  if (menu.state() == BootMenu::State::kChosen) return;
  TextScreen screen(terminal.out);
  Canvas canvas;
  KeyDecoder decoder;
  menu.Draw(canvas);
  canvas.Show(screen);
  uint64_t second_start_ticks = terminal.clock.NowTicks();
  while (menu.state() != BootMenu::State::kChosen) {
    terminal.clock.Relax();
    bool changed = false;
    if (const auto key = TakeKey(terminal, decoder)) {
      menu.OnKey(*key);
      changed = true;
    } else if (menu.is_counting()) {
      const uint64_t ticks = terminal.clock.NowTicks() - second_start_ticks;
      if (terminal.clock.TicksToNs(ticks) >= clock::kNanosecondsPerSecond) {
        second_start_ticks += ticks;
        menu.OnSecond();
        changed = true;
      }
    }
    if (!changed) continue;
    menu.Draw(canvas);
    canvas.Show(screen);
  }
  screen.Clear();
  screen.Leave();
}

}  // namespace flint::efi
