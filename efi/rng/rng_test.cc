// SPDX-License-Identifier: Apache-2.0
#include "efi/rng/rng.h"

#include <array>
#include <cstdint>

#include "drivers/rng/fake_random_source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

class RngTest : public ::testing::Test {
 protected:
  abi::EFI_STATUS Get(const abi::EFI_GUID& algorithm) {
    abi::EFI_GUID copy = algorithm;
    return protocol_->GetRNG(protocol_, &copy, bytes_.size(), bytes_.data());
  }

  rng::FakeRandomSource source_{rng::Quality::kEntropy};
  Rng rng_{source_};
  abi::EFI_RNG_PROTOCOL* protocol_ = &rng_;
  std::array<uint8_t, 4> bytes_{};
};

TEST_F(RngTest, ListsTheAlgorithmThatTheSourceIs) {
  std::array<abi::EFI_GUID, 2> list{};
  size_t size = 0;

  EXPECT_EQ(protocol_->GetInfo(protocol_, &size, nullptr),
            abi::EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, sizeof(abi::EFI_GUID));
  size = sizeof(list);
  EXPECT_EQ(protocol_->GetInfo(protocol_, &size, list.data()),
            abi::EFI_SUCCESS);
  EXPECT_EQ(size, sizeof(abi::EFI_GUID));
  EXPECT_EQ(list[0], abi::EFI_RNG_ALGORITHM_RAW);

  rng::FakeRandomSource generator(rng::Quality::kGenerator);
  Rng other(generator);
  EXPECT_EQ(other.GetInfo(&other, &size, list.data()), abi::EFI_SUCCESS);
  EXPECT_EQ(list[0], abi::EFI_RNG_ALGORITHM_SP800_90_CTR_256_GUID);
}

TEST_F(RngTest, GivesBytes) {
  EXPECT_EQ(protocol_->GetRNG(protocol_, nullptr, bytes_.size(), bytes_.data()),
            abi::EFI_SUCCESS);
  EXPECT_THAT(bytes_, ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(Get(abi::EFI_RNG_ALGORITHM_RAW), abi::EFI_SUCCESS);
  EXPECT_THAT(bytes_, ElementsAre(5, 6, 7, 8));
}

TEST_F(RngTest, RefusesOtherAlgorithms) {
  EXPECT_EQ(Get(abi::EFI_RNG_ALGORITHM_SP800_90_CTR_256_GUID),
            abi::EFI_UNSUPPORTED);
  EXPECT_EQ(Get(abi::EFI_RNG_ALGORITHM_SP800_90_HASH_256_GUID),
            abi::EFI_UNSUPPORTED);
  EXPECT_THAT(bytes_, Each(0));
}

TEST_F(RngTest, RefusesWhatIsNoParameter) {
  size_t size = sizeof(abi::EFI_GUID);
  EXPECT_EQ(protocol_->GetInfo(nullptr, &size, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->GetInfo(protocol_, nullptr, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->GetInfo(protocol_, &size, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->GetRNG(protocol_, nullptr, 0, bytes_.data()),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->GetRNG(protocol_, nullptr, 4, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->GetRNG(nullptr, nullptr, 4, bytes_.data()),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(RngTest, ReportsThatThereAreNone) {
  source_.Fail(Error(ErrorCode::kTimedOut, "injected"));

  EXPECT_EQ(Get(abi::EFI_RNG_ALGORITHM_RAW), abi::EFI_DEVICE_ERROR);

  EXPECT_THAT(bytes_, Each(0));
}

}  // namespace
}  // namespace flint::efi
