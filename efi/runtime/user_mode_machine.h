// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <functional>

#include "drivers/io/fake_register_io.h"

namespace flint::efi {

/// Runs the code of a guest in a process: an instruction that only a kernel may
/// execute traps, and is played on fake devices.
///
/// Port reads and writes go to the ports; HLT ends the call that led to it. Any
/// other trap is a crash, as without this. One at a time, on one thread.
class UserModeMachine final {
 public:
  explicit UserModeMachine(io::FakeRegisterIo& ports);
  ~UserModeMachine();
  UserModeMachine(const UserModeMachine&) = delete;
  UserModeMachine& operator=(const UserModeMachine&) = delete;

  /// True if `call` ended in HLT and not by returning.
  bool Halts(const std::function<void()>& call);

 private:
  static void OnTrap(int signal, siginfo_t* info, void* context);

  struct sigaction old_action_;
};

}  // namespace flint::efi
