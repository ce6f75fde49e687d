// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "efi/abi/protocol/simple_text.h"
#include "efi/boot_menu/canvas.h"
#include "efi/boot_menu/line_editor.h"

namespace flint::efi {

/// One thing that can be chosen. All texts are UTF-8, and may hold anything.
struct MenuEntry {
  /// What a person calls it.
  std::string_view title;
  /// What it is and where; may be empty.
  std::string_view detail;
  /// What may be edited before it is booted; nothing if there is nothing.
  std::optional<std::string_view> command_line = std::nullopt;
};

/// The menu as a state machine: takes keys and seconds, draws itself, does
/// neither input nor output.
class BootMenu final {
 public:
  enum class State : uint8_t {
    kChoosing,
    kEditing,
    kChosen,
  };

  /// For no countdown.
  static constexpr uint32_t kForever = UINT32_MAX;

  /// `entries` has at least one, the first being what happens when nobody does
  /// anything; it must outlive the menu.
  BootMenu(std::span<const MenuEntry> entries, uint32_t countdown_seconds)
      : entries_(entries), seconds_left_(countdown_seconds) {
    if (seconds_left_ == 0) state_ = State::kChosen;
  }

  State state() const { return state_; }

  /// Any key ends the countdown.
  void OnKey(const abi::EFI_KEY_DATA& key);

  /// A second has gone by.
  void OnSecond();

  /// True while time matters.
  bool is_counting() const { return seconds_left_ != kForever; }

  void Draw(Canvas& canvas) const;

  /// What was chosen.
  size_t chosen() const { return selected_; }

  /// The command line, if it was edited; written to `out` as UTF-8. Nothing if
  /// it was not, or does not fit.
  std::optional<std::string_view> command_line(std::span<char> out) const;

 private:
  void OnListKey(const abi::EFI_INPUT_KEY& key);
  void OnEditKey(const abi::EFI_KEY_DATA& key);
  void Select(size_t index);
  void Edit();
  void DrawList(Canvas& canvas) const;
  void DrawEditor(Canvas& canvas) const;

  std::span<const MenuEntry> entries_;
  uint32_t seconds_left_;
  State state_ = State::kChoosing;
  size_t selected_ = 0;
  size_t first_shown_ = 0;
  bool is_edited_ = false;
  LineEditor editor_;
};

}  // namespace flint::efi
