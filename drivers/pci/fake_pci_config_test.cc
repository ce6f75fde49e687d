// SPDX-License-Identifier: Apache-2.0
#include "drivers/pci/fake_pci_config.h"

#include "drivers/pci/registers.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace flint::pci {
namespace {

constexpr Address kPlace{0, 0, 3, 0};

TEST(FakePciConfig, AnswersForAbsentFunctionsLikeABus) {
  FakePciConfig config;

  EXPECT_EQ(config.Read32(kPlace, 0), 0xFFFF'FFFFu);
  EXPECT_EQ(config.Read16(kPlace, 0), 0xFFFFu);
  EXPECT_EQ(config.Read8(kPlace, 0), 0xFFu);
  config.Write32(kPlace, 0x10, 1);

  EXPECT_EQ(config.access_count(), 4u);
  EXPECT_EQ(config.write_count(), 1u);
}

TEST(FakePciConfig, ShowsABusOnlyThroughABridge) {
  FakePciConfig config;
  config.AddFunction({0, 1, 0, 0});

  EXPECT_EQ(config.Read16({0, 1, 0, 0}, 0), 0xFFFFu);
  config.AddBridge(kPlace, 1, 1);
  EXPECT_EQ(config.Read16({0, 1, 0, 0}, 0), 0x1234u);
}

TEST(FakePciConfig, IgnoresWritesToWhatCannotBeWritten) {
  FakePciConfig config;
  config.AddFunction(kPlace);

  config.Write32(kPlace, 0x00, 0);
  config.Write32(kPlace, 0x10, 0xFFFF'FFFF);
  config.Write16(kPlace, Command::kOffset, 0xFFFF);

  EXPECT_EQ(config.Read32(kPlace, 0x00), 0x5678'1234u);
  EXPECT_EQ(config.Read32(kPlace, 0x10), 0u);
  EXPECT_EQ(config.Read16(kPlace, Command::kOffset), 0x0547u);
}

TEST(FakePciConfig, FailsTheTestOnMisalignedAccess) {
  static FakePciConfig config;

  EXPECT_NONFATAL_FAILURE(config.Read32(kPlace, 2), "misaligned");
}

TEST(FakePciConfig, FailsTheTestIfADecodedBarIsWritten) {
  static FakePciConfig config;
  FakeFunction& function = config.AddFunction(kPlace);
  function.SetBar(0, {.address = 0xFEBF'0000, .size_bytes = 0x1000});
  function.Set16(Command::kOffset, Command::kMemorySpace);

  EXPECT_NONFATAL_FAILURE(config.Write32(kPlace, 0x10, 0xFFFF'FFFF),
                          "while it is decoded");
}

TEST(FakePciConfig, FailsTheTestIfAHighHalfIsWrittenBeforeTheLowIsRestored) {
  static FakePciConfig config;
  FakeFunction& function = config.AddFunction(kPlace);
  function.SetBar(
      0, {.address = 0xFEBF'0000, .size_bytes = 0x1000, .is_64_bit = true});
  config.Write32(kPlace, 0x10, 0xFFFF'FFFF);

  EXPECT_NONFATAL_FAILURE(config.Write32(kPlace, 0x14, 0xFFFF'FFFF),
                          "relocate");
}

TEST(FakePciConfig, FailsTheTestIfTheStatusIsWrittenWithTheCommand) {
  static FakePciConfig config;
  config.AddFunction(kPlace);

  EXPECT_NONFATAL_FAILURE(config.Write32(kPlace, Command::kOffset, 2),
                          "status");
}

}  // namespace
}  // namespace flint::pci
