// SPDX-License-Identifier: Apache-2.0
#include "testing/boot/boot_test.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "testing/qemu/runfiles.h"

namespace flint::boot_test {
namespace {

constexpr std::string_view kFirmware = "firmware.elf";
constexpr std::string_view kGuestMark = "FLINT-GUEST ";
constexpr std::string_view kFirmwareMark = "flint: ";

/// The text behind "FLINT-GUEST " of every line that has it. The kernel's own
/// messages may stand before it on the same line.
std::vector<std::string_view> GuestLines(std::string_view serial) {
  std::vector<std::string_view> lines;
  for (const std::string_view line : absl::StrSplit(serial, '\n')) {
    const size_t mark = line.find(kGuestMark);
    if (mark != line.npos)
      lines.push_back(line.substr(mark + kGuestMark.size()));
  }
  return lines;
}

}  // namespace

std::string Image(std::string_view name) {
  return qemu::Runfile(absl::StrCat("testing/boot/", name));
}

qemu::Machine WithFirmware(qemu::Machine machine, std::string_view settings) {
  machine.WithKernel(qemu::Runfile(kFirmware));
  if (!settings.empty()) machine.WithCommandLine(std::string(settings));
  return machine;
}

absl::StatusOr<GuestReport> ParseReport(std::string_view serial) {
  GuestReport report;
  for (std::string_view line : GuestLines(serial)) {
    if (absl::ConsumePrefix(&line, "cmdline: ")) {
      report.command_line = line;
    } else if (absl::ConsumePrefix(&line, "overlay: ")) {
      report.overlay = line;
    } else if (absl::ConsumePrefix(&line, "disk: ")) {
      report.disks.emplace_back(line);
    } else if (absl::ConsumePrefix(&line, "messages: ")) {
      if (!absl::SimpleAtoi(line, &report.message_interrupts)) {
        return absl::InvalidArgumentError(absl::StrCat("no count: ", line));
      }
    } else if (absl::ConsumePrefix(&line, "large: ")) {
      report.large = line;
    } else if (absl::ConsumePrefix(&line, "efi: ")) {
      report.efi = line;
    } else if (absl::ConsumePrefix(&line, "boot_time: ")) {
      if (!absl::SimpleAtoi(line, &report.boot_times_ns.emplace_back())) {
        return absl::InvalidArgumentError(absl::StrCat("no time: ", line));
      }
    } else if (absl::ConsumePrefix(&line, "dmesg: ")) {
      report.kernel_messages.emplace_back(line);
    } else if (absl::ConsumePrefix(&line, "file: ")) {
      report.files.emplace_back(line);
    } else if (absl::ConsumePrefix(&line, "system: ")) {
      report.system = line;
    } else if (absl::ConsumePrefix(&line, "iomem: ")) {
      absl::StatusOr<MemoryResource> resource = ParseMemoryResource(line);
      if (!resource.ok()) return resource.status();
      report.memory.push_back(*std::move(resource));
    }
  }
  return report;
}

absl::StatusOr<qemu::Qemu*> BootTest::Start(const qemu::Machine& machine) {
  absl::StatusOr<std::unique_ptr<qemu::Qemu>> started =
      qemu::Qemu::Start(machine);
  if (!started.ok()) return started.status();
  machines_.push_back(*std::move(started));
  return machines_.back().get();
}

absl::StatusOr<GuestReport> BootTest::Boot(const qemu::Machine& machine,
                                           int status) {
  absl::StatusOr<qemu::Qemu*> vm = Start(machine);
  if (!vm.ok()) return vm.status();
  return ExpectReport(status);
}

absl::StatusOr<GuestReport> BootTest::ExpectReport(int status) {
  if (const absl::Status ready =
          machine().ExpectText(absl::StrCat(kGuestMark, "ready"));
      !ready.ok()) {
    return ready;
  }
  absl::StatusOr<int> ended = machine().ExpectExit();
  if (!ended.ok()) return ended.status();
  if (*ended != status) {
    return absl::AbortedError(
        absl::StrCat("the guest did not power off\n", machine().Describe()));
  }
  return ParseReport(machine().serial());
}

std::string BootTest::WritableCopy(std::string_view name) {
  namespace fs = std::filesystem;
  copies_.push_back(absl::StrCat(
      std::getenv("TEST_TMPDIR"), "/disk-", copies_.size(), ".img"));
  fs::copy_file(
      Image(name), copies_.back(), fs::copy_options::overwrite_existing);
  fs::permissions(
      copies_.back(), fs::perms::owner_write, fs::perm_options::add);
  return copies_.back();
}

void BootTest::TearDown() {
  for (const std::string& copy : copies_) std::filesystem::remove(copy);
  const char* outputs = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  if (outputs == nullptr || !HasFailure()) return;
  const std::string test =
      ::testing::UnitTest::GetInstance()->current_test_info()->name();
  for (size_t i = 0; i < machines_.size(); ++i) {
    const std::string name = absl::StrCat("serial-", i + 1, ".log");
    std::ofstream(absl::StrCat(outputs, "/", name), std::ios::app)
        << "==== " << test << "\n"
        << machines_[i]->serial() << "\n";
  }
}

std::vector<std::string> FirmwareLines(std::string_view serial) {
  std::vector<std::string> lines;
  for (std::string_view line : absl::StrSplit(serial, '\n')) {
    if (absl::ConsumePrefix(&line, kFirmwareMark)) lines.emplace_back(line);
  }
  return lines;
}

}  // namespace flint::boot_test
