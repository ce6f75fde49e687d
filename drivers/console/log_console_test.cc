// SPDX-License-Identifier: Apache-2.0
#include "drivers/console/log_console.h"

#include <string>
#include <string_view>

#include "drivers/console/shared_output.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/log.h"

namespace flint::console {
namespace {

using log::Level;

class RecordingOutput final : public TextOutput {
 public:
  void Write(std::string_view bytes) override {
    ++write_count;
    text += bytes;
  }

  std::string text;
  int write_count = 0;
};

std::string Shown(Level level, std::string_view line) {
  RecordingOutput output;
  LogConsole(output).Write(level, line);
  return output.text;
}

std::string Shown(std::string_view line) { return Shown(Level::kInfo, line); }

TEST(LogConsole, PutsItsNameBeforeALine) {
  EXPECT_EQ(Shown("booting Debian"), "flint: booting Debian\r\n");
}

TEST(LogConsole, NamesTheLevelOfUnusualLines) {
  EXPECT_EQ(Shown(Level::kError, "no disk"), "flint: error: no disk\r\n");
  EXPECT_EQ(Shown(Level::kWarning, "odd"), "flint: warning: odd\r\n");
  EXPECT_EQ(Shown(Level::kDebug, "bar 0"), "flint: debug: bar 0\r\n");
}

TEST(LogConsole, ShowsAnEmptyLine) { EXPECT_EQ(Shown(""), "flint: \r\n"); }

TEST(LogConsole, IndentsContinuationLines) {
  EXPECT_EQ(Shown("tried:\ndisk 0\n"),
            "flint: tried:\r\n       disk 0\r\n       \r\n");
}

TEST(LogConsole, ShowsControlCharactersAsQuestionMarks) {
  EXPECT_EQ(Shown("a\x1B[2Jb\r\t\x7F"), "flint: a?[2Jb???\r\n");
  EXPECT_EQ(Shown(std::string_view("a\0b", 3)), "flint: a?b\r\n");
}

TEST(LogConsole, PassesUtf8) {
  const std::string_view text = "K\u00FChl \u20AC \u4E16 \U0001F427";
  EXPECT_EQ(Shown(text), "flint: " + std::string(text) + "\r\n");
}

TEST(LogConsole, ShowsC1ControlsAsQuestionMarks) {
  // U+009B is a terminal's "CSI", as a character and as a bare byte.
  EXPECT_EQ(Shown("\xC2\x9B"), "flint: ??\r\n");
  EXPECT_EQ(Shown("\x9B[2J"), "flint: ?[2J\r\n");
  EXPECT_EQ(Shown("\u00A0"), "flint: \u00A0\r\n");
}

TEST(LogConsole, ShowsMalformedUtf8AsQuestionMarks) {
  EXPECT_EQ(Shown("\xC3"), "flint: ?\r\n");
  EXPECT_EQ(Shown("\xE2\x82"), "flint: ??\r\n");
  EXPECT_EQ(Shown("\xE2z"), "flint: ?z\r\n");
  EXPECT_EQ(Shown("\xC1\x9B"), "flint: ??\r\n");            // overlong
  EXPECT_EQ(Shown("\xE0\x82\x9B"), "flint: ???\r\n");       // overlong
  EXPECT_EQ(Shown("\xF0\x80\x82\x9B"), "flint: ????\r\n");  // overlong
  EXPECT_EQ(Shown("\xF8\x88\x80\x80\x80"), "flint: ?????\r\n");
}

TEST(LogConsole, SendsAShortLineInOnePiece) {
  RecordingOutput output;

  LogConsole(output).Write(Level::kWarning, "short");

  EXPECT_EQ(output.write_count, 1);
}

TEST(LogConsole, SendsALongLineWhole) {
  const std::string line(1'000, 'x');

  EXPECT_EQ(Shown(line), "flint: " + line + "\r\n");
}

TEST(LogConsole, ServesAsTheLogsSink) {
  RecordingOutput output;
  LogConsole console(output);
  log::Configure(&console, Level::kInfo);

  log::Warning("disk {} is odd", 3);
  log::Debug("not shown");
  log::Configure(nullptr, Level::kInfo);

  EXPECT_EQ(output.text, "flint: warning: disk 3 is odd\r\n");
}

TEST(SharedOutput, LinesBeginAfresh) {
  RecordingOutput device;
  SharedOutput shared(device);
  LogConsole log(shared.lines());

  log.Write(Level::kInfo, "first");
  shared.programs().Write("painting");
  log.Write(Level::kInfo, "second");
  log.Write(Level::kInfo, "third");

  EXPECT_EQ(device.text,
            "flint: first\r\n"
            "painting\x1B[m\r\nflint: second\r\n"
            "flint: third\r\n");
}

}  // namespace
}  // namespace flint::console
