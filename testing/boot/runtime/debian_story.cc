// SPDX-License-Identifier: Apache-2.0
#include "testing/boot/runtime/debian_story.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "testing/boot/boot_test.h"
#include "testing/boot/uefi/firmware.h"
#include "testing/qemu/json.h"
#include "testing/qemu/machine.h"

namespace flint::boot_test {
namespace {

using qemu::Machine;
using qemu::Qemu;
using qemu::TemporaryDirectory;

/// A distribution takes long on an emulated processor, and each start has all
/// of its tools run.
constexpr std::chrono::minutes kLimit{10};

/// Copies the disk into `directory`, to be written.
absl::StatusOr<std::string> CopyDisk(const TemporaryDirectory& directory) {
  const std::string path = directory.Child("disk.img");
  std::error_code error;
  std::filesystem::copy_file(Image("runtime/disk.img"), path, error);
  if (!error) {
    std::filesystem::permissions(path,
                                 std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add,
                                 error);
  }
  if (error) return absl::InternalError(error.message());
  return path;
}

/// "RIP=ffffffff12345678" among the registers that QEMU's monitor prints.
absl::StatusOr<uint64_t> InstructionPointer(Qemu& machine) {
  absl::StatusOr<std::string> registers = machine.Monitor("info registers");
  if (!registers.ok()) return registers.status();
  constexpr std::string_view kName = "RIP=";
  constexpr size_t kDigits = 16;
  const size_t at = registers->find(kName);
  uint64_t address = 0;
  if (at == registers->npos ||
      !absl::SimpleHexAtoi(registers->substr(at + kName.size(), kDigits),
                           &address)) {
    return absl::InternalError(*registers);
  }
  return address;
}

}  // namespace

std::unique_ptr<DebianStory> DebianStory::Run() {
  std::unique_ptr<DebianStory> story(new DebianStory);
  story->status_ = story->Tell();
  if (story->machine_ != nullptr) {
    absl::StrAppend(&story->serial_, story->machine_->serial());
    story->machine_.reset();
  }
  return story;
}

absl::Status DebianStory::Tell() {
  absl::StatusOr<TemporaryDirectory> directory = TemporaryDirectory::Create();
  if (!directory.ok()) return directory.status();
  absl::StatusOr<std::string> disk = CopyDisk(*directory);
  if (!disk.ok()) return disk.status();

  if (absl::Status s = StartMachine(*disk); !s.ok()) return s;
  if (absl::Status s = Await(unified_); !s.ok()) return s;
  absl::StatusOr<uint64_t> address = AwaitEnd("guest-reset");
  if (!address.ok()) return address.status();
  reset_address_ = *address;

  if (absl::Status s = Continue(); !s.ok()) return s;
  if (absl::Status s = Await(grub_); !s.ok()) return s;
  if (absl::Status s = Await(second_kernel_); !s.ok()) return s;
  address = AwaitEnd("guest-shutdown");
  if (!address.ok()) return address.status();
  power_off_address_ = *address;
  serial_ = machine_->serial();

  if (absl::Status s = StartMachine(*disk); !s.ok()) return s;
  return Await(cold_);
}

absl::Status DebianStory::StartMachine(const std::string& disk) {
  // Ends the one before.
  machine_.reset();
  told_ = 0;
  // Time that does not depend on what else the host does: systemd and Linux
  // have many timeouts.
  absl::StatusOr<std::unique_ptr<Qemu>> machine =
      Qemu::Start(On(Firmware::kFlint,
                     Machine::Q35()
                         .WithMemoryMib(kMemoryMib)
                         .WithInstructionClock()
                         .WithPauseOnShutdown()
                         .WithDisk({.image = disk, .keeps_writes = true})));
  if (!machine.ok()) return machine.status();
  machine_ = *std::move(machine);
  return absl::OkStatus();
}

/// Resets the machine that stopped instead, and lets it run.
absl::Status DebianStory::Continue() {
  absl::StatusOr<qemu::Json> done =
      machine_->Execute("set-action", R"({"reboot": "reset"})");
  if (done.ok()) done = machine_->Execute("system_reset");
  if (done.ok()) done = machine_->ExpectEvent("RESET");
  if (done.ok()) done = machine_->Execute("cont");
  return done.status();
}

/// Waits until an operating system has said everything.
absl::Status DebianStory::Await(GuestRun& run) {
  if (absl::Status s = machine_->ExpectText("FLINT-GUEST ready", kLimit);
      !s.ok()) {
    return s;
  }
  const std::string text = machine_->serial().substr(told_);
  told_ = machine_->serial().size();
  run.firmware = FirmwareLines(text);
  run.facts = GuestFacts(text);
  return absl::OkStatus();
}

/// Waits for the end of the machine, for that reason: where the processor is.
absl::StatusOr<uint64_t> DebianStory::AwaitEnd(std::string_view reason) {
  absl::StatusOr<qemu::Json> event = machine_->ExpectEvent("SHUTDOWN", kLimit);
  if (!event.ok()) return event.status();
  const std::string& actual = (*event)["data"]["reason"].text();
  if (actual != reason) {
    return absl::FailedPreconditionError(
        absl::StrCat("the machine ended for another reason: ", actual));
  }
  return InstructionPointer(*machine_);
}

}  // namespace flint::boot_test
