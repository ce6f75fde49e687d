// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/loader_config.h"

#include "gtest/gtest.h"

namespace flint::bls {
namespace {

TEST(LoaderConfig, SaysWhatTheFileSays) {
  const LoaderConfig config = ParseLoaderConfig(
      "#timeout 9\n"
      "timeout 3\n"
      "console-mode keep\n"
      "default  debian-*.conf\n");

  EXPECT_EQ(config.default_pattern, "debian-*.conf");
  EXPECT_EQ(config.timeout_seconds, 3u);
}

TEST(LoaderConfig, IsEmptyForAnEmptyFile) {
  const LoaderConfig config = ParseLoaderConfig("");

  EXPECT_EQ(config.default_pattern, "");
  EXPECT_EQ(config.timeout_seconds, std::nullopt);
}

TEST(LoaderConfig, FollowsTheLastOfRepeatedKeys) {
  EXPECT_EQ(ParseLoaderConfig("default a\ndefault b\n").default_pattern, "b");
}

TEST(LoaderConfig, IgnoresPatternsForWhatIsNotHere) {
  EXPECT_EQ(ParseLoaderConfig("default @saved").default_pattern, "");
  EXPECT_EQ(ParseLoaderConfig("default auto-windows").default_pattern, "");
  EXPECT_EQ(ParseLoaderConfig("default automatic").default_pattern,
            "automatic");
}

TEST(LoaderConfig, ReadsEveryKindOfTimeout) {
  const auto timeout = [](std::string_view text) {
    return ParseLoaderConfig(text).timeout_seconds;
  };

  EXPECT_EQ(timeout("timeout 0"), 0u);
  EXPECT_EQ(timeout("timeout 4294967295"), UINT32_MAX);
  EXPECT_EQ(timeout("timeout menu-force"), UINT32_MAX);
  EXPECT_EQ(timeout("timeout menu-hidden"), 0u);
  EXPECT_EQ(timeout("timeout menu-disabled"), 0u);
  EXPECT_EQ(timeout("timeout 4294967296"), std::nullopt);
  EXPECT_EQ(timeout("timeout 99999999999"), std::nullopt);
  EXPECT_EQ(timeout("timeout -1"), std::nullopt);
  EXPECT_EQ(timeout("timeout"), std::nullopt);
  EXPECT_EQ(timeout("timeouts 1"), std::nullopt);
}

}  // namespace
}  // namespace flint::bls
