// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/version.h"

#include <array>
#include <string>

#include "gtest/gtest.h"

namespace flint::bls {
namespace {

std::string Name(std::weak_ordering order) {
  return order < 0 ? "<" : order > 0 ? ">" : "==";
}

struct Example {
  std::string_view a;
  std::string_view order;
  std::string_view b;
};

/// The specification's table. [uapi-10, examples]
constexpr Example kExamples[] = {
    {"11", "==", "11"},
    {"systemd-123", "==", "systemd-123"},
    {"bar-123", "<", "foo-123"},
    {"123a", ">", "123"},
    {"123.a", ">", "123"},
    {"123.a", "<", "123.b"},
    {"123a", ">", "123.a"},
    {"11\u03b1", "==", "11\u03b2"},
    {"B", "<", "a"},
    {"", "<", "0"},
    {"0.", ">", "0"},
    {"0.0", ">", "0"},
    {"0", ">", "~"},
    {"", ">", "~"},
    {"1_", "==", "1"},
    {"_1", "==", "1"},
    {"1_", "<", "1.2"},
    {"1_2_3", ">", "1.3.3"},
    {"1+", "==", "1"},
    {"+1", "==", "1"},
    {"1+", "<", "1.2"},
    {"1+2+3", ">", "1.3.3"},
};

TEST(CompareVersions, FollowsTheSpecificationsExamples) {
  for (const Example& example : kExamples) {
    EXPECT_EQ(Name(CompareVersions(example.a, example.b)), example.order)
        << example.a << " and " << example.b;
    EXPECT_EQ(Name(0 <=> CompareVersions(example.b, example.a)), example.order)
        << example.b << " and " << example.a;
  }
}

/// The specification's chain: each is older than all that follow.
constexpr std::array<std::string_view, 12> kAscending = {
    "122.1",
    "123~rc1-1",
    "123",
    "123-a",
    "123-a.1",
    "123-1",
    "123-1.1",
    "123^post1",
    "123.a-1",
    "123.1-1",
    "123a-1",
    "124-1",
};

TEST(CompareVersions, OrdersTheSpecificationsChainTotally) {
  for (size_t i = 0; i < kAscending.size(); ++i) {
    for (size_t j = 0; j < kAscending.size(); ++j) {
      EXPECT_EQ(Name(CompareVersions(kAscending[i], kAscending[j])),
                Name(i <=> j))
          << kAscending[i] << " and " << kAscending[j];
    }
  }
}

TEST(CompareVersions, ComparesNumbersOfAnySize) {
  const std::string zeros(300, '0');
  const std::string nines(300, '9');

  EXPECT_TRUE(CompareVersions(nines, "1" + zeros) < 0);
  EXPECT_TRUE(CompareVersions(zeros + "7", "7") == 0);
  EXPECT_TRUE(CompareVersions("18446744073709551616", "1") > 0);
}

TEST(CompareVersions, OrdersRealKernels) {
  EXPECT_TRUE(CompareVersions("6.1.0-9-cloud-amd64", "6.1.0-10-cloud-amd64") <
              0);
  EXPECT_TRUE(CompareVersions("6.8.0-rc1", "6.8.0") > 0);
  EXPECT_TRUE(CompareVersions("6.8.0~rc1", "6.8.0") < 0);
  EXPECT_TRUE(CompareVersions("5.14.0-362.el9.x86_64",
                              "5.14.0-362.8.1.el9_3.x86_64") < 0);
}

}  // namespace
}  // namespace flint::bls
