// SPDX-License-Identifier: Apache-2.0
#include "efi/hii/hii_config_routing.h"

#include <string>
#include <vector>

#include "efi/environment/host_environment.h"
#include "efi/hii/hii_font.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;  // NOLINT(google-build-using-namespace)

constexpr EFI_GUID kGuid = EFI_GUID::Of("03020100-0504-0706-0809-0a0b0c0d0e0f");
// The header of a driver's data: that GUID, "AB", and where the driver is.
#define GUID_AND_NAME u"GUID=000102030405060708090A0B0C0D0E0F&NAME=00410042"
#define HEADER GUID_AND_NAME u"&PATH=01040500037fff0400"
#define OTHER GUID_AND_NAME u"&PATH=01040500047fff0400"

/// A driver's end of the protocol: notes what it is asked, and answers.
struct FakeAccess final : EFI_HII_CONFIG_ACCESS_PROTOCOL {
  explicit FakeAccess(EFI_BOOT_SERVICES& services)
      : EFI_HII_CONFIG_ACCESS_PROTOCOL{.ExtractConfig = Extract,
                                       .RouteConfig = Route,
                                       .Callback = nullptr},
        boot(services) {}

  static EFI_STATUS EFIAPI Extract(const EFI_HII_CONFIG_ACCESS_PROTOCOL* self,
                                   CHAR16* request,
                                   CHAR16** progress,
                                   CHAR16** results) {
    auto& access =
        const_cast<FakeAccess&>(static_cast<const FakeAccess&>(*self));
    access.asked.emplace_back(request == nullptr ? u"(all)" : request);
    if (request != nullptr) *progress = request + access.reached;
    if (EFI_ERROR(access.status)) return access.status;
    VOID* buffer = nullptr;
    EXPECT_EQ(access.boot.AllocatePool(
                  EfiBootServicesData, 2 * access.answer.size() + 2, &buffer),
              EFI_SUCCESS);
    *results = static_cast<CHAR16*>(buffer);
    access.answer.copy(*results, access.answer.size());
    (*results)[access.answer.size()] = 0;
    return EFI_SUCCESS;
  }
  static EFI_STATUS EFIAPI Route(const EFI_HII_CONFIG_ACCESS_PROTOCOL* self,
                                 CHAR16* configuration,
                                 CHAR16** progress) {
    auto& access =
        const_cast<FakeAccess&>(static_cast<const FakeAccess&>(*self));
    access.asked.emplace_back(configuration);
    *progress = configuration + access.reached;
    return access.status;
  }

  EFI_BOOT_SERVICES& boot;
  std::u16string answer;
  EFI_STATUS status = EFI_SUCCESS;
  size_t reached = 0;
  std::vector<std::u16string> asked;
};

class HiiConfigRoutingTest : public ::testing::Test {
 protected:
  /// Puts the driver on a handle with the path of a node of one byte.
  void Install(FakeAccess& access, std::string& path) {
    EFI_HANDLE handle = nullptr;
    EFI_GUID path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;
    EFI_GUID access_guid = EFI_HII_CONFIG_ACCESS_PROTOCOL_GUID;
    auto& boot = host_.boot_services();
    ASSERT_EQ(boot.InstallProtocolInterface(
                  &handle, &path_guid, EFI_NATIVE_INTERFACE, path.data()),
              EFI_SUCCESS);
    EFI_HII_CONFIG_ACCESS_PROTOCOL* const interface = &access;
    ASSERT_EQ(boot.InstallProtocolInterface(
                  &handle, &access_guid, EFI_NATIVE_INTERFACE, interface),
              EFI_SUCCESS);
  }

  /// What comes of a call, and how far it says it got.
  struct Outcome {
    EFI_STATUS status;
    size_t progress;
    std::u16string text;

