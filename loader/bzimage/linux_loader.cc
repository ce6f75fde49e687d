// SPDX-License-Identifier: Apache-2.0
#include "loader/bzimage/linux_loader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "drivers/block/block_batch.h"
#include "loader/bzimage/initrd.h"
#include "loader/bzimage/placement.h"
#include "loader/linux_params/linux_params.h"
#include "platforms/base/checked.h"

namespace flint::bzimage {
namespace {

/// The kernel's unpacker wants archives to start at multiples of this.
constexpr uint64_t kArchiveAlignment = 4;

Result<KernelImage> ReadImage(volume::FileSystem& file_system,
                              const volume::File& file) {
  if (file.is_directory) {
    return Fail(ErrorCode::kNotFound, "is a directory, not a kernel");
  }
  std::array<std::byte, kHeaderReadSizeBytes> header;
  const MutableBytes start = std::span(header).first(
      std::min<uint64_t>(header.size(), file.size_bytes));
  TRY(file_system.Read(file, 0, start));
  return ParseKernelImage(start, file.size_bytes);
}

/// How the kernel's part of its file is cut up for reading in place.
struct ReadPlan {
  /// The odd bytes up to the first block boundary of the file: none unless
  /// blocks are larger than 512 bytes.
  uint64_t head_size_bytes;
  /// What is read from there must have room for whole blocks.
  uint64_t room_bytes;
};

ReadPlan PlanRead(const KernelImage& image, uint64_t block_size_bytes) {
  const uint64_t offset = image.setup_size_bytes;
  const uint64_t head = std::min(
      DivideRoundUp(offset, block_size_bytes) * block_size_bytes - offset,
      image.kernel_size_bytes);
  const uint64_t rest = image.kernel_size_bytes - head;
  return {.head_size_bytes = head,
          .room_bytes =
              head + DivideRoundUp(rest, block_size_bytes) * block_size_bytes};
}

Status ReadKernel(volume::FileSystem& file_system,
                  const volume::File& file,
                  const KernelImage& image,
                  MutableBytes memory,
                  block::BlockBatch& batch) {
  const uint64_t block_size = batch.device().geometry().block_size_bytes;
  const uint64_t head = PlanRead(image, block_size).head_size_bytes;
  if (head != 0) {
    TRY(file_system.Read(file, image.setup_size_bytes, memory.first(head)));
  }
  return file_system.ReadInto(file,
                              image.setup_size_bytes + head,
                              image.kernel_size_bytes - head,
                              memory.subspan(head),
                              batch);
}

}  // namespace

std::expected<LoadedLinux, Failure> LinuxLoader::Load(
    const LinuxRequest& request) {
  const std::string_view path = request.kernel_path;
  const volume::File kernel = TRY(About(path, request.file_system.Open(path)));
  const KernelImage image =
      TRY(About(path, ReadImage(request.file_system, kernel)));

  LoadedLinux linux(image);
  const uint64_t block_size = request.device.geometry().block_size_bytes;
  const uint64_t room =
      std::max(image.memory_size_bytes, PlanRead(image, block_size).room_bytes);
  KernelPlace place = TRY(About(path, PlaceKernel(image, room, allocator_)));
  linux.kernel_ = std::move(place.pages);
  linux.kernel_alignment_ = place.alignment_bytes;
  TRY(ReserveParameters(request.command_line, linux));
  if (request.initrd_paths.empty()) TRY(UseModules(request.modules, linux));
  TRY(ReadAll(request, kernel, linux));
  return linux;
}

/// Reads kernel and initrds with one batch.
std::expected<void, Failure> LinuxLoader::ReadAll(const LinuxRequest& request,
                                                  const volume::File& kernel,
                                                  LoadedLinux& linux) {
  const InitrdFiles initrds =
      TRY(InitrdFiles::Open(request.file_system,
                            request.initrd_paths,
                            request.device.geometry().block_size_bytes));
  MutableBytes initrd_memory;
  if (initrds.size_bytes() != 0) {
    linux.initrd_pages_ =
        TRY(PlaceInitrd(linux.image_, initrds.room_bytes(), allocator_));
    linux.initrd_ = {linux.initrd_pages_.address(), initrds.size_bytes()};
    initrd_memory = TRY(guest_memory_.Map(linux.initrd_pages_.address(),
                                          linux.initrd_pages_.size_bytes()));
  }
  const MutableBytes kernel_memory = TRY(
      guest_memory_.Map(linux.kernel_.address(), linux.kernel_.size_bytes()));

  block::BlockBatch batch(request.device, extents_);
  TRY(About(
      request.kernel_path,
      ReadKernel(
          request.file_system, kernel, linux.image_, kernel_memory, batch)));
  TRY(initrds.Read(request.file_system, initrd_memory, batch));
  TRY(batch.Submit());
  initrds.ClearSlack(initrd_memory);
  return {};
}

Status LinuxLoader::ReserveParameters(std::string_view command_line,
                                      LoadedLinux& linux) {
  const uint64_t size = TRY(
      linux_params::ParameterMemorySize(linux.image_.header(), command_line));
  linux.parameters_ = TRY(PlaceParameters(size, allocator_));
  linux.parameter_bytes_ = TRY(guest_memory_.Map(
      linux.parameters_.address(), linux.parameters_.size_bytes()));
  linux.command_line_ = command_line;
  return {};
}

Status LinuxLoader::UseModules(std::span<const Module> modules,
                               LoadedLinux& linux) {
  if (modules.size() == 1 && modules.front().size_bytes != 0) {
    const Module& module = modules.front();
    if (CanStay(linux.image_, module.address, module.size_bytes)) {
      TRY(guest_memory_.Map(module.address, module.size_bytes));
      linux.initrd_ = module;
      return {};
    }
  }
  return CopyModules(modules, linux);
}

Status LinuxLoader::CopyModules(std::span<const Module> modules,
                                LoadedLinux& linux) {
  uint64_t size = 0;
  for (const Module& module : modules) {
    size = TRY(AlignUp(size, kArchiveAlignment));
    size = TRY(CheckedAdd(size, module.size_bytes));
  }
  if (size == 0) return {};
  linux.initrd_pages_ = TRY(PlaceInitrd(linux.image_, size, allocator_));
  linux.initrd_ = {linux.initrd_pages_.address(), size};
  const MutableBytes memory = TRY(guest_memory_.Map(
      linux.initrd_pages_.address(), linux.initrd_pages_.size_bytes()));

  uint64_t end = 0;
  for (const Module& module : modules) {
    const uint64_t start = TRY(AlignUp(end, kArchiveAlignment));
    const Bytes source =
        TRY(guest_memory_.Map(module.address, module.size_bytes));
    std::ranges::fill(memory.subspan(end, start - end), std::byte{0});
    std::ranges::copy(source, memory.subspan(start).begin());
    end = start + source.size();
  }
  std::ranges::fill(memory.subspan(end), std::byte{0});
  return {};
}

Result<PreparedKernel> LoadedLinux::Finish(memory::E820Cursor ranges,
                                           uint64_t rsdp_address) && {
  const linux_params::Handover handover{.setup = image_.setup,
                                        .kernel_address = kernel_.address(),
                                        .kernel_alignment = kernel_alignment_,
                                        .initrd_address = initrd_.address,
                                        .initrd_size_bytes = initrd_.size_bytes,
                                        .rsdp_address = rsdp_address,
                                        .command_line = command_line_};
  const uint64_t zero_page = TRY(linux_params::WriteParameters(
      handover, ranges, {parameters_.address(), parameter_bytes_}));
  kernel_.Release();
  initrd_pages_.Release();
  parameters_.Release();
  return PreparedKernel{.entry_address = kernel_.address() + kEntry64Offset,
                        .zero_page_address = zero_page,
                        .kernel_address = kernel_.address(),
                        .kernel_memory_size_bytes = kernel_.size_bytes(),
                        .initrd_address = initrd_.address,
                        .initrd_size_bytes = initrd_.size_bytes};
}

}  // namespace flint::bzimage
