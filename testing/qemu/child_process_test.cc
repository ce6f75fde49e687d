// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/child_process.h"

#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/qemu/status_matchers.h"

namespace flint::qemu {
namespace {

using ::testing::HasSubstr;

/// Waits until `fd` is readable; false after a generous time.
bool WaitForInput(int fd) {
  pollfd input{.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&input, 1, 30'000) == 1;
}

/// Runs a shell script and returns all it prints.
class Shell {
 public:
  static absl::StatusOr<Shell> Start(
      const std::string& script,
      const std::vector<std::string>& environment = {}) {
    return StartProgram({"/bin/sh", "-c", script}, environment);
  }

  static absl::StatusOr<Shell> StartProgram(
      const std::vector<std::string>& arguments,
      const std::vector<std::string>& environment = {}) {
    absl::StatusOr<SocketPair> output = SocketPair::Create();
    if (!output.ok()) return output.status();
    absl::StatusOr<ChildProcess> process =
        ChildProcess::Start({.arguments = arguments,
                             .environment = environment,
                             .output = output->theirs.get(),
                             .inherited = {}});
    if (!process.ok()) return process.status();
    return Shell(std::move(output->ours), *std::move(process));
  }

  /// Everything it prints until it closes its output.
  std::string ReadAll() {
    std::string text;
    while (output_.is_open() && WaitForInput(output_.get())) {
      output_.ReadAvailable(text);
    }
    return text;
  }

  ChildProcess& process() { return process_; }

 private:
  Shell(FileDescriptor output, ChildProcess process)
      : output_(std::move(output)), process_(std::move(process)) {}

  FileDescriptor output_;
  ChildProcess process_;
};

TEST(ChildProcess, TellsTheExitStatus) {
  ASSERT_OK_AND_ASSIGN(Shell shell, Shell::Start("exit 3"));

  ASSERT_TRUE(WaitForInput(shell.process().exit_descriptor()));

  const auto exit = shell.process().CheckExit();
  ASSERT_TRUE(exit.has_value());
  EXPECT_FALSE(exit->by_signal);
  EXPECT_EQ(exit->value, 3);
}

TEST(ChildProcess, TellsTheSignal) {
  ASSERT_OK_AND_ASSIGN(Shell shell, Shell::Start("kill -TERM $$"));

  ASSERT_TRUE(WaitForInput(shell.process().exit_descriptor()));

  const auto exit = shell.process().CheckExit();
  ASSERT_TRUE(exit.has_value());
  EXPECT_TRUE(exit->by_signal);
  EXPECT_EQ(exit->value, SIGTERM);
}

TEST(ChildProcess, CatchesBothOutputs) {
  ASSERT_OK_AND_ASSIGN(Shell shell, Shell::Start("echo out; echo err >&2"));

  EXPECT_EQ(shell.ReadAll(), "out\nerr\n");
}

TEST(ChildProcess, HasNothingOnItsInput) {
  ASSERT_OK_AND_ASSIGN(Shell shell, Shell::Start("read line || echo nothing"));

  EXPECT_EQ(shell.ReadAll(), "nothing\n");
}

TEST(ChildProcess, ReplacesVariables) {
  setenv("FLINT_REPLACED", "old", 1);
  setenv("FLINT_KEPT", "kept", 1);

  ASSERT_OK_AND_ASSIGN(
      Shell shell,
      Shell::Start("echo $FLINT_REPLACED $FLINT_KEPT $FLINT_ADDED",
                   {"FLINT_REPLACED=new", "FLINT_ADDED=added"}));

  EXPECT_EQ(shell.ReadAll(), "new kept added\n");
}

TEST(ChildProcess, SaysThatAProgramCannotBeRun) {
  ASSERT_OK_AND_ASSIGN(Shell shell, Shell::StartProgram({"/no/such/program"}));

  EXPECT_THAT(shell.ReadAll(),
              HasSubstr("cannot run /no/such/program: No such file"));
  ASSERT_TRUE(WaitForInput(shell.process().exit_descriptor()));
  EXPECT_EQ(shell.process().CheckExit()->value, 127);
}

TEST(ChildProcess, DiesWithItsOwnerAndTakesItsChildrenAlong) {
  absl::StatusOr<SocketPair> output = SocketPair::Create();
  ASSERT_OK(output);
  absl::StatusOr<ChildProcess> started = ChildProcess::Start(
      {.arguments = {"/bin/sh", "-c", "/bin/sleep 600 & echo up; wait"},
       .environment = {},
       .output = output->theirs.get(),
       .inherited = {}});
  ASSERT_OK(started);
  auto process = std::make_unique<ChildProcess>(*std::move(started));
  output->theirs.Close();
  ASSERT_TRUE(WaitForInput(output->ours.get()));
  const pid_t id = process->id();

  process.reset();

  // The shell and its child both held the output open.
  std::string text;
  while (output->ours.is_open()) {
    ASSERT_TRUE(WaitForInput(output->ours.get()));
    output->ours.ReadAvailable(text);
  }
  EXPECT_EQ(kill(id, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

}  // namespace
}  // namespace flint::qemu
