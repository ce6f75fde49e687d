// SPDX-License-Identifier: Apache-2.0
#include "drivers/fdt/device_tree.h"

#include <string>
#include <string_view>
#include <vector>

#include "drivers/fdt/fake_device_tree.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platforms/base/endian.h"
#include "testing/result_matchers.h"

namespace flint::fdt {
namespace {

using ::flint::testing::IsError;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using std::string_view_literals::operator""sv;

constexpr std::string_view kKind = "virtio,mmio";

/// What was found, and how the search ended.
struct Found {
  std::vector<Registers> registers;
  Status end;
};

Found Search(std::string_view blob) {
  Found found;
  const Result<DeviceTree> tree = DeviceTree::Parse(AsBytes(blob));
  if (!tree) return {.registers = {}, .end = std::unexpected(tree.error())};
  NodeSearch search(*tree, kKind);
  for (;;) {
    const auto next = search.Next();
    if (!next) {
      found.end = std::unexpected(next.error());
      return found;
    }
    if (!*next) return found;
    found.registers.push_back(**next);
  }
}

/// A device at this address, in a bus of two cells each.
void AddDevice(FakeDeviceTree& tree, uint32_t address) {
  tree.Begin("virtio_mmio@feb00e00")
      .Property("compatible", "virtio,mmio\0"sv)
      .Cells("reg", {0, address, 0, 0x200})
      .Cells("interrupts", {12, 4})
      .End();
}

/// As QEMU's microvm has it.
FakeDeviceTree Microvm() {
  FakeDeviceTree tree;
  tree.Begin("")
      .Property("compatible", "linux,microvm\0"sv)
      .Cells("#size-cells", {2})
      .Cells("#address-cells", {2})
      .Begin("virtio_mmio@feb00e00")
      .Property("compatible", "virtio,mmio\0"sv)
      .Cells("reg", {0, 0xFEB0'0E00, 0, 0x200})
      .End()
      .Begin("chosen")
      .End()
      .End();
  return tree;
}

std::string Corrupted(size_t offset, uint32_t value) {
  std::string tree = Microvm().Finish();
  const Be32 number(value);
  tree.replace(offset, sizeof(number), AsText(AsBytes(number)));
  return tree;
}

TEST(NodeSearch, FindsMicrovmsDevice) {
  const Found found = Search(Microvm().Finish());

  EXPECT_OK(found.end);
  EXPECT_THAT(found.registers, ElementsAre(Registers{0xFEB0'0E00, 0x200}));
}

TEST(NodeSearch, FindsSeveralInOrderWhereverTheyAre) {
  FakeDeviceTree tree;
  tree.Begin("").Cells("#address-cells", {2}).Cells("#size-cells", {2});
  AddDevice(tree, 0x3000);
  tree.Nop().Begin("soc").Cells("#address-cells", {1});
  tree.Begin("device")
      .Cells("reg", {0x2000, 0x1000})
      .Property("compatible", "vendor,device\0virtio,mmio\0"sv)
      .End();
  tree.End();
  AddDevice(tree, 0x1000);
  tree.End();

  EXPECT_THAT(Search(tree.Finish()).registers,
              ElementsAre(Registers{0x3000, 0x200},
                          Registers{0x2000, 0x1000},
                          Registers{0x1000, 0x200}));
}

TEST(NodeSearch, FindsADeviceThatHasChildren) {
  FakeDeviceTree tree;
  tree.Begin("").Begin("device");
  tree.Property("compatible", "virtio,mmio\0"sv)
      .Cells("reg", {1, 0, 0x200})
      .Begin("child")
      .End()
      .End()
      .End();

  EXPECT_THAT(Search(tree.Finish()).registers,
              ElementsAre(Registers{uint64_t{1} << 32, 0x200}));
}

TEST(NodeSearch, PassesOverWhatIsNotOne) {
  FakeDeviceTree tree;
  tree.Begin("").Cells("#address-cells", {1});
  const auto add = [&](std::string_view compatible, std::string_view status) {
    tree.Begin("device")
        .Property("compatible", compatible)
        .Property("status", status)
        .Cells("reg", {0x1000, 0x200})
        .End();
  };
  add("virtio,mmio\0"sv, "disabled\0"sv);
  add("virtio,mmio2\0"sv, "okay\0"sv);
  add(""sv, "okay\0"sv);
  tree.Begin("device").Property("compatible", "virtio,mmio\0"sv).End();
  tree.Begin("device")
      .Property("compatible", "virtio,mmio\0"sv)
      .Cells("reg", {0x1000})
      .End();
  tree.End();

  const Found found = Search(tree.Finish());

  EXPECT_OK(found.end);
  EXPECT_THAT(found.registers, IsEmpty());
}

TEST(NodeSearch, PassesOverAddressesItCannotHold) {
  FakeDeviceTree tree;
  tree.Begin("").Cells("#address-cells", {3});
  AddDevice(tree, 0x1000);
  tree.End();

  EXPECT_THAT(Search(tree.Finish()).registers, IsEmpty());
}

TEST(NodeSearch, EndsAtAnUnknownToken) {
  FakeDeviceTree tree;
  tree.Begin("").Append32(5);

  EXPECT_THAT(Search(tree.Finish()).end, IsError(ErrorCode::kCorrupt));
}

TEST(NodeSearch, EndsWhereMoreNodesEndThanBegan) {
  FakeDeviceTree tree;
  tree.Begin("").End().End();

  EXPECT_THAT(Search(tree.Finish()).end, IsError(ErrorCode::kCorrupt));
}

TEST(NodeSearch, EndsAtAPropertyBehindAChild) {
  FakeDeviceTree tree;
  tree.Begin("").Begin("child").End().Property("reg", "");

  EXPECT_THAT(Search(tree.Finish()).end, IsError(ErrorCode::kCorrupt));
}

TEST(NodeSearch, EndsAtCellsThatAreTooShort) {
  FakeDeviceTree tree;
  tree.Begin("").Property("#address-cells", "\0\0\0"sv);

  EXPECT_THAT(Search(tree.Finish()).end, IsError(ErrorCode::kTruncated));
}

TEST(NodeSearch, EndsTooDeep) {
  FakeDeviceTree tree;
  for (size_t i = 0; i < DeviceTree::kMaxDepth; ++i) tree.Begin("n");
  EXPECT_OK(Search(tree.Finish()).end);

  tree.Begin("n");

  EXPECT_THAT(Search(tree.Finish()).end, IsError(ErrorCode::kUnsupported));
}

TEST(NodeSearch, EndsInAStructureThatIsCutOff) {
  const std::string whole = Microvm().Finish();
  const uint32_t size = *ReadWire<Be32>(AsBytes(whole), 36);

  for (uint32_t cut = 0; cut < size; ++cut) {
    EXPECT_THAT(Search(Corrupted(36, cut)).end, IsError(ErrorCode::kTruncated))
        << cut;
  }
}

TEST(DeviceTree, MustBeWhole) {
  const std::string whole = Microvm().Finish();

  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(DeviceTree::Parse(AsBytes(whole.substr(0, size))),
                IsError(ErrorCode::kTruncated));
  }
}

TEST(DeviceTree, RefusesABadHeader) {
  const auto parse = [](const std::string& blob) {
    return DeviceTree::Parse(AsBytes(blob));
  };

  EXPECT_THAT(parse(Corrupted(0, 0xD00D'FEEC)), IsError(ErrorCode::kCorrupt));
  EXPECT_THAT(parse(Corrupted(4, 0xFFFF'FFFF)), IsError(ErrorCode::kTruncated));
  EXPECT_THAT(parse(Corrupted(8, 0xFFFF'FFFF)), IsError(ErrorCode::kTruncated));
  EXPECT_THAT(parse(Corrupted(12, 0xFFFF'FFFF)),
              IsError(ErrorCode::kTruncated));
  EXPECT_THAT(parse(Corrupted(20, 16)), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(parse(Corrupted(24, 18)), IsError(ErrorCode::kUnsupported));
  EXPECT_THAT(parse(Corrupted(32, 0xFFFF'FFFF)),
              IsError(ErrorCode::kTruncated));
}

}  // namespace
}  // namespace flint::fdt
