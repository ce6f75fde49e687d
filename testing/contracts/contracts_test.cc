// SPDX-License-Identifier: Apache-2.0
//
// The firmware, entered as each VMM enters it, boots Debian or says why not.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/contracts/q35.h"
#include "testing/contracts/vmms.h"
#include "testing/qemu/machine.h"
#include "testing/qemu/runfiles.h"
#include "testing/qemu/status_matchers.h"

namespace flint::contracts {
namespace {

using boot_test::GuestReport;
using ::testing::ElementsAre;

/// What a user gives a VMM for a kernel: nothing of it may reach ours.
constexpr char kForeignOptions[] = "root=/dev/vda1 console=hvc0 init=/bin/sh";

constexpr char kModuleOptions[] =
    "console=ttyS0 panic=-1 quiet no_timer_check cryptomgr.notests";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The machine that the launcher starts as the contract says.
qemu::Machine MachineOf(const Contract& contract) {
  const std::string script =
      absl::StrCat(std::getenv("TEST_TMPDIR"), "/", contract.name, ".script");
  std::ofstream(script, std::ios::binary)
      << MakeLaunchScript(contract, ReadFile(qemu::Runfile("firmware.elf")));
  qemu::Machine machine = contract.machine;
  return machine.WithArguments(
      {"-bios",
       qemu::Runfile("testing/contracts/launcher/launcher.bin"),
       "-device",
       absl::StrCat("loader,force-raw=on,addr=",
                    LaunchScript::address(),
                    ",file=",
                    script)});
}

class Contracts : public boot_test::BootTest {
 protected:
  /// Debian comes up from a disk, with its own command line alone, finds the
  /// disk and the way to power off.
  void BootDebian(const Contract& contract) {
    ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                         Boot(MachineOf(contract).WithDisk(
                                  {.image = boot_test::Image("fat16.img"),
                                   .disable_legacy = true}),
                              q35::kStatusOff));

    EXPECT_EQ(guest.command_line, boot_test::kDebianCommandLine);
    EXPECT_EQ(guest.overlay, boot_test::kOverlay);
    EXPECT_THAT(guest.disks, ElementsAre("vda 512 EFI PART"));
  }

  /// The firmware finds the disk and starts what is on it.
  void ReachDisk(const Contract& contract) {
    ASSERT_OK(Start(MachineOf(contract).WithDisk(
        {.image = boot_test::Image("fat16.img"), .disable_legacy = true})));
    EXPECT_OK(machine().ExpectText("booting debian.conf from virtio-blk"));
    EXPECT_OK(machine().ExpectText("FLINT-GUEST begin"));
  }

