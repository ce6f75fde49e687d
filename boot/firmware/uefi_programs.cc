// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/uefi_programs.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "boot/firmware/entry_initrds.h"
#include "boot/firmware/module_program.h"
#include "boot/firmware/timeline_log.h"
#include "boot/firmware/version.h"
#include "drivers/clock/clock.h"
#include "efi/abi/event.h"
#include "efi/abi/memory.h"
#include "efi/abi/protocol/device_path.h"
#include "efi/abi/system_table.h"
#include "efi/device_path/device_path.h"
#include "efi/device_path/nodes.h"
#include "efi/device_path/path_writer.h"
#include "efi/load_file/load_file2.h"
#include "efi/loader_interface/loader_interface.h"
#include "loader/bls/entry.h"
#include "loader/boot_plan/boot_attempt.h"
#include "platforms/base/log.h"
#include "platforms/base/unicode.h"

namespace flint::boot {
namespace {

namespace abi = efi::abi;

/// A boot option has five minutes to get to ExitBootServices, or to set a
/// watchdog of its own. [uefi-2.10 3.1.2]
constexpr uint64_t kWatchdogSeconds = 300;

/// Longer than any path that a file system can have to a disk's volume.
constexpr size_t kMaxPathBytes = 2048;
constexpr size_t kMaxPathUnits = 512;

struct Ending {
  abi::EFI_STATUS status;
  Error error;
};

/// What can be said of a status that a program returned or could not be
/// loaded with.
constexpr auto kEndings = std::to_array<Ending>({
    {abi::EFI_SUCCESS,
     {ErrorCode::kUnsupported, "program ended without booting"}},
    {abi::EFI_LOAD_ERROR,
     {ErrorCode::kCorrupt, "EFI_LOAD_ERROR: not a valid image"}},
    {abi::EFI_INVALID_PARAMETER,
     {ErrorCode::kInvalidArgument, "EFI_INVALID_PARAMETER"}},
    {abi::EFI_UNSUPPORTED,
     {ErrorCode::kUnsupported, "EFI_UNSUPPORTED: not for this machine"}},
    {abi::EFI_NOT_READY, {ErrorCode::kUnsupported, "EFI_NOT_READY"}},
    {abi::EFI_DEVICE_ERROR, {ErrorCode::kDeviceError, "EFI_DEVICE_ERROR"}},
    {abi::EFI_WRITE_PROTECTED, {ErrorCode::kReadOnly, "EFI_WRITE_PROTECTED"}},
    {abi::EFI_OUT_OF_RESOURCES,
     {ErrorCode::kNoMemory, "EFI_OUT_OF_RESOURCES: no memory"}},
    {abi::EFI_VOLUME_CORRUPTED, {ErrorCode::kCorrupt, "EFI_VOLUME_CORRUPTED"}},
    {abi::EFI_NO_MEDIA, {ErrorCode::kNotFound, "EFI_NO_MEDIA"}},
    {abi::EFI_NOT_FOUND, {ErrorCode::kNotFound, "EFI_NOT_FOUND"}},
    {abi::EFI_ACCESS_DENIED, {ErrorCode::kUnsupported, "EFI_ACCESS_DENIED"}},
    {abi::EFI_TIMEOUT, {ErrorCode::kTimedOut, "EFI_TIMEOUT"}},
    {abi::EFI_ABORTED, {ErrorCode::kUnsupported, "EFI_ABORTED"}},
    {abi::EFI_SECURITY_VIOLATION,
     {ErrorCode::kUnsupported, "EFI_SECURITY_VIOLATION"}},
});

Error ErrorOf(abi::EFI_STATUS status) {
  const auto found = std::ranges::find(kEndings, status, &Ending::status);
  if (found != kEndings.end()) return found->error;
  return abi::EFI_ERROR(status)
             ? Error(ErrorCode::kUnsupported, "program ended with an error")
             : Error(ErrorCode::kUnsupported, "program ended with a warning");
}

Status ToStatus(abi::EFI_STATUS status) {
  if (!abi::EFI_ERROR(status)) return {};
  return std::unexpected(ErrorOf(status));
}

}  // namespace

Failure UefiPrograms::Boot(const boot_plan::Candidate& candidate) {
  const auto ran =
      candidate.program.empty() ? RunEntry(candidate) : RunModule(candidate);
  if (ran) return ErrorOf(abi::EFI_SUCCESS);
  if (!ran.error().path.empty()) return ran.error();
  // The report names the candidate anyway.
  return {ran.error().error,
          candidate.path == candidate.name ? "" : candidate.path};
}

efi::ProgramRunner::Outcome UefiPrograms::Run(const efi::DevicePath& path,
                                              Bytes load_options) {
  const Result<abi::EFI_HANDLE> image = LoadPath(path);
  if (!image) return {.started = false, .error = image.error()};
  efi::PoolArray<std::byte> options(parts_.environment.pool(),
                                    load_options.size());
  if (!load_options.empty()) {
    if (!options.valid()) {
      static_cast<void>(parts_.images.UnloadImage(*image));
      return {.started = false, .error = ErrorOf(abi::EFI_OUT_OF_RESOURCES)};
    }
    std::ranges::copy(load_options, options.room().begin());
    GiveOptions(*image, options.room());
  }
  return {.started = true, .error = ErrorOf(Start(*image))};
}

std::expected<void, Failure> UefiPrograms::RunEntry(
    const boot_plan::Candidate& candidate) {
  const UefiVolume volume =
      TRY(parts_.volumes.Find(*candidate.device, candidate.place.first_lba));
  // Counted before anything can go wrong. From here on it is called that.
  boot_plan::Candidate counted = candidate;
  boot_plan::EntryPath count_path;
  counted.file_system = &volume.files->files();
  boot_plan::CountAttempt(counted, count_path);

  EntryInitrds initrds(*volume.files);
  efi::InitrdOffer offer(parts_.environment.handles(), initrds);
  if (candidate.bls_entry != nullptr && !candidate.bls_entry->initrds.empty()) {
    TRY(initrds.Open(candidate.bls_entry->initrds));
    TRY(offer.Install());
  }
  const abi::EFI_HANDLE image = TRY(Load(counted, volume.handle));
  // One unit for a byte is enough, and one for the end.
  efi::PoolArray<char16_t> options(parts_.environment.pool(),
                                   candidate.load_options.size() + 1);
  const Status set = SetOptions(image, candidate.load_options, options);
  if (!set) {
    static_cast<void>(parts_.images.UnloadImage(image));
    return std::unexpected(set.error());
  }
  // A boot loader that is no entry of ours speaks for itself.
  const bool is_entry = candidate.bls_entry != nullptr;
  if (is_entry) Publish(counted, count_path.view(), volume.handle);
  const abi::EFI_STATUS status = Start(image);
  if (is_entry) efi::LoaderInterface(parts_.variables).Withdraw();
  TRY(ToStatus(status));
  return {};
}

// There is no volume, so no loader's variables and no counting of attempts.
std::expected<void, Failure> UefiPrograms::RunModule(
    const boot_plan::Candidate& candidate) {
  const LoadedModules modules(parts_.modules, parts_.memory);
  ModuleInitrds initrds(modules.initrds(), parts_.memory);
  efi::InitrdOffer offer(parts_.environment.handles(), initrds);
  if (!modules.initrds().empty()) TRY(offer.Install());
  const abi::EFI_HANDLE image = TRY(LoadBytes(candidate.program));
  efi::PoolArray<char16_t> options(parts_.environment.pool(),
                                   candidate.load_options.size() + 1);
  const Status set = SetOptions(image, candidate.load_options, options);
  if (!set) {
    static_cast<void>(parts_.images.UnloadImage(image));
    return std::unexpected(set.error());
  }
  TRY(ToStatus(Start(image)));
  return {};
}

void UefiPrograms::Publish(const boot_plan::Candidate& candidate,
                           std::string_view count_path,
                           abi::EFI_HANDLE volume) {
  const abi::EFI_SYSTEM_TABLE& table =
      *parts_.environment.tables().system_table();
  clock::Clock& clock = parts_.clock;
  const efi::LoaderFacts facts{
      .loader = kProduct,
      .firmware_revision = table.FirmwareRevision,
      .uefi_revision = table.Hdr.Revision,
      .init_microseconds =
          clock.TicksToNs(
              parts_.timeline.FindLast(Stage::kEntered).value_or(0)) /
          clock::kNanosecondsPerMicrosecond,
      .exec_microseconds = clock.NowNs() / clock::kNanosecondsPerMicrosecond,
      .partition = parts_.volumes.PartitionGuid(volume),
      .boot_count_path = count_path};
  const Status published = efi::LoaderInterface(parts_.variables)
                               .Publish(facts, parts_.plan, candidate);
  if (!published) log::Warning("loader's variables: {}", published.error());
}

Result<abi::EFI_HANDLE> UefiPrograms::Load(
    const boot_plan::Candidate& candidate, abi::EFI_HANDLE volume) {
  std::array<char16_t, kMaxPathUnits> units{};
  const auto path = Utf8ToUtf16(candidate.path, units);
  if (!path) {
    return Fail(ErrorCode::kInvalidArgument, "path is too long, or not UTF-8");
  }
  std::ranges::replace(units, u'/', u'\\');

  efi::FixedPathWriter<kMaxPathBytes> writer;
  writer->Append(
      TRY(efi::DevicePath::At(static_cast<abi::EFI_DEVICE_PATH_PROTOCOL*>(
          parts_.environment.handles().FindInterface(
              volume, abi::EFI_DEVICE_PATH_PROTOCOL_GUID)))));
  writer->AppendFilePath({path->data(), path->size()});
  return LoadPath(TRY(writer->Finish()));
}

Result<abi::EFI_HANDLE> UefiPrograms::LoadPath(const efi::DevicePath& path) {
  Note(Stage::kLoadBegun);
  abi::EFI_HANDLE image = nullptr;
  efi::ImageLoader& images = parts_.images;
  TRY(ToStatus(images.LoadImage(abi::TRUE,
                                images.firmware_image(),
                                path.abi_pointer(),
                                nullptr,
                                0,
                                &image)));
  Note(Stage::kLoaded);
  return image;
}

Result<abi::EFI_HANDLE> UefiPrograms::LoadBytes(Bytes program) {
  efi::FixedPathWriter<kMaxPathBytes> writer;
  const uint64_t address = parts_.memory.AddressOf(program.data());
  writer->Append(efi::nodes::MemoryMapped(
      abi::EfiLoaderData, address, address + program.size() - 1));
  const efi::DevicePath path = TRY(writer->Finish());
  const MutableBytes bytes = TRY(parts_.memory.Map(address, program.size()));
  Note(Stage::kLoadBegun);
  abi::EFI_HANDLE image = nullptr;
  efi::ImageLoader& images = parts_.images;
  TRY(ToStatus(images.LoadImage(abi::FALSE,
                                images.firmware_image(),
                                path.abi_pointer(),
                                bytes.data(),
                                bytes.size(),
                                &image)));
  Note(Stage::kLoaded);
  return image;
}

void UefiPrograms::GiveOptions(abi::EFI_HANDLE image, MutableBytes options) {
  abi::EFI_LOADED_IMAGE_PROTOCOL& protocol =
      parts_.images.Find(image)->protocol;
  protocol.LoadOptions = options.data();
  protocol.LoadOptionsSize = static_cast<abi::UINT32>(options.size());
}

Status UefiPrograms::SetOptions(abi::EFI_HANDLE image,
                                std::string_view options,
                                efi::PoolArray<char16_t>& text) {
  if (options.empty()) return {};
  if (!text.valid()) return ToStatus(abi::EFI_OUT_OF_RESOURCES);
  const auto converted = Utf8ToUtf16(options, text.room());
  if (!converted) {
    return Fail(ErrorCode::kInvalidArgument, "options are not UTF-8");
  }
  // The room was zeroed, and is longer by one unit than the text.
  GiveOptions(image,
              std::as_writable_bytes(text.room().first(converted->size() + 1)));
  return {};
}

abi::EFI_STATUS UefiPrograms::Start(abi::EFI_HANDLE image) {
  efi::Environment& environment = parts_.environment;
  environment.events().SignalGroup(abi::EFI_EVENT_GROUP_READY_TO_BOOT);
  environment.watchdog().Set(kWatchdogSeconds, 0, nullptr, 0);
  parts_.watch.OnProgramStarts();
  Note(Stage::kStarted);
  LogTimeline(parts_.timeline, parts_.clock);
  const abi::EFI_STATUS status =
      parts_.images.StartImage(image, nullptr, nullptr);
  parts_.watch.OnProgramEnds();
  environment.watchdog().Disarm();
  return status;
}

}  // namespace flint::boot
