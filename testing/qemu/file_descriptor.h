// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "testing/qemu/deadline.h"

namespace flint::qemu {

/// Owns a file descriptor; -1 is none.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int value) : value_(value) {}
  FileDescriptor(FileDescriptor&& other) noexcept
      : value_(std::exchange(other.value_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      Close();
      value_ = std::exchange(other.value_, -1);
    }
    return *this;
  }
  ~FileDescriptor() { Close(); }

  int get() const { return value_; }
  bool is_open() const { return value_ >= 0; }

  void Close();

  /// Appends to `out` what can be read now, without waiting. Closes itself
  /// when the other side has closed.
  void ReadAvailable(std::string& out);

  /// Writes all of `text`, waiting for room: DeadlineExceeded, or Unavailable
  /// when the other side has closed.
  absl::Status WriteAll(std::string_view text, const Deadline& deadline);

 private:
  int value_ = -1;
};

/// Two connected stream sockets: ours does not block and is closed on exec,
/// theirs is as a child expects it. Internal if the system has none left.
struct SocketPair {
  FileDescriptor ours;
  FileDescriptor theirs;

  static absl::StatusOr<SocketPair> Create();
};

}  // namespace flint::qemu
