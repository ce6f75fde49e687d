// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/hii_database.h"

#include <string>
#include <utility>
#include <vector>

#include "efi/abi/protocol/device_path.h"
#include "efi/hii/fake_packages.h"
#include "efi/hii/hii_database_fixture.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;  // NOLINT(google-build-using-namespace)
using hii::FakeGuidPackage;
using hii::FakePackage;
using hii::FakePackageList;

/// What notification functions, which have no context, are to know and tell.
struct Scene {
  EFI_HII_DATABASE_PROTOCOL* database = nullptr;
  std::vector<std::string> calls;
  EFI_HANDLE registration = nullptr;
};
Scene* scene = nullptr;

std::string Text(const EFI_HII_PACKAGE_HEADER* package) {
  return {static_cast<const char*>(static_cast<const void*>(package + 1)),
          package->Length[0] - sizeof(*package)};
}

EFI_STATUS EFIAPI Note(UINT8 type,
                       const EFI_GUID* guid,
                       const EFI_HII_PACKAGE_HEADER* package,
                       EFI_HII_HANDLE,
                       EFI_HII_DATABASE_NOTIFY_TYPE kind) {
  EXPECT_EQ(guid != nullptr, type == EFI_HII_PACKAGE_TYPE_GUID);
  const std::string name = guid == nullptr ? Text(package) : "guid";
  scene->calls.push_back(std::to_string(kind) + " " + name);
  return EFI_SUCCESS;
}

EFI_STATUS EFIAPI RemoveList(UINT8,
                             const EFI_GUID*,
                             const EFI_HII_PACKAGE_HEADER*,
                             EFI_HII_HANDLE handle,
                             EFI_HII_DATABASE_NOTIFY_TYPE kind) {
  scene->calls.push_back("removed at " + std::to_string(kind));
  EXPECT_EQ(scene->database->UnregisterPackageNotify(scene->database,
                                                     scene->registration),
            EFI_SUCCESS);
  return scene->database->RemovePackageList(scene->database, handle);
}

class HiiDatabaseTest : public HiiDatabaseFixture {
 protected:
  HiiDatabaseTest() { scene = &scene_; }
  ~HiiDatabaseTest() override { scene = nullptr; }

  EFI_STATUS TryNew(const std::string& list) {
    EFI_HII_HANDLE handle = nullptr;
    const EFI_STATUS status =
        protocol_->NewPackageList(protocol_, At(list), nullptr, &handle);
    EXPECT_EQ(handle == nullptr, EFI_ERROR(status));
    return status;
  }
  EFI_STATUS Update(EFI_HII_HANDLE handle, const std::string& list) {
    return protocol_->UpdatePackageList(protocol_, handle, At(list));
  }
  /// Empty if there is none.
  std::string Export(EFI_HII_HANDLE handle) {
    UINTN size = 0;
    const EFI_STATUS status =
        protocol_->ExportPackageLists(protocol_, handle, &size, nullptr);
    if (status == EFI_NOT_FOUND) return "";
    EXPECT_EQ(status, EFI_BUFFER_TOO_SMALL);
    std::string out(size, '?');
    void* const buffer = out.data();
    EXPECT_EQ(protocol_->ExportPackageLists(
                  protocol_,
                  handle,
                  &size,
                  static_cast<EFI_HII_PACKAGE_LIST_HEADER*>(buffer)),
              EFI_SUCCESS);
    EXPECT_EQ(size, out.size());
    return out;
  }
  std::vector<EFI_HII_HANDLE> List(UINT8 type, const EFI_GUID* guid = nullptr) {
    std::vector<EFI_HII_HANDLE> handles(8);
    UINTN size = handles.size() * sizeof(EFI_HII_HANDLE);
    const EFI_STATUS status = protocol_->ListPackageLists(
        protocol_, type, guid, &size, handles.data());
    EXPECT_EQ(status, size == 0 ? EFI_NOT_FOUND : EFI_SUCCESS);
    handles.resize(size / sizeof(EFI_HII_HANDLE));
    return handles;
  }
  EFI_HANDLE Register(UINT8 type,
                      EFI_HII_DATABASE_NOTIFY_TYPE kinds,
                      EFI_HII_DATABASE_NOTIFY function = Note,
                      const EFI_GUID* guid = nullptr) {
    EFI_HANDLE registration = nullptr;
    EXPECT_EQ(protocol_->RegisterPackageNotify(
                  protocol_, type, guid, function, kinds, &registration),
              EFI_SUCCESS);
    return registration;
  }
  std::vector<std::string> TakeCalls() {
    return std::exchange(scene_.calls, {});
  }

