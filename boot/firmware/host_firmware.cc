// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/host_firmware.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "boot/firmware/disk_search.h"
#include "boot/firmware/kernel_loader.h"
#include "boot/firmware/uefi_programs.h"
#include "boot/firmware/uefi_volumes.h"
#include "boot/timeline/timeline.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/console/text_input.h"
#include "drivers/console/text_output.h"
#include "efi/boot_manager/boot_manager.h"
#include "efi/boot_menu/plan_menu.h"
#include "efi/device_path/nodes.h"
#include "efi/device_path/path_writer.h"
#include "efi/environment/environment.h"
#include "efi/image/host_protection.h"
#include "efi/image/image_gate.h"
#include "efi/image/image_loader.h"
#include "efi/loader_interface/loader_interface.h"
#include "efi/memory/host_ram.h"
#include "efi/runtime/embedded_image.h"
#include "efi/runtime/loader.h"
#include "efi/variables/esp_backend.h"
#include "platforms/base/check.h"
#include "platforms/base/log.h"

namespace flint::boot {
namespace {

namespace abi = efi::abi;

/// As much as the smallest machine that is tested has, less what it does not
/// need.
constexpr uint64_t kRamBytes = uint64_t{128} << 20;
constexpr uint64_t kArenaBytes = uint64_t{8} << 20;
constexpr size_t kBatchExtents = 1024;
constexpr size_t kMaxDiskPathBytes = 512;
constexpr uint32_t kMenuSeconds = 1;
constexpr uint64_t kTicksPerReading = 1'000'000;

class SilentConsole final : public console::TextInput,
                            public console::TextOutput {
 public:
  std::optional<uint8_t> ReadByte() override { return std::nullopt; }
  void Write(std::string_view) override {}
};

/// Has every line formatted.
class SilentLog final : public log::Sink {
 public:
  SilentLog() { log::Configure(this, log::Level::kDebug); }
  ~SilentLog() override { log::Configure(nullptr, log::Level::kInfo); }
  void Write(log::Level, std::string_view) override {}
};

class ReportKeeper final : public boot_plan::LineWriter {
 public:
  explicit ReportKeeper(std::vector<std::string>& lines) : lines_(lines) {}
  void WriteLine(std::string_view line) override { lines_.emplace_back(line); }

 private:
  std::vector<std::string>& lines_;
};

class NoWallClock final : public efi::WallClock {
 public:
  volume::Timestamp Now() override { return {}; }
};

uint64_t FreeBytes(const memory::MemoryMap& map) {
  uint64_t sum = 0;
  for (const memory::MemoryRange& range : map.ranges()) {
    if (range.type == memory::MemoryType::kFree) sum += range.size_bytes();
  }
  return sum;
}

/// Gives back what a kernel was loaded into.
void FreeKernel(memory::MemoryMap& map) {
  for (;;) {
    const auto found = std::ranges::find(
        map.ranges(), memory::MemoryType::kKernel, &memory::MemoryRange::type);
    if (found == map.ranges().end()) return;
    const Status freed =
        map.Free(found->address, found->size_bytes() / memory::kPageSizeBytes);
    FLINT_CHECK(freed.has_value(), "a kernel's memory cannot be given back");
  }
}

/// What runs instead of every program.
abi::EFI_STATUS EFIAPI ComeBack(abi::EFI_HANDLE, abi::EFI_SYSTEM_TABLE*) {
  return abi::EFI_SUCCESS;
}

struct Memory {
  Memory() {
    const Result<uint64_t> address = ram.map().Allocate(
        {.page_count = kArenaBytes / memory::kPageSizeBytes});
    FLINT_CHECK(address.has_value(), "no memory for the arena");
    arena.emplace(*ram.Map(*address, kArenaBytes));
  }

  efi::HostRam ram{{.low_bytes = kRamBytes, .high_bytes = 0}};
  std::optional<Arena> arena;
};

/// As `UefiSystem`, without what is the machine's.
class HostUefi final : private efi::WatchdogAction {
 public:
  HostUefi(Memory& memory, clock::Clock& clock)
      : memory_(memory),
        environment_({.map = memory.ram.map(),
                      .memory = memory.ram,
                      .clock = clock,
                      .watchdog_action = *this,
                      .firmware_revision = 1}) {}

  Status Start(block::BlockDevice& disk);