    bool operator==(const Outcome&) const = default;
  };
  /// Of `call(CHAR16* input, CHAR16** progress, CHAR16** text)`.
  template <typename Call>
  Outcome OutcomeOf(std::u16string input, Call call) {
    CHAR16* progress = nullptr;
    CHAR16* text = nullptr;
    Outcome outcome{.status = call(input.data(), &progress, &text),
                    .progress = 0,
                    .text = {}};
    outcome.progress = static_cast<size_t>(progress - input.data());
    if (text != nullptr) {
      outcome.text = text;
      EXPECT_EQ(host_.boot_services().FreePool(text), EFI_SUCCESS);
    }
    return outcome;
  }
  Outcome Extract(const std::u16string& request) {
    return OutcomeOf(
        request, [this](CHAR16* input, CHAR16** progress, CHAR16** text) {
          return protocol_->ExtractConfig(protocol_, input, progress, text);
        });
  }
  Outcome Route(const std::u16string& configuration) {
    return OutcomeOf(
        configuration, [this](CHAR16* input, CHAR16** progress, CHAR16**) {
          return protocol_->RouteConfig(protocol_, input, progress);
        });
  }
  Outcome ToConfig(const std::u16string& request) {
    return OutcomeOf(
        request, [this](CHAR16* input, CHAR16** progress, CHAR16** text) {
          const UINT8 block[4] = {0x12, 0x34, 0x56, 0xAB};
          return protocol_->BlockToConfig(
              protocol_, input, block, sizeof(block), text, progress);
        });
  }
  Outcome ToBlock(const std::u16string& response) {
    block_.assign(4, 0xEE);
    block_size_ = block_.size();
    return OutcomeOf(
        response, [this](CHAR16* input, CHAR16** progress, CHAR16**) {
          return protocol_->ConfigToBlock(
              protocol_, input, block_.data(), &block_size_, progress);
        });
  }
  /// "(status)" if there is none.
  std::u16string Select(std::u16string response,
                        const EFI_GUID* guid,
                        const CHAR16* name,
                        const std::string* path,
                        const UINT16* alternative) {
    CHAR16* text = nullptr;
    const void* const node = path == nullptr ? nullptr : path->data();
    const EFI_STATUS status = protocol_->GetAltConfig(
        protocol_,
        response.data(),
        guid,
        name,
        static_cast<const EFI_DEVICE_PATH_PROTOCOL*>(node),
        alternative,
        &text);
    if (status == EFI_NOT_FOUND) return u"(not found)";
    if (status == EFI_INVALID_PARAMETER) return u"(invalid)";
    EXPECT_EQ(status, EFI_SUCCESS);
    const std::u16string selected(text);
    EXPECT_EQ(host_.boot_services().FreePool(text), EFI_SUCCESS);
    return selected;
  }

  HostEnvironment host_;
  HiiConfigRouting routing_{host_.environment().handles(),
                            host_.environment().pool()};
  EFI_HII_CONFIG_ROUTING_PROTOCOL* protocol_ = &routing_;
  std::string path_{"\x01\x04\x05\x00\x03\x7F\xFF\x04\x00", 9};
  std::string other_path_{"\x01\x04\x05\x00\x04\x7F\xFF\x04\x00", 9};
  FakeAccess access_{host_.boot_services()};
  FakeAccess other_access_{host_.boot_services()};
  std::vector<UINT8> block_;
  UINTN block_size_ = 0;
};

TEST_F(HiiConfigRoutingTest, HasNothingWhereThereIsNoDriver) {
  EXPECT_EQ(Extract(HEADER), (Outcome{EFI_NOT_FOUND, 0, u""}));
  EXPECT_EQ(Route(HEADER u"&OFFSET=0&WIDTH=1&VALUE=00"),
            (Outcome{EFI_NOT_FOUND, 0, u""}));
  CHAR16* results = nullptr;
  ASSERT_EQ(protocol_->ExportConfig(protocol_, &results), EFI_SUCCESS);
  EXPECT_EQ(std::u16string(results), u"");
  EXPECT_EQ(host_.boot_services().FreePool(results), EFI_SUCCESS);
}

TEST_F(HiiConfigRoutingTest, AsksEachDriverForItsSection) {
  Install(access_, path_);
  Install(other_access_, other_path_);
  access_.answer = HEADER u"&a=1";
  other_access_.answer = OTHER u"&b=2";
  const std::u16string request = OTHER u"&b&" HEADER u"&a";

  EXPECT_EQ(
      Extract(request),
      (Outcome{EFI_SUCCESS, request.size(), OTHER u"&b=2&" HEADER u"&a=1"}));

  EXPECT_EQ(access_.asked, std::vector<std::u16string>{HEADER u"&a"});
  EXPECT_EQ(other_access_.asked, std::vector<std::u16string>{OTHER u"&b"});
}

TEST_F(HiiConfigRoutingTest, ExportsWhatDriversHave) {
  Install(access_, path_);
  Install(other_access_, other_path_);
  access_.status = EFI_DEVICE_ERROR;
  other_access_.answer = OTHER u"&b=2";
  CHAR16* results = nullptr;

  ASSERT_EQ(protocol_->ExportConfig(protocol_, &results), EFI_SUCCESS);

  EXPECT_EQ(std::u16string(results), other_access_.answer);
  EXPECT_EQ(host_.boot_services().FreePool(results), EFI_SUCCESS);
  EXPECT_EQ(access_.asked, std::vector<std::u16string>{u"(all)"});
}

