// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_services.h"

#include <array>
#include <string>

#include "efi/abi/status.h"
#include "efi/variables/variable_store_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using Got = VariableStore::Got;

constexpr uint32_t kAll = kNv | kBs | kRt;

class VariableServicesTest : public ::testing::Test {
 protected:
  VariableStore store;
};

// GetVariable [uefi-2.10 8.2.1]

TEST_F(VariableServicesTest, GetReturnsWhatWasSet) {
  ASSERT_EQ(store.Set(u"Name", kAll, "value"), abi::EFI_SUCCESS);

  EXPECT_EQ(store.Get(u"Name"), (Got{abi::EFI_SUCCESS, kAll, "value"}));
  EXPECT_EQ(store.Get(u"name").status, abi::EFI_NOT_FOUND);
  EXPECT_EQ(store.Get(u"Nam").status, abi::EFI_NOT_FOUND);
  EXPECT_EQ(store.Get(u"Name", kVendorB).status, abi::EFI_NOT_FOUND);
  EXPECT_EQ(store.Get(u"").status, abi::EFI_NOT_FOUND);
}

TEST_F(VariableServicesTest, GetTellsTheSizeOfWhatDoesNotFit) {
  ASSERT_EQ(store.Set(u"Name", kBs, "value"), abi::EFI_SUCCESS);
  std::string buffer = "xxxxxxxx";
  abi::UINTN size = 4;
  abi::UINT32 attributes = 0;

  EXPECT_EQ(store.services().GetVariable(
                u"Name", &kVendorA, &attributes, &size, buffer.data()),
            abi::EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, 5u);
  EXPECT_EQ(attributes, kBs);
  EXPECT_EQ(buffer, "xxxxxxxx");

  size = 0;
  EXPECT_EQ(
      store.services().GetVariable(u"Name", &kVendorA, nullptr, &size, nullptr),
      abi::EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, 5u);
}

