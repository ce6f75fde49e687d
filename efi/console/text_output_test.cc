// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <string>

#include "efi/abi/status.h"
#include "efi/console/fake_terminal.h"
#include "efi/console/simple_text_output.h"
#include "efi/console/text_screen.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

/// Text output as an image uses it, with a terminal at the end of the line.
class TextOutputTest : public ::testing::Test {
 protected:
  abi::EFI_STATUS Output(std::u16string text) {
    return out_->OutputString(out_, text.data());
  }
  abi::EFI_STATUS MoveTo(size_t column, size_t row) {
    return out_->SetCursorPosition(out_, column, row);
  }
  abi::EFI_STATUS Colour(size_t attribute) {
    return out_->SetAttribute(out_, attribute);
  }
  void ExpectCursor(int column, int row) {
    EXPECT_EQ(out_->Mode->CursorColumn, column);
    EXPECT_EQ(out_->Mode->CursorRow, row);
  }

  FakeTerminal terminal_{80, 25};
  TextScreen screen_{terminal_};
  SimpleTextOutput output_{screen_};
  abi::EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL* out_ = &output_;
};

TEST_F(TextOutputTest, StartsInTheFirstModeAndSendsNothing) {
  EXPECT_EQ(out_->Mode->MaxMode, 4);
  EXPECT_EQ(out_->Mode->Mode, 0);
  EXPECT_EQ(out_->Mode->Attribute, 0x07);
  EXPECT_EQ(out_->Mode->CursorVisible, abi::TRUE);
  ExpectCursor(0, 0);
  EXPECT_EQ(terminal_.TakeSent(), "");
}

TEST_F(TextOutputTest, CostsACharacterForACharacter) {
  EXPECT_EQ(Output(u"Hello,"), abi::EFI_SUCCESS);
  EXPECT_EQ(Output(u" world\r\n"), abi::EFI_SUCCESS);
  EXPECT_EQ(Output(u"again"), abi::EFI_SUCCESS);

  EXPECT_EQ(terminal_.TakeSent(), "Hello, world\r\nagain");
  ExpectCursor(5, 1);
}

TEST_F(TextOutputTest, SendsAStringOfAnyLengthInFewPieces) {
  EXPECT_EQ(Output(std::u16string(1000, u'x')), abi::EFI_SUCCESS);

  EXPECT_EQ(terminal_.Row(11), std::string(80, 'x'));
  EXPECT_EQ(terminal_.Row(12), std::string(40, 'x'));
  EXPECT_LE(terminal_.write_count(), 10);
  ExpectCursor(40, 12);
}

TEST_F(TextOutputTest, WritesUtf8) {
  EXPECT_EQ(Output(u"\u250c\u2500\u2510 \u00e9 \U0001F600"), abi::EFI_SUCCESS);

  EXPECT_EQ(terminal_.TakeSent(), "┌─┐ é 😀");
  ExpectCursor(8, 0);
}

TEST_F(TextOutputTest, ObeysTheControlCharacters) {
  EXPECT_EQ(Output(u"abc\bX\n\rd\te\n"), abi::EFI_SUCCESS);

  EXPECT_EQ(terminal_.Row(0), "abX");
  EXPECT_EQ(terminal_.Row(1), "d       e");
  ExpectCursor(9, 2);
  EXPECT_EQ(Output(u"\r\b\b"), abi::EFI_SUCCESS);
  ExpectCursor(0, 2);
}

TEST_F(TextOutputTest, LetsNobodyDriveTheTerminal) {
  EXPECT_EQ(Output(u"\x1b[2J\x07\x7f\x9b"), abi::EFI_WARN_UNKNOWN_GLYPH);

  EXPECT_EQ(terminal_.TakeSent(), "?[2J???");
}

TEST_F(TextOutputTest, ShowsBrokenPairsAsWhatTheyAre) {
  const char16_t broken[] = {u'a', 0xD800, u'b', 0xDC00, 0};

  EXPECT_EQ(Output(broken), abi::EFI_WARN_UNKNOWN_GLYPH);

  EXPECT_EQ(terminal_.TakeSent(), "a\uFFFDb\uFFFD");
}

