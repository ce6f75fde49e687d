// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/qemu.h"

#include <poll.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "testing/qemu/runfiles.h"

namespace flint::qemu {
namespace {

constexpr std::string_view kEmulator = "../qemu/qemu-system-x86_64";
constexpr std::string_view kTraceFile = "trace.log";
constexpr std::chrono::seconds kCommandLimit{30};
constexpr size_t kTailLines = 40;

/// A character device that is one of our sockets.
std::string SocketDevice(std::string_view id, const FileDescriptor& socket) {
  return absl::StrCat("socket,id=", id, ",fd=", socket.get());
}

std::string DescribeExit(const std::optional<ChildProcess::Exit>& exit) {
  if (!exit) return "is running";
  return absl::StrCat(
      exit->by_signal ? "was killed by signal " : "exited with status ",
      exit->value);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Qemu>> Qemu::Start(const Machine& machine) {
  absl::StatusOr<std::unique_ptr<Qemu>> qemu = Launch(machine);
  if (!qemu.ok()) return qemu;
  const absl::Status greeted =
      (*qemu)->WaitUntil([&] { return (*qemu)->qmp_.is_greeted(); },
                         "QEMU's greeting",
                         kCommandLimit);
  if (!greeted.ok()) return greeted;
  // Everything but this command is refused before it.
  absl::StatusOr<Json> ready = (*qemu)->Execute("qmp_capabilities");
  if (!ready.ok()) return ready.status();
  return qemu;
}

absl::StatusOr<std::unique_ptr<Qemu>> Qemu::Launch(const Machine& machine) {
  absl::StatusOr<TemporaryDirectory> directory = TemporaryDirectory::Create();
  if (!directory.ok()) return directory.status();
  absl::StatusOr<SocketPair> serial = SocketPair::Create();
  if (!serial.ok()) return serial.status();
  absl::StatusOr<SocketPair> qmp = SocketPair::Create();
  if (!qmp.ok()) return qmp.status();
  absl::StatusOr<SocketPair> output = SocketPair::Create();
  if (!output.ok()) return output.status();

  std::vector<std::string> arguments = {Runfile(kEmulator)};
  for (std::string& argument : machine.Arguments()) {
    arguments.push_back(std::move(argument));
  }
  arguments.insert(arguments.end(),
                   {"-D",
                    directory->Child(kTraceFile),
                    "-chardev",
                    SocketDevice("serial", serial->theirs),
                    "-serial",
                    "chardev:serial",
                    "-chardev",
                    SocketDevice("qmp", qmp->theirs),
                    "-mon",
                    "chardev=qmp,mode=control"});
  absl::StatusOr<ChildProcess> process = ChildProcess::Start(
      {.arguments = arguments,
       // Where `snapshot` puts what the guest writes.
       .environment = {absl::StrCat("TMPDIR=", directory->path())},
       .output = output->theirs.get(),
       .inherited = {serial->theirs.get(), qmp->theirs.get()}});
  if (!process.ok()) return process.status();
  return absl::WrapUnique(new Qemu(*std::move(process),
                                   {.serial = std::move(serial->ours),
                                    .qmp = std::move(qmp->ours),
                                    .output = std::move(output->ours)},
                                   *std::move(directory),
                                   std::move(arguments)));
}

absl::Status Qemu::ExpectText(std::string_view text,
                              std::chrono::milliseconds limit) {
  return WaitUntil([&] { return serial_.ConsumeText(text); },
                   absl::StrCat("the text \"", text, "\""),
                   limit);
}

absl::StatusOr<std::vector<std::string>> Qemu::ExpectLine(
    const std::string& pattern, std::chrono::milliseconds limit) {
  absl::StatusOr<std::optional<std::vector<std::string>>> groups;
  const absl::Status status = WaitUntil(
      [&] {
        groups = serial_.ConsumeLine(pattern);
        return !groups.ok() || groups->has_value();
      },
      absl::StrCat("a line like \"", pattern, "\""),
      limit);
  if (!status.ok()) return status;
  if (!groups.ok()) return groups.status();
  return **std::move(groups);
}

absl::Status Qemu::Send(std::string_view text) {
  return channels_.serial.WriteAll(text, Deadline::After(kCommandLimit));
}

absl::StatusOr<int> Qemu::ExpectExit(std::chrono::milliseconds limit) {
  const absl::Status status =
      WaitUntil([&] { return HasEnded(); }, "QEMU's end", limit);
  if (!status.ok()) return status;
  if (exit_->by_signal) {
    return absl::AbortedError(absl::StrCat("QEMU did not exit\n", Describe()));
  }
  return exit_->value;
}

absl::StatusOr<Json> Qemu::ExpectEvent(std::string_view name,
                                       std::chrono::milliseconds limit) {
  std::optional<Json> event;
  const absl::Status status = WaitUntil(
      [&] {
        event = qmp_.TakeEvent(name);
        return event.has_value();
      },
      absl::StrCat("the event ", name),
      limit);
  if (!status.ok()) return status;
  return *std::move(event);
}

absl::StatusOr<Json> Qemu::Execute(std::string_view command,
                                   std::string_view arguments) {
  const absl::Status sent = channels_.qmp.WriteAll(
      QmpStream::Command(command, arguments), Deadline::After(kCommandLimit));
  std::optional<absl::StatusOr<Json>> reply;
  const absl::Status status = WaitUntil(
      [&] {
        reply = qmp_.TakeReply();
        return reply.has_value();
      },
      absl::StrCat("the reply to ", command),
      // If it was not sent QEMU has ended: find out how.
      sent.ok() ? kCommandLimit : std::chrono::seconds(1));
  if (!status.ok()) return status;
  return *std::move(reply);
}

absl::StatusOr<std::string> Qemu::Monitor(std::string_view command) {
  absl::StatusOr<Json> reply =
      Execute("human-monitor-command",
              absl::StrCat("{\"command-line\": ", QuoteJson(command), "}"));
  if (!reply.ok()) return reply.status();
  return reply->text();
}

absl::Status Qemu::VisitTrace(
    const std::function<void(std::string_view)>& visit) const {
  std::ifstream file(directory_.Child(kTraceFile));
  if (!file) return absl::NotFoundError("no event is traced");
  for (std::string line; std::getline(file, line);) visit(line);
  return absl::OkStatus();
}

absl::StatusOr<int> Qemu::CountTraceEvents(std::string_view event) const {
  const std::string start = absl::StrCat(event, " ");
  int count = 0;
  const absl::Status visited = VisitTrace([&](std::string_view line) {
    if (absl::StartsWith(line, start)) ++count;
  });
  if (!visited.ok()) return visited;
  return count;
}

std::string Qemu::Describe() const {
  return absl::StrCat("command: ",
                      absl::StrJoin(arguments_, " "),
                      "\nQEMU ",
                      DescribeExit(exit_),
                      output_.empty() ? "" : "; it said:\n",
                      output_,
                      "\nlast lines of the serial port:\n",
                      serial_.Tail(kTailLines),
                      "\n");
}

absl::Status Qemu::WaitUntil(const std::function<bool()>& done,
                             std::string_view what,
                             std::chrono::milliseconds limit) {
  const Deadline deadline = Deadline::After(limit);
  while (!done()) {
    if (absl::Status status = Pump(deadline); !status.ok()) {
      return absl::Status(
          status.code(),
          absl::StrCat(
              status.message(), " while waiting for ", what, "\n", Describe()));
    }
  }
  return absl::OkStatus();
}

bool Qemu::HasEnded() const {
  return exit_ && !channels_.serial.is_open() && !channels_.output.is_open();
}

absl::Status Qemu::Pump(const Deadline& deadline) {
  if (HasEnded()) return absl::FailedPreconditionError("QEMU ended");
  std::array<pollfd, 4> inputs{};
  // `poll` ignores what is not open; an exit that is known wakes no more.
  inputs[0].fd = channels_.serial.get();
  inputs[1].fd = channels_.qmp.get();
  inputs[2].fd = channels_.output.get();
  inputs[3].fd = exit_ ? -1 : process_.exit_descriptor();
  for (pollfd& input : inputs) input.events = POLLIN;
  const int count = poll(inputs.data(), inputs.size(), deadline.poll_timeout());
  if (count < 0 && errno != EINTR) return absl::ErrnoToStatus(errno, "poll");
  if (count == 0) return absl::DeadlineExceededError("time was up");
  return TakeInput();
}

absl::Status Qemu::TakeInput() {
  std::string text;
  channels_.serial.ReadAvailable(text);
  serial_.Append(text);
  channels_.output.ReadAvailable(output_);
  text.clear();
  channels_.qmp.ReadAvailable(text);
  if (!exit_) exit_ = process_.CheckExit();
  return qmp_.Append(text);
}

}  // namespace flint::qemu
