// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/vmm_kernel.h"

#include <algorithm>
#include <span>

#include "drivers/fw_cfg/fw_cfg_format.h"
#include "platforms/base/endian.h"

namespace flint::boot {
namespace {

/// What x86 kernels take is 2 KiB.
constexpr uint32_t kMaxCommandLineBytes = 64 * 1024;

// Which file it is, as `File::location` has it.
constexpr uint64_t kKernelFile = 1;
constexpr uint64_t kInitrdFile = 2;

}  // namespace

Result<VmmKernel> VmmKernel::Find(fw_cfg::FwCfg& files) {
  VmmKernel kernel(files);
  kernel.kernel_bytes_ = TRY(kernel.ReadSize(fw_cfg::kKernelSizeKey));
  if (kernel.kernel_bytes_ == 0) {
    return Fail(ErrorCode::kNotFound, "the VMM has no kernel");
  }
  kernel.setup_bytes_ = TRY(kernel.ReadSize(fw_cfg::kSetupSizeKey));
  kernel.initrd_bytes_ = TRY(kernel.ReadSize(fw_cfg::kInitrdSizeKey));
  return kernel;
}

Result<std::string_view> VmmKernel::ReadCommandLine(Arena& arena) {
  const uint32_t size = TRY(ReadSize(fw_cfg::kCommandLineSizeKey));
  if (size > kMaxCommandLineBytes) {
    return Fail(ErrorCode::kUnsupported, "the kernel's options are too long");
  }
  const std::span<char> text = TRY(arena.AllocateArray<char>(size));
  TRY(ReadPart(fw_cfg::kCommandLineDataKey, 0, std::as_writable_bytes(text)));
  const std::string_view line(text.data(), text.size());
  return line.substr(0, line.find('\0'));
}

Result<volume::File> VmmKernel::Open(const volume::File& directory,
                                     std::string_view path) {
  if (directory.is_directory && path == kKernelPath) {
    return volume::File{.size_bytes = uint64_t{setup_bytes_} + kernel_bytes_,
                        .is_directory = false,
                        .location = {kKernelFile}};
  }
  if (directory.is_directory && path == kInitrdPath && has_initrd()) {
    return volume::File{.size_bytes = initrd_bytes_,
                        .is_directory = false,
                        .location = {kInitrdFile}};
  }
  return Fail(ErrorCode::kNotFound, "no such file");
}

Result<bool> VmmKernel::List(const volume::File&,
                             volume::DirectoryCursor&,
                             volume::DirectoryEntry&) {
  return Fail(ErrorCode::kUnsupported, "the VMM's files have no directory");
}

Status VmmKernel::Read(const volume::File& file,
                       uint64_t offset,
                       MutableBytes out) {
  if (offset > file.size_bytes || out.size() > file.size_bytes - offset) {
    return Fail(ErrorCode::kOutOfRange, "read beyond the end of the file");
  }
  if (file.location[0] == kInitrdFile) {
    return ReadPart(fw_cfg::kInitrdDataKey, offset, out);
  }
  if (offset < setup_bytes_) {
    const MutableBytes setup =
        out.first(std::min<uint64_t>(out.size(), setup_bytes_ - offset));
    TRY(ReadPart(fw_cfg::kSetupDataKey, offset, setup));
    offset += setup.size();
    out = out.subspan(setup.size());
  }
  return ReadPart(fw_cfg::kKernelDataKey, offset - setup_bytes_, out);
}

Status VmmKernel::ReadInto(const volume::File& file,
                           uint64_t offset,
                           uint64_t size_bytes,
                           MutableBytes destination,
                           block::BlockBatch&) {
  if (size_bytes > destination.size()) {
    return Fail(ErrorCode::kInvalidArgument, "no room for the file");
  }
  return Read(file, offset, destination.first(size_bytes));
}

Result<uint32_t> VmmKernel::ReadSize(uint16_t key) {
  Le32 size;
  TRY(files_->ReadItem(key, 0, std::as_writable_bytes(std::span(&size, 1))));
  return uint32_t{size};
}

Status VmmKernel::ReadPart(uint16_t key, uint64_t offset, MutableBytes out) {
  return files_->ReadItem(key, static_cast<uint32_t>(offset), out);
}

Status NoDisk::DoRead(std::span<const block::BlockExtent>) {
  return Fail(ErrorCode::kOutOfRange, "there is no disk");
}

Status NoDisk::DoWrite(std::span<const block::ConstBlockExtent>) {
  return Fail(ErrorCode::kReadOnly, "there is no disk");
}

}  // namespace flint::boot
