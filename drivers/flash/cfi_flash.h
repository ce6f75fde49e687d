// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "drivers/clock/clock.h"
#include "drivers/flash/cfi_query.h"
#include "drivers/flash/flash.h"
#include "drivers/io/register_io.h"
#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

namespace flint::flash {

/// A CFI chip with the Intel command set, on an 8-bit bus.
///
/// The chip is in its read mode when the object is made, and again when it is
/// gone; in between it changes modes only when it has to, because under a
/// hypervisor each change costs more than many reads.
class CfiFlash final : public Flash {
 public:
  /// `chip` is all of the chip, which has that geometry; both must outlive the
  /// object.
  CfiFlash(io::RegisterIo& chip,
           const CfiGeometry& geometry,
           clock::Clock& clock)
      : chip_(chip), geometry_(geometry), clock_(clock) {}
  ~CfiFlash() override { ReadArray(); }
  CfiFlash(const CfiFlash&) = delete;
  CfiFlash& operator=(const CfiFlash&) = delete;

  uint64_t size_bytes() const override { return geometry_.size_bytes; }
  uint32_t block_bytes() const override { return geometry_.block_bytes; }

 private:
  Status DoRead(uint64_t offset, MutableBytes out) override;
  Status DoProgram(uint64_t offset, Bytes data) override;
  Status DoEraseBlock(uint64_t offset) override;

  void ReadArray();
  void BeginCommands();
  Status ProgramByte(uint64_t offset, std::byte value);
  Status ProgramBuffer(uint64_t offset, Bytes data);
  Status OpenBuffer(uint64_t offset);
  Status WaitUntilDone(uint64_t offset, uint64_t timeout_ns);

  io::RegisterIo& chip_;
  CfiGeometry geometry_;
  clock::Clock& clock_;
  bool reads_array_ = true;
};

}  // namespace flint::flash
