// SPDX-License-Identifier: Apache-2.0
#include "efi/device_path/device_path.h"

#include <vector>

#include "efi/device_path/nodes.h"
#include "efi/device_path/path_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::SizeIs;

std::vector<std::byte> BytesOf(std::initializer_list<uint8_t> bytes) {
  const auto view = std::as_bytes(std::span(bytes.begin(), bytes.size()));
  return {view.begin(), view.end()};
}

std::vector<uint8_t> TypesOf(const DevicePath& path) {
  std::vector<uint8_t> types;
  for (const DeviceNode node : path) types.push_back(node.type());
  return types;
}

TEST(DevicePath, HasTheNodesBeforeItsEnd) {
  const auto bytes =
      BytesOf({2,    1,    12, 0, 0xd0, 0x41, 3, 0xa, 0, 0, 0, 0,  // PciRoot(0)
               1,    1,    6,  0, 2,    3,                         // Pci(3,2)
               0x7f, 0xff, 4,  0, 0xee});

  ASSERT_OK_AND_ASSIGN(const DevicePath path, DevicePath::Parse(bytes));

  EXPECT_THAT(TypesOf(path), ElementsAre(2, 1));
  EXPECT_EQ(path.size_bytes(), 22u);
  EXPECT_FALSE(path.empty());
  EXPECT_FALSE(path.is_multi_instance());
  const auto pci = (*++path.begin()).As<abi::PCI_DEVICE_PATH>();
  ASSERT_TRUE(pci.has_value());
  EXPECT_EQ(pci->Device, 3);
  EXPECT_EQ(pci->Function, 2);
}

TEST(DevicePath, IsFoundByItsPointer) {
  const auto bytes = BytesOf({1, 1, 6, 0, 2, 3, 0x7f, 0xff, 4, 0});
  ASSERT_OK_AND_ASSIGN(const DevicePath path, DevicePath::Parse(bytes));

  ASSERT_OK_AND_ASSIGN(const DevicePath again,
                       DevicePath::At(path.abi_pointer()));

  EXPECT_EQ(again.bytes().data(), bytes.data());
  EXPECT_EQ(again.size_bytes(), 10u);
  EXPECT_THAT(DevicePath::At(nullptr), IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(DeviceNode::At(nullptr), IsError(ErrorCode::kInvalidArgument));
}

TEST(DevicePath, CanBeEmpty) {
  EXPECT_TRUE(DevicePath::Empty().empty());
  EXPECT_EQ(DevicePath::Empty().size_bytes(), 4u);
  EXPECT_THAT(TypesOf(DevicePath::Empty()), ElementsAre());
}

TEST(DevicePath, RefusesNodesShorterThanTheirHeader) {
  for (const uint8_t length : std::to_array<uint8_t>({0, 1, 2, 3})) {
    const auto bytes = BytesOf({1, 1, length, 0, 2, 3, 0x7f, 0xff, 4, 0});
    EXPECT_THAT(DevicePath::Parse(bytes), IsError(ErrorCode::kCorrupt));
  }
  const auto end = BytesOf({0x7f, 0xff, 3, 0});
  EXPECT_THAT(DevicePath::Parse(end), IsError(ErrorCode::kCorrupt));
}

TEST(DevicePath, NeedsAnEndWhereverItIsTruncated) {
  const auto whole = BytesOf({1, 1, 6, 0, 2, 3, 0x7f, 0xff, 4, 0});
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::vector<std::byte> bytes(whole.begin(),
                                       whole.begin() + ptrdiff_t(size));
    EXPECT_THAT(DevicePath::Parse(bytes), IsError(ErrorCode::kTruncated));
  }
}

TEST(DevicePath, IsNotEndless) {
  std::vector<std::byte> bytes;
  while (bytes.size() < DevicePath::kMaxSizeBytes) {
    const auto node = BytesOf({1, 1, 6, 0, 2, 3});
    bytes.insert(bytes.end(), node.begin(), node.end());
  }

  EXPECT_THAT(DevicePath::Parse(bytes), IsError(ErrorCode::kCorrupt));
}

TEST(DevicePath, IgnoresWhatItsEndNodeClaimsToHold) {
  const auto bytes = BytesOf({0x7f, 0xff, 6, 0, 1, 2});

  ASSERT_OK_AND_ASSIGN(const DevicePath path, DevicePath::Parse(bytes));

  EXPECT_EQ(path.size_bytes(), 4u);
}

TEST(DevicePath, GivesNoStructureForANodeTooShort) {
  const auto bytes = BytesOf({1, 1, 5, 0, 2, 0x7f, 0xff, 4, 0});
  ASSERT_OK_AND_ASSIGN(const DevicePath path, DevicePath::Parse(bytes));

  EXPECT_FALSE((*path.begin()).As<abi::PCI_DEVICE_PATH>().has_value());
}

