// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "efi/decompress/bit_reader.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// A canonical Huffman code of up to `kMaxSymbols` symbols, as given by the
/// length of each symbol's code word: shorter words come first, and among those
/// of one length the order is the symbols'. [uefi-2.10 19.2.3]
template <size_t kMaxSymbols>
class HuffmanCode {
 public:
  static constexpr unsigned kMaxLength = 16;

  /// The code in which every word is empty, and means `symbol`.
  void SetOnly(uint16_t symbol) {
    only_ = symbol;
    has_only_ = true;
  }

  /// The code with words of these lengths, of which 0 is none, and none is
  /// longer than `kMaxLength`. kCorrupt unless it is complete: every sequence
  /// of bits has a meaning.
  Status Set(std::span<const uint8_t> lengths) {
    has_only_ = false;
    std::array<uint16_t, kMaxLength + 1> counts{};
    for (const uint8_t length : lengths) ++counts[length];
    uint32_t limit = 0;   // of code words, as the first of 16 bits
    uint16_t before = 0;  // symbols with shorter words
    for (unsigned length = 1; length <= kMaxLength; ++length) {
      // What to add to a word of this length for its place in the list.
      bases_[length] = static_cast<int32_t>(before) -
                       static_cast<int32_t>(limit >> (kMaxLength - length));
      limit += uint32_t{counts[length]} << (kMaxLength - length);
      limits_[length] = limit;
      starts_[length] = before;
      before = static_cast<uint16_t>(before + counts[length]);
    }
    if (limit != uint32_t{1} << kMaxLength) {
      return Fail(ErrorCode::kCorrupt, "compressed data has a bad code");
    }
    for (size_t symbol = 0; symbol < lengths.size(); ++symbol) {
      if (lengths[symbol] == 0) continue;
      symbols_[starts_[lengths[symbol]]++] = static_cast<uint16_t>(symbol);
    }
    return {};
  }

  /// The symbol of the next word. kTruncated if the bits end within it.
  Result<uint16_t> Read(BitReader& bits) const {
    if (has_only_) return only_;
    const uint32_t ahead = bits.Peek16();
    // The limit of the longest is above whatever 16 bits are.
    unsigned length = 1;
    while (ahead >= limits_[length]) ++length;
    TRY(bits.Skip(length));
    const auto word = static_cast<int32_t>(ahead >> (kMaxLength - length));
    const int32_t place = word + bases_[length];
    return symbols_[static_cast<size_t>(place)];
  }

 private:
  std::array<uint32_t, kMaxLength + 1> limits_{};
  std::array<int32_t, kMaxLength + 1> bases_{};
  std::array<uint16_t, kMaxLength + 1> starts_{};
  std::array<uint16_t, kMaxSymbols> symbols_{};
  uint16_t only_ = 0;
  bool has_only_ = true;
};

}  // namespace flint::efi
