// SPDX-License-Identifier: Apache-2.0

// LoadImage from memory, and what it says of images. [uefi-2.10 7.4.1, 9]

#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "efi/abi/protocol/hii_package_list.h"
#include "efi/abi/status.h"
#include "efi/device_path/nodes.h"
#include "efi/device_path/path_writer.h"
#include "efi/image/image_test_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;
using ::testing::IsNull;
using ::testing::NotNull;

EFI_STATUS EFIAPI ReturnSuccess(EFI_HANDLE, EFI_SYSTEM_TABLE*) {
  return EFI_SUCCESS;
}

class LoadImageTest : public ImageTest {
 protected:
  const std::vector<std::byte> file_ = ImageCalling(ReturnSuccess).Build();
  EFI_HANDLE image_ = &image_;  // not null
};

TEST_F(LoadImageTest, NeedsAParentAndAPlaceForTheHandle) {
  auto* const content = const_cast<std::byte*>(file_.data());
  EFI_HANDLE no_image =
      Install(Guid::Of("01234567-89ab-cdef-0123-456789abcdef"), nullptr);
  int not_a_handle = 0;

  EXPECT_EQ(
      boot_.LoadImage(FALSE, nullptr, nullptr, content, file_.size(), &image_),
      EFI_INVALID_PARAMETER);
  EXPECT_EQ(boot_.LoadImage(
                FALSE, &not_a_handle, nullptr, content, file_.size(), &image_),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      boot_.LoadImage(FALSE, no_image, nullptr, content, file_.size(), &image_),
      EFI_INVALID_PARAMETER);
  EXPECT_EQ(boot_.LoadImage(
                FALSE, firmware_, nullptr, content, file_.size(), nullptr),
            EFI_INVALID_PARAMETER);
}

TEST_F(LoadImageTest, NeedsSomethingToLoad) {
  EXPECT_EQ(boot_.LoadImage(FALSE, firmware_, nullptr, nullptr, 0, &image_),
            EFI_NOT_FOUND);
  EXPECT_EQ(boot_.LoadImage(FALSE, firmware_, nullptr, nullptr, 4096, &image_),
            EFI_NOT_FOUND);
  EXPECT_THAT(image_, IsNull());
}

TEST_F(LoadImageTest, DescribesTheImage) {
  ASSERT_EQ(LoadFrom(file_, &image_), EFI_SUCCESS);

  const EFI_LOADED_IMAGE_PROTOCOL* loaded = LoadedImageOf(image_);
  ASSERT_THAT(loaded, NotNull());
  EXPECT_EQ(loaded->Revision, 0x1000u);
  EXPECT_EQ(loaded->ParentHandle, firmware_);
  EXPECT_EQ(loaded->SystemTable, &system_);
  EXPECT_THAT(loaded->DeviceHandle, IsNull());
  EXPECT_THAT(loaded->FilePath, IsNull());
  EXPECT_THAT(loaded->Reserved, IsNull());
  EXPECT_EQ(loaded->LoadOptionsSize, 0u);
  EXPECT_THAT(loaded->LoadOptions, IsNull());
  EXPECT_EQ(loaded->ImageSize, 0x4000u);
  EXPECT_EQ(loaded->ImageCodeType, EfiLoaderCode);
  EXPECT_EQ(loaded->ImageDataType, EfiLoaderData);
  EXPECT_EQ(loaded->Unload, nullptr);
  EXPECT_EQ(std::memcmp(loaded->ImageBase, "MZ", 2), 0);
}

TEST_F(LoadImageTest, InstallsANullPathWhereThereIsNone) {
  ASSERT_EQ(LoadFrom(file_, &image_), EFI_SUCCESS);

  EXPECT_TRUE(HasProtocol(image_, EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID));
  EXPECT_THAT(Interface(image_, EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID),
              IsNull());
}

