// SPDX-License-Identifier: Apache-2.0
#include "efi/reset_notification/reset_notification.h"

#include <string>
#include <vector>

#include "efi/environment/host_environment.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;  // NOLINT(google-build-using-namespace)

/// What the functions below, which have no context, are to know and tell.
struct Scene {
  std::vector<std::string> calls;
  ResetNotification* notification = nullptr;
};
Scene* scene = nullptr;

VOID EFIAPI First(EFI_RESET_TYPE type, EFI_STATUS status, UINTN size, VOID*) {
  scene->calls.push_back("first " + std::to_string(type) + " " +
                         std::to_string(status) + " " + std::to_string(size));
}

VOID EFIAPI Second(EFI_RESET_TYPE, EFI_STATUS, UINTN, VOID* data) {
  scene->calls.push_back(std::string("second ") +
                         static_cast<const char*>(data));
}

VOID EFIAPI Resets(EFI_RESET_TYPE type, EFI_STATUS, UINTN, VOID* data) {
  scene->calls.emplace_back("resets");
  scene->notification->OnReset(type, EFI_ABORTED, 0, data);
}

VOID EFIAPI RemovesSecond(EFI_RESET_TYPE, EFI_STATUS, UINTN, VOID*) {
  scene->calls.emplace_back("removes");
  EXPECT_EQ(scene->notification->Unregister(Second), EFI_SUCCESS);
}

class ResetNotificationTest : public ::testing::Test {
 protected:
  ResetNotificationTest() { scene = &scene_; }
  ~ResetNotificationTest() override { scene = nullptr; }

  EFI_STATUS Register(EFI_RESET_SYSTEM function) {
    return protocol_->RegisterResetNotify(protocol_, function);
  }
  EFI_STATUS Unregister(EFI_RESET_SYSTEM function) {
    return protocol_->UnregisterResetNotify(protocol_, function);
  }
  std::vector<std::string> Reset() {
    char data[] = "data";
    notification_.OnReset(EfiResetWarm, 7, sizeof(data), data);
    return scene_.calls;
  }

  HostEnvironment host_;
  ResetNotification notification_{host_.environment().pages()};
  EFI_RESET_NOTIFICATION_PROTOCOL* protocol_ = &notification_;
  Scene scene_{.calls = {}, .notification = &notification_};
};

TEST_F(ResetNotificationTest, CallsInOrder) {
  EXPECT_EQ(Register(First), EFI_SUCCESS);
  EXPECT_EQ(Register(Second), EFI_SUCCESS);

  EXPECT_EQ(Reset(), (std::vector<std::string>{"first 1 7 5", "second data"}));
}

TEST_F(ResetNotificationTest, CallsNoOneTwice) {
  EXPECT_EQ(Register(Resets), EFI_SUCCESS);
  EXPECT_EQ(Register(Second), EFI_SUCCESS);

  EXPECT_EQ(Reset(), (std::vector<std::string>{"resets", "second data"}));
}

TEST_F(ResetNotificationTest, ForgetsWhoIsUnregistered) {
  EXPECT_EQ(Register(First), EFI_SUCCESS);
  EXPECT_EQ(Register(RemovesSecond), EFI_SUCCESS);
  EXPECT_EQ(Register(Second), EFI_SUCCESS);
  EXPECT_EQ(Unregister(First), EFI_SUCCESS);

  EXPECT_EQ(Reset(), std::vector<std::string>{"removes"});
}

TEST_F(ResetNotificationTest, RefusesBadParameters) {
  EXPECT_EQ(Register(nullptr), EFI_INVALID_PARAMETER);
  EXPECT_EQ(protocol_->RegisterResetNotify(nullptr, First),
            EFI_INVALID_PARAMETER);
  EXPECT_EQ(Unregister(First), EFI_INVALID_PARAMETER);
  EXPECT_EQ(Unregister(nullptr), EFI_INVALID_PARAMETER);
  EXPECT_EQ(Register(First), EFI_SUCCESS);
  EXPECT_EQ(Register(First), EFI_ALREADY_STARTED);
  EXPECT_EQ(Unregister(First), EFI_SUCCESS);
  EXPECT_EQ(Unregister(First), EFI_INVALID_PARAMETER);
}

}  // namespace
}  // namespace flint::efi
