// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "efi/abi/status.h"
#include "efi/events/event_services.h"

namespace flint::efi {

/// Does the work of a call that takes a token, of which `Status` is where the
/// outcome goes. Without a token or its event the caller waits for the outcome.
/// With one the work is done as well before the call returns, the outcome is in
/// the token, and the event signaled.
///
/// Checks of parameters come before: they are answered by the call itself.
template <typename Token, typename Work>
abi::EFI_STATUS Complete(EventServices& events,
                         Token* token,
                         abi::EFI_STATUS Token::* outcome,
                         Work work) {
  if (token == nullptr || token->Event == nullptr) return work();
  if (!events.IsEvent(token->Event)) return abi::EFI_INVALID_PARAMETER;
  token->*outcome = work();
  return events.SignalEvent(token->Event);
}

}  // namespace flint::efi
