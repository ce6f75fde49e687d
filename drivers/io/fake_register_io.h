// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <ostream>
#include <vector>

#include "drivers/io/register_io.h"

namespace flint::io {

/// One access to a register.
struct Access {
  enum class Kind : uint8_t { kRead, kWrite };

  Kind kind;
  int width_bits;
  uint64_t offset;
  uint32_t value;

  bool operator==(const Access&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Access& access);

constexpr Access DidRead(int width_bits, uint64_t offset, uint32_t value) {
  return {Access::Kind::kRead, width_bits, offset, value};
}
constexpr Access DidWrite(int width_bits, uint64_t offset, uint32_t value) {
  return {Access::Kind::kWrite, width_bits, offset, value};
}

/// A device's registers in a test.
///
/// Registers are added with their width, and behave as memory unless given
/// hooks. Bits outside a register's `implemented` mask ignore writes and read
/// as garbage that changes with every read, so a driver that depends on them
/// fails. An access of another width than the register's, or outside the
/// window, fails the test; so does one where no register is, unless the fake
/// stands for a bus (`Empty::kReadsAllOnes`).
///
/// Every access is kept in order, for the tests of sequences that a
/// specification prescribes.
class FakeRegisterIo final : public RegisterIo {
 public:
  using ReadHook = std::function<uint32_t()>;
  using WriteHook = std::function<void(uint32_t value)>;

  enum class Empty : uint8_t { kFailsTest, kReadsAllOnes };

  explicit FakeRegisterIo(uint64_t size_bytes, Empty empty = Empty::kFailsTest)
      : size_bytes_(size_bytes), empty_(empty) {}

  /// Adds (or replaces) a register.
  void AddRegister(uint64_t offset,
                   int width_bits,
                   uint32_t value = 0,
                   uint32_t implemented = UINT32_MAX);

  /// Runs on every read of the register, whose implemented bits it gives.
  void OnRead(uint64_t offset, ReadHook hook);

  /// Runs on every write to the register, after its value has changed.
  void OnWrite(uint64_t offset, WriteHook hook);

  /// Runs before every access, of any register: a device's time passes.
  void OnAccess(std::function<void()> hook) { on_access_ = std::move(hook); }

  /// The implemented bits of a register, read without being noticed.
  uint32_t value(uint64_t offset) const;
  void set_value(uint64_t offset, uint32_t value);

  /// All accesses so far, oldest first.
  const std::vector<Access>& accesses() const { return accesses_; }

  /// Only the writes.
  std::vector<Access> writes() const;

  /// How many reads or writes of this offset there were.
  int read_count(uint64_t offset) const;
  int write_count(uint64_t offset) const;

  void ForgetAccesses() { accesses_.clear(); }

  uint64_t size_bytes() const override { return size_bytes_; }
  uint8_t Read8(uint64_t offset) override;
  uint16_t Read16(uint64_t offset) override;
  uint32_t Read32(uint64_t offset) override;
  void Write8(uint64_t offset, uint8_t value) override;
  void Write16(uint64_t offset, uint16_t value) override;
  void Write32(uint64_t offset, uint32_t value) override;

 private:
  struct FakeRegister {
    int width_bits;
    uint32_t value;
    uint32_t implemented;
    ReadHook on_read;
    WriteHook on_write;
  };

  // The register an access means, or null if there is none to touch.
  FakeRegister* Find(Access::Kind kind, int width_bits, uint64_t offset);
  uint32_t ReadRegister(int width_bits, uint64_t offset);
  void WriteRegister(int width_bits, uint64_t offset, uint32_t value);
  int Count(Access::Kind kind, uint64_t offset) const;
  uint32_t NextGarbage();

  uint64_t size_bytes_;
  Empty empty_;
  std::map<uint64_t, FakeRegister> registers_;
  std::function<void()> on_access_;
  std::vector<Access> accesses_;
  uint32_t garbage_ = 0x9E37'79B9;
};

}  // namespace flint::io