  const std::string form_ = FakePackage(EFI_HII_PACKAGE_FORMS, "form");
  const std::string image_ = FakePackage(EFI_HII_PACKAGE_IMAGES, "image");

  Scene scene_{.database = protocol_, .calls = {}, .registration = nullptr};
};

TEST_F(HiiDatabaseTest, ExportsWhatItWasGiven) {
  const std::string first = FakePackageList({form_, image_});
  const std::string second = FakePackageList({image_});
  const EFI_HII_HANDLE one = New(first);
  const EFI_HII_HANDLE two = New(second);

  EXPECT_EQ(Export(one), first);
  EXPECT_EQ(Export(two), second);
  EXPECT_EQ(Export(nullptr), first + second);
}

TEST_F(HiiDatabaseTest, CopiesWhatItWasGiven) {
  std::string list = FakePackageList({form_});
  const std::string before = list;
  const EFI_HII_HANDLE handle = New(list);

  list.assign(list.size(), 'x');

  EXPECT_EQ(Export(handle), before);
}

TEST_F(HiiDatabaseTest, TakesAListWithoutThePackageThatEndsIt) {
  std::string list = FakePackageList({form_});
  list[16] = static_cast<char>(list[16] - 4);

  EXPECT_EQ(Export(New(list)), FakePackageList({form_}));
}

TEST_F(HiiDatabaseTest, RefusesDamagedLists) {
  const std::string good = FakePackageList({form_, image_});
  for (int length = 0; length < static_cast<int>(good.size()); ++length) {
    std::string list = good;
    list[16] = static_cast<char>(length);
    // Between packages, and behind the last, a list may end.
    const bool is_whole = length == 20 || length == 28 || length == 37;
    EXPECT_EQ(TryNew(list), is_whole ? EFI_SUCCESS : EFI_INVALID_PARAMETER)
        << length;
  }
  for (const char length : {'\0', '\3', 'd'}) {
    std::string list = good;
    list[20] = length;
    EXPECT_EQ(TryNew(list), EFI_INVALID_PARAMETER) << int{length};
  }
  std::string list = good;
  list[22] = 1;
  EXPECT_EQ(TryNew(list), EFI_INVALID_PARAMETER);
  EXPECT_EQ(TryNew(FakePackageList(
                {FakePackage(EFI_HII_PACKAGE_TYPE_GUID, "short")})),
            EFI_INVALID_PARAMETER);
}

TEST_F(HiiDatabaseTest, AddsTheDevicePathOfTheDriver) {
  const std::string path("\x7F\xFF\x04\0", 4);
  EFI_HANDLE driver = nullptr;
  ASSERT_EQ(host_.boot_services().InstallProtocolInterface(
                &driver,
                const_cast<EFI_GUID*>(&EFI_DEVICE_PATH_PROTOCOL_GUID),
                EFI_NATIVE_INTERFACE,
                const_cast<char*>(path.data())),
            EFI_SUCCESS);

  const EFI_HII_HANDLE handle = New(FakePackageList({form_}), driver);

  EXPECT_EQ(
      Export(handle),
      FakePackageList({form_, FakePackage(EFI_HII_PACKAGE_DEVICE_PATH, path)}));
  EFI_HANDLE found = nullptr;
  EXPECT_EQ(protocol_->GetPackageListHandle(protocol_, handle, &found),
            EFI_SUCCESS);
  EXPECT_EQ(found, driver);
}

TEST_F(HiiDatabaseTest, ListsByType) {
  const EFI_HII_HANDLE one = New(FakePackageList({form_, image_}));
  const EFI_HII_HANDLE two =
      New(FakePackageList({FakeGuidPackage(kFirst, "data")}));
  using Handles = std::vector<EFI_HII_HANDLE>;

  EXPECT_EQ(List(EFI_HII_PACKAGE_TYPE_ALL), (Handles{one, two}));
  EXPECT_EQ(List(EFI_HII_PACKAGE_IMAGES), Handles{one});
  EXPECT_EQ(List(EFI_HII_PACKAGE_FONTS), Handles{});
  EXPECT_EQ(List(EFI_HII_PACKAGE_TYPE_GUID, &kFirst), Handles{two});
  EXPECT_EQ(List(EFI_HII_PACKAGE_TYPE_GUID, &kSecond), Handles{});
  UINTN size = sizeof(EFI_HII_HANDLE);
  EFI_HII_HANDLE handle = nullptr;
  EXPECT_EQ(protocol_->ListPackageLists(
                protocol_, EFI_HII_PACKAGE_TYPE_ALL, nullptr, &size, &handle),
            EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, 2 * sizeof(EFI_HII_HANDLE));
}

