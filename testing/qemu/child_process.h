// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "testing/qemu/file_descriptor.h"

namespace flint::qemu {

/// A child process that never outlives its owner: it has its own process
/// group, which the destructor kills, and dies with this process however that
/// ends.
class ChildProcess {
 public:
  struct Options {
    /// The program's path and its arguments.
    std::vector<std::string> arguments;
    /// `NAME=value`: added to this process's environment, or put in place of
    /// what it has.
    std::vector<std::string> environment;
    /// Becomes the child's standard output and error. Input is empty.
    int output;
    /// Stay open in the child under the same numbers.
    std::vector<int> inherited;
  };

  /// How a process ended.
  struct Exit {
    /// Its exit status, or the signal that killed it.
    int value;
    bool by_signal;
  };

  /// Starts the program. If it cannot be executed the child says so on its
  /// output and exits with 127. Internal if no process can be made.
  static absl::StatusOr<ChildProcess> Start(const Options& options);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  pid_t id() const { return id_; }

  /// Becomes readable when the process has ended; for `poll`.
  int exit_descriptor() const { return exit_descriptor_.get(); }

  /// How it ended, or nullopt while it runs.
  std::optional<Exit> CheckExit();

  /// Kills the process group and waits until the process is gone.
  void Kill();

 private:
  ChildProcess(pid_t id, FileDescriptor exit_descriptor)
      : id_(id), exit_descriptor_(std::move(exit_descriptor)) {}

  /// Waits with `flags`; remembers how the process ended.
  void Wait(int flags);

  pid_t id_;
  FileDescriptor exit_descriptor_;
  std::optional<Exit> exit_;
};

}  // namespace flint::qemu
