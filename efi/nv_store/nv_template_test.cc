// SPDX-License-Identifier: Apache-2.0

// Templates that OVMF's users have: what EDK II's tools wrote is taken as it
// is, and what is added is as OVMF would have added it.

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "efi/nv_store/nv_store_fixture.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

NvFlash FromFile(const std::string& path, uint64_t size_bytes) {
  std::ifstream stream(path, std::ios::binary);
  const std::string file(std::istreambuf_iterator<char>(stream), {});
  EXPECT_GE(file.size(), size_bytes) << path;
  NvFlash store(size_bytes);
  std::ranges::copy(AsBytes(std::string_view(file).substr(0, size_bytes)),
                    store.flash.contents().begin());
  return store;
}

TEST(OvmfTemplate, IsExtendedInPlace) {
  // Of 4 MiB, and of 2 MiB, where firmware follows the variables.
  for (const auto& [path, size_bytes] :
       {std::pair("../debian_ovmf/ovmf_vars_4m.fd", 0x84000),
        std::pair("../debian_ovmf/ovmf.fd", 0x20000)}) {
    NvFlash store = FromFile(path, static_cast<uint64_t>(size_bytes));
    const auto before = store.flash.contents();

    ASSERT_OK(store.Start());
    EXPECT_EQ(store.flash.contents(), before) << "nothing was to be done";
    ASSERT_OK(store.Set(u"A", "1"));
    for (int i = 0; i < 40; ++i) {
      ASSERT_OK(store.Set(u"Changed", std::string(9000, 'x')));
    }

    EXPECT_THAT(store.Restart(),
                flint::testing::IsOkAndHolds(Variables{
                    {u"A", "1"}, {u"Changed", std::string(9000, 'x')}}));
    EXPECT_TRUE(std::equal(before.begin(),
                           before.begin() + kFirstNvRecord,
                           store.flash.contents().begin()));
  }
}

TEST(OvmfTemplate, KeepsKeysThatAreThereWithTheirTimestamps) {
  NvFlash store = FromFile("../debian_ovmf/ovmf_vars_4m_ms.fd", 0x84000);
  ASSERT_OK(store.Start());
  ASSERT_OK_AND_ASSIGN(const NvStore opened, store.Open());
  std::string keys;
  for (auto record = opened.First(); record; record = opened.After(*record)) {
    keys += AsText(store.flash.contents())
                .substr(record->offset, record->size_bytes);
  }
  ASSERT_OK_AND_ASSIGN(const Variables found, store.List());
  EXPECT_EQ(found.count(u"PK"), 1u);
  EXPECT_EQ(found.count(u"KEK"), 1u);
  EXPECT_EQ(found.count(u"db"), 1u);

  // Enough for the store to be compacted.
  for (int i = 0; i < 40; ++i) {
    ASSERT_OK(store.Set(u"Changed", std::string(9000, 'x')));
  }

  const std::string_view contents = AsText(store.flash.contents());
  EXPECT_NE(contents.find(keys), contents.npos) << "byte by byte";
}

}  // namespace
}  // namespace flint::efi
