// SPDX-License-Identifier: Apache-2.0
#include "efi/console/console.h"

#include <array>
#include <string>
#include <vector>

#include "efi/abi/event.h"
#include "efi/abi/protocol/device_path.h"
#include "efi/abi/protocol/simple_text.h"
#include "efi/abi/system_table.h"
#include "efi/console/fake_terminal.h"
#include "efi/console/key_decoder.h"
#include "efi/environment/host_environment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What notification functions, which have no context, leave behind.
std::vector<char16_t> told_characters;

abi::EFI_STATUS EFIAPI NoteKey(abi::EFI_KEY_DATA* key) {
  told_characters.push_back(key->Key.UnicodeChar);
  return abi::EFI_SUCCESS;
}
abi::EFI_STATUS EFIAPI NoteOtherKey(abi::EFI_KEY_DATA* key) {
  told_characters.push_back(static_cast<char16_t>(key->Key.UnicodeChar - 32));
  return abi::EFI_SUCCESS;
}

/// The console of the system table, as an image uses it.
class ConsoleTest : public ::testing::Test {
 protected:
  ConsoleTest() {
    told_characters.clear();
    EXPECT_OK(InstallConsole(
        host_.environment(),
        {.in = terminal_, .out = terminal_, .clock = host_.clock()}));
    in_ = table_.ConIn;
    abi::EFI_GUID guid = abi::EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;
    void* interface = nullptr;
    EXPECT_EQ(
        services_.HandleProtocol(table_.ConsoleInHandle, &guid, &interface),
        abi::EFI_SUCCESS);
    in_ex_ = static_cast<abi::EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL*>(interface);
  }

  abi::EFI_STATUS ReadKey() { return in_->ReadKeyStroke(in_, &key_); }
  abi::EFI_STATUS ReadKeyEx() {
    return in_ex_->ReadKeyStrokeEx(in_ex_, &key_ex_);
  }
  abi::EFI_STATUS Register(const abi::EFI_KEY_DATA& key,
                           abi::EFI_KEY_NOTIFY_FUNCTION function = NoteKey) {
    abi::EFI_KEY_DATA copy = key;
    return in_ex_->RegisterKeyNotify(in_ex_, &copy, function, &handle_);
  }
  static abi::EFI_KEY_DATA Key(char16_t character, uint32_t state = 0) {
    return {.Key = {.ScanCode = 0, .UnicodeChar = character},
            .KeyState = {.KeyShiftState = state, .KeyToggleState = 0}};
  }

  HostEnvironment host_;
  abi::EFI_SYSTEM_TABLE& table_ = host_.system_table();
  abi::EFI_BOOT_SERVICES& services_ = host_.boot_services();
  FakeTerminal terminal_{80, 25};
  abi::EFI_SIMPLE_TEXT_INPUT_PROTOCOL* in_ = nullptr;
  abi::EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL* in_ex_ = nullptr;
  abi::EFI_INPUT_KEY key_{};
  abi::EFI_KEY_DATA key_ex_{};
  void* handle_ = nullptr;
};

TEST_F(ConsoleTest, IsTheConsoleOfTheSystemTable) {
  ASSERT_NE(table_.ConOut, nullptr);
  EXPECT_EQ(table_.StdErr, table_.ConOut);
  EXPECT_EQ(table_.ConsoleInHandle, table_.ConsoleOutHandle);
  EXPECT_EQ(table_.StandardErrorHandle, table_.ConsoleOutHandle);
  abi::EFI_GUID path = abi::EFI_DEVICE_PATH_PROTOCOL_GUID;
  void* interface = nullptr;
  EXPECT_EQ(
      services_.HandleProtocol(table_.ConsoleOutHandle, &path, &interface),
      abi::EFI_SUCCESS);
  char16_t text[] = u"Hello";
  EXPECT_EQ(table_.ConOut->OutputString(table_.ConOut, text), abi::EFI_SUCCESS);
  EXPECT_EQ(terminal_.TakeSent(), "Hello");
}

TEST_F(ConsoleTest, HasNoKeyBeforeOneIsTyped) {
  EXPECT_EQ(ReadKey(), abi::EFI_NOT_READY);
  EXPECT_EQ(ReadKeyEx(), abi::EFI_NOT_READY);
  EXPECT_EQ(services_.CheckEvent(in_->WaitForKey), abi::EFI_NOT_READY);
  EXPECT_EQ(services_.CheckEvent(in_ex_->WaitForKeyEx), abi::EFI_NOT_READY);
}

