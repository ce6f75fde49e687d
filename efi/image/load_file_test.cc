// SPDX-License-Identifier: Apache-2.0

// LoadImage from a device. [uefi-2.10 7.4.1]

#include <algorithm>
#include <cstddef>
#include <vector>

#include "efi/abi/status.h"
#include "efi/device_path/nodes.h"
#include "efi/device_path/path_writer.h"
#include "efi/image/fake_file_system.h"
#include "efi/image/image_test_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;
using ::testing::ElementsAre;
using ::testing::IsNull;

EFI_STATUS EFIAPI ReturnFile(EFI_HANDLE, EFI_SYSTEM_TABLE*) { return 0xf11e; }

/// A device with a path, and what the test installs on it.
class LoadFileTest : public ImageTest {
 protected:
  LoadFileTest() {
    device_writer_->Append(nodes::PciRoot(0));
    device_writer_->Append(nodes::Pci(4, 0));
    device_ = Install(EFI_DEVICE_PATH_PROTOCOL_GUID,
                      device_writer_->Finish()->abi_pointer());
    file_system_.Add(u"\\EFI\\BOOT\\X.EFI", file_);
  }

  /// Loads from the device, with file path nodes of those texts.
  EFI_STATUS LoadNamed(std::initializer_list<std::u16string_view> names,
                       BOOLEAN boot_policy = FALSE) {
    FixedPathWriter<256> writer;
    writer->Append(nodes::PciRoot(0));
    writer->Append(nodes::Pci(4, 0));
    for (const std::u16string_view name : names) writer->AppendFilePath(name);
    return boot_.LoadImage(boot_policy,
                           firmware_,
                           writer->Finish()->abi_pointer(),
                           nullptr,
                           0,
                           &image_);
  }

  void InstallFileSystem() {
    Install(
        device_, EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID, file_system_.protocol());
  }

  const std::vector<std::byte> file_ = ImageCalling(ReturnFile).Build();
  FakeFileSystem file_system_;
  FakeLoadFile load_file_{file_};
  FakeLoadFile load_file2_{file_};
  FixedPathWriter<64> device_writer_;
  EFI_HANDLE device_ = nullptr;
  EFI_HANDLE image_ = &image_;  // not null
};

TEST_F(LoadFileTest, ReadsFromTheFileSystem) {
  InstallFileSystem();

  ASSERT_EQ(LoadNamed({u"\\EFI\\BOOT\\X.EFI"}), EFI_SUCCESS);

  const EFI_LOADED_IMAGE_PROTOCOL* loaded = LoadedImageOf(image_);
  EXPECT_EQ(loaded->DeviceHandle, device_);
  FixedPathWriter<64> expected;
  expected->AppendFilePath(u"\\EFI\\BOOT\\X.EFI");
  EXPECT_EQ(*DevicePath::At(loaded->FilePath), *expected->Finish());
  EXPECT_EQ(file_system_.open_count(), 0);
  EXPECT_EQ(gate_.file, file_);
  EXPECT_FALSE(gate_.boot_policy);
  EXPECT_EQ(Start(image_), 0xf11eu);
}

TEST_F(LoadFileTest, DoesNotKeepTheFileItself) {
  InstallFileSystem();
  std::vector<std::byte> large = file_;
  large.resize(4 << 20);
  file_system_.Add(u"\\LARGE", large);
  const uint64_t pages_before = PagesOf(EfiBootServicesData);

  ASSERT_EQ(LoadNamed({u"\\LARGE"}), EFI_SUCCESS);

  EXPECT_LT(PagesOf(EfiBootServicesData), pages_before + 128);
}

/// A file of more than 4 MiB: a section that holds `\xab`, far behind the one
/// that is called.
class LargeFileTest : public LoadFileTest {
 protected:
  static constexpr uint32_t kLargeBytes = 5 << 20;
  static constexpr uint32_t kLargeRva = 0x2000;
  static constexpr uint32_t kHeadBytes = 128 << 10;

