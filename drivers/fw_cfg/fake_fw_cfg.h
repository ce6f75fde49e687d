// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/io/fake_register_io.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guest_memory.h"

namespace flint::fw_cfg {

/// The device at its ports: plays QEMU's side of both ways to read.
class FakeFwCfg final {
 public:
  /// Both must outlive it.
  FakeFwCfg(io::FakeRegisterIo& ports,
            GuestMemory& memory,
            bool has_dma = true);

  void AddFile(std::string_view name, std::string_view content);

  /// A file of zeros that can be written.
  void AddWritableFile(std::string_view name, uint32_t size_bytes);
  std::string ContentOfFile(std::string_view name) const;
  /// An item that is no file.
  void AddItem(uint16_t key, std::string_view content);

  /// What the directory says, whatever is true.
  void ClaimFileCount(uint32_t count) { claimed_count_ = count; }
  void ClaimSize(std::string_view name, uint32_t size_bytes);

  /// From now on every transfer is an error, or never ends.
  void FailTransfers() { fails_ = true; }
  void StopAnswering() { is_stuck_ = true; }

  int transfer_count() const { return transfer_count_; }

 private:
  struct Entry {
    std::string name;
    std::string content;
    uint32_t size_bytes;
    bool is_writable = false;
  };

  std::string Directory() const;
  std::string ContentOf(uint16_t key) const;
  void Select(uint16_t key);
  uint8_t TakeByte();
  void StartTransfer();
  uint32_t Perform(uint32_t control, uint32_t size_bytes, uint64_t address);
  bool WriteSelected(Bytes bytes);

  io::FakeRegisterIo& ports_;
  GuestMemory& memory_;
  bool has_dma_;
  std::vector<Entry> files_;
  std::map<uint16_t, std::string> items_;
  std::optional<uint32_t> claimed_count_;
  bool fails_ = false;
  bool is_stuck_ = false;
  int transfer_count_ = 0;
  uint16_t selected_key_ = 0;
  std::string selected_;
  size_t position_ = 0;
};

}  // namespace flint::fw_cfg