TEST_F(TextOutputTest, TellsWhatItCanShow) {
  std::u16string good = u"text \u2588\r\n\b\t";
  std::u16string bad = u"\x1b";

  EXPECT_EQ(out_->TestString(out_, good.data()), abi::EFI_SUCCESS);
  EXPECT_EQ(out_->TestString(out_, bad.data()), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(terminal_.TakeSent(), "");
}

TEST_F(TextOutputTest, WrapsAtItsOwnWidthOnAWiderTerminal) {
  FakeTerminal wide(132, 50);
  TextScreen screen(wide);
  std::u16string text(81, u'x');

  EXPECT_TRUE(screen.Write(text.data()));

  EXPECT_EQ(wide.Row(0), std::string(80, 'x'));
  EXPECT_EQ(wide.Row(1), "x");
}

TEST_F(TextOutputTest, MovesOnlyWhenSomethingIsShown) {
  EXPECT_EQ(MoveTo(10, 5), abi::EFI_SUCCESS);
  EXPECT_EQ(MoveTo(20, 6), abi::EFI_SUCCESS);
  ExpectCursor(20, 6);
  EXPECT_EQ(terminal_.TakeSent(), "");

  EXPECT_EQ(Output(u"x"), abi::EFI_SUCCESS);

  EXPECT_EQ(terminal_.TakeSent(), "\x1b[7;21Hx");
}

TEST_F(TextOutputTest, MovesByTheShortestWay) {
  Output(u"abc");
  terminal_.TakeSent();

  MoveTo(1, 0);
  Output(u"x");
  EXPECT_EQ(terminal_.TakeSent(), "\b\bx");
  MoveTo(0, 0);
  Output(u"x");
  EXPECT_EQ(terminal_.TakeSent(), "\rx");
  MoveTo(0, 2);
  Output(u"x");
  EXPECT_EQ(terminal_.TakeSent(), "\r\n\nx");
  MoveTo(0, 20);
  Output(u"x");
  EXPECT_EQ(terminal_.TakeSent(), "\x1b[21Hx");
  MoveTo(0, 0);
  Output(u"x");
  EXPECT_EQ(terminal_.TakeSent(), "\x1b[Hx");
}

TEST_F(TextOutputTest, SendsColoursWhenTheyChange) {
  Colour(abi::EFI_WHITE | abi::EFI_BLUE << 4);
  Colour(abi::EFI_RED | abi::EFI_BLUE << 4);
  EXPECT_EQ(terminal_.TakeSent(), "");
  EXPECT_EQ(out_->Mode->Attribute, 0x14);

  Output(u"a");
  EXPECT_EQ(terminal_.TakeSent(), "\x1b[31;44ma");
  Colour(abi::EFI_YELLOW | abi::EFI_BLUE << 4);
  Output(u"b");
  EXPECT_EQ(terminal_.TakeSent(), "\x1b[93mb");
  Colour(abi::EFI_YELLOW | abi::EFI_GREEN << 4);
  Output(u"c");
  EXPECT_EQ(terminal_.TakeSent(), "\x1b[42mc");
  Colour(abi::EFI_LIGHTGRAY);
  Output(u"d");
  EXPECT_EQ(terminal_.TakeSent(), "\x1b[md");
  Output(u"e");
  EXPECT_EQ(terminal_.TakeSent(), "e");
}

TEST_F(TextOutputTest, ClearsInTheCurrentColours) {
  Output(u"text");
  Colour(abi::EFI_WHITE | abi::EFI_RED << 4);

  EXPECT_EQ(out_->ClearScreen(out_), abi::EFI_SUCCESS);

  ExpectCursor(0, 0);
  EXPECT_EQ(terminal_.At(79, 24), (FakeTerminal::Cell{U' ', 15, 1}));
  EXPECT_EQ(terminal_.Row(0), "");
}

TEST_F(TextOutputTest, ScrollsAtTheBottom) {
  MoveTo(0, 23);
  Output(u"one\r\ntwo\r\nthree");

  EXPECT_EQ(terminal_.Row(22), "one");
  EXPECT_EQ(terminal_.Row(23), "two");
  EXPECT_EQ(terminal_.Row(24), "three");
  ExpectCursor(5, 24);
}

TEST_F(TextOutputTest, ScrollsAfterTheLastCorner) {
  MoveTo(79, 24);
  Output(u"x");

  EXPECT_EQ(terminal_.At(79, 23).character, U'x');
  ExpectCursor(0, 24);
  Output(u"y");
  EXPECT_EQ(terminal_.Row(24), "y");
}

TEST_F(TextOutputTest, ShowsAndHidesTheCursorWhenSomeoneLooks) {
  EXPECT_EQ(out_->EnableCursor(out_, abi::FALSE), abi::EFI_SUCCESS);
  EXPECT_EQ(out_->Mode->CursorVisible, abi::FALSE);
  EXPECT_EQ(terminal_.TakeSent(), "");

  screen_.Sync();
  EXPECT_FALSE(terminal_.shows_cursor());
  out_->EnableCursor(out_, abi::TRUE);
  MoveTo(7, 9);
  screen_.Sync();

  EXPECT_TRUE(terminal_.shows_cursor());
  EXPECT_EQ(terminal_.column(), 7);
  EXPECT_EQ(terminal_.row(), 9);
  terminal_.TakeSent();
  screen_.Sync();
  EXPECT_EQ(terminal_.TakeSent(), "");
}

TEST_F(TextOutputTest, ListsItsModes) {
  size_t columns = 0;
  size_t rows = 0;

  EXPECT_EQ(out_->QueryMode(out_, 0, &columns, &rows), abi::EFI_SUCCESS);
  EXPECT_EQ(columns, 80u);
  EXPECT_EQ(rows, 25u);
  EXPECT_EQ(out_->QueryMode(out_, 2, &columns, &rows), abi::EFI_SUCCESS);
  EXPECT_EQ(columns, 100u);
  EXPECT_EQ(rows, 31u);
  EXPECT_EQ(out_->QueryMode(out_, 4, &columns, &rows), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(out_->QueryMode(out_, size_t(-1), &columns, &rows),
            abi::EFI_UNSUPPORTED);
}

TEST_F(TextOutputTest, ChangesItsMode) {
  Output(u"text");
  EXPECT_EQ(MoveTo(80, 0), abi::EFI_UNSUPPORTED);

  EXPECT_EQ(out_->SetMode(out_, 2), abi::EFI_SUCCESS);

  EXPECT_EQ(out_->Mode->Mode, 2);
  ExpectCursor(0, 0);
  EXPECT_EQ(terminal_.Row(0), "");
  EXPECT_EQ(MoveTo(99, 30), abi::EFI_SUCCESS);
  EXPECT_EQ(MoveTo(100, 30), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(MoveTo(99, 31), abi::EFI_UNSUPPORTED);
  ExpectCursor(99, 30);
  EXPECT_EQ(out_->SetMode(out_, 4), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(out_->Mode->Mode, 2);
}

TEST_F(TextOutputTest, ResetsToTheStart) {
  out_->SetMode(out_, 2);
  Colour(0x1F);
  Output(u"text");
  out_->EnableCursor(out_, abi::FALSE);
  screen_.Sync();

  EXPECT_EQ(out_->Reset(out_, abi::TRUE), abi::EFI_SUCCESS);

  EXPECT_EQ(out_->Mode->Mode, 0);
  EXPECT_EQ(out_->Mode->Attribute, 0x07);
  EXPECT_EQ(out_->Mode->CursorVisible, abi::TRUE);
  EXPECT_TRUE(terminal_.shows_cursor());
  EXPECT_EQ(terminal_.At(0, 0), FakeTerminal::Cell{});
  ExpectCursor(0, 0);
}

TEST_F(TextOutputTest, LeavesTheTerminalToOthers) {
  screen_.Leave();
  EXPECT_EQ(terminal_.TakeSent(), "") << "there is nothing to undo";

  Colour(0x1F);
  Output(u"menu");
  out_->EnableCursor(out_, abi::FALSE);
  screen_.Sync();
  terminal_.TakeSent();
  screen_.Leave();

  EXPECT_EQ(terminal_.TakeSent(), "\x1b[m\r\n\x1b[?25h");
}

TEST_F(TextOutputTest, RefusesWhatIsNoParameter) {
  size_t number = 0;
  EXPECT_EQ(Colour(0x80), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(Colour(0x100), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(out_->Mode->Attribute, 0x07);
  EXPECT_EQ(out_->OutputString(out_, nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(out_->TestString(out_, nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(out_->QueryMode(out_, 0, nullptr, &number),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(out_->ClearScreen(nullptr), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(out_->Reset(nullptr, abi::FALSE), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(out_->SetMode(nullptr, 0), abi::EFI_INVALID_PARAMETER);
}

}  // namespace
}  // namespace flint::efi
