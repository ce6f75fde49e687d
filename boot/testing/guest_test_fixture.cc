// SPDX-License-Identifier: Apache-2.0
#include "boot/testing/guest_test_fixture.h"

#include <memory>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "testing/qemu/qemu.h"
#include "testing/qemu/runfiles.h"

namespace flint::boot {

// What isa-debug-exit makes of the guest's 0x10.
constexpr int kExitStatus = 0x21;

std::string RunImage(qemu::Machine machine,
                     std::string_view image,
                     const std::string& command) {
  machine.WithKernel(qemu::Runfile("boot/testing/" + std::string(image)))
      .WithCommandLine(command)
      .WithArguments({"-device", "isa-debug-exit"});
  auto vm = qemu::Qemu::Start(machine);
  if (!vm.ok()) {
    ADD_FAILURE() << vm.status();
    return "";
  }
  const absl::StatusOr<int> status = (*vm)->ExpectExit();
  EXPECT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status.value_or(-1), kExitStatus) << (*vm)->serial();
  return (*vm)->serial();
}

}  // namespace flint::boot
