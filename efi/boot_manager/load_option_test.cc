// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_manager/load_option.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "efi/device_path/nodes.h"
#include "efi/device_path/path_writer.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using testing::IsError;

class LoadOptionTest : public ::testing::Test {
 protected:
  LoadOptionTest() {
    first_->Append(nodes::PciRoot(0));
    first_->AppendFilePath(u"\\a.efi");
    second_->Append(nodes::Pci(3, 0));
  }

  /// What efibootmgr writes: two paths and some data.
  std::vector<std::byte> Build(std::u16string_view description = u"Débian 𝄞",
                               uint32_t attributes = abi::LOAD_OPTION_ACTIVE) {
    const std::array paths{first_path_, second_path_};
    const auto built = BuildLoadOption({.attributes = attributes,
                                        .description = description,
                                        .paths = paths,
                                        .optional_data = AsBytes("data")},
                                       buffer_);
    EXPECT_OK(built);
    return {built->begin(), built->end()};
  }

  FixedPathWriter<128> first_;
  FixedPathWriter<128> second_;
  std::array<std::byte, 1024> buffer_{};
  DevicePath first_path_ = DevicePath::Empty();
  DevicePath second_path_ = DevicePath::Empty();

  void SetUp() override {
    first_path_ = *first_->Finish();
    second_path_ = *second_->Finish();
  }
};

TEST_F(LoadOptionTest, ReadsWhatWasBuilt) {
  const std::vector<std::byte> bytes = Build();

  ASSERT_OK_AND_ASSIGN(const LoadOption option, LoadOption::Parse(bytes));

  std::array<char, 64> text;
  EXPECT_EQ(option.Description(text), "Débian 𝄞");
  EXPECT_TRUE(option.is_active());
  EXPECT_TRUE(option.is_for_booting());
  EXPECT_FALSE(option.is_hidden());
  EXPECT_EQ(option.path(), first_path_);
  EXPECT_EQ(option.paths().size(),
            first_path_.size_bytes() + second_path_.size_bytes());
  EXPECT_EQ(AsText(option.optional_data()), "data");
}

TEST_F(LoadOptionTest, HasTheSpecifiedLayout) {
  const std::vector<std::byte> bytes = Build(u"ab", 0x109);

  // Attributes, length of the list, "ab" and NUL.
  const size_t list_size = first_path_.size_bytes() + second_path_.size_bytes();
  const std::array<uint8_t, 12> start{
      9, 1, 0, 0, uint8_t(list_size), 0, 'a', 0, 'b', 0, 0, 0};
  EXPECT_TRUE(std::ranges::equal(std::span(bytes).first(start.size()),
                                 std::as_bytes(std::span(start))));
  EXPECT_EQ(bytes.size(), start.size() + list_size + 4);
  ASSERT_OK_AND_ASSIGN(const LoadOption option, LoadOption::Parse(bytes));
  EXPECT_FALSE(option.is_for_booting());
  EXPECT_TRUE(option.is_hidden());
}

TEST_F(LoadOptionTest, CutsLongDescriptions) {
  const std::vector<std::byte> bytes = Build(u"aé");
  ASSERT_OK_AND_ASSIGN(const LoadOption option, LoadOption::Parse(bytes));

  std::array<char, 2> text;
  EXPECT_EQ(option.Description(text), "a");
}

TEST_F(LoadOptionTest, RefusesEveryTruncation) {
  const std::vector<std::byte> bytes = Build();
  const size_t size_without_data = bytes.size() - 4;

  for (size_t size = 0; size < size_without_data; ++size) {
    EXPECT_THAT(LoadOption::Parse(std::span(bytes).first(size)),
                IsError(ErrorCode::kTruncated))
        << size;
  }
  EXPECT_OK(LoadOption::Parse(std::span(bytes).first(size_without_data)));
}

TEST_F(LoadOptionTest, RefusesBadPaths) {
  std::vector<std::byte> none = Build(u"");
  none[4] = std::byte{0};
  EXPECT_THAT(LoadOption::Parse(none), IsError(ErrorCode::kCorrupt));

  std::vector<std::byte> short_node = Build(u"");
  short_node[8 + 2] = std::byte{3};  // the first node's length
  EXPECT_THAT(LoadOption::Parse(short_node), IsError(ErrorCode::kCorrupt));

  std::vector<std::byte> cut_list = Build(u"");
  cut_list[4] = std::byte(std::to_integer<int>(cut_list[4]) - 1);
  EXPECT_THAT(LoadOption::Parse(cut_list), IsError(ErrorCode::kCorrupt));
}

TEST_F(LoadOptionTest, BuildsOnlyWhatCanBeRead) {
  const std::array paths{first_path_};

  EXPECT_THAT(BuildLoadOption({.paths = {}}, buffer_),
              IsError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(BuildLoadOption({.description = std::u16string_view(u"a\0b", 3),
                               .paths = paths},
                              buffer_),
              IsError(ErrorCode::kInvalidArgument));
  const size_t needed = 6 + 2 + first_path_.size_bytes();
  EXPECT_THAT(
      BuildLoadOption({.paths = paths}, std::span(buffer_).first(needed - 1)),
      IsError(ErrorCode::kNoMemory));
  EXPECT_OK(
      BuildLoadOption({.paths = paths}, std::span(buffer_).first(needed)));
}

}  // namespace
}  // namespace flint::efi
