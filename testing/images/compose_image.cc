// SPDX-License-Identifier: Apache-2.0
//
// compose_image OUTPUT STEP...
//
// Makes a sparse file by steps:
//   size BYTES                   makes it so long, cutting or with a hole
//   copy SOURCE OFFSET LIMIT     writes a file of at most LIMIT bytes there
//   fill OFFSET LENGTH VALUE     writes bytes of one value
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

namespace {

/// What a file system keeps or leaves out as one.
constexpr size_t kBlockSize = 4096;

[[noreturn]] void Die(std::string_view message, std::string_view subject) {
  std::cerr << "compose_image: " << message << ": " << subject;
  if (errno != 0) std::cerr << ": " << std::strerror(errno);
  std::cerr << "\n";
  std::exit(1);
}

uint64_t Number(std::string_view text) {
  uint64_t value = 0;
  const char* const end = text.data() + text.size();
  if (std::from_chars(text.data(), end, value).ptr != end) {
    Die("not a number", text);
  }
  return value;
}

class File {
 public:
  File(const char* path, int flags)
      : path_(path), fd_(open(path, flags, 0644)) {
    if (fd_ < 0) Die("cannot open", path_);
  }
  ~File() { close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void Resize(uint64_t size) {
    if (ftruncate(fd_, static_cast<off_t>(size)) != 0)
      Die("cannot size", path_);
  }

  /// Reads up to a block; shorter only at the end of the file.
  std::string_view Read(uint64_t offset, std::span<char> buffer) {
    size_t size = 0;
    while (size < buffer.size()) {
      const ssize_t count = pread(fd_,
                                  buffer.data() + size,
                                  buffer.size() - size,
                                  static_cast<off_t>(offset + size));
      if (count < 0) Die("cannot read", path_);
      if (count == 0) break;
      size += static_cast<size_t>(count);
    }
    return {buffer.data(), size};
  }

  void Write(uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count =
          pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (count <= 0) Die("cannot write", path_);
      offset += static_cast<uint64_t>(count);
      bytes.remove_prefix(static_cast<size_t>(count));
    }
  }

  uint64_t Size() {
    const off_t size = lseek(fd_, 0, SEEK_END);
    if (size < 0) Die("cannot measure", path_);
    return static_cast<uint64_t>(size);
  }

 private:
  const char* path_;
  int fd_;
};

void Copy(File& output, const char* source_path, uint64_t at, uint64_t limit) {
  File source(source_path, O_RDONLY | O_CLOEXEC);
  const uint64_t size = source.Size();
  if (size > limit) Die("larger than the place it is meant for", source_path);
  if (output.Size() < at + size) output.Resize(at + size);
  char buffer[kBlockSize];
  for (uint64_t offset = 0; offset < size; offset += kBlockSize) {
    const std::string_view block = source.Read(offset, buffer);
    // A hole reads as zeros: what is made by one tool is all new.
    if (std::ranges::all_of(block, [](char c) { return c == '\0'; })) continue;
    output.Write(at + offset, block);
  }
}

void Fill(File& output, uint64_t offset, uint64_t length, uint64_t value) {
  output.Write(offset, std::string(length, static_cast<char>(value)));
}

/// Takes one step; how many arguments it used.
size_t Step(File& output, std::span<char*> arguments) {
  const std::string_view kind = arguments[0];
  if (kind == "size" && arguments.size() >= 2) {
    output.Resize(Number(arguments[1]));
    return 2;
  }
  if (kind == "copy" && arguments.size() >= 4) {
    Copy(output, arguments[1], Number(arguments[2]), Number(arguments[3]));
    return 4;
  }
  if (kind == "fill" && arguments.size() >= 4) {
    Fill(output,
         Number(arguments[1]),
         Number(arguments[2]),
         Number(arguments[3]));
    return 4;
  }
  Die("bad step", kind);
}

}  // namespace

int main(int argc, char** argv) {
  std::span arguments(argv, static_cast<size_t>(argc));
  if (arguments.size() < 2) Die("no output", "");
  File output(arguments[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC);
  arguments = arguments.subspan(2);
  while (!arguments.empty()) {
    arguments = arguments.subspan(Step(output, arguments));
  }
}
