// SPDX-License-Identifier: Apache-2.0

// Applications that our linker made run, here.

#include <fstream>
#include <iterator>
#include <string>

#include "efi/abi/protocol/device_path_utilities.h"
#include "efi/abi/protocol/simple_text.h"
#include "efi/abi/status.h"
#include "efi/device_path/device_path_protocols.h"
#include "efi/image/image_test_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"

namespace flint::efi {
namespace {

using namespace abi;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

/// A console that keeps what is written.
struct RecordingConsole {
  EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL protocol{};
  std::u16string text;
};

EFI_STATUS EFIAPI Record(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* protocol,
                         CHAR16* text) {
  static_cast<RecordingConsole*>(static_cast<void*>(protocol))->text += text;
  return EFI_SUCCESS;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class RunApplicationTest : public ImageTest {
 protected:
  RunApplicationTest() {
    console_.protocol.OutputString = Record;
    host_.environment().tables().SetConsoleOutput(nullptr, &console_.protocol);
  }

  /// Runs an application of //testing/efi and returns its status.
  EFI_STATUS Run(const std::string& name) {
    const std::string file = ReadFile("testing/efi/" + name);
    EFI_HANDLE image = nullptr;
    EXPECT_EQ(LoadFrom(AsBytes(std::string_view(file)), &image), EFI_SUCCESS);
    return Start(image);
  }

  RecordingConsole console_;
};

TEST_F(RunApplicationTest, SaysHello) {
  const std::string file = ReadFile("testing/efi/hello.efi");
  EFI_HANDLE image = nullptr;
  ASSERT_EQ(LoadFrom(AsBytes(std::string_view(file)), &image), EFI_SUCCESS);
  const uint64_t base = loader_.Find(image)->base;
  const std::u16string size = [this, image] {
    const std::string digits = std::to_string(LoadedImageOf(image)->ImageSize);
    return std::u16string(digits.begin(), digits.end());
  }();

  EXPECT_EQ(loader_.DescribeAddress(base)->image_name, "hello.pdb");
  EXPECT_EQ(Start(image), EFI_SUCCESS);

  EXPECT_EQ(console_.text,
            u"Hello from a UEFI application\r\n"
            u"It was linked as PE and relocated\r\n"
            u"I am " +
                size + u" bytes long\r\n");
}

TEST_F(RunApplicationTest, FindsTheServicesInOrder) {
  DevicePathProtocols device_paths(host_.environment().pool());
  Install(EFI_DEVICE_PATH_UTILITIES_PROTOCOL_GUID, device_paths.utilities());
  Install(EFI_DEVICE_PATH_TO_TEXT_PROTOCOL_GUID, device_paths.to_text());
  Install(EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL_GUID, device_paths.from_text());

  EXPECT_EQ(Run("services.efi"), EFI_SUCCESS);

  const std::string text(console_.text.begin(), console_.text.end());
  EXPECT_THAT(text, HasSubstr("PASS: pages\r\n"));
  EXPECT_THAT(text, Not(HasSubstr("FAIL")));
  EXPECT_THAT(text, EndsWith(" passed, 0 failed\r\n"));
}

}  // namespace
}  // namespace flint::efi