TEST_F(LoadImageTest, KeepsCopiesOfThePathAndWhatFollowsTheDevice) {
  FixedPathWriter<64> disk_writer, file_writer;
  disk_writer->Append(nodes::PciRoot(0));
  EFI_DEVICE_PATH_PROTOCOL* const disk_path =
      disk_writer->Finish()->abi_pointer();
  file_writer->Append(nodes::PciRoot(0));
  file_writer->AppendFilePath(u"\\a.efi");
  EFI_DEVICE_PATH_PROTOCOL* const path = file_writer->Finish()->abi_pointer();
  const EFI_HANDLE disk = Install(EFI_DEVICE_PATH_PROTOCOL_GUID, disk_path);

  ASSERT_EQ(LoadFrom(file_, &image_, path), EFI_SUCCESS);

  const EFI_LOADED_IMAGE_PROTOCOL* loaded = LoadedImageOf(image_);
  EXPECT_EQ(loaded->DeviceHandle, disk);
  EXPECT_EQ(*DevicePath::At(loaded->FilePath),
            *DevicePath::At(path)->After(*DevicePath::At(disk_path)));
  auto* const whole = static_cast<EFI_DEVICE_PATH_PROTOCOL*>(
      Interface(image_, EFI_LOADED_IMAGE_DEVICE_PATH_PROTOCOL_GUID));
  EXPECT_NE(whole, path);
  EXPECT_EQ(*DevicePath::At(whole), *DevicePath::At(path));
}

TEST_F(LoadImageTest, TakesAPathOfNoDeviceAsItIs) {
  FixedPathWriter<64> writer;
  writer->AppendFilePath(u"\\a.efi");
  EFI_DEVICE_PATH_PROTOCOL* const path = writer->Finish()->abi_pointer();

  ASSERT_EQ(LoadFrom(file_, &image_, path), EFI_SUCCESS);

  EXPECT_THAT(LoadedImageOf(image_)->DeviceHandle, IsNull());
  EXPECT_EQ(*DevicePath::At(LoadedImageOf(image_)->FilePath),
            *DevicePath::At(path));
}

TEST_F(LoadImageTest, RefusesABrokenPath) {
  EFI_DEVICE_PATH_PROTOCOL broken{
      .Type = HARDWARE_DEVICE_PATH, .SubType = HW_PCI_DP, .Length = 0};

  EXPECT_EQ(LoadFrom(file_, &image_, &broken), EFI_INVALID_PARAMETER);
  EXPECT_THAT(image_, IsNull());
}

TEST_F(LoadImageTest, UsesMemoryOfTheImagesKind) {
  struct Kind {
    pe::Subsystem subsystem;
    EFI_MEMORY_TYPE code;
    EFI_MEMORY_TYPE data;
  };
  for (const Kind& kind :
       {Kind{pe::Subsystem::kApplication, EfiLoaderCode, EfiLoaderData},
        Kind{pe::Subsystem::kBootServiceDriver,
             EfiBootServicesCode,
             EfiBootServicesData},
        Kind{pe::Subsystem::kRuntimeDriver,
             EfiRuntimeServicesCode,
             EfiRuntimeServicesData}}) {
    pe::ImageBuilder builder = ImageCalling(ReturnSuccess);
    builder.subsystem = static_cast<uint16_t>(kind.subsystem);
    const uint64_t pages_before = PagesOf(kind.code);

    const EFI_HANDLE image = Load(builder);

    EXPECT_EQ(LoadedImageOf(image)->ImageCodeType, kind.code);
    EXPECT_EQ(LoadedImageOf(image)->ImageDataType, kind.data);
    EXPECT_EQ(PagesOf(kind.code), pages_before + 4);
    EXPECT_EQ(boot_.UnloadImage(image), EFI_SUCCESS);
    EXPECT_EQ(PagesOf(kind.code), pages_before);
  }
}

