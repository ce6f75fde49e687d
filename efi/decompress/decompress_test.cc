// SPDX-License-Identifier: Apache-2.0
#include "efi/decompress/decompress.h"

#include <string>
#include <vector>

#include "efi/abi/status.h"
#include "efi/decompress/test_encoder.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;  // NOLINT(google-build-using-namespace)

/// A text with strings that come again near and far, and all bytes.
std::string LongText() {
  std::string text;
  uint32_t state = 1;
  while (text.size() < 20'000) {
    state = state * 1'664'525 + 1'013'904'223;
    if (state >> 30 == 0 && text.size() > 9'000) {
      text += text.substr(text.size() - 8'000, 300);
    } else if (state >> 30 == 1) {
      text += "of which there is more to come";
    } else {
      text += static_cast<char>(state >> 16);
    }
  }
  return text;
}

class DecompressTest : public ::testing::Test {
 protected:
  EFI_STATUS GetInfo(std::string source, UINT32* size, UINT32* scratch) {
    return protocol_->GetInfo(protocol_,
                              source.data(),
                              static_cast<UINT32>(source.size()),
                              size,
                              scratch);
  }

  /// What it stands for; "refused" if that is not to be had.
  std::string Decompressed(std::string source) {
    UINT32 size = 0;
    UINT32 scratch_size = 0;
    if (GetInfo(source, &size, &scratch_size) != EFI_SUCCESS) return "refused";
    if (size > 1'000'000) return "refused";
    std::string out(size, '?');
    std::vector<char> scratch(scratch_size);
    const EFI_STATUS status =
        protocol_->Decompress(protocol_,
                              source.data(),
                              static_cast<UINT32>(source.size()),
                              out.data(),
                              size,
                              scratch.data(),
                              scratch_size);
    EXPECT_TRUE(status == EFI_SUCCESS || status == EFI_INVALID_PARAMETER);
    return status == EFI_SUCCESS ? out : "refused";
  }

  class Decompress decompress_;
  EFI_DECOMPRESS_PROTOCOL* protocol_ = &decompress_;
};

TEST_F(DecompressTest, UndoesCompression) {
  for (const std::string& text : {std::string(),
                                  std::string("a"),
                                  std::string(5'000, 'x'),
                                  std::string("abcabcabcabcd"),
                                  LongText()}) {
    EXPECT_EQ(Decompressed(CompressForTest(text)), text) << text.size();
    EXPECT_EQ(Decompressed(CompressForTest(text, 7)), text) << text.size();
  }
}

TEST_F(DecompressTest, TellsTheSizeAndLeavesWhatFollows) {
  const std::string source = CompressForTest("some text") + "something else";
  UINT32 size = 0;
  UINT32 scratch = 0;

  EXPECT_EQ(GetInfo(source, &size, &scratch), EFI_SUCCESS);
  EXPECT_EQ(size, 9u);
  EXPECT_GT(scratch, 0u);
  EXPECT_EQ(Decompressed(source), "some text");
}

TEST_F(DecompressTest, RefusesWhatIsCutOff) {
  const std::string source = CompressForTest("a text to be cut off anywhere");

  for (size_t size = 0; size < source.size(); ++size) {
    std::string cut = source.substr(0, size);
    EXPECT_EQ(Decompressed(cut), "refused") << size;
    if (size < 8) continue;
    cut[0] = static_cast<char>(size - 8);  // admits it
    EXPECT_EQ(Decompressed(cut), "refused") << size;
  }
}

TEST_F(DecompressTest, RefusesAnotherSize) {
  std::string longer = CompressForTest("abcdefabcdef");
  ++longer[4];
  std::string shorter = CompressForTest("abcdefabcdef");
  --shorter[4];

  EXPECT_EQ(Decompressed(longer), "refused");
  EXPECT_EQ(Decompressed(shorter), "refused");  // within a string
}

TEST_F(DecompressTest, SurvivesEveryFlippedBit) {
  const std::string source = CompressForTest("hostile hostile hostile data");

  for (size_t bit = 64; bit < 8 * source.size(); ++bit) {
    std::string bad = source;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    EXPECT_LE(Decompressed(bad).size(), 28u) << bit;
  }
}

TEST_F(DecompressTest, RefusesBadParameters) {
  std::string source = CompressForTest("text");
  const auto source_size = static_cast<UINT32>(source.size());
  UINT32 size = 0;
  UINT32 scratch_size = 0;
  const auto get = protocol_->GetInfo;
  EXPECT_EQ(get(nullptr, source.data(), source_size, &size, &scratch_size),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(get(protocol_, nullptr, source_size, &size, &scratch_size),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(get(protocol_, source.data(), source_size, nullptr, &scratch_size),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(get(protocol_, source.data(), source_size, &size, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(get(protocol_, source.data(), 7, &size, &scratch_size),
            EFI_INVALID_PARAMETER);

  ASSERT_EQ(get(protocol_, source.data(), source_size, &size, &scratch_size),
            EFI_SUCCESS);
  char out[5];
  std::vector<char> scratch(scratch_size);
  const auto run = [&](VOID* to, UINT32 to_size, VOID* work, UINT32 work_size) {
    return protocol_->Decompress(
        protocol_, source.data(), source_size, to, to_size, work, work_size);
  };
  EXPECT_EQ(run(nullptr, 4, scratch.data(), scratch_size),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(run(out, 3, scratch.data(), scratch_size), EFI_INVALID_PARAMETER);
  EXPECT_EQ(run(out, 5, scratch.data(), scratch_size), EFI_INVALID_PARAMETER);
  EXPECT_EQ(run(out, 4, nullptr, scratch_size), EFI_INVALID_PARAMETER);
  EXPECT_EQ(run(out, 4, scratch.data(), 16), EFI_INVALID_PARAMETER);
  EXPECT_EQ(run(out, 4, scratch.data(), scratch_size), EFI_SUCCESS);
}

}  // namespace
}  // namespace flint::efi
