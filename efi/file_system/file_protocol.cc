// SPDX-License-Identifier: Apache-2.0
#include "efi/file_system/file_handle.h"

namespace flint::efi {
namespace {

using abi::CHAR16;
using abi::EFI_FILE_IO_TOKEN;
using abi::EFI_FILE_PROTOCOL;
using abi::EFI_GUID;
using abi::EFI_STATUS;
using abi::UINT64;
using abi::UINTN;
using abi::VOID;

FileHandle& Self(EFI_FILE_PROTOCOL* self) {
  return *static_cast<FileHandle*>(self);
}

/// True if there is nowhere to put as many bytes as the caller says there are.
bool IsMissing(const UINTN* size, const VOID* buffer) {
  return size == nullptr || (*size > 0 && buffer == nullptr);
}

EFI_STATUS EFIAPI Open(EFI_FILE_PROTOCOL* self,
                       EFI_FILE_PROTOCOL** new_handle,
                       CHAR16* file_name,
                       UINT64 open_mode,
                       UINT64 attributes) {
  if (self == nullptr || new_handle == nullptr || file_name == nullptr) {
    return abi::EFI_INVALID_PARAMETER;
  }
  return Self(self).Open(new_handle, file_name, open_mode, attributes);
}

EFI_STATUS EFIAPI Close(EFI_FILE_PROTOCOL* self) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  Self(self).Close();
  return abi::EFI_SUCCESS;
}

EFI_STATUS EFIAPI Delete(EFI_FILE_PROTOCOL* self) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).Delete();
}

EFI_STATUS EFIAPI Read(EFI_FILE_PROTOCOL* self, UINTN* size, VOID* buffer) {
  if (self == nullptr || IsMissing(size, buffer)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  return Self(self).Read(size, buffer);
}

EFI_STATUS EFIAPI Write(EFI_FILE_PROTOCOL* self, UINTN* size, VOID* buffer) {
  if (self == nullptr || IsMissing(size, buffer)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  return Self(self).Write(size, buffer);
}

EFI_STATUS EFIAPI GetPosition(EFI_FILE_PROTOCOL* self, UINT64* position) {
  if (self == nullptr || position == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).GetPosition(position);
}

EFI_STATUS EFIAPI SetPosition(EFI_FILE_PROTOCOL* self, UINT64 position) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).SetPosition(position);
}

EFI_STATUS EFIAPI GetInfo(EFI_FILE_PROTOCOL* self,
                          EFI_GUID* type,
                          UINTN* size,
                          VOID* buffer) {
  if (self == nullptr || type == nullptr || IsMissing(size, buffer)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  return Self(self).GetInfo(*type, size, buffer);
}

EFI_STATUS EFIAPI SetInfo(EFI_FILE_PROTOCOL* self,
                          EFI_GUID* type,
                          UINTN size,
                          VOID* buffer) {
  if (self == nullptr || type == nullptr || IsMissing(&size, buffer)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  return Self(self).SetInfo(*type, size, buffer);
}

EFI_STATUS EFIAPI Flush(EFI_FILE_PROTOCOL* self) {
  if (self == nullptr) return abi::EFI_INVALID_PARAMETER;
  return Self(self).Flush();
}

/// Does the work of a call with a token before it returns. A failure is
/// answered at once; only success is told by the token and its event.
template <typename Work>
EFI_STATUS WithToken(EFI_FILE_PROTOCOL* self,
                     EFI_FILE_IO_TOKEN* token,
                     Work work) {
  if (self == nullptr || token == nullptr) return abi::EFI_INVALID_PARAMETER;
  EventServices& events = Self(self).volume().events();
  if (token->Event != nullptr && !events.IsEvent(token->Event)) {
    return abi::EFI_INVALID_PARAMETER;
  }
  token->Status = work();
  if (abi::EFI_ERROR(token->Status) || token->Event == nullptr) {
    return token->Status;
  }
  return events.SignalEvent(token->Event);
}

EFI_STATUS EFIAPI OpenEx(EFI_FILE_PROTOCOL* self,
                         EFI_FILE_PROTOCOL** new_handle,
                         CHAR16* file_name,
                         UINT64 open_mode,
                         UINT64 attributes,
                         EFI_FILE_IO_TOKEN* token) {
  return WithToken(self, token, [&] {
    return Open(self, new_handle, file_name, open_mode, attributes);
  });
}

EFI_STATUS EFIAPI ReadEx(EFI_FILE_PROTOCOL* self, EFI_FILE_IO_TOKEN* token) {
  return WithToken(self, token, [&] {
    return Read(self, &token->BufferSize, token->Buffer);
  });
}

EFI_STATUS EFIAPI WriteEx(EFI_FILE_PROTOCOL* self, EFI_FILE_IO_TOKEN* token) {
  return WithToken(self, token, [&] {
    return Write(self, &token->BufferSize, token->Buffer);
  });
}

EFI_STATUS EFIAPI FlushEx(EFI_FILE_PROTOCOL* self, EFI_FILE_IO_TOKEN* token) {
  return WithToken(self, token, [&] { return Flush(self); });
}

}  // namespace

EFI_FILE_PROTOCOL FileProtocolFunctions() {
  return {.Revision = abi::EFI_FILE_PROTOCOL_REVISION2,
          .Open = Open,
          .Close = Close,
          .Delete = Delete,
          .Read = Read,
          .Write = Write,
          .GetPosition = GetPosition,
          .SetPosition = SetPosition,
          .GetInfo = GetInfo,
          .SetInfo = SetInfo,
          .Flush = Flush,
          .OpenEx = OpenEx,
          .ReadEx = ReadEx,
          .WriteEx = WriteEx,
          .FlushEx = FlushEx};
}

}  // namespace flint::efi
