// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/file_descriptor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace flint::qemu {

void FileDescriptor::Close() {
  if (is_open()) close(std::exchange(value_, -1));
}

void FileDescriptor::ReadAvailable(std::string& out) {
  std::array<char, 16384> buffer;
  while (is_open()) {
    const ssize_t count = read(value_, buffer.data(), buffer.size());
    if (count > 0) {
      out.append(buffer.data(), static_cast<size_t>(count));
    } else if (count < 0 && errno == EAGAIN) {
      return;
    } else if (count == 0 || errno != EINTR) {
      Close();
    }
  }
}

absl::Status FileDescriptor::WriteAll(std::string_view text,
                                      const Deadline& deadline) {
  while (!text.empty()) {
    const ssize_t count =
        send(value_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      text.remove_prefix(static_cast<size_t>(count));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) {
      return absl::UnavailableError("the other side has closed");
    }
    pollfd room{.fd = value_, .events = POLLOUT, .revents = 0};
    if (poll(&room, 1, deadline.poll_timeout()) == 0) {
      return absl::DeadlineExceededError("no room to send");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<SocketPair> SocketPair::Create() {
  std::array<int, 2> sockets{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
    return absl::ErrnoToStatus(errno, "socketpair");
  }
  SocketPair pair{.ours = FileDescriptor(sockets[0]),
                  .theirs = FileDescriptor(sockets[1])};
  if (fcntl(pair.ours.get(), F_SETFL, O_NONBLOCK) != 0) {
    return absl::ErrnoToStatus(errno, "fcntl");
  }
  return pair;
}

}  // namespace flint::qemu
