// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/types.h"

namespace flint::efi::abi {

inline constexpr EFI_GUID EFI_SERIAL_IO_PROTOCOL_GUID =
    EFI_GUID::Of("bb25cf6f-f1d4-11d2-9a0c-0090273fc1fd");

inline constexpr UINT32 EFI_SERIAL_IO_PROTOCOL_REVISION = 0x0001'0000;
inline constexpr UINT32 EFI_SERIAL_IO_PROTOCOL_REVISION1p1 = 0x0001'0001;

enum EFI_PARITY_TYPE : UINT32 {
  DefaultParity,
  NoParity,
  EvenParity,
  OddParity,
  MarkParity,
  SpaceParity,
};

enum EFI_STOP_BITS_TYPE : UINT32 {
  DefaultStopBits,
  OneStopBit,
  OneFiveStopBits,
  TwoStopBits,
};

// Control bits. [uefi-2.10 12.8.3.3]
inline constexpr UINT32 EFI_SERIAL_DATA_TERMINAL_READY = 0x0001;
inline constexpr UINT32 EFI_SERIAL_REQUEST_TO_SEND = 0x0002;
inline constexpr UINT32 EFI_SERIAL_CLEAR_TO_SEND = 0x0010;
inline constexpr UINT32 EFI_SERIAL_DATA_SET_READY = 0x0020;
inline constexpr UINT32 EFI_SERIAL_RING_INDICATE = 0x0040;
inline constexpr UINT32 EFI_SERIAL_CARRIER_DETECT = 0x0080;
inline constexpr UINT32 EFI_SERIAL_INPUT_BUFFER_EMPTY = 0x0100;
inline constexpr UINT32 EFI_SERIAL_OUTPUT_BUFFER_EMPTY = 0x0200;
inline constexpr UINT32 EFI_SERIAL_HARDWARE_LOOPBACK_ENABLE = 0x1000;
inline constexpr UINT32 EFI_SERIAL_SOFTWARE_LOOPBACK_ENABLE = 0x2000;
inline constexpr UINT32 EFI_SERIAL_HARDWARE_FLOW_CONTROL_ENABLE = 0x4000;

struct SERIAL_IO_MODE {
  UINT32 ControlMask;
  UINT32 Timeout;
  UINT64 BaudRate;
  UINT32 ReceiveFifoDepth;
  UINT32 DataBits;
  UINT32 Parity;
  UINT32 StopBits;
};
static_assert(sizeof(SERIAL_IO_MODE) == 32);

struct EFI_SERIAL_IO_PROTOCOL;
using EFI_SERIAL_RESET = EFI_STATUS(EFIAPI*)(EFI_SERIAL_IO_PROTOCOL* This);
using EFI_SERIAL_SET_ATTRIBUTES =
    EFI_STATUS(EFIAPI*)(EFI_SERIAL_IO_PROTOCOL* This,
                        UINT64 BaudRate,
                        UINT32 ReceiveFifoDepth,
                        UINT32 Timeout,
                        EFI_PARITY_TYPE Parity,
                        UINT8 DataBits,
                        EFI_STOP_BITS_TYPE StopBits);
using EFI_SERIAL_SET_CONTROL_BITS =
    EFI_STATUS(EFIAPI*)(EFI_SERIAL_IO_PROTOCOL* This, UINT32 Control);
using EFI_SERIAL_GET_CONTROL_BITS =
    EFI_STATUS(EFIAPI*)(EFI_SERIAL_IO_PROTOCOL* This, UINT32* Control);
using EFI_SERIAL_WRITE = EFI_STATUS(EFIAPI*)(EFI_SERIAL_IO_PROTOCOL* This,
                                             UINTN* BufferSize,
                                             VOID* Buffer);
using EFI_SERIAL_READ = EFI_STATUS(EFIAPI*)(EFI_SERIAL_IO_PROTOCOL* This,
                                            UINTN* BufferSize,
                                            VOID* Buffer);

/// [uefi-2.10 12.8]
struct EFI_SERIAL_IO_PROTOCOL {
  UINT32 Revision;
  EFI_SERIAL_RESET Reset;
  EFI_SERIAL_SET_ATTRIBUTES SetAttributes;
  EFI_SERIAL_SET_CONTROL_BITS SetControl;
  EFI_SERIAL_GET_CONTROL_BITS GetControl;
  EFI_SERIAL_WRITE Write;
  EFI_SERIAL_READ Read;
  SERIAL_IO_MODE* Mode;
  const EFI_GUID* DeviceTypeGuid;  // since revision 1.1
};
static_assert(sizeof(EFI_SERIAL_IO_PROTOCOL) == 72);

}  // namespace flint::efi::abi