TEST_F(LoadImageTest, NeedsTheSourceNoLonger) {
  std::vector<std::byte> content = file_;
  ASSERT_EQ(LoadFrom(content, &image_), EFI_SUCCESS);

  std::ranges::fill(content, std::byte{0xcc});

  EXPECT_EQ(Start(image_), EFI_SUCCESS);
}

TEST_F(LoadImageTest, RefusesWhatIsNoImage) {
  const uint64_t pages_before = PagesOf(EfiLoaderCode);
  const std::vector<std::byte> garbage(4096, std::byte{0x5a});
  EXPECT_EQ(LoadFrom(garbage, &image_), EFI_LOAD_ERROR);
  EXPECT_THAT(image_, IsNull());
  EXPECT_EQ(LoadFrom(Bytes(file_).first(100), &image_), EFI_LOAD_ERROR);
  EXPECT_EQ(LoadFrom(Bytes(file_).first(0), &image_), EFI_LOAD_ERROR);

  pe::ImageBuilder builder = ImageCalling(ReturnSuccess);
  builder.machine = static_cast<uint16_t>(pe::Machine::kAarch64);
  EXPECT_EQ(LoadFrom(builder.Build(), &image_), EFI_UNSUPPORTED);

  EXPECT_EQ(PagesOf(EfiLoaderCode), pages_before);
}

TEST_F(LoadImageTest, GivesMemoryBackWhenRelocationsAreBad) {
  const uint64_t pages_before = PagesOf(EfiLoaderCode);
  pe::ImageBuilder builder = ImageCalling(ReturnSuccess);
  builder.AddRelocations(0x2000, pe::RelocationBlockOf(0x7000, {0xa000}));

  EXPECT_EQ(LoadFrom(builder.Build(), &image_), EFI_LOAD_ERROR);

  EXPECT_THAT(image_, IsNull());
  EXPECT_EQ(PagesOf(EfiLoaderCode), pages_before);
}

TEST_F(LoadImageTest, LoadsAnImageThatCannotMoveWhereItBelongs) {
  pe::ImageBuilder builder = ImageCalling(ReturnSuccess);
  builder.characteristics |= pe::FileHeader::kRelocationsStripped;
  builder.image_base = HostRam::kLowAddress + 0x10'0000;

  const EFI_HANDLE first = Load(builder);

  EXPECT_EQ(loader_.Find(first)->base, builder.image_base);
  EXPECT_EQ(LoadFrom(builder.Build(), &image_), EFI_OUT_OF_RESOURCES);
  EXPECT_EQ(Start(first), EFI_SUCCESS);
}

