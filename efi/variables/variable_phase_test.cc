// SPDX-License-Identifier: Apache-2.0

// What changes with ExitBootServices, and who is told of changes.

#include <string>

#include "efi/abi/status.h"
#include "efi/variables/variable_format.h"
#include "efi/variables/variable_globals.h"
#include "efi/variables/variable_services.h"
#include "efi/variables/variable_store_fixture.h"
#include "gmock/gmock.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using Got = VariableStore::Got;

constexpr uint32_t kAll = kNv | kBs | kRt;

class VariablePhaseTest : public ::testing::Test {
 protected:
  VariablePhaseTest() {
    EXPECT_EQ(store.Set(u"Stored", kAll, "1"), abi::EFI_SUCCESS);
    EXPECT_EQ(store.Set(u"Boot", kNv | kBs, "2"), abi::EFI_SUCCESS);
    EXPECT_EQ(store.Set(u"Volatile", kBs | kRt, "3"), abi::EFI_SUCCESS);
    EXPECT_EQ(store.Set(u"BootVolatile", kBs, "4"), abi::EFI_SUCCESS);
    store.phase = VariablePhase::kRuntime;
  }

  VariableStore store;
};

TEST_F(VariablePhaseTest, OnlyRuntimeVariablesAreSeenAtRuntime) {
  EXPECT_EQ(store.Get(u"Stored").data, "1");
  EXPECT_EQ(store.Get(u"Volatile").data, "3");
  EXPECT_EQ(store.Get(u"Boot").status, abi::EFI_NOT_FOUND);
  EXPECT_EQ(store.Get(u"BootVolatile").status, abi::EFI_NOT_FOUND);
  EXPECT_THAT(
      store.Names(),
      ElementsAre(Pair(u"Stored", kVendorA), Pair(u"Volatile", kVendorA)));

  char16_t name[16] = u"Boot";
  Guid vendor = kVendorA;
  abi::UINTN size = sizeof(name);
  EXPECT_EQ(store.services().GetNextVariableName(&size, name, &vendor),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(VariablePhaseTest, OnlyStoredRuntimeVariablesAreWritten) {
  EXPECT_EQ(store.Set(u"Stored", kAll, "new"), abi::EFI_SUCCESS);
  EXPECT_EQ(store.Set(u"Another", kAll, "new"), abi::EFI_SUCCESS);
  EXPECT_EQ(store.Set(u"Volatile", kBs | kRt, "new"), abi::EFI_WRITE_PROTECTED);
  EXPECT_EQ(store.Set(u"Volatile", 0, ""), abi::EFI_WRITE_PROTECTED);
  EXPECT_EQ(store.Set(u"New", kBs | kRt, "new"), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.Set(u"New", kNv | kBs, "new"), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.Set(u"Stored", kNv | kBs, "no"), abi::EFI_INVALID_PARAMETER);

  EXPECT_EQ(store.Get(u"Stored").data, "new");
  EXPECT_EQ(store.Get(u"Volatile").data, "3");
  EXPECT_EQ(store.Set(u"Stored", 0, ""), abi::EFI_SUCCESS);
  EXPECT_EQ(store.Set(u"Another", kAll, ""), abi::EFI_SUCCESS);
  EXPECT_THAT(store.Names(), ElementsAre(Pair(u"Volatile", kVendorA)));
}

TEST_F(VariablePhaseTest, HiddenVariablesCanBeNeitherReplacedNorDeleted) {
  EXPECT_EQ(store.Set(u"Boot", kAll, "new"), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.Set(u"Boot", kAll | kAppend, "new"),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.Set(u"Boot", 0, ""), abi::EFI_NOT_FOUND);
  EXPECT_EQ(store.Set(u"Boot", kAll, ""), abi::EFI_NOT_FOUND);

  store.phase = VariablePhase::kBoot;
  EXPECT_EQ(store.Get(u"Boot"), (Got{abi::EFI_SUCCESS, kNv | kBs, "2"}));
}

TEST_F(VariablePhaseTest, QueryIsOfRuntimeVariables) {
  abi::UINT64 a = 0;
  abi::UINT64 b = 0;
  abi::UINT64 c = 0;

  EXPECT_EQ(store.services().QueryVariableInfo(kNv | kBs, &a, &b, &c),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.services().QueryVariableInfo(kAll, &a, &b, &c),
            abi::EFI_SUCCESS);
}

TEST_F(VariablePhaseTest, FirmwareDefinesAndFindsWhateverThePhase) {
  VariableServices services = store.services();

  EXPECT_EQ(services.Define(u"Boot", kVendorA, kNv | kBs, AsBytes("new")),
            abi::EFI_SUCCESS);
  EXPECT_EQ(AsText(*services.Find(u"Boot", kVendorA)), "new");
  EXPECT_EQ(services.Undefine(u"Boot", kVendorA), abi::EFI_SUCCESS);
  EXPECT_EQ(services.Undefine(u"Boot", kVendorA), abi::EFI_SUCCESS);
  EXPECT_FALSE(services.Find(u"Boot", kVendorA));
}

TEST_F(VariablePhaseTest, ReadsTheImageOfTheStoreAsAVariable) {
  VariableServices services = store.services();
  ASSERT_EQ(DefineRuntimeVariableFile(services, "flint.var"), abi::EFI_SUCCESS);
  ASSERT_EQ(store.Set(u"Stored", kAll, "changed"), abi::EFI_SUCCESS);

  EXPECT_EQ(store.Get(u"RTStorageVolatile", kRuntimeVariableFileGuid),
            (Got{abi::EFI_SUCCESS, kBs | kRt, std::string("flint.var\0", 10)}));
  const Got got = store.Get(u"VarToFile", kRuntimeVariableFileGuid);
  EXPECT_EQ(got.attributes, kBs | kRt);
  ASSERT_OK_AND_ASSIGN(const Bytes image, CheckVariableFile(AsBytes(got.data)));

  // The next boot sees what was set at runtime, and what only boot may see.
  VariableStore next;
  ASSERT_TRUE(next.nonvolatile().Load(image));
  EXPECT_EQ(next.Get(u"Stored").data, "changed");
  EXPECT_EQ(next.Get(u"Boot").data, "2");
  EXPECT_EQ(next.Names().size(), 2u);
}

TEST_F(VariablePhaseTest, TheImageOfTheStoreIsReadOnlyEvenToBootServices) {
  store.phase = VariablePhase::kBoot;
  VariableServices services = store.services();
  ASSERT_EQ(DefineRuntimeVariableFile(services, "flint.var"), abi::EFI_SUCCESS);

  EXPECT_EQ(store.Set(u"VarToFile", kBs | kRt, "x", kRuntimeVariableFileGuid),
            abi::EFI_WRITE_PROTECTED);
  EXPECT_EQ(store.Set(u"RTStorageVolatile", 0, "", kRuntimeVariableFileGuid),
            abi::EFI_WRITE_PROTECTED);
}

TEST(VariableObservers, AreToldOfNonvolatileChangesAlone) {
  VariableStore store;
  CountingObserver observer;
  store.observer = &observer;

  EXPECT_EQ(store.Set(u"Volatile", kBs, "1"), abi::EFI_SUCCESS);
  EXPECT_EQ(store.Set(u"Volatile", kBs, ""), abi::EFI_SUCCESS);
  EXPECT_EQ(observer.changes, 0);
  EXPECT_EQ(store.Set(u"Stored", kAll, "1"), abi::EFI_SUCCESS);
  EXPECT_EQ(observer.changes, 1);
  EXPECT_EQ(store.Set(u"Stored", kAll, "1"), abi::EFI_SUCCESS);
  EXPECT_EQ(observer.changes, 1) << "the same value is no change";
  EXPECT_EQ(store.Set(u"Stored", kAll | kAppend, "1"), abi::EFI_SUCCESS);
  EXPECT_EQ(observer.changes, 2);
  EXPECT_EQ(store.Set(u"Stored", kAll, ""), abi::EFI_SUCCESS);
  EXPECT_EQ(observer.changes, 3);
}

TEST(VariableObservers, MakeSetVariableFail) {
  VariableStore store;
  CountingObserver observer;
  observer.status = abi::EFI_DEVICE_ERROR;
  store.observer = &observer;

  EXPECT_EQ(store.Set(u"Stored", kAll, "1"), abi::EFI_DEVICE_ERROR);
}

}  // namespace
}  // namespace flint::efi
