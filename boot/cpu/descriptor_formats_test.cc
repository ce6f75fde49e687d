// SPDX-License-Identifier: Apache-2.0
#include "boot/cpu/descriptor_formats.h"

#include <cstddef>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"

namespace flint::cpu {
namespace {

using ::testing::ElementsAre;

TEST(DescriptorFormats, PutsTheTaskSegmentsFieldsWhereTheProcessorReadsThem) {
  EXPECT_EQ(offsetof(TaskSegment, privilege_stacks), 4u);
  EXPECT_EQ(offsetof(TaskSegment, interrupt_stacks), 36u);
  EXPECT_EQ(offsetof(TaskSegment, io_map_base), 102u);
}

TEST(DescriptorFormats, SpreadsTheTaskSegmentsAddress) {
  EXPECT_THAT(TaskDescriptor(0x1234'5678'9ABC'DEF0),
              ElementsAre(0x9A00'89BC'DEF0'0067, 0x1234'5678));
}

TEST(DescriptorFormats, SpreadsAGatesAddress) {
  const Gate gate = InterruptGate(0x1234'5678'9ABC'DEF0, 0x10, 3);

  EXPECT_EQ(*ReadWire<Le64>(AsBytes(gate), 0), 0x9ABC'8E03'0010'DEF0u);
  EXPECT_EQ(*ReadWire<Le64>(AsBytes(gate), 8), 0x1234'5678u);
}

}  // namespace
}  // namespace flint::cpu
