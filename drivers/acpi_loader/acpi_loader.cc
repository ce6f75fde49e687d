// SPDX-License-Identifier: Apache-2.0
#include "drivers/acpi_loader/acpi_loader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <span>
#include <string_view>

#include "drivers/acpi_loader/loader_format.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"

namespace flint::acpi_loader {
namespace {

constexpr std::string_view kScriptName = "etc/table-loader";
constexpr std::string_view kRootPointerName = "acpi/rsdp";

/// QEMU's own bound is 64 KiB.
constexpr uint32_t kMaxScriptBytes = 64 * 1024;
/// QEMU's tables reach 2 MiB with hundreds of devices.
constexpr uint32_t kMaxFileBytes = uint32_t{16} << 20;
constexpr size_t kMaxFiles = 32;
constexpr uint32_t kMaxAlignment = uint32_t{1} << 20;

std::string_view NameOf(const FileName& name) {
  const std::string_view text(name.data(), name.size());
  return text.substr(0, text.find('\0'));
}

bool IsIntegerSize(uint8_t size_bytes) {
  return size_bytes <= 8 && std::has_single_bit(size_bytes);
}

/// Little-endian.
uint64_t ReadInteger(Bytes bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) {
    value = value << 8 | std::to_integer<uint64_t>(bytes[i]);
  }
  return value;
}

void WriteInteger(MutableBytes bytes, uint64_t value) {
  for (std::byte& byte : bytes) {
    byte = static_cast<std::byte>(value);
    value >>= 8;
  }
}

bool Fits(uint64_t value, size_t size_bytes) {
  return size_bytes >= sizeof(value) || value >> 8 * size_bytes == 0;
}

/// A file that has been loaded.
struct Blob {
  std::string_view name;
  uint64_t address = 0;
  MutableBytes bytes;
};

class Loader {
 public:
  Loader(fw_cfg::FwCfg& files,
         TableMemory& tables,
         GuestMemory& memory,
         Arena& arena)
      : files_(files), tables_(tables), memory_(memory), arena_(arena) {}

  Status Run(Bytes script);
  uint64_t FindRootPointer() const;

 private:
  Status Allocate(const AllocateCommand& command);
  Status AddPointer(const AddPointerCommand& command);
  Status AddChecksum(const AddChecksumCommand& command);
  Status WritePointer(const WritePointerCommand& command);

  std::span<const Blob> blobs() const {
    return std::span(blobs_).first(blob_count_);
  }
  Result<const Blob*> Find(const FileName& name) const;
  Result<MutableBytes> SliceOf(const Blob& blob,
                               uint64_t offset,
                               uint64_t size_bytes) const;

