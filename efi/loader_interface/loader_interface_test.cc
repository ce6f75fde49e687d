// SPDX-License-Identifier: Apache-2.0
#include "efi/loader_interface/loader_interface.h"

#include <string>
#include <vector>

#include "efi/variables/variable_store_fixture.h"
#include "loader/bls/entry.h"
#include "platforms/base/unicode.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using boot_plan::Candidate;
using boot_plan::CandidateKind;
using testing::IsError;

/// UTF-16 with its NUL, as bytes.
std::string Wide(std::string_view text) {
  std::string bytes;
  for (const char c : text) bytes += {c, '\0'};
  return bytes + std::string(2, '\0');
}

class LoaderInterfaceTest : public ::testing::Test, public boot_plan::Booter {
 protected:
  LoaderInterfaceTest()
      : entries_{
            bls::MakeEntry(bls::EntryType::kText, "debian.conf"),
            bls::MakeEntry(bls::EntryType::kUnifiedImage, "debian-6.1+3-1.efi"),
            bls::MakeEntry(bls::EntryType::kText, "fedora.conf")} {
    for (const bls::Entry& entry : entries_) {
      Add({.kind = CandidateKind::kUefiProgram,
           .id = entry.id,
           .name = entry.file_name,
           .bls_entry = &entry,
           .path = "/EFI/Linux/x.efi"});
    }
    Add({.kind = CandidateKind::kUefiProgram,
         .id = "BOOTX64.EFI",
         .name = "\\EFI\\BOOT\\BOOTX64.EFI"});
    Add({.kind = CandidateKind::kLoadOption, .id = "Boot0001"});
  }

  void Add(const Candidate& candidate) { EXPECT_OK(plan_.Add(candidate)); }

  Failure Boot(const Candidate&) override {
    return Error(ErrorCode::kUnsupported, "not in a test");
  }

  LoaderInterface Interface() { return LoaderInterface(store_.services()); }

  void Set(std::u16string_view name, std::string_view data) {
    ASSERT_EQ(store_.Set(name, kNv | kBs | kRt, data, kLoaderInterfaceGuid),
              abi::EFI_SUCCESS);
  }
  bool Has(std::u16string_view name) {
    return store_.Get(name, kLoaderInterfaceGuid).status == abi::EFI_SUCCESS;
  }
  std::string Get(std::u16string_view name) {
    const VariableStore::Got got = store_.Get(name, kLoaderInterfaceGuid);
    EXPECT_EQ(got.attributes, kBs | kRt);
    return got.data;
  }

  std::optional<uint32_t> Timeout(std::u16string_view name,
                                  std::string_view text) {
    Set(name, Wide(text));
    return Interface().TakeTimeoutSeconds();
  }

