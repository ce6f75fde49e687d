// SPDX-License-Identifier: Apache-2.0
#include "drivers/flash/cfi_flash.h"

#include <algorithm>
#include <cstring>

#include "drivers/flash/cfi_commands.h"
#include "platforms/base/endian.h"

namespace flint::flash {
namespace {

// Real chips take up to 4 s to erase and 2 ms to program a buffer; a virtual
// one waits for the host's disk.
constexpr uint64_t kEraseTimeoutNs = 20 * clock::kNanosecondsPerSecond;
constexpr uint64_t kProgramTimeoutNs = 5 * clock::kNanosecondsPerSecond;

constexpr std::byte kErased{0xFF};

/// A buffer costs three accesses, each byte of it one; a byte alone costs two.
constexpr size_t kMinBufferedBytes = 4;

}  // namespace

void CfiFlash::ReadArray() {
  if (reads_array_) return;
  chip_.Write8(0, cfi::kReadArray);
  reads_array_ = true;
}

void CfiFlash::BeginCommands() {
  if (!reads_array_) return;
  // Errors of who used the chip before are none of ours.
  chip_.Write8(0, cfi::kClearStatus);
  reads_array_ = false;
}

Status CfiFlash::DoRead(uint64_t offset, MutableBytes out) {
  ReadArray();
  while (!out.empty()) {
    const uint64_t in_word = offset % sizeof(Le32);
    const Le32 word(chip_.Read32(offset - in_word));
    const size_t size_bytes =
        std::min<size_t>(out.size(), sizeof(Le32) - in_word);
    std::memcpy(out.data(), AsBytes(word).data() + in_word, size_bytes);
    offset += size_bytes;
    out = out.subspan(size_bytes);
  }
  return {};
}

Status CfiFlash::DoProgram(uint64_t offset, Bytes data) {
  BeginCommands();
  while (!data.empty()) {
    // Nothing to clear there.
    if (data.front() == kErased) {
      ++offset;
      data = data.subspan(1);
      continue;
    }
    // A buffer is an aligned piece of the chip.
    const uint64_t room = geometry_.write_buffer_bytes == 0
                              ? 0
                              : geometry_.write_buffer_bytes -
                                    offset % geometry_.write_buffer_bytes;
    const Bytes piece =
        data.first(std::max<size_t>(1, std::min<size_t>(data.size(), room)));
    if (piece.size() < kMinBufferedBytes) {
      TRY(ProgramByte(offset++, data.front()));
      data = data.subspan(1);
    } else {
      TRY(ProgramBuffer(offset, piece));
      offset += piece.size();
      data = data.subspan(piece.size());
    }
  }
  return {};
}

Status CfiFlash::ProgramByte(uint64_t offset, std::byte value) {
  chip_.Write8(offset, cfi::kProgramByte);
  chip_.Write8(offset, std::to_integer<uint8_t>(value));
  return WaitUntilDone(offset, kProgramTimeoutNs);
}

Status CfiFlash::OpenBuffer(uint64_t offset) {
  const clock::Deadline deadline(clock_, kProgramTimeoutNs);
  do {
    chip_.Write8(offset, cfi::kProgramBuffer);
    if ((chip_.Read8(offset) & cfi::status::kReady) != 0) return {};
  } while (!deadline.Passed());
  return Fail(ErrorCode::kTimedOut, "flash chip's write buffer is never free");
}

Status CfiFlash::ProgramBuffer(uint64_t offset, Bytes data) {
  TRY(OpenBuffer(offset));
  chip_.Write8(offset, static_cast<uint8_t>(data.size() - 1));
  for (size_t i = 0; i < data.size(); ++i) {
    chip_.Write8(offset + i, std::to_integer<uint8_t>(data[i]));
  }
  chip_.Write8(offset, cfi::kConfirm);
  return WaitUntilDone(offset, kProgramTimeoutNs);
}

Status CfiFlash::DoEraseBlock(uint64_t offset) {
  BeginCommands();
  chip_.Write8(offset, cfi::kEraseBlock);
  chip_.Write8(offset, cfi::kConfirm);
  return WaitUntilDone(offset, kEraseTimeoutNs);
}

Status CfiFlash::WaitUntilDone(uint64_t offset, uint64_t timeout_ns) {
  const clock::Deadline deadline(clock_, timeout_ns);
  uint8_t status = chip_.Read8(offset);
  while ((status & cfi::status::kReady) == 0) {
    const bool is_late = deadline.Passed();
    // Once more: we may have been what was stopped.
    status = chip_.Read8(offset);
    if (is_late && (status & cfi::status::kReady) == 0) {
      return Fail(ErrorCode::kTimedOut, "flash chip does not get ready");
    }
  }
  if ((status & cfi::status::kErrors) == 0) return {};
  chip_.Write8(0, cfi::kClearStatus);
  return Fail(ErrorCode::kDeviceError,
              "flash chip reports an error: it may be write-protected");
}

}  // namespace flint::flash