TEST_F(ConsoleTest, ReadsKeysInOrder) {
  terminal_.Type("a\x1b[B\r");

  EXPECT_EQ(ReadKey(), abi::EFI_SUCCESS);
  EXPECT_EQ(key_.UnicodeChar, u'a');
  EXPECT_EQ(ReadKeyEx(), abi::EFI_SUCCESS);
  EXPECT_EQ(key_ex_.Key.ScanCode, abi::SCAN_DOWN);
  EXPECT_EQ(ReadKey(), abi::EFI_SUCCESS);
  EXPECT_EQ(key_.UnicodeChar, u'\r');
  EXPECT_EQ(ReadKey(), abi::EFI_NOT_READY);
}

TEST_F(ConsoleTest, ReadsModifiersOnlyByTheNewProtocol) {
  terminal_.Type("\x03\x03");

  EXPECT_EQ(ReadKey(), abi::EFI_SUCCESS);
  EXPECT_EQ(key_.UnicodeChar, 3);
  EXPECT_EQ(ReadKeyEx(), abi::EFI_SUCCESS);
  EXPECT_EQ(key_ex_.Key.UnicodeChar, u'c');
  EXPECT_EQ(key_ex_.KeyState.KeyShiftState,
            abi::EFI_SHIFT_STATE_VALID | abi::EFI_LEFT_CONTROL_PRESSED);
}

TEST_F(ConsoleTest, WaitsForAKey) {
  host_.clock().OnRelax([this] { terminal_.Type("x"); });
  std::array<abi::EFI_EVENT, 1> events{in_->WaitForKey};
  abi::UINTN index = 9;

  EXPECT_EQ(services_.WaitForEvent(events.size(), events.data(), &index),
            abi::EFI_SUCCESS);

  EXPECT_EQ(index, 0u);
  EXPECT_EQ(ReadKey(), abi::EFI_SUCCESS);
  EXPECT_EQ(key_.UnicodeChar, u'x');
}

TEST_F(ConsoleTest, StaysReadyWhileThereAreKeys) {
  terminal_.Type("xy");

  EXPECT_EQ(services_.CheckEvent(in_->WaitForKey), abi::EFI_SUCCESS);
  EXPECT_EQ(services_.CheckEvent(in_ex_->WaitForKeyEx), abi::EFI_SUCCESS);
  EXPECT_EQ(ReadKey(), abi::EFI_SUCCESS);
  EXPECT_EQ(services_.CheckEvent(in_->WaitForKey), abi::EFI_SUCCESS);
  EXPECT_EQ(ReadKey(), abi::EFI_SUCCESS);
  EXPECT_EQ(services_.CheckEvent(in_->WaitForKey), abi::EFI_NOT_READY);
}

TEST_F(ConsoleTest, ReadsTheEscapeKeyAfterAWhile) {
  terminal_.Type("\x1b");
  EXPECT_EQ(ReadKey(), abi::EFI_NOT_READY);

  host_.clock().Advance(KeyDecoder::kEscapeNs);

  EXPECT_EQ(ReadKey(), abi::EFI_SUCCESS);
  EXPECT_EQ(key_.ScanCode, abi::SCAN_ESC);
}

TEST_F(ConsoleTest, ForgetsKeysWhenReset) {
  terminal_.Type("abc");
  EXPECT_EQ(services_.CheckEvent(in_->WaitForKey), abi::EFI_SUCCESS);

  EXPECT_EQ(in_->Reset(in_, abi::FALSE), abi::EFI_SUCCESS);

  EXPECT_EQ(ReadKey(), abi::EFI_NOT_READY);
  EXPECT_EQ(in_ex_->Reset(in_ex_, abi::TRUE), abi::EFI_SUCCESS);
}

TEST_F(ConsoleTest, KeepsTheLastKeysIfNobodyReads) {
  for (char c = ' '; c < 127; ++c) terminal_.Type(std::string(1, c));

  std::u16string read;
  while (ReadKey() == abi::EFI_SUCCESS) read += key_.UnicodeChar;

  EXPECT_EQ(read.size(), 64u);
  EXPECT_EQ(read.back(), u'~');
}

TEST_F(ConsoleTest, ShowsTheCursorToWhoIsAskedForAKey) {
  table_.ConOut->SetCursorPosition(table_.ConOut, 7, 3);
  EXPECT_EQ(terminal_.TakeSent(), "");

  EXPECT_EQ(ReadKey(), abi::EFI_NOT_READY);

  EXPECT_EQ(terminal_.column(), 7);
  EXPECT_EQ(terminal_.row(), 3);
}

TEST_F(ConsoleTest, TellsOfKeysWhoeverReadsThem) {
  EXPECT_EQ(Register(Key(u'a')), abi::EFI_SUCCESS);
  EXPECT_EQ(Register(Key(u'a'), NoteOtherKey), abi::EFI_SUCCESS);
  terminal_.Type("abca");

  EXPECT_EQ(ReadKey(), abi::EFI_SUCCESS);

  EXPECT_EQ(key_.UnicodeChar, u'a');
  EXPECT_THAT(told_characters, ElementsAre(u'a', u'A', u'a', u'A'));
}

