// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "efi/abi/protocol/load_file.h"
#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/status.h"
#include "platforms/base/bytes.h"

namespace flint::efi {

/// A read-only file system as a driver of someone else's would bring it, with
/// the functions of the protocol that reading needs. Whatever is opened must be
/// closed again. Outlives what uses it.
class FakeFileSystem final {
 public:
  FakeFileSystem();
  ~FakeFileSystem();
  FakeFileSystem(const FakeFileSystem&) = delete;
  FakeFileSystem& operator=(const FakeFileSystem&) = delete;

  /// Adds a file; its directories come with it. Paths look like "\\a\\b.efi".
  void Add(const std::u16string& path, Bytes content);

  abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL* protocol() { return &volume_.abi; }

  /// Makes reading at or behind that offset fail with that status.
  void FailReads(abi::EFI_STATUS status, uint64_t from_offset = 0) {
    read_status_ = status;
    failing_offset_ = from_offset;
  }
  /// Makes files end so many bytes early.
  void ShortenReads(size_t bytes) { missing_bytes_ = bytes; }

  int open_count() const { return open_count_; }

  /// What was read so far.
  struct PastRead {
    uint64_t offset;
    uint64_t size_bytes;
    bool operator==(const PastRead&) const = default;
  };
  const std::vector<PastRead>& reads() const { return reads_; }

 private:
  struct Volume {
    abi::EFI_SIMPLE_FILE_SYSTEM_PROTOCOL abi;
    FakeFileSystem* owner;
  };
  struct File;

  abi::EFI_FILE_PROTOCOL* Open(const std::u16string& path);
  bool IsDirectory(const std::u16string& path) const;

  Volume volume_;
  std::map<std::u16string, std::vector<std::byte>> files_;
  std::vector<PastRead> reads_;
  abi::EFI_STATUS read_status_ = abi::EFI_SUCCESS;
  uint64_t failing_offset_ = 0;
  size_t missing_bytes_ = 0;
  int open_count_ = 0;
};

/// A file brought by LoadFile and LoadFile2, which know each other's.
class FakeLoadFile final {
 public:
  explicit FakeLoadFile(Bytes content);
  FakeLoadFile(const FakeLoadFile&) = delete;
  FakeLoadFile& operator=(const FakeLoadFile&) = delete;

  abi::EFI_LOAD_FILE_PROTOCOL* load_file() { return &first_.abi; }
  abi::EFI_LOAD_FILE2_PROTOCOL* load_file2() { return &second_.abi; }

  void Fail(abi::EFI_STATUS status) { status_ = status; }

  /// What the last call was given.
  int call_count = 0;
  abi::BOOLEAN boot_policy = 0xee;
  size_t path_size = 0;

 private:
  struct First {
    abi::EFI_LOAD_FILE_PROTOCOL abi;
    FakeLoadFile* owner;
  };
  struct Second {
    abi::EFI_LOAD_FILE2_PROTOCOL abi;
    FakeLoadFile* owner;
  };

  abi::EFI_STATUS Load(abi::EFI_DEVICE_PATH_PROTOCOL* path,
                       abi::BOOLEAN policy,
                       abi::UINTN* size,
                       abi::VOID* buffer);

  std::vector<std::byte> content_;
  abi::EFI_STATUS status_ = abi::EFI_SUCCESS;
  First first_;
  Second second_;
};

}  // namespace flint::efi