TEST(DevicePath, TellsWhatFollowsItsStart) {
  FixedPathWriter<64> disk, file, other;
  disk->Append(nodes::PciRoot(0));
  disk->Append(nodes::Pci(3, 0));
  file->Append(nodes::PciRoot(0));
  file->Append(nodes::Pci(3, 0));
  file->AppendFilePath(u"\\a");
  other->Append(nodes::PciRoot(0));
  other->Append(nodes::Pci(3, 1));
  ASSERT_OK_AND_ASSIGN(const DevicePath disk_path, disk->Finish());
  ASSERT_OK_AND_ASSIGN(const DevicePath file_path, file->Finish());
  ASSERT_OK_AND_ASSIGN(const DevicePath other_path, other->Finish());

  const auto rest = file_path.After(disk_path);
  ASSERT_TRUE(rest.has_value());
  EXPECT_THAT(TypesOf(*rest), ElementsAre(abi::MEDIA_DEVICE_PATH));
  EXPECT_EQ(file_path.After(DevicePath::Empty()), file_path);
  EXPECT_EQ(file_path.After(file_path), DevicePath::Empty());
  EXPECT_FALSE(file_path.After(other_path).has_value());
  EXPECT_FALSE(disk_path.After(file_path).has_value());
  EXPECT_FALSE(disk_path == other_path);
}

TEST(PathWriter, WritesNodesWithTheirLengths) {
  FixedPathWriter<64> writer;
  writer->Append(nodes::Pci(31, 7));
  writer->AppendFilePath(u"\\b");

  ASSERT_OK_AND_ASSIGN(const DevicePath path, writer->Finish());

  EXPECT_THAT(
      path.bytes(),
      ElementsAreArray(BytesOf({1,    1,    6,  0, 7,    31,                //
                                4,    4,    10, 0, '\\', 0,  'b', 0, 0, 0,  //
                                0x7f, 0xff, 4,  0})));
}

TEST(PathWriter, WritesInstances) {
  FixedPathWriter<64> writer;
  writer->Append(nodes::Usb(1, 2));
  writer->EndInstance();
  writer->Append(nodes::Usb(3, 4));

  ASSERT_OK_AND_ASSIGN(const DevicePath path, writer->Finish());

  EXPECT_TRUE(path.is_multi_instance());
  EXPECT_THAT(TypesOf(path), ElementsAre(3, 0x7f, 3));
}

TEST(PathWriter, CopiesPathsAndNodes) {
  FixedPathWriter<64> first, second;
  first->Append(nodes::PciRoot(1));
  ASSERT_OK_AND_ASSIGN(const DevicePath start, first->Finish());
  second->Append(start);
  second->Append(*start.begin());

  ASSERT_OK_AND_ASSIGN(const DevicePath path, second->Finish());

  EXPECT_THAT(TypesOf(path), ElementsAre(2, 2));
}

TEST(PathWriter, CountsWhatDoesNotFit) {
  PathWriter counter{{}};
  counter.Append(nodes::PciRoot(0));
  counter.AppendFilePath(u"abc");
  EXPECT_THAT(counter.Finish(), IsError(ErrorCode::kNoMemory));
  EXPECT_EQ(counter.size_bytes(), 12u + 12u + 4u);

  std::vector<std::byte> small(27);
  PathWriter writer(small);
  writer.Append(nodes::PciRoot(0));
  writer.AppendFilePath(u"abc");
  EXPECT_THAT(writer.Finish(), IsError(ErrorCode::kNoMemory));
}

TEST(PathWriter, RefusesANodeLongerThanANodeCanBe) {
  std::vector<std::byte> storage(70'000);
  const std::vector<std::byte> payload(65'531);
  PathWriter longest(storage);
  longest.Append(4, 3, payload);
  EXPECT_THAT(longest.Finish(), IsOk());

  PathWriter longer(storage);
  longer.Append(4, 3, std::vector<std::byte>(65'532));
  EXPECT_THAT(longer.Finish(), IsError(ErrorCode::kOutOfRange));
}

TEST(Nodes, PutGptPartitionsAsTheSpecificationLaysThemOut) {
  constexpr Guid kGuid = Guid::Of("15e39a00-1dd2-1000-8d7f-00a0c92408fc");
  const auto node = nodes::GptPartition(
      {.number = 15, .first_block = 0x22, .block_count = 0x271}, kGuid);

  EXPECT_THAT(DeviceNode(AsBytes(node)).payload(),
              ElementsAreArray(BytesOf(
                  {15,   0,    0,    0,    0x22, 0,    0,    0,    0,    0,
                   0,    0,    0x71, 2,    0,    0,    0,    0,    0,    0,
                   0x00, 0x9a, 0xe3, 0x15, 0xd2, 0x1d, 0x00, 0x10, 0x8d, 0x7f,
                   0x00, 0xa0, 0xc9, 0x24, 0x08, 0xfc, 2,    2})));
}

TEST(Nodes, PutMbrSignaturesFirst) {
  const auto node = nodes::MbrPartition(
      {.number = 1, .first_block = 63, .block_count = 100}, 0x1234'5678);

  EXPECT_THAT(
      node.Signature,
      ElementsAre(0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_EQ(node.MBRType, 1);
  EXPECT_EQ(node.SignatureType, 1);
}

}  // namespace
}  // namespace flint::efi