TEST_F(ConsoleTest, TellsOfKeysNobodyReads) {
  EXPECT_EQ(Register(Key(u'a')), abi::EFI_SUCCESS);
  terminal_.Type("a");

  EXPECT_EQ(services_.Stall(50'000), abi::EFI_SUCCESS);
  services_.RestoreTPL(services_.RaiseTPL(abi::TPL_NOTIFY));

  EXPECT_THAT(told_characters, ElementsAre(u'a'));
  EXPECT_EQ(ReadKey(), abi::EFI_SUCCESS);
}

TEST_F(ConsoleTest, TellsOfKeysByTheirModifiers) {
  const uint32_t right_control =
      abi::EFI_SHIFT_STATE_VALID | abi::EFI_RIGHT_CONTROL_PRESSED;
  EXPECT_EQ(Register(Key(u'c', right_control)), abi::EFI_SUCCESS);
  EXPECT_EQ(Register(Key(3), NoteOtherKey), abi::EFI_SUCCESS);
  terminal_.Type("c");
  ReadKey();
  EXPECT_THAT(told_characters, IsEmpty());

  terminal_.Type("\x03");
  ReadKey();

  EXPECT_THAT(told_characters, ElementsAre(u'c', u'C'));
}

TEST_F(ConsoleTest, TellsNobodyWhoLeft) {
  EXPECT_EQ(Register(Key(u'a')), abi::EFI_SUCCESS);
  void* const first = handle_;
  EXPECT_EQ(Register(Key(u'a')), abi::EFI_SUCCESS);
  EXPECT_EQ(handle_, first) << "the same twice is once";
  EXPECT_EQ(in_ex_->UnregisterKeyNotify(in_ex_, first), abi::EFI_SUCCESS);
  terminal_.Type("a");
  ReadKey();

  EXPECT_THAT(told_characters, IsEmpty());
  EXPECT_EQ(in_ex_->UnregisterKeyNotify(in_ex_, first),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(in_ex_->UnregisterKeyNotify(in_ex_, this),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(ConsoleTest, RunsOutOfRegistrations) {
  abi::EFI_STATUS status = abi::EFI_SUCCESS;
  int count = 0;
  for (char16_t c = 1; c < 1000 && status == abi::EFI_SUCCESS; ++c) {
    status = Register(Key(c));
    ++count;
  }

  EXPECT_EQ(status, abi::EFI_OUT_OF_RESOURCES);
  EXPECT_GE(count, 64);
}

TEST_F(ConsoleTest, KeepsTheStateOfLocks) {
  abi::EFI_KEY_TOGGLE_STATE state =
      abi::EFI_TOGGLE_STATE_VALID | abi::EFI_CAPS_LOCK_ACTIVE;
  EXPECT_EQ(in_ex_->SetState(in_ex_, &state), abi::EFI_SUCCESS);
  terminal_.Type("a");
  EXPECT_EQ(ReadKeyEx(), abi::EFI_SUCCESS);
  EXPECT_EQ(key_ex_.KeyState.KeyToggleState, state);

  state = abi::EFI_CAPS_LOCK_ACTIVE;
  EXPECT_EQ(in_ex_->SetState(in_ex_, &state), abi::EFI_UNSUPPORTED);
  state = abi::EFI_TOGGLE_STATE_VALID | 0x08;
  EXPECT_EQ(in_ex_->SetState(in_ex_, &state), abi::EFI_UNSUPPORTED);
}

TEST_F(ConsoleTest, LeavesTheTerminalWhenAnImageTakesOver) {
  table_.ConOut->SetAttribute(table_.ConOut, 0x1F);
  char16_t text[] = u"menu";
  table_.ConOut->OutputString(table_.ConOut, text);
  terminal_.TakeSent();

  EXPECT_EQ(services_.ExitBootServices(nullptr,
                                       host_.environment().pages().map_key()),
            abi::EFI_SUCCESS);

  EXPECT_EQ(terminal_.TakeSent(), "\x1b[m\r\n");
}

TEST_F(ConsoleTest, RefusesNullPointers) {
  abi::EFI_KEY_DATA key = Key(u'a');
  EXPECT_EQ(in_->ReadKeyStroke(in_, nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(in_->ReadKeyStroke(nullptr, &key_), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(in_ex_->ReadKeyStrokeEx(in_ex_, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(in_ex_->SetState(in_ex_, nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(in_ex_->RegisterKeyNotify(in_ex_, nullptr, NoteKey, &handle_),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(in_ex_->RegisterKeyNotify(in_ex_, &key, nullptr, &handle_),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(in_ex_->RegisterKeyNotify(in_ex_, &key, NoteKey, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(in_ex_->UnregisterKeyNotify(in_ex_, nullptr),
            abi::EFI_INVALID_PARAMETER);
}

}  // namespace
}  // namespace flint::efi