  /// The firmware finds that there is nothing to boot, and does what the
  /// settings want then: the machine ends with that status.
  void Report(const Contract& contract, int status) {
    ASSERT_OK(Start(MachineOf(contract)));
    EXPECT_OK(machine().ExpectText("no bootable operating system found"));
    ASSERT_OK_AND_ASSIGN(const int ended, machine().ExpectExit());
    EXPECT_EQ(ended, status);
  }
};

TEST_F(Contracts, CloudHypervisorWithKernel) {
  BootDebian(CloudHypervisor({.command_line = kForeignOptions}));
}

// `--firmware`: nothing but OEM strings tells what the owner wants.
TEST_F(Contracts, CloudHypervisorWithFirmware) {
  Report(CloudHypervisor({.oem_strings = {"flint.on_failure=poweroff"}}),
         q35::kStatusOff);
  Report(CloudHypervisor({.command_line = "flint.on_failure=poweroff",
                          .oem_strings = {"flint.on_failure=reset"}}),
         q35::kStatusReset);
}

TEST_F(Contracts, CloudHypervisorWithZones) {
  ASSERT_OK(Start(MachineOf(CloudHypervisorWithZones({}))));
  EXPECT_OK(machine().ExpectText("started by PVH, 4607 MiB of memory"));
  EXPECT_OK(machine().ExpectText("no bootable operating system found"));
}

TEST_F(Contracts, FirecrackerWithPci) {
  BootDebian(FirecrackerWithPci({.command_line = kForeignOptions}));
}

TEST_F(Contracts, Firecracker) {
  ASSERT_OK(
      Start(MachineOf(Firecracker({}))
                .WithArguments({"-drive",
                                "if=none,format=raw,snapshot=on,id=disk,file=" +
                                    boot_test::Image("fat16.img"),
                                "-device",
                                "virtio-blk-device,drive=disk"})));
  EXPECT_OK(machine().ExpectText("booting debian.conf from virtio-blk"));
}

TEST_F(Contracts, Crosvm) {
  BootDebian(Crosvm({.command_line = kForeignOptions}));
}

TEST_F(Contracts, CrosvmWithOneGib) {
  Report(CrosvmWithOneGib({.command_line = "flint.on_failure=poweroff"}),
         q35::kStatusOff);
}

// Without QEMU's files; and without a clock, as Linux finds none on a microvm.
TEST_F(Contracts, CrosvmBios) {
  ASSERT_OK(Start(MachineOf(CrosvmBios({}))
                      .WithDisk({.image = boot_test::Image("fat16.img"),
                                 .disable_legacy = true})));
  EXPECT_OK(
      machine().ExpectText("started by the reset vector, 511 MiB of memory"));
  EXPECT_OK(machine().ExpectText(
      "booting debian.conf from virtio-blk at pci 0000:00:01.0"));
}

TEST_F(Contracts, XenPvh) {
  Report(XenPvh({.command_line = "flint.on_failure=poweroff"}),
         q35::kStatusOff);
}

// All that there is to boot is what the toolstack loads.
TEST_F(Contracts, XenPvhWithModules) {
  const Contract contract = XenPvh(
      {.command_line = absl::StrCat(
           "flint.options=\"", kModuleOptions, "\" root=/dev/xvda"),
       .kernel = ReadFile(qemu::Runfile("../debian_linux_cloud/vmlinuz")),
       .initrd = ReadFile(boot_test::Image("guest_initrd.cpio"))});

  ASSERT_OK_AND_ASSIGN(const GuestReport guest,
                       Boot(MachineOf(contract), q35::kStatusOff));

  EXPECT_EQ(guest.command_line, kModuleOptions);
  EXPECT_EQ(guest.efi, "64");
}

TEST_F(Contracts, XenPvhWithoutAcpi) {
  ASSERT_OK(Start(MachineOf(XenPvhWithoutAcpi({}))));
  EXPECT_OK(machine().ExpectText("started by PVH, 511 MiB of memory"));
  EXPECT_OK(machine().ExpectText("the machine has no disk"));
}

TEST_F(Contracts, QemuSeaBios) { ReachDisk(QemuSeaBios({})); }

// Memory is about to have a new owner.
TEST_F(Contracts, QemuSeaBiosWithLiveDevice) {
  constexpr char kWrite[] = "virtio_rng_pushed";
  ASSERT_OK(Start(MachineOf(QemuSeaBiosWithLiveDevice({})).WithTrace(kWrite)));
  EXPECT_OK(machine().ExpectText("no bootable operating system found"));

  ASSERT_OK_AND_ASSIGN(const int write_count,
                       machine().CountTraceEvents(kWrite));
  EXPECT_GE(write_count, 1) << "it was not live";
  ASSERT_OK_AND_ASSIGN(
      const qemu::Json device,
      machine().Execute("x-query-virtio-status",
                        absl::StrCat(R"({"path": ")", kLiveDevice, R"("})")));
  EXPECT_EQ(device["name"].text(), "virtio-rng");
  EXPECT_FALSE(device["started"].boolean());
}

TEST_F(Contracts, QemuQboot) {
  Report(QemuQboot({.command_line = "flint.on_failure=poweroff"}), 0);
}

TEST_F(Contracts, Odd) { ReachDisk(Odd({})); }

TEST_F(Contracts, NoAcpi) { ReachDisk(NoAcpi({})); }

TEST_F(Contracts, OldPvh) {
  ASSERT_OK(Start(MachineOf(OldPvh({}))));
  EXPECT_OK(machine().ExpectText(
      "cannot start: PVH start_info of version 0 has no memory map"));
}

}  // namespace
}  // namespace flint::contracts
