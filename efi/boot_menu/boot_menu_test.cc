// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_menu/boot_menu.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/clock/fake_clock.h"
#include "efi/boot_menu/menu_session.h"
#include "efi/console/fake_terminal.h"
#include "efi/console/key_decoder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using State = BootMenu::State;

constexpr std::string_view kUp = "\x1b[A";
constexpr std::string_view kDown = "\x1b[B";
constexpr std::string_view kLeft = "\x1b[D";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kEnd = "\x1b[F";
constexpr std::string_view kPageUp = "\x1b[5~";
constexpr std::string_view kPageDown = "\x1b[6~";

const std::vector<MenuEntry> kEntries{
    {.title = "Debian GNU/Linux 12",
     .detail = "debian.conf, virtio-blk, partition 1",
     .command_line = "root=/dev/vda1 ro"},
    {.title = "Fedora", .detail = "", .command_line = ""},
    {.title = "\\EFI\\BOOT\\BOOTX64.EFI", .detail = "virtio-blk, partition 2"},
};

/// A menu with a screen and a keyboard, run key by key.
class BootMenuTest : public ::testing::Test {
 protected:
  void Open(std::vector<MenuEntry> entries,
            uint32_t seconds = BootMenu::kForever) {
    entries_ = std::move(entries);
    menu_.emplace(entries_, seconds);
    Show();
  }

  void Show() {
    menu_->Draw(canvas_);
    canvas_.Show(screen_);
  }

  void Press(std::string_view bytes) {
    for (const char byte : bytes) {
      if (const auto key = decoder_.Take(static_cast<uint8_t>(byte), 0)) {
        menu_->OnKey(*key);
      }
    }
    if (const auto key = decoder_.TakeLate(2 * KeyDecoder::kEscapeNs)) {
      menu_->OnKey(*key);
    }
    Show();
  }

  /// The rows that have something in them, with their numbers.
  std::vector<std::string> Rows() {
    std::vector<std::string> rows;
    for (int row = 0; row < 25; ++row) {
      const std::string text = terminal_.Row(row);
      if (!text.empty()) rows.push_back(std::to_string(row) + text);
    }
    return rows;
  }

  std::string EditedLine() {
    std::array<char, 8192> buffer;
    const auto line = menu_->command_line(buffer);
    return line ? std::string(*line) : "(none)";
  }

  FakeTerminal terminal_{80, 25};
  TextScreen screen_{terminal_};
  Canvas canvas_;
  KeyDecoder decoder_;
  std::vector<MenuEntry> entries_;
  std::optional<BootMenu> menu_;
};

TEST_F(BootMenuTest, ListsTheEntries) {
  Open(kEntries, 5);

  EXPECT_THAT(
      Rows(),
      ElementsAre("0  Flint boot menu",
                  "2> Debian GNU/Linux 12",
                  "3  Fedora",
                  "4  \\EFI\\BOOT\\BOOTX64.EFI",
                  "21  debian.conf, virtio-blk, partition 1",
                  "23  Up, Down: select    Enter: boot    e: edit command line",
                  "24  Booting in 5 s"));
  EXPECT_EQ(terminal_.At(2, 2).background, 7);
  EXPECT_EQ(terminal_.At(2, 3).background, -1);
  EXPECT_FALSE(terminal_.shows_cursor());
}

TEST_F(BootMenuTest, MovesTheSelectionAndStopsCounting) {
  Open(kEntries, 5);

  Press(kDown);
  Press(kDown);

  EXPECT_THAT(Rows(),
              ElementsAre("0  Flint boot menu",
                          "2  Debian GNU/Linux 12",
                          "3  Fedora",
                          "4> \\EFI\\BOOT\\BOOTX64.EFI",
                          "21  virtio-blk, partition 2",
                          "23  Up, Down: select    Enter: boot"));
  EXPECT_FALSE(menu_->is_counting());
  Press(kDown);
  EXPECT_EQ(menu_->chosen(), 2u);
  Press("\r");
  EXPECT_EQ(menu_->state(), State::kChosen);
  EXPECT_EQ(EditedLine(), "(none)");
}

TEST_F(BootMenuTest, CountsDownToTheFirst) {
  Open(kEntries, 2);

  menu_->OnSecond();
  Show();
  EXPECT_EQ(terminal_.Row(24), "  Booting in 1 s");
  EXPECT_EQ(menu_->state(), State::kChoosing);
  menu_->OnSecond();

  EXPECT_EQ(menu_->state(), State::kChosen);
  EXPECT_EQ(menu_->chosen(), 0u);
  EXPECT_EQ(BootMenu(kEntries, 0).state(), State::kChosen);
}

