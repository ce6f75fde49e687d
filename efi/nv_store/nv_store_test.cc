// SPDX-License-Identifier: Apache-2.0
#include "efi/nv_store/nv_store.h"

#include <algorithm>
#include <string>
#include <vector>

#include "efi/nv_store/nv_image.h"
#include "efi/nv_store/nv_store_fixture.h"
#include "efi/variables/variable_area.h"
#include "platforms/base/endian.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::flint::testing::IsError;
using ::flint::testing::IsOkAndHolds;

std::string Long(size_t size, char c) { return std::string(size, c); }

TEST(NvFormat, IsWhatOvmfTakesForItsOwn) {
  // Checksums of OVMF's own sources.
  EXPECT_EQ(MakeNvHeaders(kNvLayouts[0]).volume.checksum, 0xB8AF);
  EXPECT_EQ(MakeNvHeaders(kNvLayouts[1]).volume.checksum, 0xF919);
  EXPECT_EQ(MakeNvHeaders(kNvLayouts[0]).store.size_bytes, 0x3FFB8u);
  EXPECT_EQ(MakeNvWorkingHeader().crc32, 0x642CAF2Cu);
  EXPECT_EQ(kNvLayouts[0].working_offset(), 0x41000u);
}

TEST(NvStore, KeepsVariablesInFlashThatWasBlank) {
  for (const std::byte blank : {std::byte{0xFF}, std::byte{0}}) {
    NvFlash store;
    std::ranges::fill(store.flash.contents(), blank);

    ASSERT_OK(store.Start());
    ASSERT_OK(store.Set(u"First", "one"));
    ASSERT_OK(store.Set(u"Second", "two"));
    ASSERT_OK(store.Set(u"First", "three"));
    ASSERT_OK(store.Remove(u"Second"));
    ASSERT_OK(store.Set(u"Third", Long(3000, 'x')));

    EXPECT_THAT(store.Restart(),
                IsOkAndHolds(Variables{{u"First", "three"},
                                       {u"Third", Long(3000, 'x')}}));
  }
}

TEST(NvStore, UsesTheLargestLayoutThatFits) {
  NvFlash large(0x84000);
  ASSERT_OK(large.Start());
  ASSERT_OK_AND_ASSIGN(const NvStore store, large.Open());
  EXPECT_EQ(store.capacity_bytes(), 0x40000u - 100);

  NvFlash odd(0x83000);
  ASSERT_OK(odd.Start());
  ASSERT_OK_AND_ASSIGN(const NvStore small, odd.Open());
  EXPECT_EQ(small.capacity_bytes(), 0xE000u - 100);

  EXPECT_THAT(NvFlash(0x1F000).Start(), IsError(ErrorCode::kUnsupported));
}

TEST(NvStore, WritesOneRecordForAChange) {
  NvFlash store;
  ASSERT_OK(store.Start());
  ASSERT_OK(store.Set(u"A", "1"));
  const int before = store.flash.write_count();

  ASSERT_OK(store.Set(u"A", "2"));

  EXPECT_EQ(store.flash.write_count() - before, 6);
}

TEST(NvStore, CompactsWhenItIsFullOfOldValues) {
  NvFlash store;
  ASSERT_OK(store.Start());
  ASSERT_OK(store.Set(u"Kept", "kept"));

  // Four times what fits, and more often than the notes have lines.
  for (int i = 0; i < 240; ++i) {
    ASSERT_OK(
        store.Set(u"Changed", Long(9000, static_cast<char>('a' + i % 26))));
  }

  EXPECT_THAT(store.Restart(),
              IsOkAndHolds(
                  Variables{{u"Changed", Long(9000, 'f')}, {u"Kept", "kept"}}));
}