  efi::Environment& environment() { return environment_; }
  efi::ImageLoader& images() { return *images_; }
  const UefiVolumes& volumes() const { return volumes_; }
  efi::VariableServices variables() { return runtime_->variables(); }

 private:
  void OnWatchdogExpired(const efi::WatchdogReport&) override {
    FLINT_CHECK(false, "nothing runs for minutes here");
  }

  Memory& memory_;
  NoWallClock wall_clock_;
  efi::HostProtection protection_;
  efi::Environment environment_;
  efi::OpenGate gate_;
  std::optional<efi::ImageLoader> images_;
  UefiVolumes volumes_{environment_, wall_clock_};
  efi::NoVariableBackend volatile_variables_;
  std::optional<efi::EspVariableBackend> esp_variables_;
  std::optional<efi::RuntimeLoader> runtime_;
};

Status HostUefi::Start(block::BlockDevice& disk) {
  TRY(environment_.Start());
  environment_.pages().set_protection(&protection_);
  images_.emplace(efi::ImageLoader::Parts{
      .pages = environment_.pages(),
      .pool = environment_.pool(),
      .events = environment_.events(),
      .handles = environment_.handles(),
      .gate = gate_,
      .system_table = environment_.tables().system_table()});
  environment_.set_images(&*images_);
  FLINT_CHECK(
      images_->AddFirmwareImage(0x10'0000, 0x10'0000) == abi::EFI_SUCCESS,
      "no memory for the firmware's handle");
  efi::FixedPathWriter<kMaxDiskPathBytes> path;
  path->Append(efi::nodes::PciRoot(0));
  path->Append(efi::nodes::Pci(1, 0));
  // Costs only the disk: what is on it may be of any kind.
  const Status added = volumes_.AddDisk(disk, TRY(path->Finish()));
  if (!added) log::Warning("{}: {}", disk.name(), added.error());
  TRY(volumes_.List(*memory_.arena));
  efi::VariableBackend* backend = &volatile_variables_;
  if (const UefiVolume* const volume = volumes_.FindSystemVolume()) {
    backend = &esp_variables_.emplace(volume->files->files(), &wall_clock_);
  }
  efi::RuntimeSettings settings{
      .clock = {},
      .power = {},
      .globals = {},
      .variable_file =
          esp_variables_ ? efi::kRuntimeVariableFileName : std::string_view()};
  settings.clock.counter_hz = 1'000'000;
  return runtime_.emplace(environment_, *backend)
      .Load(efi::RuntimeImageBytes(), settings);
}

}  // namespace

/// Its members come to life in the order of `firmware.cc`.
class HostFirmware::Story final : private boot_plan::Booter,
                                  private ProgramWatch {
 public:
  explicit Story(block::BlockDevice& disk) : disk_(disk) {}

  HostBoot Tell();

 private:
  Failure Boot(const boot_plan::Candidate& candidate) override;
  Failure BootKernel(const boot_plan::Candidate& candidate);
  void CheckKernel(const bzimage::PreparedKernel& kernel);
  void OnProgramStarts() override;
  void OnProgramEnds() override {}
  Status BringUp();
  Status Choose();

  block::BlockDevice& disk_;
  HostBoot result_;
  SilentLog log_;
  SilentConsole console_;
  clock::FakeClock clock_{kTicksPerReading};
  Timeline timeline_{Stage::kEntered, clock_.NowTicks()};
  Memory memory_;
  boot_plan::BootPlan plan_{*memory_.arena};
  std::optional<HostUefi> system_;
  Status up_;
  std::optional<UefiPrograms> programs_;
  std::optional<efi::BootManager> manager_;
};

HostBoot HostFirmware::Story::Tell() {
  memory::MemoryMap& map = memory_.ram.map();
  DiskSearch search(map, memory_.ram, *memory_.arena, plan_);
  // Without memory for all there is, what was found is tried.
  const Status searched = search.Search(disk_);
  if (!searched) result_.report.emplace_back(searched.error().reason());
  if (search.found_variables()) {
    const Status chosen = Choose();
    if (!chosen) log::Warning("UEFI boot options: {}", chosen.error());
  }
  const Status offered =
      efi::ChooseByMenu({.in = console_, .out = console_, .clock = clock_},
                        kMenuSeconds,
                        *memory_.arena,
                        plan_);
  if (!offered) log::Warning("menu: {}", offered.error());
  plan_.Run(*this);
  ReportKeeper keeper(result_.report);
  plan_.WriteReport(keeper);
  return std::move(result_);
}

Status HostFirmware::Story::Choose() {
  TRY(BringUp());
  TRY(manager_->AddOptions({}, *memory_.arena, plan_));
  efi::LoaderInterface loader(system_->variables());
  loader.Prefer(plan_);
  static_cast<void>(loader.TakeTimeoutSeconds());
  return {};
}

Status HostFirmware::Story::BringUp() {
  if (system_) return up_;
  up_ = system_.emplace(memory_, clock_).Start(disk_);
  if (!up_) return up_;
  programs_.emplace(UefiPrograms::Parts{.environment = system_->environment(),
                                        .images = system_->images(),
                                        .volumes = system_->volumes(),
                                        .variables = system_->variables(),
                                        .plan = plan_,
                                        .memory = memory_.ram,
                                        .clock = clock_,
                                        .timeline = timeline_,
                                        .modules = {},
                                        .watch = *this});
  manager_.emplace(
      efi::BootManager::Parts{.handles = system_->environment().handles(),
                              .pool = system_->environment().pool(),
                              .variables = system_->variables(),
                              .runner = *programs_});
  return {};
}

Failure HostFirmware::Story::Boot(const boot_plan::Candidate& candidate) {
  if (candidate.kind == boot_plan::CandidateKind::kBlsEntry) {
    return BootKernel(candidate);
  }
  if (const Status up = BringUp(); !up) return up.error();
  return candidate.kind == boot_plan::CandidateKind::kLoadOption
             ? manager_->Boot(candidate)
             : programs_->Boot(candidate);
}

Failure HostFirmware::Story::BootKernel(const boot_plan::Candidate& candidate) {
  memory::MemoryMap& map = memory_.ram.map();
  std::vector<block::BlockExtent> extents(kBatchExtents);
  KernelLoader loader({.map = map,
                       .memory = memory_.ram,
                       .arena = *memory_.arena,
                       .extents = extents,
                       .modules = {},
                       .kernel_words = "virtio_mmio.device=512@0xfeb00000:5",
                       .rsdp_address = 0});
  const uint64_t free_bytes = FreeBytes(map);
  const auto kernel = loader.Load(candidate);
  if (kernel) {
    CheckKernel(*kernel);
    FreeKernel(map);
  }
  FLINT_CHECK(FreeBytes(map) == free_bytes, "a candidate leaves memory behind");
  if (!kernel) return kernel.error();
  result_.started.emplace_back(candidate.name);
  return Error(ErrorCode::kUnsupported, "kernel ended without booting");
}

void HostFirmware::Story::CheckKernel(const bzimage::PreparedKernel& kernel) {
  const auto is_ram = [this](uint64_t address, uint64_t size_bytes) {
    return size_bytes == 0 || memory_.ram.Map(address, size_bytes).has_value();
  };
  FLINT_CHECK(is_ram(kernel.kernel_address, kernel.kernel_memory_size_bytes),
              "kernel is not in memory");
  FLINT_CHECK(kernel.entry_address - kernel.kernel_address <
                  kernel.kernel_memory_size_bytes,
              "kernel is entered outside of it");
  FLINT_CHECK(is_ram(kernel.initrd_address, kernel.initrd_size_bytes),
              "initrd is not in memory");
  FLINT_CHECK(is_ram(kernel.zero_page_address, memory::kPageSizeBytes),
              "zero page is not in memory");
}

void HostFirmware::Story::OnProgramStarts() {
  efi::ImageLoader& images = system_->images();
  for (const efi::LoadedImage* image = images.Next(nullptr); image != nullptr;
       image = images.Next(image)) {
    efi::LoadedImage* const found = images.Find(image->handle);
    if (found->state != efi::LoadedImage::State::kLoaded) continue;
    found->entry = &ComeBack;
    result_.started.emplace_back(found->name.view());
  }
}

HostFirmware::HostFirmware(block::BlockDevice& disk)
    : story_(std::make_unique<Story>(disk)) {}
HostFirmware::~HostFirmware() = default;

HostBoot HostFirmware::Boot() { return story_->Tell(); }

}  // namespace flint::boot