TEST_F(HiiConfigRoutingTest, TellsHowFarADriverGot) {
  Install(access_, path_);
  Install(other_access_, other_path_);
  const std::u16string first = OTHER u"&b=2";
  const std::u16string header = HEADER;
  const std::u16string text = first + u"&" + header + u"&a=1&c=3";
  access_.status = EFI_DEVICE_ERROR;
  access_.reached = header.size() + 4;

  EXPECT_EQ(
      Route(text),
      (Outcome{EFI_DEVICE_ERROR, first.size() + 1 + header.size() + 4, u""}));
  access_.reached = 0;
  EXPECT_EQ(Route(text), (Outcome{EFI_DEVICE_ERROR, first.size(), u""}));
  access_.reached = 1'000;
  EXPECT_EQ(Route(text), (Outcome{EFI_DEVICE_ERROR, first.size(), u""}));
  access_.status = EFI_SUCCESS;
  EXPECT_EQ(Route(text), (Outcome{EFI_SUCCESS, text.size(), u""}));
}

TEST_F(HiiConfigRoutingTest, RefusesWhatIsNoSection) {
  Install(access_, path_);
  access_.answer = HEADER;
  const std::u16string header = HEADER;

  for (const std::u16string text : {u"",
                                    u"x",
                                    u"GUID=00&NAME=00",
                                    u"GUID&NAME=00&PATH=00",
                                    u"NAME=00&GUID=00&PATH=00",
                                    u"&"}) {
    EXPECT_EQ(Extract(text), (Outcome{EFI_INVALID_PARAMETER, 0, u""}));
    EXPECT_EQ(Route(text), (Outcome{EFI_INVALID_PARAMETER, 0, u""}));
  }
  EXPECT_EQ(Extract(header + u"&GUID=00"),
            (Outcome{EFI_INVALID_PARAMETER, header.size(), u""}));
  // The path is no device path.
  EXPECT_EQ(Extract(GUID_AND_NAME u"&PATH=0104050003zfff0400").status,
            EFI_NOT_FOUND);
}

TEST_F(HiiConfigRoutingTest, WritesBlocksAsConfiguration) {
  const std::u16string request =
      HEADER u"&OFFSET=1&WIDTH=2&OFFSET=0003&WIDTH=0001";

  EXPECT_EQ(ToConfig(request),
            (Outcome{EFI_SUCCESS,
                     request.size(),
                     HEADER u"&OFFSET=1&WIDTH=2&VALUE=5634"
                            u"&OFFSET=0003&WIDTH=0001&VALUE=ab"}));
  const std::u16string header = HEADER;
  EXPECT_EQ(ToConfig(header), (Outcome{EFI_SUCCESS, header.size(), header}));
}

TEST_F(HiiConfigRoutingTest, WritesNothingThatIsNotInTheBlock) {
  const std::u16string header = HEADER;
  for (const std::u16string name :
       {u"&OFFSET=3&WIDTH=2", u"&OFFSET=5&WIDTH=0", u"&OFFSET=0&WIDTH=5"}) {
    EXPECT_EQ(ToConfig(header + name).status, EFI_DEVICE_ERROR);
  }
  for (const std::u16string name : {u"&OFFSET=0",
                                    u"&WIDTH=1",
                                    u"&OFFSET=&WIDTH=1",
                                    u"&OFFSET=0&WIDTH=g",
                                    u"&OFFSET=0&VALUE=1",
                                    u"&name",
                                    u"&OFFSET=10000000000000000&WIDTH=1",
                                    u"&OFFSET=ffffffffffffffff&WIDTH=1"}) {
    EXPECT_EQ(ToConfig(header + u"&OFFSET=0&WIDTH=1" + name),
              (Outcome{EFI_INVALID_PARAMETER, header.size() + 17, u""}));
  }
  EXPECT_EQ(ToConfig(header + u"&" + header),
            (Outcome{EFI_INVALID_PARAMETER, header.size(), u""}));
}

TEST_F(HiiConfigRoutingTest, ReadsConfigurationIntoABlock) {
  const std::u16string response =
      HEADER u"&OFFSET=1&WIDTH=2&VALUE=1234&OFFSET=0&WIDTH=1&VALUE=f";

  EXPECT_EQ(ToBlock(response), (Outcome{EFI_SUCCESS, response.size(), u""}));
  EXPECT_EQ(block_, (std::vector<UINT8>{0x0F, 0x34, 0x12, 0xEE}));
  EXPECT_EQ(block_size_, 2u);
  EXPECT_EQ(ToBlock(HEADER u"&OFFSET=0&WIDTH=2&VALUE=00005").status,
            EFI_SUCCESS);
  EXPECT_EQ(block_, (std::vector<UINT8>{5, 0, 0xEE, 0xEE}));
}

