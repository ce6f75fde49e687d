// SPDX-License-Identifier: Apache-2.0
//
// UEFI variables in QEMU's second flash chip: what an operating system sets at
// run time outlasts the machine, and is obeyed.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/boot/uefi/kernel_messages.h"
#include "testing/qemu/machine.h"
#include "testing/qemu/runfiles.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Machine;
using ::testing::EndsWith;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

class FlashVariables : public BootTest {
 protected:
  FlashVariables()
      : variables(absl::StrCat(std::getenv("TEST_TMPDIR"), "/variables.fd")) {}
  ~FlashVariables() override { fs::remove(variables); }

  /// As `qemu-img create` or `truncate` leave it.
  void MakeBlank(uint64_t size_bytes) {
    std::ofstream(variables, std::ios::binary | std::ios::trunc);
    fs::resize_file(variables, size_bytes);
  }

  void CopyTemplate() {
    fs::copy_file(qemu::Runfile("../debian_ovmf/ovmf_vars_4m.fd"),
                  variables,
                  fs::copy_options::overwrite_existing);
    fs::permissions(variables, fs::perms::owner_write, fs::perm_options::add);
  }

  /// A machine with the chip as the last one left it.
  Machine MachineWithFlash(Machine machine) const {
    const auto unit = [](int number, std::string_view file) {
      return absl::StrCat("if=pflash,format=raw,unit=", number, ",file=", file);
    };
    return WithFirmware(
        machine.WithMemoryMib(512)
            .WithArguments({"-drive",
                            unit(0,
                                 qemu::Runfile("../debian_seabios/bios.bin") +
                                     ",readonly=on")})
            .WithArguments({"-drive", unit(1, variables)})
            .WithDisk({.image = Image("flash/flash.img")}));
  }

  void SetAndObey(const Machine& machine) {
    ASSERT_OK_AND_ASSIGN(const GuestReport first, Boot(machine));
    EXPECT_THAT(first.command_line, EndsWith("flint.test=default"));
    EXPECT_EQ(first.system, "stored");
    EXPECT_THAT(Complaints(first.kernel_messages), IsEmpty());

    ASSERT_OK_AND_ASSIGN(const GuestReport second, Boot(machine));
    EXPECT_THAT(second.command_line, EndsWith("flint.test=next"));
    EXPECT_EQ(second.system, "test=set at run time current=0700 next=");

    ASSERT_OK_AND_ASSIGN(const GuestReport third, Boot(machine));
    EXPECT_THAT(third.command_line, EndsWith("flint.test=default"));
    EXPECT_EQ(third.system, "test=set at run time current= next=");
  }

  const std::string variables;
};

TEST_F(FlashVariables, OutlastTheMachineAndAreObeyed) {
  // The smallest, so that what is set does not fit without compaction.
  MakeBlank(128 << 10);

  SetAndObey(MachineWithFlash(Machine::Q35()));
}

TEST_F(FlashVariables, AreAddedToATemplateOfOvmf) {
  CopyTemplate();

  SetAndObey(MachineWithFlash(Machine::Pc()));

  EXPECT_EQ(fs::file_size(variables), 528u << 10);
}

}  // namespace
}  // namespace flint::boot_test