TEST_F(BootMenuTest, SendsLittleMoreThanWhatChanges) {
  Open(kEntries, 12);
  EXPECT_LE(terminal_.TakeSent().size(), 350u);

  menu_->OnSecond();
  Show();
  // One digit.
  EXPECT_LE(terminal_.TakeSent().size(), 12u);

  Press(kDown);
  terminal_.TakeSent();
  Press("e");
  terminal_.TakeSent();
  Press("r");
  Press("o");
  EXPECT_EQ(terminal_.TakeSent(), "ro");

  Show();
  EXPECT_EQ(terminal_.TakeSent(), "");
}

TEST_F(BootMenuTest, EditsACommandLine) {
  Open(kEntries);
  Press("e");
  EXPECT_THAT(Rows(),
              ElementsAre("0  Command line of Debian GNU/Linux 12",
                          "2  root=/dev/vda1 ro",
                          "23  Enter: boot    Esc: back to the menu"));
  EXPECT_TRUE(terminal_.shows_cursor());
  EXPECT_EQ(terminal_.column(), 19);
  EXPECT_EQ(terminal_.row(), 2);

  Press(kLeft);
  Press(kLeft);
  Press("\x7f");
  Press("2 \xc3\xa4");

  EXPECT_EQ(terminal_.Row(2), "  root=/dev/vda12 \xc3\xa4ro");
  Press("\r");
  EXPECT_EQ(menu_->state(), State::kChosen);
  EXPECT_EQ(menu_->chosen(), 0u);
  EXPECT_EQ(EditedLine(), "root=/dev/vda12 \xc3\xa4ro");
}

TEST_F(BootMenuTest, LeavesTheEditorWithoutChanges) {
  Open(kEntries);
  Press("e");
  Press("x");

  Press("\x1b");

  EXPECT_EQ(menu_->state(), State::kChoosing);
  EXPECT_EQ(terminal_.Row(0), "  Flint boot menu");
  Press("\r");
  EXPECT_EQ(EditedLine(), "(none)");
}

TEST_F(BootMenuTest, EditsOnlyWhatHasACommandLine) {
  Open(kEntries);
  Press(kEnd);

  Press("e");

  EXPECT_EQ(menu_->state(), State::kChoosing);
}

TEST_F(BootMenuTest, ScrollsLongLists) {
  std::vector<std::string> titles;
  for (int i = 0; i < 40; ++i) titles.push_back("entry " + std::to_string(i));
  std::vector<MenuEntry> entries;
  for (const std::string& title : titles) {
    entries.push_back({.title = title, .detail = ""});
  }
  Open(entries);
  EXPECT_EQ(terminal_.Row(19), "  entry 17");
  EXPECT_EQ(terminal_.Row(20), "v");

  Press(kPageDown);
  EXPECT_EQ(menu_->chosen(), 18u);
  EXPECT_EQ(terminal_.Row(1), "^");
  EXPECT_EQ(terminal_.Row(19), "> entry 18");
  Press(kEnd);
  EXPECT_EQ(terminal_.Row(19), "> entry 39");
  EXPECT_EQ(terminal_.Row(20), "");
  Press(kPageUp);
  EXPECT_EQ(menu_->chosen(), 21u);
  EXPECT_EQ(terminal_.Row(2), "> entry 21");
  Press(kUp);
  EXPECT_EQ(terminal_.Row(2), "> entry 20");
  Press(kHome);
  EXPECT_EQ(terminal_.Row(2), "> entry 0");
}

TEST_F(BootMenuTest, WrapsAndScrollsLongCommandLines) {
  std::string line;
  for (int i = 0; line.size() + 8 < LineEditor::kMaxUnits; ++i) {
    line += "word" + std::to_string(1000 + i);
  }
  Open({{.title = "x", .detail = "", .command_line = line}});

  Press("e");

  // 27 rows of 75, of which the last 18 are shown.
  const size_t rows = line.size() / 75 + 1;
  EXPECT_EQ(terminal_.Row(2), "  " + line.substr((rows - 18) * 75, 75));
  EXPECT_EQ(terminal_.Row(19), "  " + line.substr((rows - 1) * 75));
  EXPECT_EQ(terminal_.row(), 19);
  Press(kHome);
  EXPECT_EQ(terminal_.Row(2), "  " + line.substr(0, 75));
  EXPECT_EQ(terminal_.row(), 2);
  EXPECT_EQ(terminal_.column(), 2);
}

TEST_F(BootMenuTest, RefusesToEditWhatIsTooLong) {
  const std::string line(LineEditor::kMaxUnits + 1, 'x');
  Open({{.title = "x", .detail = "", .command_line = line}});

  Press("e");

  EXPECT_EQ(menu_->state(), State::kChoosing);
}

