// SPDX-License-Identifier: Apache-2.0
#include "efi/standard_protocols/standard_protocols.h"

#include "drivers/rng/fake_random_source.h"
#include "efi/environment/host_environment.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using ::flint::testing::IsOk;

class NoProtection final : public PageProtection {
 public:
  Status Reset(uint64_t, uint64_t) override { return {}; }
  Status AllowExecution() override { return {}; }
  Status Set(uint64_t, uint64_t, uint64_t) override { return {}; }
  Result<uint64_t> Get(uint64_t, uint64_t) override { return uint64_t{0}; }
};

class StandardProtocolsTest : public ::testing::Test {
 protected:
  StandardProtocolsParts Parts() {
    return {.handles = host_.environment().handles(),
            .pages = host_.environment().pages(),
            .pool = host_.environment().pool(),
            .events = host_.environment().events(),
            .map = host_.ram().map(),
            .clock = host_.clock()};
  }

  /// The protocol as an image finds it; null if it is not there.
  template <typename Protocol>
  Protocol* Locate(abi::EFI_GUID guid) {
    abi::VOID* interface = nullptr;
    static_cast<void>(
        host_.boot_services().LocateProtocol(&guid, nullptr, &interface));
    return static_cast<Protocol*>(interface);
  }

  HostEnvironment host_;
};

TEST_F(StandardProtocolsTest, InstallsProtocolsThatWork) {
  NoProtection protection;
  rng::FakeRandomSource random(rng::Quality::kEntropy);
  host_.environment().pages().set_protection(&protection);
  StandardProtocolsParts parts = Parts();
  parts.random = &random;
  StandardProtocols protocols(parts);
  ASSERT_THAT(protocols.Install(), IsOk());

  abi::EFI_TIMESTAMP_PROPERTIES properties{};
  EXPECT_EQ(
      Locate<abi::EFI_TIMESTAMP_PROTOCOL>(abi::EFI_TIMESTAMP_PROTOCOL_GUID)
          ->GetProperties(&properties),
      abi::EFI_SUCCESS);
  // What has virtual functions, too, is found where its functions are.
  auto* const reset = Locate<abi::EFI_RESET_NOTIFICATION_PROTOCOL>(
      abi::EFI_RESET_NOTIFICATION_PROTOCOL_GUID);
  EXPECT_EQ(reset->RegisterResetNotify(reset, nullptr),
            abi::EFI_INVALID_PARAMETER);
  auto* const attribute = Locate<abi::EFI_MEMORY_ATTRIBUTE_PROTOCOL>(
      abi::EFI_MEMORY_ATTRIBUTE_PROTOCOL_GUID);
  abi::UINT64 attributes = 1;
  EXPECT_EQ(
      attribute->GetMemoryAttributes(attribute, 0x1000, 0x1000, &attributes),
      abi::EFI_SUCCESS);
  EXPECT_EQ(attributes, 0u);
  auto* const rng = Locate<abi::EFI_RNG_PROTOCOL>(abi::EFI_RNG_PROTOCOL_GUID);
  abi::UINT8 byte = 0;
  EXPECT_EQ(rng->GetRNG(rng, nullptr, 1, &byte), abi::EFI_SUCCESS);
  auto* const hii = Locate<abi::EFI_HII_DATABASE_PROTOCOL>(
      abi::EFI_HII_DATABASE_PROTOCOL_GUID);
  abi::UINTN size = 0;
  EXPECT_EQ(hii->ListPackageLists(
                hii, abi::EFI_HII_PACKAGE_TYPE_ALL, nullptr, &size, nullptr),
            abi::EFI_NOT_FOUND);
  for (const abi::EFI_GUID& guid :
       {abi::EFI_UNICODE_COLLATION_PROTOCOL_GUID,
        abi::EFI_UNICODE_COLLATION_PROTOCOL2_GUID,
        abi::EFI_DEVICE_PATH_UTILITIES_PROTOCOL_GUID,
        abi::EFI_DEVICE_PATH_TO_TEXT_PROTOCOL_GUID,
        abi::EFI_DEVICE_PATH_FROM_TEXT_PROTOCOL_GUID,
        abi::EFI_DECOMPRESS_PROTOCOL_GUID,
        abi::EFI_HII_STRING_PROTOCOL_GUID,
        abi::EFI_HII_CONFIG_ROUTING_PROTOCOL_GUID,
        abi::EFI_HII_FONT_PROTOCOL_GUID}) {
    EXPECT_NE(Locate<void>(guid), nullptr);
  }
}

TEST_F(StandardProtocolsTest, LeavesOutWhatTheMachineCannotDo) {
  StandardProtocols protocols(Parts());
  ASSERT_THAT(protocols.Install(), IsOk());

  EXPECT_EQ(Locate<void>(abi::EFI_RNG_PROTOCOL_GUID), nullptr);
  EXPECT_EQ(Locate<void>(abi::EFI_MEMORY_ATTRIBUTE_PROTOCOL_GUID), nullptr);
  EXPECT_NE(Locate<void>(abi::EFI_TIMESTAMP_PROTOCOL_GUID), nullptr);
}

TEST_F(StandardProtocolsTest, SaysIfThereIsNoRoom) {
  StandardProtocols protocols(Parts());
  ASSERT_THAT(protocols.Install(), IsOk());

  // Each protocol can be on the handle once only.
  EXPECT_THAT(protocols.Install(),
              ::flint::testing::IsError(ErrorCode::kNoMemory));
}

}  // namespace
}  // namespace flint::efi