TEST_F(HiiConfigRoutingTest, ReadsNothingBeyondTheBlock) {
  const std::u16string header = HEADER;

  EXPECT_EQ(ToBlock(header + u"&OFFSET=3&WIDTH=2&VALUE=1").status,
            EFI_BUFFER_TOO_SMALL);
  EXPECT_EQ(block_size_, 5u);
  EXPECT_EQ(block_, std::vector<UINT8>(4, 0xEE));
  for (const std::u16string bad : {u"&OFFSET=0&WIDTH=1",
                                   u"&OFFSET=0&WIDTH=1&VALUE=123",
                                   u"&OFFSET=0&WIDTH=1&VALUE=",
                                   u"&OFFSET=0&WIDTH=1&VALUE=x",
                                   u"&a=1"}) {
    EXPECT_EQ(ToBlock(header + bad),
              (Outcome{EFI_INVALID_PARAMETER, header.size(), u""}));
  }
}

TEST_F(HiiConfigRoutingTest, SelectsAPartOfAResponse) {
  const std::u16string response =
      HEADER u"&a=1&" HEADER u"&ALTCFG=0037&a=2&" OTHER u"&a=3";
  const UINT16 alternative = 0x37;
  const UINT16 unknown = 0x38;
  const EFI_GUID other_guid{};

  EXPECT_EQ(Select(response, &kGuid, u"AB", &path_, nullptr), HEADER u"&a=1");
  EXPECT_EQ(Select(response, &kGuid, u"AB", &path_, &alternative),
            HEADER u"&a=2");
  EXPECT_EQ(Select(response, nullptr, nullptr, &other_path_, nullptr),
            OTHER u"&a=3");
  EXPECT_EQ(Select(response, nullptr, nullptr, nullptr, &unknown),
            u"(not found)");
  EXPECT_EQ(Select(response, nullptr, u"A", nullptr, nullptr), u"(not found)");
  EXPECT_EQ(Select(response, &other_guid, nullptr, nullptr, nullptr),
            u"(not found)");
  EXPECT_EQ(Select(u"nonsense", nullptr, nullptr, nullptr, nullptr),
            u"(invalid)");
}

TEST_F(HiiConfigRoutingTest, RefusesBadParameters) {
  std::u16string text = HEADER;
  CHAR16* progress = nullptr;
  CHAR16* out = nullptr;
  UINT8 block[4] = {};
  UINTN size = sizeof(block);
  const auto& p = *protocol_;

  EXPECT_EQ(p.ExtractConfig(&p, nullptr, &progress, &out),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(p.ExtractConfig(&p, text.data(), nullptr, &out),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(p.ExtractConfig(&p, text.data(), &progress, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(p.ExportConfig(&p, nullptr), EFI_INVALID_PARAMETER);
  EXPECT_EQ(p.RouteConfig(&p, nullptr, &progress), EFI_INVALID_PARAMETER);
  EXPECT_EQ(p.RouteConfig(&p, text.data(), nullptr), EFI_INVALID_PARAMETER);
  EXPECT_EQ(p.BlockToConfig(&p, text.data(), nullptr, 4, &out, &progress),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(progress, text.data());
  EXPECT_EQ(p.BlockToConfig(&p, text.data(), block, 4, nullptr, &progress),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(p.ConfigToBlock(&p, text.data(), nullptr, &size, &progress),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(p.ConfigToBlock(&p, text.data(), block, nullptr, &progress),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      p.GetAltConfig(&p, nullptr, nullptr, nullptr, nullptr, nullptr, &out),
      EFI_INVALID_PARAMETER);
  EXPECT_EQ(p.GetAltConfig(
                &p, text.data(), nullptr, nullptr, nullptr, nullptr, nullptr),
            EFI_INVALID_PARAMETER);
}

TEST(HiiFont, HasNoFont) {
  HiiFont font;
  const EFI_HII_FONT_PROTOCOL& p = font;
  EFI_IMAGE_OUTPUT* image = nullptr;
  EFI_FONT_HANDLE handle = &font;
  EFI_FONT_DISPLAY_INFO* info = nullptr;

  EXPECT_EQ(p.GetGlyph(&p, u'a', nullptr, &image, nullptr), EFI_NOT_FOUND);
  EXPECT_EQ(image, nullptr);
  EXPECT_EQ(p.GetGlyph(&p, u'a', nullptr, nullptr, nullptr),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      p.StringToImage(
          &p, 0, u"text", nullptr, &image, 0, 0, nullptr, nullptr, nullptr),
      EFI_NOT_FOUND);
  EXPECT_EQ(p.GetFontInfo(&p, &handle, nullptr, &info, nullptr), EFI_NOT_FOUND);
  EXPECT_EQ(handle, nullptr);
}

}  // namespace
}  // namespace flint::efi