TEST_F(VariableServicesTest, GetRefusesMissingParameters) {
  ASSERT_EQ(store.Set(u"Name", kBs, "value"), abi::EFI_SUCCESS);
  std::array<char, 8> data{};
  abi::UINTN size = data.size();
  VariableServices services = store.services();

  EXPECT_EQ(
      services.GetVariable(nullptr, &kVendorA, nullptr, &size, data.data()),
      abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.GetVariable(u"Name", nullptr, nullptr, &size, data.data()),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      services.GetVariable(u"Name", &kVendorA, nullptr, nullptr, data.data()),
      abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.GetVariable(u"Name", &kVendorA, nullptr, &size, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(size, data.size());
}

// SetVariable [uefi-2.10 8.2.3]

TEST_F(VariableServicesTest, SetReplacesDataOfAnySize) {
  for (const std::string_view value : {"one", "a longer value", "2"}) {
    ASSERT_EQ(store.Set(u"Name", kAll, value), abi::EFI_SUCCESS);
    EXPECT_EQ(store.Get(u"Name").data, value);
  }
}

TEST_F(VariableServicesTest, SetRefusesMissingParameters) {
  VariableServices services = store.services();

  EXPECT_EQ(services.SetVariable(nullptr, &kVendorA, kBs, 1, "x"),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.SetVariable(u"", &kVendorA, kBs, 1, "x"),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.SetVariable(u"Name", nullptr, kBs, 1, "x"),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.SetVariable(u"Name", &kVendorA, kBs, 1, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_THAT(store.Names(), IsEmpty());
}

TEST_F(VariableServicesTest, SetRefusesAttributesThatCannotBe) {
  const auto set = [&](uint32_t attributes) {
    return store.Set(u"Name", attributes, "value");
  };

  EXPECT_EQ(set(kRt), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(set(kNv | kRt), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(set(kNv), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(set(kNv | kAppend), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(set(kAll | 0x100), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(set(kAll | 0x8000'0000), abi::EFI_INVALID_PARAMETER);
  // Error records need all three, and there is no place for them.
  EXPECT_EQ(set(kBs | 0x08), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(set(kAll | 0x08), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(set(kAll | 0x10), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(set(kAll | 0x80), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(set(kRt | 0x10), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(set(kAll | 0x20), abi::EFI_SECURITY_VIOLATION);
  EXPECT_EQ(set(kRt | 0x20), abi::EFI_INVALID_PARAMETER);
  EXPECT_THAT(store.Names(), IsEmpty());
}

TEST_F(VariableServicesTest, SetKeepsAttributes) {
  ASSERT_EQ(store.Set(u"Name", kAll, "value"), abi::EFI_SUCCESS);

  EXPECT_EQ(store.Set(u"Name", kNv | kBs, "other"), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.Set(u"Name", kBs | kRt, "other"), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.Set(u"Name", kBs | kRt, ""), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.Get(u"Name"), (Got{abi::EFI_SUCCESS, kAll, "value"}));
}

TEST_F(VariableServicesTest, NoDataDeletes) {
  ASSERT_EQ(store.Set(u"Name", kAll, "value"), abi::EFI_SUCCESS);

  EXPECT_EQ(store.Set(u"Name", kAll, ""), abi::EFI_SUCCESS);

  EXPECT_EQ(store.Get(u"Name").status, abi::EFI_NOT_FOUND);
  EXPECT_EQ(store.Set(u"Name", kAll, ""), abi::EFI_NOT_FOUND);
}

TEST_F(VariableServicesTest, NoAccessDeletes) {
  ASSERT_EQ(store.Set(u"Name", kAll, "value"), abi::EFI_SUCCESS);

  EXPECT_EQ(store.Set(u"Name", 0, "ignored"), abi::EFI_SUCCESS);

  EXPECT_EQ(store.Get(u"Name").status, abi::EFI_NOT_FOUND);
  EXPECT_EQ(store.Set(u"Name", 0, "ignored"), abi::EFI_NOT_FOUND);
  EXPECT_EQ(store.Set(u"Name", 0, ""), abi::EFI_NOT_FOUND);
}

TEST_F(VariableServicesTest, AppendAddsBehindWhatIsThere) {
  EXPECT_EQ(store.Set(u"Name", kAll | kAppend, "new"), abi::EFI_SUCCESS);
  EXPECT_EQ(store.Get(u"Name"), (Got{abi::EFI_SUCCESS, kAll, "new"}));

  EXPECT_EQ(store.Set(u"Name", kAll | kAppend, " and"), abi::EFI_SUCCESS);
  EXPECT_EQ(store.Set(u"Name", kAll | kAppend, ""), abi::EFI_SUCCESS);
  EXPECT_EQ(store.Set(u"Name", kBs | kAppend, "no"),
            abi::EFI_INVALID_PARAMETER);

  EXPECT_EQ(store.Get(u"Name"), (Got{abi::EFI_SUCCESS, kAll, "new and"}));
  EXPECT_EQ(store.Set(u"Other", kAll | kAppend, ""), abi::EFI_NOT_FOUND);
}

TEST_F(VariableServicesTest, FullStoreRefusesAndKeepsWhatItHas) {
  ASSERT_EQ(store.Set(u"Name", kAll, "value"), abi::EFI_SUCCESS);
  const std::string much(4096, 'x');

  EXPECT_EQ(store.Set(u"Name", kAll, much), abi::EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(store.Set(u"Name", kAll | kAppend, much),
            abi::EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(store.Set(u"Other", kAll, much), abi::EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(store.Set(u"Volatile", kBs, much), abi::EFI_OUT_OF_RESOURCES);

  EXPECT_EQ(store.Get(u"Name").data, "value");
  EXPECT_EQ(store.Names().size(), 1u);
}

TEST_F(VariableServicesTest, LimitsNamesAndData) {
  store = VariableStore(200 * 1024, 200 * 1024);
  const std::u16string longest(kMaxVariableNameBytes / 2 - 1, u'n');
  const std::string most(kMaxVariableDataBytes, 'x');

  EXPECT_EQ(store.Set(longest, kAll, most), abi::EFI_SUCCESS);
  EXPECT_EQ(store.Get(longest).data, most);
  EXPECT_EQ(store.Set(longest + u"n", kAll, "x"), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.Get(longest + u"n").status, abi::EFI_NOT_FOUND);
  EXPECT_EQ(store.Set(u"More", kAll, most + "x"), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.Set(longest, kAll | kAppend, "x"), abi::EFI_OUT_OF_RESOURCES);
}

TEST_F(VariableServicesTest, FirmwaresOwnVariablesAreWriteProtected) {
  const Guid global = abi::EFI_GLOBAL_VARIABLE;
  for (const std::u16string_view name : {u"SecureBoot",
                                         u"SetupMode",
                                         u"AuditMode",
                                         u"OsIndicationsSupported",
                                         u"dbxDefault",
                                         u"PlatformLangCodes"}) {
    EXPECT_EQ(store.Set(name, kBs | kRt, "\1", global),
              abi::EFI_WRITE_PROTECTED);
    EXPECT_EQ(store.Set(name, 0, "", global), abi::EFI_WRITE_PROTECTED);
    EXPECT_EQ(store.Set(name, kBs | kRt, "\1"), abi::EFI_SUCCESS);
  }
}

TEST_F(VariableServicesTest, KeysNeedAuthentication) {
  const Guid database = abi::EFI_IMAGE_SECURITY_DATABASE_GUID;
  const Guid global = abi::EFI_GLOBAL_VARIABLE;

  EXPECT_EQ(store.Set(u"PK", kAll, "x", global), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.Set(u"KEK", kAll, "x", global), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.Set(u"dbx", kAll, "x", database), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(store.Set(u"db", kAll | 0x20, "x", database),
            abi::EFI_SECURITY_VIOLATION);
  EXPECT_EQ(store.Set(u"db", kAll, "x", global), abi::EFI_SUCCESS);
}

// GetNextVariableName [uefi-2.10 8.2.2]

TEST_F(VariableServicesTest, EnumerationIsInOrderOfCreation) {
  ASSERT_EQ(store.Set(u"B", kBs, "1"), abi::EFI_SUCCESS);
  ASSERT_EQ(store.Set(u"A", kBs, "1"), abi::EFI_SUCCESS);
  ASSERT_EQ(store.Set(u"D", kAll, "1", kVendorB), abi::EFI_SUCCESS);
  ASSERT_EQ(store.Set(u"C", kAll, "1"), abi::EFI_SUCCESS);
  ASSERT_EQ(store.Set(u"D", kAll, "much more", kVendorB), abi::EFI_SUCCESS);

  EXPECT_THAT(store.Names(),
              ElementsAre(Pair(u"D", kVendorB),
                          Pair(u"C", kVendorA),
                          Pair(u"B", kVendorA),
                          Pair(u"A", kVendorA)));
}

TEST_F(VariableServicesTest, EnumerationSurvivesChangesUnderway) {
  for (const char16_t* name : {u"One", u"Two", u"Three", u"Four"}) {
    ASSERT_EQ(store.Set(name, kAll, "1"), abi::EFI_SUCCESS);
  }
  std::array<char16_t, 16> name{u'T', u'w', u'o'};
  Guid vendor = kVendorA;
  abi::UINTN size = sizeof(name);

  ASSERT_EQ(store.Set(u"Two", kAll, "a value of another size"),
            abi::EFI_SUCCESS);
  ASSERT_EQ(store.Set(u"One", 0, ""), abi::EFI_SUCCESS);
  ASSERT_EQ(store.Set(u"Five", kAll, "1"), abi::EFI_SUCCESS);

  ASSERT_EQ(store.services().GetNextVariableName(&size, name.data(), &vendor),
            abi::EFI_SUCCESS);
  EXPECT_EQ(std::u16string(name.data()), u"Three");
  EXPECT_EQ(size, sizeof(u"Three"));
}

TEST_F(VariableServicesTest, EnumerationTellsTheSizeOfANameThatDoesNotFit) {
  ASSERT_EQ(store.Set(u"Lengthy", kAll, "1"), abi::EFI_SUCCESS);
  std::array<char16_t, 8> name{};
  Guid vendor = kVendorB;
  abi::UINTN size = 2;

  EXPECT_EQ(store.services().GetNextVariableName(&size, name.data(), &vendor),
            abi::EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, sizeof(u"Lengthy"));
  EXPECT_EQ(name[0], u'\0');
  EXPECT_EQ(vendor, kVendorB);
  EXPECT_EQ(store.services().GetNextVariableName(&size, name.data(), &vendor),
            abi::EFI_SUCCESS);
  EXPECT_EQ(std::u16string(name.data()), u"Lengthy");
  EXPECT_EQ(vendor, kVendorA);

  size = sizeof(name);
  EXPECT_EQ(store.services().GetNextVariableName(&size, name.data(), &vendor),
            abi::EFI_NOT_FOUND);
}

TEST_F(VariableServicesTest, EnumerationRefusesBadParameters) {
  ASSERT_EQ(store.Set(u"Name", kAll, "1"), abi::EFI_SUCCESS);
  std::array<char16_t, 8> name{u'N', u'o'};
  Guid vendor = kVendorA;
  abi::UINTN size = sizeof(name);
  VariableServices services = store.services();

  EXPECT_EQ(services.GetNextVariableName(nullptr, name.data(), &vendor),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.GetNextVariableName(&size, nullptr, &vendor),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.GetNextVariableName(&size, name.data(), nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.GetNextVariableName(&size, name.data(), &vendor),
            abi::EFI_INVALID_PARAMETER)
      << "no such variable";
  for (size_t too_small = 0; too_small < sizeof(u"No"); ++too_small) {
    size = too_small;
    EXPECT_EQ(services.GetNextVariableName(&size, name.data(), &vendor),
              abi::EFI_INVALID_PARAMETER)
        << "no NUL in " << too_small;
  }
}

// QueryVariableInfo [uefi-2.10 8.2.4]

TEST_F(VariableServicesTest, QueryTellsWhatThereIsRoomFor) {
  abi::UINT64 storage = 0;
  abi::UINT64 remaining = 0;
  abi::UINT64 largest = 0;
  VariableServices services = store.services();
  ASSERT_EQ(services.QueryVariableInfo(kAll, &storage, &remaining, &largest),
            abi::EFI_SUCCESS);
  EXPECT_EQ(storage, remaining);
  EXPECT_EQ(largest, remaining - sizeof(VariableEntry));

  // The largest of the shortest name does fit.
  ASSERT_EQ(store.Set(u"N", kAll, std::string(largest - 4, 'x')),
            abi::EFI_SUCCESS);
  ASSERT_EQ(services.QueryVariableInfo(kAll, &storage, &remaining, &largest),
            abi::EFI_SUCCESS);
  EXPECT_EQ(remaining, 0u);
  EXPECT_EQ(largest, 0u);
  ASSERT_EQ(services.QueryVariableInfo(kBs, &storage, &remaining, &largest),
            abi::EFI_SUCCESS);
  EXPECT_EQ(storage, remaining);
}

TEST_F(VariableServicesTest, QueryRefusesBadParameters) {
  abi::UINT64 a = 0;
  abi::UINT64 b = 0;
  abi::UINT64 c = 0;
  VariableServices services = store.services();
  const auto query = [&](uint32_t attributes) {
    return services.QueryVariableInfo(attributes, &a, &b, &c);
  };

  EXPECT_EQ(services.QueryVariableInfo(kAll, nullptr, &b, &c),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.QueryVariableInfo(kAll, &a, nullptr, &c),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.QueryVariableInfo(kAll, &a, &b, nullptr),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(query(0), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(query(kRt), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(query(kNv), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(query(kNv | kRt), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(query(kBs | 0x08), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(query(kAll | 0x08), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(query(kAll | 0x10), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(query(kAll | 0x20), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(query(kAll | 0x80), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(query(kAppend), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(query(kAll | kAppend), abi::EFI_SUCCESS);
}

}  // namespace
}  // namespace flint::efi
