// SPDX-License-Identifier: Apache-2.0
#include "drivers/fw_cfg/fw_cfg.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <span>

namespace flint::fw_cfg {
namespace {

/// QEMU is done before the write to the port returns.
constexpr uint64_t kTransferTimeoutNs = clock::kNanosecondsPerSecond;

// The scratch memory: a transfer, then entries of the directory.
constexpr size_t kEntriesOffset = sizeof(DirectoryEntry);
constexpr uint32_t kEntriesAtOnce =
    (FwCfg::kScratchBytes - kEntriesOffset) / sizeof(DirectoryEntry);
static_assert(sizeof(DmaAccess) <= kEntriesOffset);

}  // namespace

Result<FwCfg> FwCfg::Create(const Parts& parts) {
  if (parts.scratch.size() < kScratchBytes) {
    return Fail(ErrorCode::kInvalidArgument, "fw_cfg needs a page of memory");
  }
  FwCfg device(parts);
  std::array<char, 4> signature{};
  device.ReadByPort(
      kSignatureKey, 0, std::as_writable_bytes(std::span(signature)));
  if (signature != kSignature) {
    return Fail(ErrorCode::kNotFound, "there is no fw_cfg device");
  }
  Le32 features;
  device.ReadByPort(
      kFeaturesKey, 0, std::as_writable_bytes(std::span(&features, 1)));
  device.has_dma_ = (features & kHasDma) != 0;
  return device;
}

Result<File> FwCfg::Find(std::string_view name) {
  std::optional<File> found;
  TRY(ForEachFile([&](const File& file) {
    if (!found && file.name.view() == name) found = file;
  }));
  if (!found) return Fail(ErrorCode::kNotFound, "fw_cfg has no such file");
  return *found;
}

Result<uint32_t> FwCfg::ReadFileCount() {
  // Files may have come since; and the scratch memory is used for the count.
  cached_count_ = 0;
  const MutableBytes header =
      parts_.scratch.subspan(kEntriesOffset, sizeof(DirectoryHeader));
  TRY(ReadKey(kDirectoryKey, 0, header));
  const uint32_t count = TRY(ReadWire<DirectoryHeader>(header)).count;
  if (count > kMaxFiles) {
    return Fail(ErrorCode::kCorrupt, "fw_cfg claims more than 256 files");
  }
  return count;
}

Status FwCfg::ReadEntry(uint32_t index, uint32_t count, File& file) {
  const MutableBytes entries = parts_.scratch.subspan(kEntriesOffset);
  if (index < first_cached_ || index - first_cached_ >= cached_count_) {
    const uint32_t wanted = std::min(count - index, kEntriesAtOnce);
    cached_count_ = 0;
    TRY(ReadKey(kDirectoryKey,
                static_cast<uint32_t>(sizeof(DirectoryHeader) +
                                      index * sizeof(DirectoryEntry)),
                entries.first(wanted * sizeof(DirectoryEntry))));
    first_cached_ = index;
    cached_count_ = wanted;
  }
  const auto entry = TRY(ReadWire<DirectoryEntry>(
      entries, (index - first_cached_) * sizeof(DirectoryEntry)));
  const std::string_view name(entry.name.data(), entry.name.size());
  file.key = entry.key;
  file.size_bytes = entry.size_bytes;
  file.name.Clear();
  file.name.Append(name.substr(0, name.find('\0')));
  return {};
}

Status FwCfg::Read(const File& file, uint32_t offset, MutableBytes out) {
  if (offset > file.size_bytes || out.size() > file.size_bytes - offset) {
    return Fail(ErrorCode::kOutOfRange, "read beyond the end of the file");
  }
  return ReadKey(file.key, offset, out);
}

Result<std::string_view> FwCfg::ReadText(const File& file,
                                         uint32_t max_bytes,
                                         Arena& arena) {
  if (file.size_bytes > max_bytes) {
    return Fail(ErrorCode::kUnsupported, "fw_cfg file is too long");
  }
  const std::span<char> text = TRY(arena.AllocateArray<char>(file.size_bytes));
  TRY(Read(file, 0, std::as_writable_bytes(text)));
  return std::string_view(text.data(), text.size());
}

Status FwCfg::ReadKey(uint16_t key, uint32_t offset, MutableBytes out) {
  if (out.empty()) return {};
  if (!has_dma_) {
    ReadByPort(key, offset, out);
    return {};
  }
  return TransferAt(DmaAccess::kRead, key, offset, out);
}

Status FwCfg::Write(const File& file, uint32_t offset, Bytes bytes) {
  if (offset > file.size_bytes || bytes.size() > file.size_bytes - offset) {
    return Fail(ErrorCode::kOutOfRange, "write beyond the end of the file");
  }
  if (!has_dma_) {
    return Fail(ErrorCode::kUnsupported, "fw_cfg cannot be written");
  }
  return TransferAt(DmaAccess::kWrite, file.key, offset, bytes);
}

/// By DMA, `direction` being kRead or kWrite.
Status FwCfg::TransferAt(uint32_t direction,
                         uint16_t key,
                         uint32_t offset,
                         Bytes bytes) {
  const uint32_t select = uint32_t{key} << 16 | DmaAccess::kSelect;
  uint32_t control = direction;
  if (offset == 0) {
    control |= select;
  } else {
    TRY(Transfer({.control = select | DmaAccess::kSkip,
                  .size_bytes = offset,
                  .address = uint64_t{0}}));
  }
  return Transfer({.control = control,
                   .size_bytes = static_cast<uint32_t>(bytes.size()),
                   .address = parts_.memory.AddressOf(bytes.data())});
}

void FwCfg::ReadByPort(uint16_t key, uint32_t offset, MutableBytes out) {
  parts_.ports.Write<Selector>(key);
  for (uint32_t i = 0; i < offset; ++i) parts_.ports.Read<Data>();
  for (std::byte& byte : out) byte = std::byte{parts_.ports.Read<Data>()};
}

Status FwCfg::Transfer(const DmaAccess& access) {
  TRY(WriteWire(parts_.scratch, 0, access));
  const uint64_t address = parts_.memory.AddressOf(parts_.scratch.data());
  parts_.ports.Write<DmaAddressHigh>(
      std::byteswap(static_cast<uint32_t>(address >> 32)));
  parts_.ports.Write<DmaAddressLow>(
      std::byteswap(static_cast<uint32_t>(address)));
  const clock::Deadline deadline(parts_.clock, kTransferTimeoutNs);
  while (true) {
    const uint32_t control = TRY(ReadWire<DmaAccess>(parts_.scratch)).control;
    if (control == 0) return {};
    if ((control & DmaAccess::kError) != 0) {
      return Fail(ErrorCode::kDeviceError, "fw_cfg reports an error");
    }
    if (deadline.Passed()) {
      return Fail(ErrorCode::kTimedOut, "fw_cfg does not answer");
    }
  }
}

}  // namespace flint::fw_cfg
