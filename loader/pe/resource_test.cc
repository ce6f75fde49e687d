// SPDX-License-Identifier: Apache-2.0
#include "loader/pe/resource.h"

#include <string>

#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::pe {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOk;

constexpr uint32_t kRva = 0x100;
constexpr uint32_t kDirectory = ResourceEntry::kIsDirectory;

/// An image of which the resources are an icon by number, and "HII" by name.
class ResourceTest : public ::testing::Test {
 protected:
  // Offsets in the tree.
  static constexpr size_t kType = 0;
  static constexpr size_t kHiiEntry = 16;
  static constexpr size_t kName = 32;
  static constexpr size_t kLanguage = 56;
  static constexpr size_t kData = 80;
  static constexpr size_t kText = 96;
  static constexpr size_t kContent = 104;
  static constexpr size_t kTreeSize = 112;

  ResourceTest() {
    Put(kType, ResourceDirectory{.named_count = 1, .numbered_count = 1});
    Put(kHiiEntry,
        ResourceEntry{.name = ResourceEntry::kIsString | uint32_t{kText},
                      .offset = kDirectory | uint32_t{kName}});
    Put(kHiiEntry + 8, ResourceEntry{.name = 3, .offset = kData});
    Put(kName, ResourceDirectory{.numbered_count = 1});
    Put(kName + 16,
        ResourceEntry{.name = 1, .offset = kDirectory | uint32_t{kLanguage}});
    Put(kLanguage, ResourceDirectory{.numbered_count = 1});
    Put(kLanguage + 16, ResourceEntry{.name = 0x409, .offset = kData});
    Put(kData, ResourceData{.rva = kRva + kContent, .size_bytes = 8});
    Put(kText, Le16(3));
    Put(kText + 2, Le16(u'H'));
    Put(kText + 4, Le16(u'I'));
    Put(kText + 6, Le16(u'I'));
    image_.replace(kRva + kContent, 8, "packages");
  }

  template <typename T>
  void Put(size_t offset, const T& value) {
    image_.replace(kRva + offset, sizeof(T), AsText(AsBytes(value)));
  }
  Result<Bytes> Find(uint32_t size = kTreeSize) {
    return FindResource(
        AsBytes(image_), {.rva = kRva, .size_bytes = size}, u"HII");
  }

  std::string image_ = std::string(kRva + kTreeSize, '\0');
};

TEST_F(ResourceTest, IsFoundByTheNameOfItsType) {
  ASSERT_OK_AND_ASSIGN(const Bytes found, Find());

  EXPECT_EQ(AsText(found), "packages");
}

TEST_F(ResourceTest, MayBeRightBelowItsType) {
  Put(kHiiEntry,
      ResourceEntry{.name = ResourceEntry::kIsString | uint32_t{kText},
                    .offset = kData});

  EXPECT_THAT(Find(), IsOk());
}

TEST_F(ResourceTest, IsNotTakenForAnother) {
  EXPECT_THAT(Find(0), IsError(ErrorCode::kNotFound));
  Put(kText, Le16(2));
  EXPECT_THAT(Find(), IsError(ErrorCode::kNotFound));
  Put(kText, Le16(3));
  Put(kText + 6, Le16(u'X'));
  EXPECT_THAT(Find(), IsError(ErrorCode::kNotFound));
  Put(kText + 6, Le16(u'I'));
  Put(kHiiEntry,
      ResourceEntry{.name = uint32_t{kText},
                    .offset = kDirectory | uint32_t{kName}});
  EXPECT_THAT(Find(), IsError(ErrorCode::kNotFound));
}

TEST_F(ResourceTest, IsNotFoundInATreeThatIsCutOff) {
  for (uint32_t size = 0; size < kText + 8; ++size) {
    EXPECT_FALSE(Find(size)) << size;
  }
  EXPECT_THAT(Find(kTreeSize + 1), IsError(ErrorCode::kTruncated));
}

TEST_F(ResourceTest, IsRefusedOutsideOfTheImage) {
  Put(kData, ResourceData{.rva = kRva + kContent, .size_bytes = 9});
  EXPECT_THAT(Find(), IsError(ErrorCode::kTruncated));
  Put(kData, ResourceData{.rva = 0xFFFF'FFFF, .size_bytes = 0xFFFF'FFFF});
  EXPECT_THAT(Find(), IsError(ErrorCode::kTruncated));
}

TEST_F(ResourceTest, IsRefusedInATreeThatEndsNowhere) {
  Put(kLanguage + 16,
      ResourceEntry{.name = 1, .offset = kDirectory | uint32_t{kName}});
  EXPECT_THAT(Find(), IsError(ErrorCode::kCorrupt));

  Put(kName, ResourceDirectory{});
  EXPECT_THAT(Find(), IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace flint::pe
