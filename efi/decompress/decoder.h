// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "efi/decompress/bit_reader.h"
#include "efi/decompress/huffman_code.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/result.h"

namespace flint::efi {

/// What compressed data begin with. [uefi-2.10 19.2.1]
struct CompressedHeader {
  Le32 compressed_size;
  Le32 original_size;
};
static_assert(sizeof(CompressedHeader) == 8);

/// Undoes UEFI's compression: LZ77 whose output is coded by Huffman codes that
/// change with every block. [uefi-2.10 19]
///
/// About 2 KiB; in the scratch memory of whoever wants something decompressed.
class Decoder {
 public:
  /// Fills `out` with what `compressed`, which follows the header, stand for.
  /// kTruncated or kCorrupt if they stand for anything else than so many bytes;
  /// then `out` holds the beginning.
  Status Decode(Bytes compressed, MutableBytes out);

 private:
  // [uefi-2.10 19.2.3]
  static constexpr unsigned kThreshold = 3;  // length of the shortest string
  static constexpr unsigned kMaxMatch = 256;
  static constexpr size_t kCharacterSymbols =
      256 + kMaxMatch + 1 - kThreshold;  // bytes, then lengths
  static constexpr size_t kPositionSymbols = 14;
  static constexpr size_t kLengthSymbols = 19;  // of the code's code

  // Counts of code lengths have so many bits.
  static constexpr unsigned kCharacterCountBits = 9;
  static constexpr unsigned kPositionCountBits = 4;
  static constexpr unsigned kLengthCountBits = 5;

  Status ReadBlockHeader();
  Status ReadCharacterCode();
  template <size_t kSymbols>
  Status ReadSmallCode(HuffmanCode<kSymbols>& code,
                       unsigned count_bits,
                       size_t pause_at);
  Result<uint8_t> ReadSmallLength();
  Result<size_t> ReadZeroRun(uint16_t symbol);
  Result<size_t> ReadDistance();
  Status Repeat(size_t length, MutableBytes out, size_t& done);

  BitReader bits_;
  uint32_t symbols_in_block_ = 0;
  HuffmanCode<kCharacterSymbols> characters_;
  HuffmanCode<kPositionSymbols> positions_;
  HuffmanCode<kLengthSymbols> lengths_;
  std::array<uint8_t, kCharacterSymbols> character_lengths_{};
};

}  // namespace flint::efi