  VariableStore store_;
  std::vector<bls::Entry> entries_;
  std::vector<std::byte> memory_{size_t{1} << 16};
  Arena arena_{memory_};
  boot_plan::BootPlan plan_{arena_};
  const LoaderFacts facts_{.loader = "Flint 1.2.3",
                           .firmware_revision = 0x0001'0002,
                           .uefi_revision = 0x0002'0064,
                           .init_microseconds = 12'345,
                           .exec_microseconds = 67'890};
};

TEST_F(LoaderInterfaceTest, ObeysTheOneShotOnce) {
  Set(u"LoaderEntryOneShot", Wide("debian-6.1.efi"));
  Set(u"LoaderEntryDefault", Wide("fedora*"));

  EXPECT_TRUE(Interface().Prefer(plan_));
  EXPECT_EQ(plan_.first()->name, "debian-6.1+3-1.efi");
  EXPECT_FALSE(Has(u"LoaderEntryOneShot"));

  EXPECT_TRUE(Interface().Prefer(plan_));
  EXPECT_EQ(plan_.first()->name, "fedora.conf");
  EXPECT_TRUE(Has(u"LoaderEntryDefault"));
}

TEST_F(LoaderInterfaceTest, FindsTheProgramOfRemovableMedia) {
  Set(u"LoaderEntryDefault", Wide("auto-efi-default"));

  EXPECT_TRUE(Interface().Prefer(plan_));

  EXPECT_EQ(plan_.first()->id, "BOOTX64.EFI");
}

TEST_F(LoaderInterfaceTest, KeepsTheOrderIfThereIsNoSuchEntry) {
  Set(u"LoaderEntryOneShot", Wide("nothing"));

  EXPECT_FALSE(Interface().Prefer(plan_));

  EXPECT_EQ(plan_.first()->name, "debian.conf");
  EXPECT_FALSE(Has(u"LoaderEntryOneShot"));
}

TEST_F(LoaderInterfaceTest, PutsBootNextBeforeTheDefault) {
  Add({.kind = CandidateKind::kLoadOption,
       .rank = boot_plan::Rank::kOnce,
       .name = "Boot0002"});
  Set(u"LoaderEntryDefault", Wide("fedora*"));

  EXPECT_FALSE(Interface().Prefer(plan_));
  EXPECT_EQ(plan_.first()->name, "Boot0002");

  Set(u"LoaderEntryOneShot", Wide("fedora*"));
  EXPECT_TRUE(Interface().Prefer(plan_));
  EXPECT_EQ(plan_.first()->name, "fedora.conf");
}

TEST_F(LoaderInterfaceTest, IgnoresAOneShotThatWouldStay) {
  Set(u"LoaderEntryOneShot", Wide("fedora.conf"));
  Set(u"LoaderConfigTimeoutOneShot", Wide("7"));
  CountingObserver observer;
  observer.status = abi::EFI_DEVICE_ERROR;
  store_.observer = &observer;

  EXPECT_FALSE(Interface().Prefer(plan_));
  EXPECT_EQ(Interface().TakeTimeoutSeconds(), std::nullopt);
}

TEST_F(LoaderInterfaceTest, SurvivesOddVariables) {
  for (const std::string& data : {std::string("\xd8"),
                                  std::string("\0\xd8", 2),
                                  std::string(3000, 'x'),
                                  std::string("f\0e\0d", 5)}) {
    Set(u"LoaderEntryOneShot", data);
    EXPECT_FALSE(Interface().Prefer(plan_));
    EXPECT_FALSE(Has(u"LoaderEntryOneShot"));
  }
  // Without its NUL it is as good.
  Set(u"LoaderEntryOneShot", Wide("fedora.conf").substr(0, 22));
  EXPECT_TRUE(Interface().Prefer(plan_));
}

TEST_F(LoaderInterfaceTest, ReadsTimeouts) {
  EXPECT_EQ(Interface().TakeTimeoutSeconds(), std::nullopt);
  EXPECT_EQ(Timeout(u"LoaderConfigTimeout", "12"), 12u);
  EXPECT_EQ(Timeout(u"LoaderConfigTimeout", "0"), 0u);
  EXPECT_EQ(Timeout(u"LoaderConfigTimeout", "99999999999"), UINT32_MAX);
  EXPECT_EQ(Timeout(u"LoaderConfigTimeout", "menu-hidden"), 0u);
  EXPECT_EQ(Timeout(u"LoaderConfigTimeout", "menu-disabled"), 0u);
  EXPECT_EQ(Timeout(u"LoaderConfigTimeout", "menu-force"), UINT32_MAX);
  EXPECT_EQ(Timeout(u"LoaderConfigTimeout", "soon"), std::nullopt);
  EXPECT_EQ(Timeout(u"LoaderConfigTimeout", "3"), 3u);
  EXPECT_EQ(Timeout(u"LoaderConfigTimeoutOneShot", "5"), 5u);
  EXPECT_EQ(Timeout(u"LoaderConfigTimeoutOneShot", "0"), UINT32_MAX);
  EXPECT_FALSE(Has(u"LoaderConfigTimeoutOneShot"));
  EXPECT_EQ(Interface().TakeTimeoutSeconds(), 3u);
}

TEST_F(LoaderInterfaceTest, TellsHowItWasBooted) {
  std::array<const Candidate*, 2> list{};
  plan_.List(list);
  LoaderFacts facts = facts_;
  facts.partition = Guid::Of("01020304-0506-0708-090a-0b0c0d0e0f10");

  ASSERT_OK(Interface().Publish(facts, plan_, *list[1]));

  EXPECT_EQ(Get(u"LoaderInfo"), Wide("Flint 1.2.3"));
  EXPECT_EQ(Get(u"LoaderFirmwareInfo"), Wide("Flint 1.02"));
  EXPECT_EQ(Get(u"LoaderFirmwareType"), Wide("UEFI 2.100"));
  EXPECT_EQ(Get(u"LoaderTimeInitUSec"), Wide("12345"));
  EXPECT_EQ(Get(u"LoaderTimeExecUSec"), Wide("67890"));
  EXPECT_EQ(Get(u"LoaderDevicePartUUID"),
            Wide("01020304-0506-0708-090a-0b0c0d0e0f10"));
  EXPECT_EQ(Get(u"LoaderEntrySelected"), Wide("debian-6.1.efi"));
  EXPECT_EQ(Get(u"LoaderImageIdentifier"), Wide("\\EFI\\Linux\\x.efi"));
  EXPECT_EQ(Get(u"LoaderEntries"),
            Wide("debian.conf") + Wide("debian-6.1.efi") + Wide("fedora.conf") +
                Wide("auto-efi-default"));
  EXPECT_EQ(Get(u"LoaderFeatures"), std::string("\x2f\x01\x01\0\0\0\0\0", 8));
  EXPECT_FALSE(Has(u"LoaderBootCountPath"));
}

TEST_F(LoaderInterfaceTest, TellsWhereBootsAreCounted) {
  LoaderFacts facts = facts_;
  facts.boot_count_path = "/EFI/Linux/x+2-2.efi";

  ASSERT_OK(Interface().Publish(facts, plan_, *plan_.first()));

  EXPECT_EQ(Get(u"LoaderBootCountPath"), Wide("\\EFI\\Linux\\x+2-2.efi"));
  EXPECT_EQ(Get(u"LoaderFeatures")[0], '\x3f');
  EXPECT_FALSE(Has(u"LoaderDevicePartUUID"));
}

TEST_F(LoaderInterfaceTest, TakesBackWhatItTold) {
  Set(u"LoaderEntryDefault", Wide("fedora*"));
  LoaderFacts facts = facts_;
  facts.partition = Guid{};
  facts.boot_count_path = "x";
  ASSERT_OK(Interface().Publish(facts, plan_, *plan_.first()));
  ASSERT_EQ(store_.Names().size(), 12u);

  Interface().Withdraw();

  EXPECT_EQ(store_.Names().size(), 1u);
}

TEST_F(LoaderInterfaceTest, ListsAsManyEntriesAsFit) {
  const std::string name(700, 'n');
  std::vector<bls::Entry> many;
  for (int i = 0; i < 20; ++i) {
    many.push_back(bls::MakeEntry(bls::EntryType::kText, name));
  }
  for (const bls::Entry& entry : many) Add({.bls_entry = &entry});
  const bls::Entry last = bls::MakeEntry(bls::EntryType::kText, "z.conf");
  Add({.bls_entry = &last});
  store_ = VariableStore(65536, 65536);

  ASSERT_OK(Interface().Publish(facts_, plan_, *plan_.first()));

  const std::string entries = Get(u"LoaderEntries");
  EXPECT_LE(entries.size(), 8192u);
  EXPECT_TRUE(entries.ends_with(Wide("z.conf")));
}

TEST_F(LoaderInterfaceTest, FailsWhereThereIsNoRoom) {
  store_ = VariableStore(4096, 100);

  EXPECT_THAT(Interface().Publish(facts_, plan_, *plan_.first()),
              IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::efi