  LargeFileTest() {
    pe::ImageBuilder builder = ImageCalling(ReturnFile);
    builder.image_size = kLargeRva + kLargeBytes;
    builder.sections.push_back(
        {.name = ".large",
         .rva = kLargeRva,
         .virtual_size = kLargeBytes,
         .content = std::vector(kLargeBytes, std::byte{0xab})});
    large_ = builder.Build();
    large_offset_ = large_.size() - kLargeBytes;
    file_system_.Add(u"\\LARGE", large_);
    InstallFileSystem();
    gate_.wants_whole = false;
  }

  std::vector<std::byte> large_;
  uint64_t large_offset_ = 0;
};

TEST_F(LargeFileTest, IsReadToItsPlace) {
  const FakeFileSystem::PastRead head{0, kHeadBytes};
  const FakeFileSystem::PastRead section{large_offset_, kLargeBytes};

  ASSERT_EQ(LoadNamed({u"\\LARGE"}), EFI_SUCCESS);

  EXPECT_THAT(file_system_.reads(), ElementsAre(head, section));
  EXPECT_TRUE(std::ranges::equal(gate_.file, Bytes(large_).first(kHeadBytes)));
  const Bytes loaded = loader_.Find(image_)->memory.bytes();
  EXPECT_EQ(std::ranges::count(loaded.subspan(kLargeRva), std::byte{0xab}),
            ptrdiff_t{kLargeBytes});
  EXPECT_EQ(file_system_.open_count(), 0);
  EXPECT_EQ(Start(image_), 0xf11eu);
}

TEST_F(LargeFileTest, IsShownToTheGateAsAWhole) {
  gate_.wants_whole = true;

  ASSERT_EQ(LoadNamed({u"\\LARGE"}), EFI_SUCCESS);

  EXPECT_EQ(file_system_.reads().size(), 1u);
  EXPECT_EQ(gate_.file, large_);
}

TEST_F(LargeFileTest, GivesEverythingBackIfReadingFails) {
  const uint64_t pages_before = PagesOf(EfiBootServicesData);
  file_system_.FailReads(EFI_NO_MEDIA, large_offset_);

  EXPECT_EQ(LoadNamed({u"\\LARGE"}), EFI_DEVICE_ERROR);

  EXPECT_THAT(image_, IsNull());
  EXPECT_EQ(file_system_.open_count(), 0);
  EXPECT_EQ(PagesOf(EfiLoaderCode), 0u);
  EXPECT_LE(PagesOf(EfiBootServicesData), pages_before + 32);
}

TEST_F(LargeFileTest, IsNoImageIfItShrinks) {
  file_system_.ShortenReads(1);

  EXPECT_EQ(LoadNamed({u"\\LARGE"}), EFI_LOAD_ERROR);
}

TEST_F(LoadFileTest, FollowsSeveralFilePathNodes) {
  InstallFileSystem();

  EXPECT_EQ(LoadNamed({u"\\EFI", u"BOOT", u"X.EFI"}), EFI_SUCCESS);
}

TEST_F(LoadFileTest, ReportsMissingFiles) {
  InstallFileSystem();

  EXPECT_EQ(LoadNamed({u"\\EFI\\BOOT\\Y.EFI"}), EFI_NOT_FOUND);
  EXPECT_THAT(image_, IsNull());
  EXPECT_EQ(LoadNamed({u"\\NO", u"X.EFI"}), EFI_NOT_FOUND);
  EXPECT_EQ(file_system_.open_count(), 0);
}

TEST_F(LoadFileTest, RefusesDirectoriesAndEmptyFiles) {
  InstallFileSystem();
  file_system_.Add(u"\\empty", {});

  EXPECT_EQ(LoadNamed({u"\\EFI\\BOOT"}), EFI_LOAD_ERROR);
  EXPECT_EQ(LoadNamed({u"\\empty"}), EFI_LOAD_ERROR);
}

TEST_F(LoadFileTest, ReportsWhatTheDeviceSays) {
  InstallFileSystem();
  file_system_.FailReads(EFI_DEVICE_ERROR);

  EXPECT_EQ(LoadNamed({u"\\EFI\\BOOT\\X.EFI"}), EFI_DEVICE_ERROR);
  EXPECT_EQ(file_system_.open_count(), 0);
}