  fw_cfg::FwCfg& files_;
  TableMemory& tables_;
  GuestMemory& memory_;
  Arena& arena_;
  std::array<Blob, kMaxFiles> blobs_;
  size_t blob_count_ = 0;
};

/// Calls `visit(Bytes)` for each entry whose command is between the two.
template <typename Visitor>
Status ForEachEntry(Bytes script,
                    uint32_t first,
                    uint32_t last,
                    Visitor visit) {
  for (uint64_t offset = 0; script.size() - offset >= kEntryBytes;
       offset += kEntryBytes) {
    const Bytes entry = script.subspan(offset, kEntryBytes);
    const uint32_t command = TRY(ReadWire<Le32>(entry));
    if (command >= first && command <= last) TRY(visit(command, entry));
  }
  return {};
}

// Unknown commands are to be passed over. [qemu-linker]
Status Loader::Run(Bytes script) {
  TRY(ForEachEntry(
      script,
      kAllocateCommand,
      kAddChecksumCommand,
      [this](uint32_t command, Bytes entry) -> Status {
        switch (command) {
          case kAllocateCommand:
            return Allocate(TRY(ReadWire<AllocateCommand>(entry)));
          case kAddPointerCommand:
            return AddPointer(TRY(ReadWire<AddPointerCommand>(entry)));
          default:
            return AddChecksum(TRY(ReadWire<AddChecksumCommand>(entry)));
        }
      }));
  // The VMM uses what it is told: only now.
  return ForEachEntry(
      script,
      kWritePointerCommand,
      kWritePointerCommand,
      [this](uint32_t, Bytes entry) -> Status {
        return WritePointer(TRY(ReadWire<WritePointerCommand>(entry)));
      });
}

Status Loader::Allocate(const AllocateCommand& command) {
  const uint32_t alignment = std::max<uint32_t>(command.alignment, 1);
  if (!std::has_single_bit(alignment) || alignment > kMaxAlignment) {
    return Fail(ErrorCode::kCorrupt, "table loader: odd alignment");
  }
  if (Find(command.file)) {
    return Fail(ErrorCode::kCorrupt, "table loader: file is loaded twice");
  }
  if (blob_count_ == blobs_.size()) {
    return Fail(ErrorCode::kUnsupported, "table loader: too many files");
  }
  const std::string_view name = TRY(arena_.CopyText(NameOf(command.file)));
  const fw_cfg::File file = TRY(files_.Find(name));
  if (file.size_bytes == 0 || file.size_bytes > kMaxFileBytes) {
    return Fail(ErrorCode::kUnsupported, "table loader: file of an odd size");
  }
  const uint64_t address =
      command.zone == kFSegmentZone
          ? TRY(tables_.AllocateFSegment(file.size_bytes, alignment))
          : TRY(tables_.AllocateHigh(file.size_bytes, alignment));
  const MutableBytes bytes = TRY(memory_.Map(address, file.size_bytes));
  TRY(files_.Read(file, 0, bytes));
  blobs_[blob_count_++] = {.name = name, .address = address, .bytes = bytes};
  return {};
}

Status Loader::AddPointer(const AddPointerCommand& command) {
  const Blob& target = *TRY(Find(command.target));
  const Blob& source = *TRY(Find(command.source));
  if (!IsIntegerSize(command.size_bytes)) {
    return Fail(ErrorCode::kCorrupt, "table loader: pointer of an odd size");
  }
  const MutableBytes pointer =
      TRY(SliceOf(target, command.offset, command.size_bytes));
  const uint64_t offset = ReadInteger(pointer);
  if (offset >= source.bytes.size()) {
    return Fail(ErrorCode::kCorrupt, "table loader: pointer beyond its file");
  }
  if (!Fits(source.address + offset, pointer.size())) {
    return Fail(ErrorCode::kCorrupt, "table loader: pointer is too short");
  }
  WriteInteger(pointer, source.address + offset);
  return {};
}

Status Loader::AddChecksum(const AddChecksumCommand& command) {
  const Blob& file = *TRY(Find(command.file));
  const MutableBytes result = TRY(SliceOf(file, command.offset, 1));
  const MutableBytes summed =
      TRY(SliceOf(file, command.start, command.size_bytes));
  uint8_t sum = 0;
  for (const std::byte byte : summed) {
    sum = static_cast<uint8_t>(sum + std::to_integer<uint8_t>(byte));
  }
  result[0] = static_cast<std::byte>(std::to_integer<uint8_t>(result[0]) - sum);
  return {};
}

Status Loader::WritePointer(const WritePointerCommand& command) {
  const Blob& source = *TRY(Find(command.source));
  if (!IsIntegerSize(command.size_bytes)) {
    return Fail(ErrorCode::kCorrupt, "table loader: pointer of an odd size");
  }
  TRY(SliceOf(source, command.source_offset, 1));
  const uint64_t address = source.address + command.source_offset;
  if (!Fits(address, command.size_bytes)) {
    return Fail(ErrorCode::kCorrupt, "table loader: pointer is too short");
  }
  const fw_cfg::File target = TRY(files_.Find(NameOf(command.target)));
  // A device reads it: from memory that devices reach.
  const std::span<std::byte> pointer =
      TRY(arena_.AllocateArray<std::byte>(command.size_bytes));
  WriteInteger(pointer, address);
  return files_.Write(target, command.target_offset, pointer);
}

Result<const Blob*> Loader::Find(const FileName& name) const {
  const auto found = std::ranges::find(blobs(), NameOf(name), &Blob::name);
  if (found == blobs().end()) {
    return Fail(ErrorCode::kCorrupt, "table loader: file is not loaded");
  }
  return &*found;
}

Result<MutableBytes> Loader::SliceOf(const Blob& blob,
                                     uint64_t offset,
                                     uint64_t size_bytes) const {
  if (offset > blob.bytes.size() || size_bytes > blob.bytes.size() - offset) {
    return Fail(ErrorCode::kCorrupt, "table loader: beyond the end of a file");
  }
  return blob.bytes.subspan(offset, size_bytes);
}

uint64_t Loader::FindRootPointer() const {
  for (const Blob& blob : blobs()) {
    if (blob.name.ends_with(kRootPointerName)) return blob.address;
  }
  return 0;
}

}  // namespace

Result<uint64_t> LoadTables(fw_cfg::FwCfg& files,
                            TableMemory& tables,
                            GuestMemory& memory,
                            Arena& arena) {
  const fw_cfg::File file = TRY(files.Find(kScriptName));
  const std::string_view script =
      TRY(files.ReadText(file, kMaxScriptBytes, arena));
  Loader loader(files, tables, memory, arena);
  TRY(loader.Run(AsBytes(script)));
  return loader.FindRootPointer();
}

}  // namespace flint::acpi_loader
