// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_SIMPLE_TEXT_INPUT_PROTOCOL_GUID =
    EFI_GUID::Of("387477c1-69c7-11d2-8e39-00a0c969723b");

struct EFI_INPUT_KEY {
  UINT16 ScanCode;
  CHAR16 UnicodeChar;
};
static_assert(sizeof(EFI_INPUT_KEY) == 4);

struct EFI_SIMPLE_TEXT_INPUT_PROTOCOL;
using EFI_INPUT_RESET = EFI_STATUS(EFIAPI*)(
    EFI_SIMPLE_TEXT_INPUT_PROTOCOL* This, BOOLEAN ExtendedVerification);
using EFI_INPUT_READ_KEY = EFI_STATUS(EFIAPI*)(
    EFI_SIMPLE_TEXT_INPUT_PROTOCOL* This, EFI_INPUT_KEY* Key);

/// [uefi-2.10 12.3]
struct EFI_SIMPLE_TEXT_INPUT_PROTOCOL {
  EFI_INPUT_RESET Reset;
  EFI_INPUT_READ_KEY ReadKeyStroke;
  EFI_EVENT WaitForKey;
};
static_assert(sizeof(EFI_SIMPLE_TEXT_INPUT_PROTOCOL) == 24);

// Scan codes. [uefi-2.10 Appendix B]
inline constexpr UINT16 SCAN_NULL = 0x00;
inline constexpr UINT16 SCAN_UP = 0x01;
inline constexpr UINT16 SCAN_DOWN = 0x02;
inline constexpr UINT16 SCAN_RIGHT = 0x03;
inline constexpr UINT16 SCAN_LEFT = 0x04;
inline constexpr UINT16 SCAN_HOME = 0x05;
inline constexpr UINT16 SCAN_END = 0x06;
inline constexpr UINT16 SCAN_INSERT = 0x07;
inline constexpr UINT16 SCAN_DELETE = 0x08;
inline constexpr UINT16 SCAN_PAGE_UP = 0x09;
inline constexpr UINT16 SCAN_PAGE_DOWN = 0x0A;
inline constexpr UINT16 SCAN_F1 = 0x0B;  // F2 to F12 follow
inline constexpr UINT16 SCAN_F10 = 0x14;
inline constexpr UINT16 SCAN_F11 = 0x15;
inline constexpr UINT16 SCAN_F12 = 0x16;
inline constexpr UINT16 SCAN_ESC = 0x17;

inline constexpr CHAR16 CHAR_NULL = 0x0000;
inline constexpr CHAR16 CHAR_BACKSPACE = 0x0008;
inline constexpr CHAR16 CHAR_TAB = 0x0009;
inline constexpr CHAR16 CHAR_LINEFEED = 0x000A;
inline constexpr CHAR16 CHAR_CARRIAGE_RETURN = 0x000D;

inline constexpr EFI_GUID EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID =
    EFI_GUID::Of("dd9e7534-7762-4698-8c14-f58517a625aa");

using EFI_KEY_TOGGLE_STATE = UINT8;

struct EFI_KEY_STATE {
  UINT32 KeyShiftState;
  EFI_KEY_TOGGLE_STATE KeyToggleState;
};
static_assert(sizeof(EFI_KEY_STATE) == 8);

struct EFI_KEY_DATA {
  EFI_INPUT_KEY Key;
  EFI_KEY_STATE KeyState;
};
static_assert(sizeof(EFI_KEY_DATA) == 12);

// KeyShiftState. [uefi-2.10 12.2.3]
inline constexpr UINT32 EFI_SHIFT_STATE_VALID = 0x8000'0000;
inline constexpr UINT32 EFI_RIGHT_SHIFT_PRESSED = 0x0000'0001;
inline constexpr UINT32 EFI_LEFT_SHIFT_PRESSED = 0x0000'0002;
inline constexpr UINT32 EFI_RIGHT_CONTROL_PRESSED = 0x0000'0004;
inline constexpr UINT32 EFI_LEFT_CONTROL_PRESSED = 0x0000'0008;
inline constexpr UINT32 EFI_RIGHT_ALT_PRESSED = 0x0000'0010;
inline constexpr UINT32 EFI_LEFT_ALT_PRESSED = 0x0000'0020;
inline constexpr UINT32 EFI_RIGHT_LOGO_PRESSED = 0x0000'0040;
inline constexpr UINT32 EFI_LEFT_LOGO_PRESSED = 0x0000'0080;
inline constexpr UINT32 EFI_MENU_KEY_PRESSED = 0x0000'0100;
inline constexpr UINT32 EFI_SYS_REQ_PRESSED = 0x0000'0200;

// KeyToggleState. [uefi-2.10 12.2.3]
inline constexpr UINT8 EFI_TOGGLE_STATE_VALID = 0x80;
inline constexpr UINT8 EFI_KEY_STATE_EXPOSED = 0x40;
inline constexpr UINT8 EFI_SCROLL_LOCK_ACTIVE = 0x01;
inline constexpr UINT8 EFI_NUM_LOCK_ACTIVE = 0x02;
inline constexpr UINT8 EFI_CAPS_LOCK_ACTIVE = 0x04;