TEST_F(HiiDatabaseTest, ForgetsRemovedLists) {
  const EFI_HII_HANDLE one = New(FakePackageList({form_}));
  const EFI_HII_HANDLE two = New(FakePackageList({image_}));

  EXPECT_EQ(Remove(one), EFI_SUCCESS);

  EXPECT_EQ(Remove(one), EFI_NOT_FOUND);
  EXPECT_EQ(Update(one, FakePackageList({})), EFI_NOT_FOUND);
  EXPECT_EQ(Export(one), "");
  EFI_HANDLE driver = nullptr;
  EXPECT_EQ(protocol_->GetPackageListHandle(protocol_, one, &driver),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(Export(nullptr), FakePackageList({image_}));
  EXPECT_EQ(Remove(two), EFI_SUCCESS);
  EXPECT_EQ(Export(nullptr), "");
}

TEST_F(HiiDatabaseTest, UpdatesReplaceEachType) {
  const std::string first = FakeGuidPackage(kFirst, "1");
  const std::string second = FakeGuidPackage(kSecond, "2");
  const EFI_HII_HANDLE handle =
      New(FakePackageList({form_, image_, first, second, image_}));
  const std::string new_image = FakePackage(EFI_HII_PACKAGE_IMAGES, "new");
  const std::string new_second = FakeGuidPackage(kSecond, "two");

  EXPECT_EQ(Update(handle, FakePackageList({new_image, new_second})),
            EFI_SUCCESS);

  EXPECT_EQ(Export(handle),
            FakePackageList({form_, first, new_image, new_second}));
}

TEST_F(HiiDatabaseTest, TellsWhoWantsToKnow) {
  using Calls = std::vector<std::string>;
  Register(EFI_HII_PACKAGE_IMAGES,
           EFI_HII_DATABASE_NOTIFY_NEW_PACK |
               EFI_HII_DATABASE_NOTIFY_REMOVE_PACK |
               EFI_HII_DATABASE_NOTIFY_ADD_PACK);
  Register(EFI_HII_PACKAGE_FORMS, EFI_HII_DATABASE_NOTIFY_EXPORT_PACK);
  Register(EFI_HII_PACKAGE_TYPE_GUID,
           EFI_HII_DATABASE_NOTIFY_NEW_PACK,
           Note,
           &kFirst);

  const EFI_HII_HANDLE handle =
      New(FakePackageList({image_,
                           form_,
                           FakeGuidPackage(kSecond, ""),
                           FakeGuidPackage(kFirst, "")}));
  EXPECT_EQ(TakeCalls(), (Calls{"1 image", "1 guid"}));
  EXPECT_EQ(Update(handle,
                   FakePackageList(
                       {FakePackage(EFI_HII_PACKAGE_IMAGES, "new image")})),
            EFI_SUCCESS);
  EXPECT_EQ(TakeCalls(), (Calls{"2 image", "8 new image"}));
  UINTN size = 0;
  EXPECT_EQ(protocol_->ExportPackageLists(protocol_, handle, &size, nullptr),
            EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(TakeCalls(), Calls{"4 form"});
  EXPECT_EQ(Remove(handle), EFI_SUCCESS);
  EXPECT_EQ(TakeCalls(), Calls{"2 new image"});
}

TEST_F(HiiDatabaseTest, TellsNoOneWhoIsUnregistered) {
  const EFI_HANDLE registration =
      Register(EFI_HII_PACKAGE_FORMS, EFI_HII_DATABASE_NOTIFY_NEW_PACK);

  EXPECT_EQ(protocol_->UnregisterPackageNotify(protocol_, registration),
            EFI_SUCCESS);

  New(FakePackageList({form_}));
  EXPECT_TRUE(TakeCalls().empty());
  EXPECT_EQ(protocol_->UnregisterPackageNotify(protocol_, registration),
            EFI_NOT_FOUND);
}

TEST_F(HiiDatabaseTest, SurvivesFunctionsThatRemoveTheList) {
  for (const EFI_HII_DATABASE_NOTIFY_TYPE kind :
       {EFI_HII_DATABASE_NOTIFY_NEW_PACK,
        EFI_HII_DATABASE_NOTIFY_REMOVE_PACK,
        EFI_HII_DATABASE_NOTIFY_EXPORT_PACK,
        EFI_HII_DATABASE_NOTIFY_ADD_PACK}) {
    scene_.registration = Register(EFI_HII_PACKAGE_FORMS, kind, RemoveList);
    const EFI_HANDLE after = Register(EFI_HII_PACKAGE_FORMS, kind);
    const EFI_HII_HANDLE handle = New(FakePackageList({form_, form_}));
    const EFI_STATUS updated = Update(handle, FakePackageList({form_}));
    const std::string exported = Export(nullptr);
    static_cast<void>(Remove(handle));

    std::vector<std::string> calls{"removed at " + std::to_string(kind)};
    if (kind == EFI_HII_DATABASE_NOTIFY_REMOVE_PACK) {
      calls.insert(calls.end(), 2, "2 form");  // of what the function removed
    }
    EXPECT_EQ(TakeCalls(), calls);
    const bool is_gone_before_updated =
        kind == EFI_HII_DATABASE_NOTIFY_NEW_PACK ||
        kind == EFI_HII_DATABASE_NOTIFY_REMOVE_PACK;
    EXPECT_EQ(updated, is_gone_before_updated ? EFI_NOT_FOUND : EFI_SUCCESS);
    EXPECT_EQ(exported, "");
    EXPECT_TRUE(List(EFI_HII_PACKAGE_TYPE_ALL).empty());
    EXPECT_EQ(protocol_->UnregisterPackageNotify(protocol_, after),
              EFI_SUCCESS);
  }
}

TEST_F(HiiDatabaseTest, RefusesBadParameters) {
  const std::string list = FakePackageList({form_});
  const EFI_HII_HANDLE handle = New(list);
  EFI_HII_HANDLE out = nullptr;
  UINTN size = 8;
  UINT16 short_size = 8;

  EXPECT_EQ(protocol_->NewPackageList(protocol_, nullptr, nullptr, &out),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->NewPackageList(protocol_, At(list), nullptr, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->NewPackageList(nullptr, At(list), nullptr, &out),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->UpdatePackageList(protocol_, handle, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(Remove(&size), EFI_NOT_FOUND);
  EXPECT_EQ(protocol_->ListPackageLists(
                protocol_, EFI_HII_PACKAGE_TYPE_ALL, nullptr, nullptr, &out),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->ListPackageLists(
                protocol_, EFI_HII_PACKAGE_TYPE_ALL, nullptr, &size, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->ListPackageLists(
                protocol_, EFI_HII_PACKAGE_FORMS, &kFirst, &size, &out),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->ListPackageLists(
                protocol_, EFI_HII_PACKAGE_TYPE_GUID, nullptr, &size, &out),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->ExportPackageLists(protocol_, handle, nullptr, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->ExportPackageLists(protocol_, handle, &size, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->RegisterPackageNotify(protocol_,
                                             EFI_HII_PACKAGE_FORMS,
                                             &kFirst,
                                             Note,
                                             EFI_HII_DATABASE_NOTIFY_NEW_PACK,
                                             &out),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->RegisterPackageNotify(protocol_,
                                             EFI_HII_PACKAGE_FORMS,
                                             nullptr,
                                             Note,
                                             EFI_HII_DATABASE_NOTIFY_NEW_PACK,
                                             nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->FindKeyboardLayouts(protocol_, &short_size, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      protocol_->GetKeyboardLayout(protocol_, &kFirst, &short_size, nullptr),
      EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->SetKeyboardLayout(protocol_, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->GetPackageListHandle(protocol_, handle, nullptr),
            EFI_INVALID_PARAMETER);
}

TEST_F(HiiDatabaseTest, ChangesNothingIfThereIsNoMemory) {
  const EFI_HII_HANDLE handle = New(FakePackageList({form_}));
  EFI_PHYSICAL_ADDRESS address = 0;
  for (UINTN pages = 0x10'0000; pages != 0; pages /= 2) {
    while (host_.boot_services().AllocatePages(
               AllocateAnyPages, EfiLoaderData, pages, &address) ==
           EFI_SUCCESS) {
    }
  }
  const std::string large =
      FakePackage(EFI_HII_PACKAGE_FORMS, std::string(100'000, 'x'));

  EXPECT_EQ(TryNew(FakePackageList({image_, large})), EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(Update(handle, FakePackageList({image_, large})),
            EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(Export(nullptr), FakePackageList({form_}));
}

}  // namespace
}  // namespace flint::efi
