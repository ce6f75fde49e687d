// SPDX-License-Identifier: Apache-2.0
//
// A large initrd costs few requests: whole extents, straight to their place.
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/boot/boot_test.h"
#include "testing/qemu/status_matchers.h"

namespace flint::boot_test {
namespace {

using qemu::Machine;
using ::testing::Ge;
using ::testing::Le;

constexpr std::string_view kReadEvent = "virtio_blk_handle_read";
/// For 64 MiB. One could not be less than one.
constexpr int kMostRequests = 80;

class Requests : public BootTest {
 protected:
  /// How many requests booting this entry takes, SeaBIOS's included. The guest
  /// makes none.
  absl::StatusOr<int> CountRequests(std::string_view entry,
                                    GuestReport& guest) {
    absl::StatusOr<GuestReport> booted =
        Boot(WithFirmware(Machine::Q35(), absl::StrCat("flint.boot=", entry))
                 .WithMemoryMib(1024)
                 .WithTrace(kReadEvent)
                 .WithDisk({.image = Image("large_initrd.img")}));
    if (!booted.ok()) return booted.status();
    guest = *std::move(booted);
    return machine().CountTraceEvents(kReadEvent);
  }
};

TEST_F(Requests, OfALargeInitrdAreFew) {
  GuestReport small;
  ASSERT_OK_AND_ASSIGN(const int without, CountRequests("small", small));
  ASSERT_THAT(small.command_line, ::testing::HasSubstr("flint.test=small"));
  GuestReport large;
  ASSERT_OK_AND_ASSIGN(const int with, CountRequests("large", large));
  ASSERT_THAT(large.command_line, ::testing::HasSubstr("flint.test=large"));

  EXPECT_EQ(large.large, "intact");
  EXPECT_THAT(with - without, Ge(1));
  EXPECT_THAT(with - without, Le(kMostRequests));
  RecordProperty("requests_without", without);
  RecordProperty("requests_with", with);
}

}  // namespace
}  // namespace flint::boot_test
