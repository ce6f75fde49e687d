// SPDX-License-Identifier: Apache-2.0
#include "efi/console/simple_text_output.h"

#include <cstdint>

#include "efi/abi/status.h"

namespace flint::efi {
namespace {

using abi::BOOLEAN;
using abi::CHAR16;
using abi::EFI_STATUS;
using abi::UINTN;
using Protocol = abi::EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL;

constexpr UINTN kAttributeBits = 0x7F;

TextScreen& ScreenOf(Protocol* self) {
  return static_cast<SimpleTextOutput*>(self)->screen();
}

EFI_STATUS EFIAPI Reset(Protocol* self, BOOLEAN) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  ScreenOf(self).Reset();
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI OutputString(Protocol* self, CHAR16* string) {
  if (self == nullptr || string == nullptr) return abi::EFI_INVALID_PARAMETER;
  return ScreenOf(self).Write(string) ? abi::EFI_SUCCESS
                                      : abi::EFI_WARN_UNKNOWN_GLYPH;
}

EFI_STATUS EFIAPI TestString(Protocol* self, CHAR16* string) {
  if (self == nullptr || string == nullptr) return abi::EFI_INVALID_PARAMETER;
  return TextScreen::CanShow(string) ? abi::EFI_SUCCESS : abi::EFI_UNSUPPORTED;
}

EFI_STATUS EFIAPI QueryMode(Protocol* self,
                            UINTN mode_number,
                            UINTN* columns,
                            UINTN* rows) {
  if (self == nullptr || columns == nullptr || rows == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  if (mode_number >= TextScreen::kModes.size()) return abi::EFI_UNSUPPORTED;
  *columns = TextScreen::kModes[mode_number].columns;
  *rows = TextScreen::kModes[mode_number].rows;
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI SetMode(Protocol* self, UINTN mode_number) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  if (mode_number >= TextScreen::kModes.size()) return abi::EFI_UNSUPPORTED;
  ScreenOf(self).SetMode(mode_number);
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI SetAttribute(Protocol* self, UINTN attribute) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  if ((attribute & ~kAttributeBits) != 0) return abi::EFI_UNSUPPORTED;
  ScreenOf(self).SetAttribute(static_cast<uint8_t>(attribute));
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI ClearScreen(Protocol* self) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  ScreenOf(self).Clear();
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI SetCursorPosition(Protocol* self, UINTN column, UINTN row) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  TextScreen& screen = ScreenOf(self);
  if (column >= screen.size().columns || row >= screen.size().rows) {
    return abi::EFI_UNSUPPORTED;
  }
  screen.SetCursor(static_cast<uint8_t>(column), static_cast<uint8_t>(row));
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI EnableCursor(Protocol* self, BOOLEAN visible) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  ScreenOf(self).ShowCursor(visible != abi::FALSE);
  return abi::EFI_SUCCESS;
}

}  // namespace

SimpleTextOutput::SimpleTextOutput(TextScreen& screen)
    : EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL{.Reset = efi::Reset,
                                      .OutputString = efi::OutputString,
                                      .TestString = efi::TestString,
                                      .QueryMode = efi::QueryMode,
                                      .SetMode = efi::SetMode,
                                      .SetAttribute = efi::SetAttribute,
                                      .ClearScreen = efi::ClearScreen,
                                      .SetCursorPosition =
                                          efi::SetCursorPosition,
                                      .EnableCursor = efi::EnableCursor,
                                      .Mode = screen.abi_mode()},
      screen_(screen) {}

}  // namespace flint::efi