TEST(NvStore, RefusesWhatDoesNotFitAndKeepsWhatThereWas) {
  NvFlash store;
  ASSERT_OK(store.Start());
  ASSERT_OK(store.Set(u"A", Long(30'000, 'a')));
  const auto before = store.flash.contents();

  EXPECT_THAT(store.Set(u"B", Long(30'000, 'b')),
              IsError(ErrorCode::kNoMemory));

  EXPECT_EQ(store.flash.contents(), before);
  ASSERT_OK_AND_ASSIGN(const NvStore opened, store.Open());
  const uint64_t room = opened.capacity_bytes() - opened.used_bytes();
  ASSERT_OK(store.Set(u"B", Long(room - sizeof(NvVariableHeader) - 4, 'b')));
}

TEST(NvStore, AppendsToWhatThereIs) {
  NvFlash store;
  ASSERT_OK(store.Start());
  ASSERT_OK_AND_ASSIGN(NvStore opened, store.Open());
  ASSERT_OK(opened.Set({.key = {NvFlash::NameOf(u"A"), kNvTestVendor},
                        .attributes = kNvTestAttributes,
                        .kept = AsBytes(std::string_view("one ")),
                        .data = AsBytes(std::string_view("two"))}));

  EXPECT_THAT(store.List(), IsOkAndHolds(Variables{{u"A", "one two"}}));
}

TEST(NvStore, ShowsAreaOnlyWhatOperatingSystemsCanBeShown) {
  NvFlash store;
  ASSERT_OK(store.Start());
  ASSERT_OK(store.Set(u"Good", "x"));
  ASSERT_OK(store.Set(u"NulIn\0side", "x"));
  ASSERT_OK(store.Set(std::u16string(u"a\0b", 3), "x"));
  ASSERT_OK(store.Set(std::u16string(600, u'n'), "x"));
  ASSERT_OK(store.Set(u"Empty", ""));
  std::vector<std::byte> memory(kMaxNvStoreBytes);
  VariableArea area{MutableBytes(memory)};
  area.Clear();

  ASSERT_OK_AND_ASSIGN(const NvStore opened, store.Open());
  ASSERT_OK(LoadNvVariables(opened, area));

  ASSERT_TRUE(area.First().has_value());
  EXPECT_EQ(area.First()->name.size(), 10u);
  ASSERT_TRUE(area.After(*area.First()).has_value());
  EXPECT_EQ(area.After(*area.First())->name.size(), 12u);  // up to the NUL
  EXPECT_FALSE(area.After(*area.After(*area.First())).has_value());
}

TEST(NvStore, NeverWritesToWhatIsNeitherItsOwnNorBlank) {
  NvFlash store;
  store.flash.contents()[0x1234] = std::byte{'!'};
  const auto before = store.flash.contents();

  EXPECT_THAT(store.Start(), IsError(ErrorCode::kUnsupported));

  EXPECT_EQ(store.flash.contents(), before);
}

struct Damage {
  uint64_t offset;
  uint8_t value;
};

TEST(NvStore, RefusesHeadersWithAWrongField) {
  constexpr uint64_t kStore = sizeof(NvVolumeHeader);
  for (const Damage& damage : {
           Damage{0x10, 0},         // file system
           Damage{0x20, 1},         // volume's size
           Damage{0x28, 'X'},       // signature
           Damage{0x30, 0x49},      // header's size
           Damage{0x32, 0},         // checksum
           Damage{0x37, 1},         // revision
           Damage{0x3C, 1},         // block size
           Damage{kStore, 0},       // kind of variables
           Damage{kStore + 17, 1},  // store's size
           Damage{kStore + 20, 0},  // format
           Damage{kStore + 21, 0},  // state
       }) {
    NvFlash store;
    ASSERT_OK(store.Start());
    ASSERT_OK(store.Set(u"A", "data"));
    store.flash.contents()[damage.offset] = std::byte{damage.value};
    const auto before = store.flash.contents();

    EXPECT_FALSE(store.Start().has_value()) << damage.offset;

    EXPECT_EQ(store.flash.contents(), before) << damage.offset;
  }
}

TEST(NvStore, RefusesALayoutThatItDoesNotKnow) {
  NvFlash store(0x84000);
  ASSERT_OK(store.Start());
  NvHeaders headers =
      MakeNvHeaders({.volume_bytes = 0x80000, .store_bytes = 0x40000});
  std::ranges::copy(AsBytes(headers), store.flash.contents().begin());

  EXPECT_THAT(store.Start(), IsError(ErrorCode::kUnsupported));
}

TEST(NvStore, RefusesAVariableThatIsBeyondTheEnd) {
  for (const uint64_t field : {uint64_t{36}, uint64_t{40}}) {
    NvFlash store;
    ASSERT_OK(store.Start());
    ASSERT_OK(store.Set(u"A", "data"));
    store.flash.contents()[kFirstNvRecord + field + 1] = std::byte{0xFF};

    EXPECT_THAT(store.Start(), IsError(ErrorCode::kCorrupt)) << field;
  }
}

TEST(NvStore, RefusesTwoVariablesOfOneName) {
  NvFlash store;
  ASSERT_OK(store.Start());
  ASSERT_OK(store.Set(u"A", "1234"));
  ASSERT_OK(store.Set(u"B", "1234"));
  const uint64_t second = kFirstNvRecord + sizeof(NvVariableHeader) + 8;
  store.flash.contents()[second + sizeof(NvVariableHeader)] = std::byte{'A'};

  EXPECT_THAT(store.Start(), IsError(ErrorCode::kCorrupt));
}

TEST(NvStore, TellsFlashThatCannotBeWritten) {
  class ReadOnly final : public flash::Flash {
   public:
    explicit ReadOnly(flash::Flash& flash) : flash_(flash) {}
    uint64_t size_bytes() const override { return flash_.size_bytes(); }
    uint32_t block_bytes() const override { return flash_.block_bytes(); }

   private:
    Status DoRead(uint64_t offset, MutableBytes out) override {
      return flash_.Read(offset, out);
    }
    Status DoProgram(uint64_t, Bytes) override {
      return Fail(ErrorCode::kDeviceError, "locked");
    }
    Status DoEraseBlock(uint64_t) override {
      return Fail(ErrorCode::kDeviceError, "locked");
    }
    flash::Flash& flash_;
  };
  NvFlash store;
  ASSERT_OK(store.Start());
  ReadOnly locked(store.flash);
  std::vector<std::byte> image(kMaxNvStoreBytes);

  EXPECT_THAT(StartNvStore(locked, image), IsError(ErrorCode::kReadOnly));
}

TEST(NvImage, NeverLooksBeyondTheEnd) {
  NvFlash flash;
  ASSERT_OK(flash.Start());
  ASSERT_OK(flash.Set(u"A", "data"));
  ASSERT_OK(flash.Set(u"B", "more data"));

  for (size_t size = 0; size < 400; ++size) {
    // Of exactly that size, for the address sanitizer.
    const std::vector<std::byte> cut(
        flash.flash.contents().begin(),
        flash.flash.contents().begin() + static_cast<ptrdiff_t>(size));
    const auto end = EndOfNvRecords(cut);
    if (end) EXPECT_LE(*end, std::max<size_t>(size + 3, kFirstNvRecord));
  }
}

}  // namespace
}  // namespace flint::efi
