// SPDX-License-Identifier: Apache-2.0
#include "efi/console/key_decoder.h"

#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint32_t kShift =
    abi::EFI_SHIFT_STATE_VALID | abi::EFI_LEFT_SHIFT_PRESSED;
constexpr uint32_t kControl =
    abi::EFI_SHIFT_STATE_VALID | abi::EFI_LEFT_CONTROL_PRESSED;
constexpr uint32_t kAlt =
    abi::EFI_SHIFT_STATE_VALID | abi::EFI_LEFT_ALT_PRESSED;

/// A key, to compare and to print.
struct Stroke {
  uint16_t scan_code;
  char16_t character;
  uint32_t shift_state = 0;
  bool operator==(const Stroke&) const = default;
};

void PrintTo(const Stroke& stroke, std::ostream* out) {
  *out << "scan code " << stroke.scan_code << " character "
       << static_cast<int>(stroke.character) << " state " << stroke.shift_state;
}

class KeyDecoderTest : public ::testing::Test {
 protected:
  void Note(const std::optional<abi::EFI_KEY_DATA>& key) {
    if (!key) return;
    strokes_.push_back(
        {key->Key.ScanCode, key->Key.UnicodeChar, key->KeyState.KeyShiftState});
  }

  /// The keys that bytes in quick succession are.
  std::vector<Stroke> Decode(std::string_view bytes) {
    strokes_.clear();
    for (const char byte : bytes) {
      Note(decoder_.Take(static_cast<uint8_t>(byte), now_ns_ += 1'000));
    }
    return strokes_;
  }

  /// Those that are complete after a while.
  std::vector<Stroke> Wait(uint64_t ns) {
    strokes_.clear();
    Note(decoder_.TakeLate(now_ns_ += ns));
    return strokes_;
  }

  KeyDecoder decoder_;
  uint64_t now_ns_ = 5;
  std::vector<Stroke> strokes_;
};

TEST_F(KeyDecoderTest, TakesTextAsItIs) {
  EXPECT_THAT(
      Decode("aZ~ "),
      ElementsAre(
          Stroke{0, u'a'}, Stroke{0, u'Z'}, Stroke{0, u'~'}, Stroke{0, u' '}));
}

TEST_F(KeyDecoderTest, TakesUtf8) {
  EXPECT_THAT(Decode("é€"), ElementsAre(Stroke{0, u'é'}, Stroke{0, u'€'}));
}

TEST_F(KeyDecoderTest, DropsWhatIsNoUtf8) {
  EXPECT_THAT(Decode("\x80\xff\xc0\x80\xe0\x9f\xbf\xed\xa0\x80\xf0\x9f\x98\x80"
                     "a"),
              ElementsAre(Stroke{0, u'a'}));
  EXPECT_THAT(Decode("\xe2\x82x"), ElementsAre(Stroke{0, u'x'}));
  EXPECT_THAT(Decode("\xe2\x1b[A"), ElementsAre(Stroke{abi::SCAN_UP, 0}));
}

TEST_F(KeyDecoderTest, KnowsTheKeysOfATypewriter) {
  EXPECT_THAT(Decode("\r\n\t\b\x7f"),
              ElementsAre(Stroke{0, u'\r'},
                          Stroke{0, u'\n'},
                          Stroke{0, u'\t'},
                          Stroke{0, u'\b'},
                          Stroke{0, u'\b'}));
}

TEST_F(KeyDecoderTest, TakesControlCharactersApart) {
  EXPECT_THAT(Decode("\x01\x03\x1a\x1c"),
              ElementsAre(Stroke{0, u'a', kControl},
                          Stroke{0, u'c', kControl},
                          Stroke{0, u'z', kControl},
                          Stroke{0, u'\\', kControl}));
}

TEST_F(KeyDecoderTest, KnowsArrowsOfEveryTerminal) {
  for (const char* prefix : {"\x1b[", "\x1bO", "\x1b[1;1"}) {
    const std::string start = prefix;
    EXPECT_THAT(Decode(start + "A" + start + "B" + start + "C" + start + "D" +
                       start + "H" + start + "F"),
                ElementsAre(Stroke{abi::SCAN_UP, 0},
                            Stroke{abi::SCAN_DOWN, 0},
                            Stroke{abi::SCAN_RIGHT, 0},
                            Stroke{abi::SCAN_LEFT, 0},
                            Stroke{abi::SCAN_HOME, 0},
                            Stroke{abi::SCAN_END, 0}))
        << prefix;
  }
}

TEST_F(KeyDecoderTest, KnowsNumberedKeys) {
  EXPECT_THAT(Decode("\x1b[1~\x1b[2~\x1b[3~\x1b[4~\x1b[5~\x1b[6~"),
              ElementsAre(Stroke{abi::SCAN_HOME, 0},
                          Stroke{abi::SCAN_INSERT, 0},
                          Stroke{abi::SCAN_DELETE, 0},
                          Stroke{abi::SCAN_END, 0},
                          Stroke{abi::SCAN_PAGE_UP, 0},
                          Stroke{abi::SCAN_PAGE_DOWN, 0}));
}

TEST_F(KeyDecoderTest, KnowsFunctionKeys) {
  const std::vector<std::string> sequences{
      "11", "12", "13", "14", "15", "17", "18", "19", "20", "21", "23", "24"};
  for (size_t i = 0; i < sequences.size(); ++i) {
    const auto scan_code = static_cast<uint16_t>(abi::SCAN_F1 + i);
    EXPECT_THAT(Decode("\x1b[" + sequences[i] + "~"),
                ElementsAre(Stroke{scan_code, 0}));
  }
  EXPECT_THAT(Decode("\x1bOP\x1bOS\x1b[[A\x1b[[E"),
              ElementsAre(Stroke{abi::SCAN_F1, 0},
                          Stroke{abi::SCAN_F1 + 3, 0},
                          Stroke{abi::SCAN_F1, 0},
                          Stroke{abi::SCAN_F1 + 4, 0}));
}

TEST_F(KeyDecoderTest, KnowsModifiers) {
  EXPECT_THAT(Decode("\x1b[1;2A\x1b[1;5C\x1b[3;3~\x1b[Z\x1bx"),
              ElementsAre(Stroke{abi::SCAN_UP, 0, kShift},
                          Stroke{abi::SCAN_RIGHT, 0, kControl},
                          Stroke{abi::SCAN_DELETE, 0, kAlt},
                          Stroke{0, u'\t', kShift},
                          Stroke{0, u'x', kAlt}));
}

TEST_F(KeyDecoderTest, TakesALoneEscapeForTheKeyAfterAWhile) {
  EXPECT_THAT(Decode("\x1b"), IsEmpty());
  EXPECT_TRUE(decoder_.is_waiting());
  EXPECT_THAT(Wait(KeyDecoder::kEscapeNs - 1), IsEmpty());
  EXPECT_THAT(Wait(1), ElementsAre(Stroke{abi::SCAN_ESC, 0}));
  EXPECT_FALSE(decoder_.is_waiting());
  EXPECT_THAT(Decode("[A"), ElementsAre(Stroke{0, u'['}, Stroke{0, u'A'}));
}

TEST_F(KeyDecoderTest, TakesTwoEscapesForOneAndABeginning) {
  EXPECT_THAT(Decode("\x1b\x1b[A"),
              ElementsAre(Stroke{abi::SCAN_ESC, 0}, Stroke{abi::SCAN_UP, 0}));
}

TEST_F(KeyDecoderTest, GivesUpOnBeginnings) {
  Decode("\x1bO");
  EXPECT_THAT(Wait(KeyDecoder::kEscapeNs), ElementsAre(Stroke{0, u'O', kAlt}));
  Decode("\x1b[");
  EXPECT_THAT(Wait(KeyDecoder::kEscapeNs), ElementsAre(Stroke{0, u'[', kAlt}));
  Decode("\x1b[1;");
  EXPECT_THAT(Wait(KeyDecoder::kEscapeNs), IsEmpty());
  EXPECT_FALSE(decoder_.is_waiting());
}

TEST_F(KeyDecoderTest, IgnoresSequencesThatAreNoKeys) {
  EXPECT_THAT(Decode("\x1b[?1;2c\x1b[200~\x1b[99999999999;1;2;3;4;5R\x1b[24;80R"
                     "\x1b[>0;276;0c\x1bOz\x1b[[z\x1b[0~a"),
              ElementsAre(Stroke{0, u'a'}));
}

TEST_F(KeyDecoderTest, StartsAnewInTheMiddleOfASequence) {
  EXPECT_THAT(Decode("\x1b[1\x1b[B"), ElementsAre(Stroke{abi::SCAN_DOWN, 0}));
  EXPECT_THAT(Decode("\x1b[1\r"), ElementsAre(Stroke{0, u'\r'}));
}

TEST_F(KeyDecoderTest, ForgetsWhenReset) {
  Decode("\x1b[");
  decoder_.Reset();

  EXPECT_THAT(Decode("A"), ElementsAre(Stroke{0, u'A'}));
}

}  // namespace
}  // namespace flint::efi
