// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "drivers/clock/clock.h"
#include "drivers/fw_cfg/fw_cfg_format.h"
#include "drivers/io/register_io.h"
#include "platforms/base/arena.h"
#include "platforms/base/bytes.h"
#include "platforms/base/format.h"
#include "platforms/base/guest_memory.h"
#include "platforms/base/result.h"

namespace flint::fw_cfg {

/// A file of the device: where it is, not what is in it.
struct File {
  uint16_t key = 0;
  uint32_t size_bytes = 0;
  FixedText<sizeof(DirectoryEntry::name)> name;
};

/// QEMU's device for passing files to firmware. [fw-cfg]
///
/// Nothing is read before it is asked for: a file costs its directory and
/// itself. Transfers are by DMA where the device has it, else byte by byte.
class FwCfg final {
 public:
  /// The working memory it takes, which devices reach.
  static constexpr size_t kScratchBytes = 4096;
  /// A directory with more files is not believed.
  static constexpr uint32_t kMaxFiles = 256;

  /// What it is made of; all must outlive it. `ports` are all I/O ports.
  struct Parts {
    io::RegisterIo& ports;
    GuestMemory& memory;
    clock::Clock& clock;
    MutableBytes scratch;
  };

  /// Looks for the device. kNotFound if there is none. kInvalidArgument if
  /// the scratch memory is too small.
  static Result<FwCfg> Create(const Parts& parts);

  bool has_dma() const { return has_dma_; }

  /// The file of that name. kNotFound; kCorrupt: the directory is impossible;
  /// kDeviceError or kTimedOut: the device failed.
  Result<File> Find(std::string_view name);

  /// Calls `visit(const File&)` for each file; `visit` may read files. Fails as
  /// `Find`.
  template <typename Visitor>
  Status ForEachFile(Visitor visit) {
    const uint32_t count = TRY(ReadFileCount());
    File file;
    for (uint32_t i = 0; i < count; ++i) {
      TRY(ReadEntry(i, count, file));
      visit(file);
    }
    return {};
  }

  /// Reads bytes [offset, offset + out.size()) of a file. `out` must be memory
  /// that devices reach. kOutOfRange: not all of them are in it; kDeviceError
  /// and kTimedOut.
  Status Read(const File& file, uint32_t offset, MutableBytes out);

  /// Writes bytes [offset, offset + bytes.size()) of a file that the device
  /// lets be written. `bytes` must be memory that devices reach. kOutOfRange:
  /// not all of them are in it; kUnsupported without DMA; kDeviceError: it may
  /// not be written; kTimedOut.
  Status Write(const File& file, uint32_t offset, Bytes bytes);

  /// Reads from `offset` on an item that has had its number since before there
  /// were files, such as `kCpuCountKey`; zeros beyond its end. As `Read`.
  Status ReadItem(uint16_t key, uint32_t offset, MutableBytes out) {
    return ReadKey(key, offset, out);
  }

  /// Reads the whole of a file into `arena`, whose memory devices reach.
  /// kUnsupported: it is longer than `max_bytes`; kNoMemory; as `Read`.
  Result<std::string_view> ReadText(const File& file,
                                    uint32_t max_bytes,
                                    Arena& arena);

 private:
  explicit FwCfg(const Parts& parts) : parts_(parts) {}

  Result<uint32_t> ReadFileCount();
  Status ReadEntry(uint32_t index, uint32_t count, File& file);
  Status ReadKey(uint16_t key, uint32_t offset, MutableBytes out);
  Status TransferAt(uint32_t direction,
                    uint16_t key,
                    uint32_t offset,
                    Bytes bytes);
  void ReadByPort(uint16_t key, uint32_t offset, MutableBytes out);
  Status Transfer(const DmaAccess& access);

  Parts parts_;
  bool has_dma_ = false;
  // Entries that are in the scratch memory, behind the transfer's own.
  uint32_t first_cached_ = 0;
  uint32_t cached_count_ = 0;
};

}  // namespace flint::fw_cfg
