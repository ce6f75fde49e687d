// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "testing/qemu/child_process.h"
#include "testing/qemu/deadline.h"
#include "testing/qemu/file_descriptor.h"
#include "testing/qemu/json.h"
#include "testing/qemu/machine.h"
#include "testing/qemu/qmp_stream.h"
#include "testing/qemu/temporary_directory.h"
#include "testing/qemu/transcript.h"

namespace flint::qemu {

/// A running QEMU, with the other ends of its first serial port and of its
/// machine protocol (QMP).
///
/// Every wait has a limit and is woken by what it waits for. Every failure's
/// message holds what was waited for, QEMU's own words, how it ended if it
/// did, and the last lines of the serial port. Destruction kills QEMU.
class Qemu {
 public:
  /// Long enough for a Linux kernel on an emulated processor of a busy host.
  static constexpr std::chrono::seconds kDefaultLimit{120};

  /// Starts QEMU and waits until it accepts commands; the guest runs already.
  /// FailedPrecondition if QEMU ends instead, say for a bad argument.
  static absl::StatusOr<std::unique_ptr<Qemu>> Start(const Machine& machine);

  Qemu(const Qemu&) = delete;
  Qemu& operator=(const Qemu&) = delete;
  ~Qemu() = default;

  /// Waits until the serial port has said `text`, after what earlier
  /// expectations found. DeadlineExceeded, or FailedPrecondition if QEMU ended
  /// without.
  absl::Status ExpectText(std::string_view text,
                          std::chrono::milliseconds limit = kDefaultLimit);

  /// Waits for a complete line in which the POSIX extended regular expression
  /// is found, after what earlier expectations found: the match and its
  /// groups. Fails as `ExpectText`.
  absl::StatusOr<std::vector<std::string>> ExpectLine(
      const std::string& pattern,
      std::chrono::milliseconds limit = kDefaultLimit);

  /// Types `text` into the serial port.
  absl::Status Send(std::string_view text);

  /// Waits until QEMU has ended: its exit status. Aborted if a signal killed
  /// it.
  absl::StatusOr<int> ExpectExit(
      std::chrono::milliseconds limit = kDefaultLimit);

  /// Waits for the oldest QMP event of that name not expected before.
  absl::StatusOr<Json> ExpectEvent(
      std::string_view name, std::chrono::milliseconds limit = kDefaultLimit);

  /// Executes a QMP command: its value, or InvalidArgument in QEMU's words.
  absl::StatusOr<Json> Execute(std::string_view command,
                               std::string_view arguments = "{}");

  /// Executes a command of QEMU's monitor for people: what it prints.
  absl::StatusOr<std::string> Monitor(std::string_view command);

  /// Calls `visit` with every line about events named by `Machine::WithTrace`:
  /// "virtio_blk_handle_read vdev 0x1 req 0x2 sector 34 nsectors 8". NotFound
  /// if none is traced.
  absl::Status VisitTrace(
      const std::function<void(std::string_view)>& visit) const;

  /// How often an event named by `Machine::WithTrace` has happened.
  absl::StatusOr<int> CountTraceEvents(std::string_view event) const;

  /// All that the serial port has said.
  const std::string& serial() const { return serial_.text(); }

  pid_t process_id() const { return process_.id(); }

  /// The command line, QEMU's own words, how it ended, the serial port's last
  /// lines.
  std::string Describe() const;

 private:
  /// Our ends of what connects us to QEMU.
  struct Channels {
    FileDescriptor serial;
    FileDescriptor qmp;
    FileDescriptor output;
  };

  Qemu(ChildProcess process,
       Channels channels,
       TemporaryDirectory directory,
       std::vector<std::string> arguments)
      : directory_(std::move(directory)),
        arguments_(std::move(arguments)),
        channels_(std::move(channels)),
        process_(std::move(process)) {}

  /// Starts QEMU, without waiting for it.
  static absl::StatusOr<std::unique_ptr<Qemu>> Launch(const Machine& machine);

  /// Pumps until `done`, which may use up what has arrived.
  absl::Status WaitUntil(const std::function<bool()>& done,
                         std::string_view what,
                         std::chrono::milliseconds limit);

  /// Waits for input of any kind, once, and takes it in. DeadlineExceeded, or
  /// FailedPrecondition once QEMU has ended and all it said is taken in.
  absl::Status Pump(const Deadline& deadline);
  absl::Status TakeInput();
  bool HasEnded() const;

  TemporaryDirectory directory_;
  std::vector<std::string> arguments_;
  Channels channels_;
  Transcript serial_;
  QmpStream qmp_;
  std::string output_;
  std::optional<ChildProcess::Exit> exit_;
  /// Last, so that QEMU is gone before the directory it uses.
  ChildProcess process_;
};

}  // namespace flint::qemu