TEST_F(LoadImageTest, AlignsImagesAsTheyNeed) {
  pe::ImageBuilder builder = ImageCalling(ReturnSuccess);
  builder.section_alignment = 0x20'0000;

  const EFI_HANDLE image = Load(builder);

  EXPECT_EQ(loader_.Find(image)->base % 0x20'0000, 0u);
}

TEST_F(LoadImageTest, ReportsThatThereIsNoMemory) {
  pe::ImageBuilder builder = ImageCalling(ReturnSuccess);
  builder.image_size = 0xf000'0000;

  EXPECT_EQ(LoadFrom(builder.Build(), &image_), EFI_OUT_OF_RESOURCES);
  EXPECT_THAT(image_, IsNull());
}

TEST_F(LoadImageTest, ProtectsTheSectionsOfNxCompatibleImages) {
  pe::ImageBuilder builder = ImageCalling(ReturnSuccess);
  builder.dll_characteristics = pe::OptionalHeader::kNxCompatible;
  builder.sections.push_back({.name = ".data",
                              .rva = 0x2000,
                              .virtual_size = 8,
                              .content = {},
                              .characteristics = pe::SectionHeader::kRead |
                                                 pe::SectionHeader::kWrite});

  const EFI_HANDLE image = Load(builder);

  const uint64_t base = loader_.Find(image)->base;
  EXPECT_EQ(protection_.At(base), EFI_MEMORY_RO | EFI_MEMORY_XP);
  EXPECT_EQ(protection_.At(base + 0x1000), EFI_MEMORY_RO);
  EXPECT_EQ(protection_.At(base + 0x2000), EFI_MEMORY_XP);
  EXPECT_EQ(protection_.At(base + 0x3000), EFI_MEMORY_XP);
  EXPECT_FALSE(protection_.execution_allowed());
  EXPECT_EQ(Start(image), EFI_SUCCESS);
  EXPECT_EQ(protection_.At(base), 0u);
  EXPECT_EQ(protection_.At(base + 0x1000), 0u);
}

TEST_F(LoadImageTest, LeavesOtherImagesUnprotected) {
  const EFI_HANDLE image = Load(ReturnSuccess);

  EXPECT_EQ(protection_.At(loader_.Find(image)->base), 0u);
  EXPECT_TRUE(protection_.execution_allowed());
}

TEST_F(LoadImageTest, LoadsImagesWherePagesCannotBeProtected) {
  pe::ImageBuilder builder = ImageCalling(ReturnSuccess);
  builder.dll_characteristics = pe::OptionalHeader::kNxCompatible;
  protection_.Fail();

  const EFI_HANDLE image = Load(builder);

  EXPECT_TRUE(IsImage(image));
}

TEST_F(LoadImageTest, ShowsEveryImageToTheGate) {
  FixedPathWriter<64> writer;
  writer->AppendFilePath(u"\\a.efi");
  auto* const content = const_cast<std::byte*>(file_.data());

  ASSERT_EQ(boot_.LoadImage(TRUE,
                            firmware_,
                            writer->Finish()->abi_pointer(),
                            content,
                            file_.size(),
                            &image_),
            EFI_SUCCESS);

  EXPECT_EQ(gate_.call_count, 1);
  EXPECT_EQ(gate_.file, file_);
  EXPECT_TRUE(gate_.had_path);
  EXPECT_TRUE(gate_.boot_policy);
}

TEST_F(LoadImageTest, LoadsNothingThatTheGateDenies) {
  gate_.verdict = EFI_ACCESS_DENIED;

  EXPECT_EQ(LoadFrom(file_, &image_), EFI_ACCESS_DENIED);

  EXPECT_THAT(image_, IsNull());
  EXPECT_EQ(PagesOf(EfiLoaderCode), 0u);
}

TEST_F(LoadImageTest, LoadsButDoesNotStartWhatViolatesSecurity) {
  gate_.verdict = EFI_SECURITY_VIOLATION;

  EXPECT_EQ(LoadFrom(file_, &image_), EFI_SECURITY_VIOLATION);

  ASSERT_THAT(image_, NotNull());
  EXPECT_TRUE(IsImage(image_));
  EXPECT_EQ(Start(image_), EFI_SECURITY_VIOLATION);
  EXPECT_EQ(boot_.UnloadImage(image_), EFI_SUCCESS);
}

TEST_F(LoadImageTest, CannotBeFooledByAnImagesOwnProtocol) {
  ASSERT_EQ(LoadFrom(file_, &image_), EFI_SUCCESS);
  EFI_LOADED_IMAGE_PROTOCOL* const loaded = LoadedImageOf(image_);

  loaded->ImageBase = nullptr;
  loaded->ImageSize = ~UINT64{0};
  loaded->FilePath = nullptr;

  EXPECT_EQ(Start(image_), EFI_SUCCESS);
  EXPECT_EQ(PagesOf(EfiLoaderCode), 0u);
}

TEST_F(LoadImageTest, DescribesAddressesInImages) {
  FixedPathWriter<64> writer;
  writer->Append(nodes::PciRoot(0));
  writer->AppendFilePath(u"\\EFI\\BOOT\\Bö x.efi");
  ASSERT_EQ(LoadFrom(file_, &image_, writer->Finish()->abi_pointer()),
            EFI_SUCCESS);
  const uint64_t base = loader_.Find(image_)->base;

  const auto location = loader_.DescribeAddress(base + 0x1003);
  ASSERT_TRUE(location.has_value());
  EXPECT_EQ(location->image_name, "B??x.efi");
  EXPECT_EQ(location->offset, 0x1003u);
  EXPECT_TRUE(loader_.DescribeAddress(base + 0x3fff).has_value());
  EXPECT_FALSE(loader_.DescribeAddress(base + 0x4000).has_value());
  EXPECT_FALSE(loader_.DescribeAddress(base - 1).has_value());
  EXPECT_FALSE(loader_.DescribeAddress(0).has_value());
  EXPECT_EQ(loader_.DescribeAddress(0x10'0000)->image_name, "firmware");

  EXPECT_EQ(boot_.UnloadImage(image_), EFI_SUCCESS);
  EXPECT_FALSE(loader_.DescribeAddress(base + 0x1003).has_value());
}

/// An image with resources: of type "HII", at once below it, a package list
/// that claims to be of that length.
pe::ImageBuilder ImageWithPackages(pe::ImageBuilder builder, uint32_t length) {
  constexpr uint32_t kRva = 0x2000;
  constexpr uint32_t kListOffset = 48;
  std::vector<std::byte> tree(kListOffset +
                              sizeof(EFI_HII_PACKAGE_LIST_HEADER));
  const auto put = [&](size_t offset, const auto& value) {
    EXPECT_TRUE(WriteWire(MutableBytes(tree), offset, value).has_value());
  };
  put(12, Le16(1));  // one entry with a name
  put(16,
      pe::ResourceEntry{.name = pe::ResourceEntry::kIsString | 40U,
                        .offset = 24});
  put(24, pe::ResourceData{.rva = kRva + kListOffset, .size_bytes = 20});
  put(40, Le16(3));
  put(42, Le16('H'));
  put(44, Le16('I'));
  put(46, Le16('I'));
  put(kListOffset + 16, Le32(length));
  const auto size = static_cast<uint32_t>(tree.size());
  builder.directory(pe::Directory::kResources) = {.rva = kRva,
                                                  .size_bytes = size};
  builder.sections.push_back({.name = ".rsrc",
                              .rva = kRva,
                              .virtual_size = size,
                              .content = std::move(tree)});
  return builder;
}

TEST_F(LoadImageTest, InstallsThePackageListOfAnImage) {
  const EFI_HANDLE image =
      Load(ImageWithPackages(ImageCalling(ReturnSuccess), 20));

  const auto* const list = static_cast<const EFI_HII_PACKAGE_LIST_HEADER*>(
      Interface(image, EFI_HII_PACKAGE_LIST_PROTOCOL_GUID));
  EXPECT_EQ(host_.ram().AddressOf(std::as_bytes(std::span(list, 1)).data()),
            loader_.Find(image)->base + 0x2000 + 48);
  EXPECT_EQ(list->PackageLength, 20u);

  EXPECT_EQ(boot_.UnloadImage(image), EFI_SUCCESS);
  EXPECT_FALSE(HasProtocol(image, EFI_HII_PACKAGE_LIST_PROTOCOL_GUID));
}

TEST_F(LoadImageTest, InstallsNoPackageListThatIsNotAllThere) {
  for (const uint32_t length : {0U, 19U, 21U, 0xFFFF'FFFFU}) {
    const EFI_HANDLE image =
        Load(ImageWithPackages(ImageCalling(ReturnSuccess), length));

    EXPECT_TRUE(IsImage(image)) << length;
    EXPECT_FALSE(HasProtocol(image, EFI_HII_PACKAGE_LIST_PROTOCOL_GUID))
        << length;
  }
}

}  // namespace
}  // namespace flint::efi