struct EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL;
using EFI_KEY_NOTIFY_FUNCTION = EFI_STATUS(EFIAPI*)(EFI_KEY_DATA* KeyData);
using EFI_INPUT_RESET_EX = EFI_STATUS(EFIAPI*)(
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL* This, BOOLEAN ExtendedVerification);
using EFI_INPUT_READ_KEY_EX = EFI_STATUS(EFIAPI*)(
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL* This, EFI_KEY_DATA* KeyData);
using EFI_SET_STATE =
    EFI_STATUS(EFIAPI*)(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL* This,
                        EFI_KEY_TOGGLE_STATE* KeyToggleState);
using EFI_REGISTER_KEYSTROKE_NOTIFY =
    EFI_STATUS(EFIAPI*)(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL* This,
                        EFI_KEY_DATA* KeyData,
                        EFI_KEY_NOTIFY_FUNCTION KeyNotificationFunction,
                        VOID** NotifyHandle);
using EFI_UNREGISTER_KEYSTROKE_NOTIFY = EFI_STATUS(EFIAPI*)(
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL* This, VOID* NotificationHandle);

/// [uefi-2.10 12.2]
struct EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL {
  EFI_INPUT_RESET_EX Reset;
  EFI_INPUT_READ_KEY_EX ReadKeyStrokeEx;
  EFI_EVENT WaitForKeyEx;
  EFI_SET_STATE SetState;
  EFI_REGISTER_KEYSTROKE_NOTIFY RegisterKeyNotify;
  EFI_UNREGISTER_KEYSTROKE_NOTIFY UnregisterKeyNotify;
};
static_assert(sizeof(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL) == 48);

inline constexpr EFI_GUID EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID =
    EFI_GUID::Of("387477c2-69c7-11d2-8e39-00a0c969723b");

/// [uefi-2.10 12.4.1]
struct SIMPLE_TEXT_OUTPUT_MODE {
  INT32 MaxMode;
  INT32 Mode;
  INT32 Attribute;
  INT32 CursorColumn;
  INT32 CursorRow;
  BOOLEAN CursorVisible;
};
static_assert(sizeof(SIMPLE_TEXT_OUTPUT_MODE) == 24);

// Attributes: a foreground, or-ed with a background. [uefi-2.10 12.4.9]
inline constexpr UINTN EFI_BLACK = 0x00;
inline constexpr UINTN EFI_BLUE = 0x01;
inline constexpr UINTN EFI_GREEN = 0x02;
inline constexpr UINTN EFI_CYAN = 0x03;
inline constexpr UINTN EFI_RED = 0x04;
inline constexpr UINTN EFI_MAGENTA = 0x05;
inline constexpr UINTN EFI_BROWN = 0x06;
inline constexpr UINTN EFI_LIGHTGRAY = 0x07;
inline constexpr UINTN EFI_BRIGHT = 0x08;
inline constexpr UINTN EFI_YELLOW = 0x0E;
inline constexpr UINTN EFI_WHITE = 0x0F;
inline constexpr UINTN EFI_BACKGROUND_BLACK = 0x00;
inline constexpr UINTN EFI_BACKGROUND_LIGHTGRAY = 0x70;

struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL;
using EFI_TEXT_RESET = EFI_STATUS(EFIAPI*)(
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* This, BOOLEAN ExtendedVerification);
using EFI_TEXT_STRING =
    EFI_STATUS(EFIAPI*)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* This, CHAR16* String);
using EFI_TEXT_TEST_STRING =
    EFI_STATUS(EFIAPI*)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* This, CHAR16* String);
using EFI_TEXT_QUERY_MODE =
    EFI_STATUS(EFIAPI*)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* This,
                        UINTN ModeNumber,
                        UINTN* Columns,
                        UINTN* Rows);
using EFI_TEXT_SET_MODE = EFI_STATUS(EFIAPI*)(
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* This, UINTN ModeNumber);
using EFI_TEXT_SET_ATTRIBUTE =
    EFI_STATUS(EFIAPI*)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* This, UINTN Attribute);
using EFI_TEXT_CLEAR_SCREEN =
    EFI_STATUS(EFIAPI*)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* This);
using EFI_TEXT_SET_CURSOR_POSITION = EFI_STATUS(EFIAPI*)(
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* This, UINTN Column, UINTN Row);
using EFI_TEXT_ENABLE_CURSOR =
    EFI_STATUS(EFIAPI*)(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* This, BOOLEAN Visible);

/// [uefi-2.10 12.4]
struct EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL {
  EFI_TEXT_RESET Reset;
  EFI_TEXT_STRING OutputString;
  EFI_TEXT_TEST_STRING TestString;
  EFI_TEXT_QUERY_MODE QueryMode;
  EFI_TEXT_SET_MODE SetMode;
  EFI_TEXT_SET_ATTRIBUTE SetAttribute;
  EFI_TEXT_CLEAR_SCREEN ClearScreen;
  EFI_TEXT_SET_CURSOR_POSITION SetCursorPosition;
  EFI_TEXT_ENABLE_CURSOR EnableCursor;
  SIMPLE_TEXT_OUTPUT_MODE* Mode;
};
static_assert(sizeof(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL) == 80);

}  // namespace flint::efi::abi
