// SPDX-License-Identifier: Apache-2.0

// The checks on the host: an image whose entry point runs one of them.

#include <algorithm>
#include <ostream>
#include <string>

#include "efi/abi/protocol/device_path_utilities.h"
#include "efi/abi/status.h"
#include "efi/device_path/device_path_protocols.h"
#include "efi/image/image_test_fixture.h"
#include "gtest/gtest.h"
#include "testing/efi/checks/checker.h"

namespace flint::efi_testing {

void PrintTo(const Check& check, std::ostream* out) { *out << check.name; }

namespace {

using namespace efi::abi;

class TestReport final : public Report {
 public:
  void Fail(const char* file,
            int line,
            std::string_view expectation,
            uint64_t actual) override {
    ADD_FAILURE_AT(file, line)
        << expectation << " (0x" << std::hex << actual << ")";
  }
};

class ChecksTest : public efi::ImageTest,
                   public ::testing::WithParamInterface<Check> {
 protected:
  ChecksTest() {
    const EFI_HANDLE handle = Install(EFI_DEVICE_PATH_UTILITIES_PROTOCOL_GUID,
                                      device_paths_.utilities());
    Install(
        handle, EFI_DEVICE_PATH_TO_TEXT_PROTOCOL_GUID, device_paths_.to_text());
    Install(handle,
            EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL_GUID,
            device_paths_.from_text());
  }

  efi::DevicePathProtocols device_paths_{host_.environment().pool()};
};

/// What the entry point is to run.
const Check* g_check = nullptr;

EFI_STATUS EFIAPI RunCheck(EFI_HANDLE image, EFI_SYSTEM_TABLE* system) {
  TestReport report;
  Checker checker(image, system, report);
  g_check->run(checker);
  return EFI_SUCCESS;
}

TEST_P(ChecksTest, Passes) {
  g_check = &GetParam();

  EXPECT_EQ(Start(Load(RunCheck)), EFI_SUCCESS);
}

INSTANTIATE_TEST_SUITE_P(All,
                         ChecksTest,
                         ::testing::ValuesIn(AllChecks()),
                         [](const auto& info) {
                           std::string name(info.param.name);
                           std::ranges::replace(name, ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace flint::efi_testing
