// SPDX-License-Identifier: Apache-2.0
#include "testing/cloud_hypervisor/cloud_hypervisor.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "testing/cloud_hypervisor/host_archive.h"
#include "testing/qemu/runfiles.h"

namespace flint::cloud_hypervisor_test {
namespace {

constexpr char kVariable[] = "CLOUD_HYPERVISOR";
constexpr std::string_view kHostMark = "FLINT-HOST ";
constexpr std::string_view kGuestStart = "FLINT-GUEST begin";

/// A machine in a machine: every access to a port is a few thousand emulated
/// instructions.
constexpr std::chrono::seconds kLimit{280};

/// What shells take for one word.
std::string Quote(std::string_view word) {
  return absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "' ");
}

/// What the host runs. cloud-hypervisor's serial port is the host's: nothing
/// but guest and firmware speak on it.
std::string CommandOf(const Vm& vm) {
  std::string command;
  if (vm.with_tpm) {
    absl::StrAppend(&command,
                    "./swtpm socket --tpm2 --daemon --flags startup-clear "
                    "--tpmstate dir=. --ctrl type=unixio,path=",
                    kTpmSocket,
                    "\n");
  }
  absl::StrAppend(&command,
                  "./cloud-hypervisor --serial tty --console off "
                  "--event-monitor path=events ");
  for (const std::string& argument : vm.arguments) {
    absl::StrAppend(&command, Quote(argument));
  }
  return command;
}

/// What the host has beside its own initial file system.
absl::StatusOr<std::string> MakeArchive(const Vm& vm) {
  HostArchive archive;
  absl::Status added =
      archive.AddProgram(std::getenv(kVariable), "vmm/cloud-hypervisor");
  added.Update(archive.AddCopy(qemu::Runfile(kFirmware),
                               absl::StrCat("vmm/", kFirmware)));
  if (vm.with_tpm) added.Update(archive.AddProgram(kSwtpm, "vmm/swtpm"));
  if (!added.ok()) return added;
  archive.AddFile("vmm/command", CommandOf(vm));
  return std::move(archive).Finish();
}

/// The event monitor writes JSON objects one after the other.
std::vector<std::string> ParseEvents(const std::string& text) {
  static const std::regex kEvent(
      R"re("source":\s*"([^"]*)",\s*"event":\s*"([^"]*)",\s*"properties":\s*(null|\{[^}]*\}))re");
  static const std::regex kId(R"re("id":\s*"([^"]*)")re");
  std::vector<std::string> events;
  for (std::sregex_iterator i(text.begin(), text.end(), kEvent), end; i != end;
       ++i) {
    std::string event = absl::StrCat((*i)[1].str(), " ", (*i)[2].str());
    const std::string properties = (*i)[3];
    std::smatch id;
    if (std::regex_search(properties, id, kId)) {
      absl::StrAppend(&event, " ", id[1].str());
    }
    events.push_back(std::move(event));
  }
  return events;
}

void ParseHostLines(std::string_view serial, VmReport& report) {
  std::string events;
  for (std::string_view line : absl::StrSplit(serial, '\n')) {
    line = absl::StripSuffix(line, "\r");
    if (line.find(kGuestStart) != line.npos) ++report.guest_starts;
    const size_t mark = line.find(kHostMark);
    if (mark == line.npos) continue;
    line.remove_prefix(mark + kHostMark.size());
    if (absl::ConsumePrefix(&line, "event: ")) {
      absl::StrAppend(&events, line, "\n");
    } else if (absl::ConsumePrefix(&line, "status: ")) {
      if (!absl::SimpleAtoi(line, &report.status)) report.status = -1;
    }
  }
  report.events = ParseEvents(events);
}

}  // namespace

void CloudHypervisorTest::SetUp() {
  if (std::getenv(kVariable) != nullptr) return;
  GTEST_SKIP() << "no cloud-hypervisor: pass --test_env=" << kVariable
               << "=PATH to run this test";
}

absl::StatusOr<qemu::Machine> CloudHypervisorTest::MakeHost(
    const Vm& vm) const {
  absl::StatusOr<std::string> archive = MakeArchive(vm);
  if (!archive.ok()) return archive.status();
  std::ifstream base(qemu::Runfile("testing/cloud_hypervisor/host_initrd.cpio"),
                     std::ios::binary);
  const std::string initrd =
      absl::StrCat(::testing::TempDir(), "/host_initrd.cpio");
  std::ofstream(initrd, std::ios::binary)
      << std::string(std::istreambuf_iterator<char>(base), {}) << *archive;

  qemu::Machine host = qemu::Machine::Q35();
  host.WithCpu("EPYC,+svm,+npt")
      .WithMemoryMib(vm.host_memory_mib)
      .WithKernel(qemu::Runfile("../debian_linux_cloud/vmlinuz"))
      .WithInitrd(initrd)
      .WithCommandLine(
          "console=ttyS0 quiet panic=-1 no_timer_check cryptomgr.notests "
          "mitigations=off");
  for (const qemu::Disk& disk : vm.disks) host.WithDisk(disk);
  return host;
}

absl::Status CloudHypervisorTest::StartVm(const Vm& vm) {
  absl::StatusOr<qemu::Machine> host = MakeHost(vm);
  if (!host.ok()) return host.status();
  return Start(*host).status();
}

absl::StatusOr<VmReport> CloudHypervisorTest::Run(const Vm& vm) {
  if (const absl::Status started = StartVm(vm); !started.ok()) return started;
  return ExpectVmReport();
}

absl::StatusOr<VmReport> CloudHypervisorTest::ExpectVmReport() {
  if (const absl::Status ready =
          machine().ExpectText(absl::StrCat(kHostMark, "ready"), kLimit);
      !ready.ok()) {
    return ready;
  }
  absl::StatusOr<int> status = machine().ExpectExit();
  if (!status.ok()) return status.status();

  absl::StatusOr<boot_test::GuestReport> guest =
      boot_test::ParseReport(machine().serial());
  if (!guest.ok()) return guest.status();
  VmReport report{.guest = *std::move(guest),
                  .firmware = boot_test::FirmwareLines(machine().serial())};
  ParseHostLines(machine().serial(), report);
  return report;
}

}  // namespace flint::cloud_hypervisor_test