TEST_F(BootMenuTest, ShowsHostileTextsAsText) {
  const std::string long_title(200, 'x');
  Open({{.title = "a\x1b[31m\n\r\x07\xff\xe4\xb8\xad\xf0\x9f\x98\x80z",
         .detail = long_title},
        {.title = long_title, .detail = ""}});

  EXPECT_EQ(terminal_.Row(2), "> a?[31m???\xef\xbf\xbd??z");
  EXPECT_EQ(terminal_.Row(3), "  " + long_title.substr(0, 77));
  EXPECT_EQ(terminal_.Row(21), "  " + long_title.substr(0, 77));
}

TEST(LineEditor, EditsAsAShellDoes) {
  LineEditor editor;
  KeyDecoder decoder;
  const auto press = [&](std::string_view bytes) {
    for (const char byte : bytes) {
      const auto key = decoder.Take(static_cast<uint8_t>(byte), 0);
      if (key) editor.OnKey(*key);
    }
    std::array<char, 100> text;
    return std::string(*editor.ToUtf8(text));
  };
  ASSERT_TRUE(editor.Set("one two  three"));

  EXPECT_EQ(press("\x17"), "one two  ");  // Control w
  EXPECT_EQ(press("\x17"), "one ");
  EXPECT_EQ(press("\x01z"), "zone ");            // Control a
  EXPECT_EQ(press("\x04"), "zne ");              // Control d
  EXPECT_EQ(press("\x06\x0b"), "zn");            // Control f, k
  EXPECT_EQ(press("\x05!\x02?"), "zn?!");        // Control e, b
  EXPECT_EQ(press("\x15"), "!");                 // Control u
  EXPECT_EQ(press("\x7f\x1b[D\x1b[D"), "!");     // nothing before the cursor
  EXPECT_EQ(press("\x1b[F\x1b[3~\x1b[C"), "!");  // nor behind it
  EXPECT_FALSE(editor.Set("\xff"));
  EXPECT_EQ(press(""), "!");
}

TEST(LineEditor, IsOfBoundedLength) {
  LineEditor editor;
  ASSERT_TRUE(editor.Set(std::string(LineEditor::kMaxUnits, 'x')));

  EXPECT_FALSE(editor.OnKey(
      {.Key = {.ScanCode = 0, .UnicodeChar = u'y'}, .KeyState = {}}));

  EXPECT_EQ(editor.text().size(), LineEditor::kMaxUnits);
  std::array<char, 100> small;
  EXPECT_FALSE(editor.ToUtf8(small));
}

class MenuSessionTest : public ::testing::Test {
 protected:
  FakeTerminal terminal_{80, 25};
  clock::FakeClock clock_{1'000'000};
  MenuTerminal parts_{.in = terminal_, .out = terminal_, .clock = clock_};
};

TEST_F(MenuSessionTest, EndsWithTheCountdown) {
  BootMenu menu(kEntries, 3);
  const uint64_t start_ns = clock_.now_ns();

  RunMenu(parts_, menu);

  EXPECT_EQ(menu.chosen(), 0u);
  const uint64_t took_ns = clock_.now_ns() - start_ns;
  EXPECT_GE(took_ns, 3 * clock::kNanosecondsPerSecond);
  EXPECT_LE(took_ns, 4 * clock::kNanosecondsPerSecond);
}

TEST_F(MenuSessionTest, EndsWithAChoiceAndCleansUp) {
  BootMenu menu(kEntries, BootMenu::kForever);
  terminal_.Type(std::string(kDown) + "\r");

  RunMenu(parts_, menu);

  EXPECT_EQ(menu.chosen(), 1u);
  EXPECT_EQ(terminal_.Row(2), "");
  EXPECT_EQ(terminal_.row(), 0);
  EXPECT_TRUE(terminal_.shows_cursor());
}

TEST_F(MenuSessionTest, TellsEscapeFromTheStartOfASequence) {
  BootMenu menu(kEntries, BootMenu::kForever);
  terminal_.Type("e\x1b");
  int turns = 0;
  clock_.OnRelax([&] {
    // Long after the escape was taken for a key.
    if (++turns == 1000) terminal_.Type("\r");
  });

  RunMenu(parts_, menu);

  std::array<char, 100> buffer;
  EXPECT_FALSE(menu.command_line(buffer));
}

TEST_F(MenuSessionTest, ShowsNothingWithoutTime) {
  BootMenu menu(kEntries, 0);

  RunMenu(parts_, menu);

  EXPECT_EQ(terminal_.TakeSent(), "");
}

}  // namespace
}  // namespace flint::efi
