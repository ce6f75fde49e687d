// SPDX-License-Identifier: Apache-2.0

// An application that our linker made runs, here.

#include <fstream>
#include <iterator>
#include <string>

#include "efi/abi/protocol/simple_text.h"
#include "efi/abi/status.h"
#include "efi/image/image_test_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;

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

class RunApplicationTest : public ImageTest {
 protected:
  RunApplicationTest() {
    console_.protocol.OutputString = Record;
    host_.environment().tables().SetConsoleOutput(nullptr, &console_.protocol);
  }

  RecordingConsole console_;
};

std::string ReadFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

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

}  // namespace
}  // namespace flint::efi
