// SPDX-License-Identifier: Apache-2.0
#include "efi/decompress/test_encoder.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <queue>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

#include "efi/decompress/decoder.h"
#include "platforms/base/bytes.h"

namespace flint::efi {
namespace {

constexpr size_t kWindow = 8192;
constexpr size_t kShortest = 3;
constexpr size_t kLongest = 256;

class BitWriter {
 public:
  void Write(uint32_t value, unsigned count) {
    while (count-- != 0) {
      if (free_ == 0) {
        text_ += '\0';
        free_ = 8;
      }
      --free_;
      text_.back() = static_cast<char>(
          text_.back() | static_cast<char>((value >> count & 1) << free_));
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  unsigned free_ = 0;
};

/// Lengths of a Huffman code for these frequencies.
std::vector<uint8_t> LengthsFor(const std::vector<uint32_t>& frequencies) {
  using Tree = std::pair<uint64_t, std::vector<size_t>>;  // weight, symbols
  std::priority_queue<Tree, std::vector<Tree>, std::greater<>> trees;
  std::vector<uint8_t> lengths(frequencies.size());
  for (size_t i = 0; i < frequencies.size(); ++i) {
    if (frequencies[i] != 0) trees.push({frequencies[i], {i}});
  }
  while (trees.size() > 1) {
    Tree joined = trees.top();
    trees.pop();
    joined.first += trees.top().first;
    for (const size_t symbol : trees.top().second) {
      joined.second.push_back(symbol);
    }
    trees.pop();
    for (const size_t symbol : joined.second) ++lengths[symbol];
    trees.push(std::move(joined));
  }
  return lengths;
}

/// A code, to be written itself and to write by.
struct Code {
  explicit Code(const std::vector<uint32_t>& frequencies)
      : lengths(LengthsFor(frequencies)), words(frequencies.size()) {
    uint32_t word = 0;
    for (uint8_t length = 1; length <= 16; ++length, word <<= 1) {
      for (size_t i = 0; i < lengths.size(); ++i) {
        if (lengths[i] == length) words[i] = word++;
      }
    }
    for (size_t i = 0; i < frequencies.size(); ++i) {
      if (frequencies[i] != 0) last_used = i;
      if (lengths[i] != 0) count = i + 1;
    }
  }
  void Put(BitWriter& out, size_t symbol) const {
    out.Write(words[symbol], lengths[symbol]);
  }

  std::vector<uint8_t> lengths;
  std::vector<uint32_t> words;
  size_t count = 0;  // 0 if there is one symbol at most
  size_t last_used = 0;
};

void WriteSmallCode(BitWriter& out,
                    const Code& code,
                    unsigned count_bits,
                    size_t pause_at) {
  out.Write(static_cast<uint32_t>(code.count), count_bits);
  if (code.count == 0) {
    out.Write(static_cast<uint32_t>(code.last_used), count_bits);
    return;
  }
  for (size_t i = 0; i < code.count;) {
    const unsigned length = code.lengths[i++];
    out.Write(std::min(length, 7U), 3);
    for (unsigned more = 7; more < length; ++more) out.Write(1, 1);
    if (length >= 7) out.Write(0, 1);
    if (i != pause_at) continue;
    uint32_t zeros = 0;
    while (zeros < 3 && i < code.count && code.lengths[i] == 0) {
      ++i;
      ++zeros;
    }
    out.Write(zeros, 2);
  }
}

struct Piece {
  size_t symbol;
  unsigned extra_bits;
  uint32_t extra;
};

/// The lengths of the characters' code, as symbols of the lengths' code.
std::vector<Piece> LengthPieces(const Code& code) {
  std::vector<Piece> pieces;
  for (size_t i = 0; i < code.count;) {
    if (code.lengths[i] != 0) {
      pieces.push_back({code.lengths[i++] + 2U, 0, 0});
      continue;
    }
    uint32_t run = 0;
    while (code.lengths[i] == 0) {
      ++i;
      ++run;
    }
    if (run == 19) {
      pieces.push_back({0, 0, 0});
      --run;
    }
    if (run < 3) {
      pieces.insert(pieces.end(), run, {0, 0, 0});
    } else if (run <= 18) {
      pieces.push_back({1, 4, run - 3});
    } else {
      pieces.push_back({2, 9, run - 20});
    }
  }
  return pieces;
}

struct Symbol {
  size_t character;
  size_t distance;  // 0 for a byte
};

size_t PositionSymbol(size_t distance) {
  return static_cast<size_t>(std::bit_width(distance - 1));
}

void WriteBlock(BitWriter& out, std::span<const Symbol> symbols) {
  std::vector<uint32_t> character_counts(510);
  std::vector<uint32_t> position_counts(14);
  for (const Symbol& symbol : symbols) {
    ++character_counts[symbol.character];
    if (symbol.distance != 0) {
      ++position_counts[PositionSymbol(symbol.distance)];
    }
  }
  const Code characters(character_counts);
  const Code positions(position_counts);
  const std::vector<Piece> pieces = LengthPieces(characters);
  std::vector<uint32_t> length_counts(19);
  for (const Piece& piece : pieces) ++length_counts[piece.symbol];
  const Code lengths(length_counts);

  out.Write(static_cast<uint32_t>(symbols.size()), 16);
  WriteSmallCode(out, lengths, 5, 3);
  out.Write(static_cast<uint32_t>(characters.count), 9);
  if (characters.count == 0) {
    out.Write(static_cast<uint32_t>(characters.last_used), 9);
  }
  for (const Piece& piece : pieces) {
    lengths.Put(out, piece.symbol);
    out.Write(piece.extra, piece.extra_bits);
  }
  WriteSmallCode(out, positions, 4, SIZE_MAX);
  for (const Symbol& symbol : symbols) {
    characters.Put(out, symbol.character);
    if (symbol.distance == 0) continue;
    const size_t position = PositionSymbol(symbol.distance);
    positions.Put(out, position);
    if (position > 1) {
      out.Write(static_cast<uint32_t>(symbol.distance - 1),
                static_cast<unsigned>(position - 1));
    }
  }
}

size_t SameLength(std::string_view text, size_t at, size_t earlier) {
  size_t length = 0;
  while (length < kLongest && at + length < text.size() &&
         text[at + length] == text[earlier + length]) {
    ++length;
  }
  return length;
}

std::vector<Symbol> SymbolsOf(std::string_view text) {
  std::vector<Symbol> symbols;
  // Where each run of as many characters as can be repeated has begun.
  std::map<std::string_view, std::vector<size_t>> places;
  for (size_t at = 0; at < text.size();) {
    size_t best = 0;
    size_t distance = 0;
    const std::vector<size_t>& here = places[text.substr(at, kShortest)];
    for (const size_t earlier : std::views::reverse(here)) {
      if (at - earlier > kWindow || best == kLongest) break;
      const size_t length = SameLength(text, at, earlier);
      if (length > best) {
        best = length;
        distance = at - earlier;
      }
    }
    if (best < kShortest) {
      best = 1;
      symbols.push_back({static_cast<unsigned char>(text[at]), 0});
    } else {
      symbols.push_back({256 + best - kShortest, distance});
    }
    for (; best != 0; --best) {
      places[text.substr(at, kShortest)].push_back(at);
      ++at;
    }
  }
  return symbols;
}

}  // namespace

std::string CompressForTest(std::string_view text, size_t symbols_per_block) {
  BitWriter out;
  const std::vector<Symbol> symbols = SymbolsOf(text);
  std::span<const Symbol> rest(symbols);
  while (!rest.empty()) {
    const size_t size = std::min(rest.size(), symbols_per_block);
    WriteBlock(out, rest.first(size));
    rest = rest.subspan(size);
  }
  const CompressedHeader header{
      .compressed_size = static_cast<uint32_t>(out.text().size()),
      .original_size = static_cast<uint32_t>(text.size())};
  return std::string(AsText(AsBytes(header))) + out.text();
}

}  // namespace flint::efi
