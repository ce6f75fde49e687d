// SPDX-License-Identifier: Apache-2.0
#include "efi/load_file/load_file2.h"

#include <string>
#include <string_view>

#include "efi/abi/boot_services.h"
#include "efi/device_path/nodes.h"
#include "efi/device_path/path_writer.h"
#include "efi/environment/host_environment.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::flint::testing::IsError;

constexpr std::string_view kInitrd = "cpio archive";

class BrokenContents final : public LoadFileContents {
 public:
  uint64_t size_bytes() const override { return 4; }
  Status Load(MutableBytes) override {
    return Fail(ErrorCode::kCorrupt, "injected");
  }
};

/// An initrd as Linux's EFI stub gets it.
class InitrdTest : public ::testing::Test {
 protected:
  InitrdTest() {
    path_->Append(nodes::VendorMedia(kLinuxInitrdMedia));
    wanted_ = path_->Finish()->abi_pointer();
  }

  /// Finds the protocol, and what is left of the path.
  abi::EFI_STATUS Locate() {
    abi::EFI_GUID guid = abi::EFI_LOAD_FILE2_PROTOCOL_GUID;
    abi::EFI_HANDLE handle = nullptr;
    rest_ = wanted_;
    const abi::EFI_STATUS status =
        services_.LocateDevicePath(&guid, &rest_, &handle);
    if (abi::EFI_ERROR(status)) return status;
    void* interface = nullptr;
    EXPECT_EQ(services_.HandleProtocol(handle, &guid, &interface),
              abi::EFI_SUCCESS);
    protocol_ = static_cast<abi::EFI_LOAD_FILE2_PROTOCOL*>(interface);
    return status;
  }

  abi::EFI_STATUS Load(size_t* size, void* buffer) {
    return protocol_->LoadFile(protocol_, rest_, abi::FALSE, size, buffer);
  }

  HostEnvironment host_;
  abi::EFI_BOOT_SERVICES& services_ = host_.boot_services();
  MemoryContents contents_{AsBytes(kInitrd)};
  InitrdOffer offer_{host_.environment().handles(), contents_};
  FixedPathWriter<64> path_;
  abi::EFI_DEVICE_PATH_PROTOCOL* wanted_ = nullptr;
  abi::EFI_DEVICE_PATH_PROTOCOL* rest_ = nullptr;
  abi::EFI_LOAD_FILE2_PROTOCOL* protocol_ = nullptr;
};

TEST_F(InitrdTest, IsFoundWhileItIsOffered) {
  EXPECT_EQ(Locate(), abi::EFI_NOT_FOUND);
  EXPECT_OK(offer_.Install());
  EXPECT_EQ(Locate(), abi::EFI_SUCCESS);
  offer_.Withdraw();
  EXPECT_EQ(Locate(), abi::EFI_NOT_FOUND);
  EXPECT_OK(offer_.Install());
  EXPECT_EQ(Locate(), abi::EFI_SUCCESS);
}

TEST_F(InitrdTest, TellsItsSizeAndLoads) {
  ASSERT_OK(offer_.Install());
  ASSERT_EQ(Locate(), abi::EFI_SUCCESS);
  size_t size = 0;

  EXPECT_EQ(Load(&size, nullptr), abi::EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(size, kInitrd.size());
  std::string text(size + 5, '?');
  size = kInitrd.size() - 1;
  EXPECT_EQ(Load(&size, text.data()), abi::EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(text[0], '?');
  size = text.size();
  EXPECT_EQ(Load(&size, text.data()), abi::EFI_SUCCESS);

  EXPECT_EQ(size, kInitrd.size());
  EXPECT_EQ(text, std::string(kInitrd) + "?????");
}

TEST_F(InitrdTest, RefusesWhatTheSpecificationRefuses) {
  ASSERT_OK(offer_.Install());
  ASSERT_EQ(Locate(), abi::EFI_SUCCESS);
  size_t size = 100;
  std::string text(size, '?');

  EXPECT_EQ(protocol_->LoadFile(nullptr, rest_, abi::FALSE, &size, text.data()),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      protocol_->LoadFile(protocol_, nullptr, abi::FALSE, &size, text.data()),
      abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Load(nullptr, text.data()), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      protocol_->LoadFile(protocol_, rest_, abi::TRUE, &size, text.data()),
      abi::EFI_UNSUPPORTED);
  EXPECT_EQ(
      protocol_->LoadFile(protocol_, wanted_, abi::FALSE, &size, text.data()),
      abi::EFI_NOT_FOUND);
  EXPECT_EQ(size, 100u);
}

TEST_F(InitrdTest, ReportsThatItCannotBeRead) {
  BrokenContents broken;
  LoadFile2 load_file(broken);
  protocol_ = &load_file;
  rest_ = DevicePath::Empty().abi_pointer();
  size_t size = 4;
  char buffer[4];

  EXPECT_EQ(Load(&size, buffer), abi::EFI_DEVICE_ERROR);
}

TEST_F(InitrdTest, LeavesAnotherOneAlone) {
  InitrdOffer other(host_.environment().handles(), contents_);
  ASSERT_OK(other.Install());

  EXPECT_THAT(offer_.Install(), IsError(ErrorCode::kInvalidArgument));

  EXPECT_EQ(Locate(), abi::EFI_SUCCESS);
  offer_.Withdraw();
  EXPECT_EQ(Locate(), abi::EFI_SUCCESS);
}

}  // namespace
}  // namespace flint::efi
