// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/esp_backend.h"

#include <algorithm>
#include <span>

#include "efi/variables/variable_format.h"
#include "fs/volume/file_writer.h"
#include "platforms/base/crc32.h"
#include "platforms/base/log.h"

namespace flint::efi {
namespace {

uint32_t HeaderCrc(const VariableSlotHeader& header) {
  const Bytes bytes = AsBytes(header);
  return Crc32(bytes.first(offsetof(VariableSlotHeader, header_crc32)));
}

VariableSlotHeader MakeHeader(Bytes image, uint64_t generation) {
  VariableSlotHeader header{
      .magic = kVariableSlotMagic,
      .revision = VariableSlotHeader::kRevision,
      .image_bytes = static_cast<uint32_t>(image.size()),
      .image_crc32 = Crc32(image),
      .reserved = 0,
      .generation = generation,
      .header_crc32 = 0,
  };
  header.header_crc32 = HeaderCrc(header);
  return header;
}

Status CheckHeader(const VariableSlotHeader& header, uint64_t file_bytes) {
  if (header.magic != kVariableSlotMagic ||
      header.header_crc32 != HeaderCrc(header)) {
    return Fail(ErrorCode::kCorrupt, "variable file: wrong header");
  }
  if (header.revision != VariableSlotHeader::kRevision) {
    return Fail(ErrorCode::kUnsupported, "variable file: unknown revision");
  }
  if (file_bytes < VariableSlotHeader::kImageOffset ||
      header.image_bytes > file_bytes - VariableSlotHeader::kImageOffset) {
    return Fail(ErrorCode::kCorrupt, "variable file: cut short");
  }
  return {};
}

}  // namespace

Result<Bytes> EspVariableBackend::Load(MutableBytes buffer) {
  if (const auto image = TRY(LoadRuntimeFile(buffer))) return *image;
  TRY(FindNewest());
  if (!newest_) {
    if (some_are_damaged_) {
      return Fail(ErrorCode::kCorrupt, "variable files: both are damaged");
    }
    return Fail(ErrorCode::kNotFound, "no variables were stored yet");
  }
  const uint32_t size = newest_->header.image_bytes;
  if (size > buffer.size()) {
    return Fail(ErrorCode::kNoMemory, "stored variables are too large");
  }
  const volume::File file = TRY(OpenSlot(newest_->index));
  TRY(files_.Read(file, VariableSlotHeader::kImageOffset, buffer.first(size)));
  return Bytes(buffer).first(size);
}

/// What the operating system wrote after the slots were written, if it is good.
Result<std::optional<Bytes>> EspVariableBackend::LoadRuntimeFile(
    MutableBytes buffer) {
  const auto file = files_.Open(kRuntimeVariableFileName);
  if (!file || file->is_directory) return std::nullopt;
  if (file->size_bytes > buffer.size()) {
    log::Warning("{}: stored variables are too large",
                 kRuntimeVariableFileName);
    return std::nullopt;
  }
  const MutableBytes contents = buffer.first(file->size_bytes);
  const Status read = files_.Read(*file, 0, contents);
  if (!read && read.error().code() != ErrorCode::kCorrupt) {
    return std::unexpected(read.error());
  }
  const auto checked =
      read ? CheckVariableFile(contents) : std::unexpected(read.error());
  if (!checked) {
    // Writing or removing it was interrupted, or somebody else wrote it.
    log::Warning("{}: {}", kRuntimeVariableFileName, checked.error());
    return std::nullopt;
  }
  return Bytes(contents);
}

Result<volume::File> EspVariableBackend::OpenSlot(size_t index) {
  const volume::File directory = TRY(files_.Open(kDirectory));
  return files_.Open(directory, kSlotNames[index]);
}

/// Finds the slot that counts. What the disk reports, if it cannot be read.
Status EspVariableBackend::FindNewest() {
  if (is_searched_) return {};
  newest_.reset();
  some_are_damaged_ = false;
  for (size_t index = 0; index < kSlotCount; ++index) {
    const auto header = ReadHeader(index);
    if (header) {
      if (!newest_ || header->generation > newest_->header.generation) {
        newest_ = Slot{index, *header};
      }
      continue;
    }
    const ErrorCode code = header.error().code();
    if (code == ErrorCode::kNotFound) continue;
    if (code != ErrorCode::kCorrupt && code != ErrorCode::kUnsupported) {
      return std::unexpected(header.error());
    }
    some_are_damaged_ = true;
  }
  is_searched_ = true;
  return {};
}

/// The header of a slot whose image is good, too.
Result<VariableSlotHeader> EspVariableBackend::ReadHeader(size_t index) {
  const volume::File file = TRY(OpenSlot(index));
  if (file.is_directory || file.size_bytes < sizeof(VariableSlotHeader)) {
    return Fail(ErrorCode::kCorrupt, "variable file: cut short");
  }
  VariableSlotHeader header;
  TRY(files_.Read(file, 0, std::as_writable_bytes(std::span(&header, 1))));
  TRY(CheckHeader(header, file.size_bytes));
  std::array<std::byte, 2048> piece;
  uint32_t crc = 0;
  for (uint64_t done = 0; done < header.image_bytes;) {
    const size_t size =
        std::min<uint64_t>(piece.size(), header.image_bytes - done);
    TRY(files_.Read(file,
                    VariableSlotHeader::kImageOffset + done,
                    std::span(piece).first(size)));
    crc = Crc32(Bytes(piece).first(size), crc);
    done += size;
  }
  if (crc != header.image_crc32) {
    return Fail(ErrorCode::kCorrupt, "variable file: wrong checksum");
  }
  return header;
}

Status EspVariableBackend::Replace(Bytes image) {
  volume::FileWriter* const writer = files_.writer();
  if (writer == nullptr) return {};
  TRY(FindNewest());
  const size_t index = newest_ ? 1 - newest_->index : 0;
  const uint64_t generation = newest_ ? newest_->header.generation + 1 : 1;
  const VariableSlotHeader header = MakeHeader(image, generation);
  volume::File file = TRY(OpenOrCreateSlot(index));
  if (const Status written = WriteSlot(file, header, image); !written) {
    // The old one counts. Should the new one be there, it must not.
    const VariableSlotHeader nothing{};
    static_cast<void>(writer->Write(file, 0, AsBytes(nothing), Now()));
    return written;
  }
  newest_ = Slot{index, header};
  return RemoveRuntimeFile();
}

Status EspVariableBackend::WriteSlot(volume::File& file,
                                     const VariableSlotHeader& header,
                                     Bytes image) {
  volume::FileWriter& writer = *files_.writer();
  const volume::Timestamp now = Now();
  TRY(writer.Write(file, VariableSlotHeader::kImageOffset, image, now));
  TRY(writer.Write(file, 0, AsBytes(header), now));
  return writer.Flush();
}

/// What the operating system wrote is older now.
Status EspVariableBackend::RemoveRuntimeFile() {
  const auto file = files_.Open(kRuntimeVariableFileName);
  if (!file || file->is_directory) return {};
  const Status removed = files_.writer()->Remove(*file);
  // A damaged one does not count.
  if (!removed && removed.error().code() != ErrorCode::kCorrupt) {
    return removed;
  }
  return files_.writer()->Flush();
}

Result<volume::File> EspVariableBackend::OpenOrCreateSlot(size_t index) {
  volume::File directory = files_.root();
  for (std::string_view path = kDirectory; !path.empty();) {
    path.remove_prefix(1);
    const std::string_view name = path.substr(0, path.find('/'));
    directory = TRY(OpenOrCreate(directory, name, true));
    path.remove_prefix(name.size());
  }
  return OpenOrCreate(directory, kSlotNames[index], false);
}

Result<volume::File> EspVariableBackend::OpenOrCreate(
    const volume::File& directory, std::string_view name, bool is_directory) {
  const auto found = files_.Open(directory, name);
  if (found && found->is_directory == is_directory) return *found;
  if (found || found.error().code() != ErrorCode::kNotFound) {
    return found ? Fail(ErrorCode::kInvalidArgument,
                        "variable files: something else has their name")
                 : std::unexpected(found.error());
  }
  const volume::Timestamp now = Now();
  return files_.writer()->Create(
      directory,
      name,
      is_directory,
      {.created = now, .modified = now, .accessed = now});
}

}  // namespace flint::efi
