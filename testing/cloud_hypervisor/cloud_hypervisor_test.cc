// SPDX-License-Identifier: Apache-2.0
//
// What cloud-hypervisor's own integration tests ask of a firmware.
#include "testing/cloud_hypervisor/cloud_hypervisor.h"

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/status_matchers.h"

namespace flint::cloud_hypervisor_test {
namespace {

using boot_test::Image;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class CloudHypervisor : public CloudHypervisorTest {};

/// True if `wanted` are among `events`, in that order.
bool HaveInOrder(const std::vector<std::string>& events,
                 const std::vector<std::string>& wanted) {
  size_t found = 0;
  for (const std::string& event : events) {
    if (found < wanted.size() && event == wanted[found]) ++found;
  }
  return found == wanted.size();
}

uint64_t RamBytes(const boot_test::GuestReport& guest) {
  uint64_t bytes = 0;
  for (const boot_test::MemoryResource& resource : guest.memory) {
    if (resource.name == "System RAM")
      bytes += resource.last - resource.first + 1;
  }
  return bytes;
}

/// What every guest here is started with.
std::vector<std::string> With(std::vector<std::string> disks,
                              std::string_view memory = "size=512M") {
  std::vector<std::string> arguments = {"--cpus",
                                        "boot=1",
                                        "--memory",
                                        std::string(memory),
                                        "--kernel",
                                        kFirmware,
                                        "--disk"};
  arguments.insert(arguments.end(), disks.begin(), disks.end());
  return arguments;
}

// As its test_jammy_hypervisor_fw: the disk's events, and a command line that
// is none of the guest's.
TEST_F(CloudHypervisor, StartsTheGuestAndResetsTheDisk) {
  std::vector<std::string> arguments = With({"path=/dev/vda,image_type=raw"});
  arguments.insert(arguments.end(),
                   {"--cmdline", "root=/dev/vda1 console=hvc0 rw"});
  ASSERT_OK_AND_ASSIGN(
      const VmReport vm,
      Run({.arguments = arguments, .disks = {{.image = Image("fat16.img")}}}));

  EXPECT_EQ(vm.status, 0);
  EXPECT_EQ(vm.guest.command_line, boot_test::kDebianCommandLine);
  EXPECT_THAT(vm.guest.disks, ElementsAre("vda 512 EFI PART"));
  EXPECT_GT(RamBytes(vm.guest), uint64_t{400'000} << 10);
  EXPECT_TRUE(HaveInOrder(vm.events,
                          {"vm booting",
                           "vm booted",
                           "virtio-device activated _disk0",
                           "virtio-device reset _disk0",
                           "vm shutdown",
                           "vm deleted"}))
      << ::testing::PrintToString(vm.events);
  EXPECT_THAT(vm.firmware, SizeIs(2));
}

// As its test_jammy_ovmf: shim and GRUB.
TEST_F(CloudHypervisor, StartsGrub) {
  ASSERT_OK(StartVm({.arguments = With({"path=/dev/vda,image_type=raw"}),
                     .disks = {{.image = Image("uefi/debian.img")}}}));
  ASSERT_OK(machine().ExpectText("*The guest under test"));
  ASSERT_OK(machine().Send("\r"));
  ASSERT_OK_AND_ASSIGN(const VmReport vm, ExpectVmReport());

  EXPECT_EQ(vm.status, 0);
  EXPECT_THAT(vm.guest.command_line, HasSubstr("flint.test=grub"));
  EXPECT_EQ(vm.guest.efi, "64");
}

// As its test_virtio_block_direct_and_firmware; the disk that comes first is
// for cloud-init.
TEST_F(CloudHypervisor, ReadsDisksDirectly) {
  ASSERT_OK_AND_ASSIGN(
      const VmReport vm,
      Run({.arguments = With({"path=/dev/vda,readonly=on,image_type=raw",
                              "path=/dev/vdb,direct=on,image_type=raw"}),
           .disks = {{.image = Image("cloud_init.fat")},
                     {.image = Image("sectors_4096.img"),
                      .block_size_bytes = 4096}}}));

  EXPECT_EQ(vm.status, 0);
  EXPECT_EQ(vm.guest.command_line, boot_test::kDebianCommandLine);
  EXPECT_THAT(vm.guest.disks, ElementsAre("vda 512 ", "vdb 4096 EFI PART"));
}

TEST_F(CloudHypervisor, HasMuchMemory) {
  ASSERT_OK_AND_ASSIGN(
      const VmReport vm,
      Run({.arguments = With({"path=/dev/vda,image_type=raw"}, "size=8G"),
           .disks = {{.image = Image("fat16.img")}}}));

  EXPECT_EQ(vm.status, 0);
  EXPECT_GT(RamBytes(vm.guest), uint64_t{8000} << 20);
}

// As its test_tpm, as far as a firmware is concerned. (Its driver cannot use it
// on this host, with firmware or without.)
TEST_F(CloudHypervisor, LeavesTheTpmToTheGuest) {
  if (!std::ifstream(kSwtpm)) GTEST_SKIP() << "no " << kSwtpm;
  std::vector<std::string> arguments = With({"path=/dev/vda,image_type=raw"});
  arguments.insert(arguments.end(),
                   {"--tpm", absl::StrCat("socket=", kTpmSocket)});
  ASSERT_OK_AND_ASSIGN(const VmReport vm,
                       Run({.arguments = arguments,
                            .disks = {{.image = Image("fat16.img")}},
                            .with_tpm = true}));

  EXPECT_EQ(vm.status, 0);
  EXPECT_THAT(vm.guest.memory,
              Contains(Field(&boot_test::MemoryResource::name, "MSFT0101:00")));
}

TEST_F(CloudHypervisor, Restarts) {
  ASSERT_OK_AND_ASSIGN(const VmReport vm,
                       Run({.arguments = With({"path=/dev/vda,image_type=raw"}),
                            .disks = {{.image = Image("restart.img")}}}));

  EXPECT_EQ(vm.status, 0);
  EXPECT_EQ(vm.guest_starts, 2);
  EXPECT_TRUE(HaveInOrder(vm.events, {"vm rebooting", "vm rebooted"}))
      << ::testing::PrintToString(vm.events);
}

// With its firmware option there is no command line: settings are OEM strings.
TEST_F(CloudHypervisor, SwitchesOffIfThereIsNothingToBoot) {
  ASSERT_OK_AND_ASSIGN(
      const VmReport vm,
      Run({.arguments = {"--memory",
                         "size=512M",
                         "--firmware",
                         kFirmware,
                         "--platform",
                         "oem_strings=[flint.on_failure=poweroff]",
                         "--disk",
                         "path=/dev/vda,image_type=raw"},
           .disks = {{.image = Image("blank.img")}}}));

  EXPECT_EQ(vm.status, 0);
  EXPECT_THAT(vm.firmware,
              Contains(HasSubstr("no bootable operating system found")));
}

}  // namespace
}  // namespace flint::cloud_hypervisor_test
