// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "absl/status/status.h"

namespace flint::qemu {
namespace {

/// The pointers that `execve` wants; they live as long as `texts`.
std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::string_view NameOf(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

/// This process's environment with `changes` put in.
std::vector<std::string> Environment(const std::vector<std::string>& changes) {
  std::vector<std::string> variables = changes;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    bool changed = false;
    for (const std::string& change : changes) {
      changed = changed || NameOf(change) == NameOf(*entry);
    }
    if (!changed) variables.emplace_back(*entry);
  }
  return variables;
}

/// What the child needs, made before `fork`: after it only calls that are
/// safe in a signal handler are allowed.
struct Image {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  const ChildProcess::Options& options;
  pid_t parent;
};

[[noreturn]] void Become(const Image& image) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before that took effect.
  if (getppid() != image.parent) _exit(127);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(image.options.output, STDOUT_FILENO);
  dup2(image.options.output, STDERR_FILENO);
  for (const int fd : image.options.inherited) fcntl(fd, F_SETFD, 0);
  execve(image.arguments[0], image.arguments.data(), image.environment.data());

  for (const std::string_view text : std::to_array<std::string_view>(
           {"cannot run ", image.arguments[0], ": ", strerrordesc_np(errno)})) {
    if (write(STDERR_FILENO, text.data(), text.size()) < 0) break;
  }
  _exit(127);
}

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(const Options& options) {
  std::vector<std::string> arguments = options.arguments;
  std::vector<std::string> environment = Environment(options.environment);
  const Image image{.arguments = Pointers(arguments),
                    .environment = Pointers(environment),
                    .options = options,
                    .parent = getpid()};
  const pid_t id = fork();
  if (id < 0) return absl::ErrnoToStatus(errno, "fork");
  if (id == 0) Become(image);

  // Both sides do this, so that neither runs before it is done.
  setpgid(id, id);
  ChildProcess child(
      id, FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, id, 0))));
  if (!child.exit_descriptor_.is_open()) {
    return absl::ErrnoToStatus(errno, "pidfd_open (Linux 5.3 has it)");
  }
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      exit_descriptor_(std::move(other.exit_descriptor_)),
      exit_(other.exit_) {}

ChildProcess::~ChildProcess() {
  if (id_ > 0) Kill();
}

std::optional<ChildProcess::Exit> ChildProcess::CheckExit() {
  Wait(WNOHANG);
  return exit_;
}

void ChildProcess::Kill() {
  if (exit_) return;
  kill(-id_, SIGKILL);
  Wait(0);
}

void ChildProcess::Wait(int flags) {
  if (exit_) return;
  int status = 0;
  pid_t ended = -1;
  do {
    ended = waitpid(id_, &status, flags);
  } while (ended < 0 && errno == EINTR);
  if (ended != id_) return;
  exit_ = WIFSIGNALED(status)
              ? Exit{.value = WTERMSIG(status), .by_signal = true}
              : Exit{.value = WEXITSTATUS(status), .by_signal = false};
}

}  // namespace flint::qemu