TEST_F(LoadFileTest, RefusesAFileThatEndsEarly) {
  InstallFileSystem();
  file_system_.ShortenReads(1);

  EXPECT_EQ(LoadNamed({u"\\EFI\\BOOT\\X.EFI"}), EFI_LOAD_ERROR);
}

TEST_F(LoadFileTest, DoesNotLookElsewhereWhenAFileSystemHasNoSuchFile) {
  InstallFileSystem();
  Install(device_, EFI_LOAD_FILE_PROTOCOL_GUID, load_file_.load_file());

  EXPECT_EQ(LoadNamed({u"\\EFI\\BOOT\\Y.EFI"}), EFI_NOT_FOUND);
  EXPECT_EQ(load_file_.call_count, 0);
}

TEST_F(LoadFileTest, PrefersLoadFile2WhereNobodyBoots) {
  Install(device_, EFI_LOAD_FILE_PROTOCOL_GUID, load_file_.load_file());
  Install(device_, EFI_LOAD_FILE2_PROTOCOL_GUID, load_file2_.load_file2());

  ASSERT_EQ(LoadNamed({u"x"}), EFI_SUCCESS);

  EXPECT_EQ(load_file_.call_count, 0);
  EXPECT_EQ(load_file2_.call_count, 2);
  EXPECT_EQ(load_file2_.boot_policy, FALSE);
  EXPECT_EQ(load_file2_.path_size, 8u);
  EXPECT_EQ(LoadedImageOf(image_)->DeviceHandle, device_);
  EXPECT_EQ(Start(image_), 0xf11eu);
}

TEST_F(LoadFileTest, FallsBackToLoadFile) {
  Install(device_, EFI_LOAD_FILE_PROTOCOL_GUID, load_file_.load_file());

  ASSERT_EQ(LoadNamed({}), EFI_SUCCESS);

  EXPECT_EQ(load_file_.boot_policy, FALSE);
  EXPECT_EQ(load_file_.path_size, 0u);
}

TEST_F(LoadFileTest, BootsThroughLoadFileOnly) {
  Install(device_, EFI_LOAD_FILE_PROTOCOL_GUID, load_file_.load_file());
  Install(device_, EFI_LOAD_FILE2_PROTOCOL_GUID, load_file2_.load_file2());

  ASSERT_EQ(LoadNamed({}, TRUE), EFI_SUCCESS);

  EXPECT_EQ(load_file2_.call_count, 0);
  EXPECT_EQ(load_file_.boot_policy, TRUE);
  EXPECT_TRUE(gate_.boot_policy);
}

TEST_F(LoadFileTest, ReportsWhatLoadFileSays) {
  Install(device_, EFI_LOAD_FILE_PROTOCOL_GUID, load_file_.load_file());
  load_file_.Fail(EFI_NO_MEDIA);

  EXPECT_EQ(LoadNamed({}), EFI_NO_MEDIA);
}

TEST_F(LoadFileTest, PassesAFileSystemThatThePathDoesNotEndIn) {
  // The path of a file system without a file may be that of a boot server.
  InstallFileSystem();
  Install(device_, EFI_LOAD_FILE_PROTOCOL_GUID, load_file_.load_file());

  EXPECT_EQ(LoadNamed({}), EFI_SUCCESS);
  EXPECT_EQ(load_file_.call_count, 2);
}

TEST_F(LoadFileTest, FindsNothingWithoutAProtocolOrDevice) {
  EXPECT_EQ(LoadNamed({u"\\EFI\\BOOT\\X.EFI"}), EFI_NOT_FOUND);

  FixedPathWriter<64> writer;
  writer->Append(nodes::Pci(9, 9));
  EXPECT_EQ(boot_.LoadImage(FALSE,
                            firmware_,
                            writer->Finish()->abi_pointer(),
                            nullptr,
                            0,
                            &image_),
            EFI_NOT_FOUND);
}

}  // namespace
}  // namespace flint::efi
