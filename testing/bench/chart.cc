// SPDX-License-Identifier: Apache-2.0
#include "testing/bench/chart.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace flint::bench {
namespace {

constexpr double kWidth = 960;
constexpr double kMargin = 16;
constexpr double kBarsLeft = 150;
constexpr double kBarsWidth = 680;
constexpr double kRow = 22;
constexpr double kBarHeight = 16;
constexpr double kTitleRow = 32;
constexpr double kLegendColumn = 185;

/// Bars shorter than this part of the longest are worth another look.
constexpr double kTooShort = 0.1;

/// One for each kind of segment, told apart by those who see few colours, too,
/// as neighbours differ in lightness.
constexpr std::array<std::string_view, 18> kColours = {"#1f4e79",
                                                       "#9ecae1",
                                                       "#2b8cbe",
                                                       "#c6dbef",
                                                       "#08519c",
                                                       "#6baed6",
                                                       "#fdae6b",
                                                       "#a63603",
                                                       "#fdd0a2",
                                                       "#e6550d",
                                                       "#74c476",
                                                       "#006d2c",
                                                       "#c7e9c0",
                                                       "#54278f",
                                                       "#bcbddc",
                                                       "#807dba",
                                                       "#636363",
                                                       "#d9d9d9"};

std::string Text(double x, double y, std::string_view text) {
  return absl::StrFormat("<text x=\"%.1f\" y=\"%.1f\">%s</text>\n", x, y, text);
}

std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string Millions(uint64_t count) {
  return absl::StrFormat("%.2f million", static_cast<double>(count) / 1e6);
}

/// Draws from top to bottom.
class Chart {
 public:
  void Draw(const ScenarioResults& scenario) {
    y_ += kTitleRow;
    absl::StrAppend(&body_,
                    "<text class=\"title\" x=\"",
                    kMargin,
                    "\" y=\"",
                    y_ - 10,
                    "\">",
                    Escape(scenario.scenario),
                    "</text>\n");
    std::vector<const Result*> all;
    for (const Result& result : scenario.results) all.push_back(&result);
    DrawBars(all);
    const uint64_t longest = Longest(all);
    std::erase_if(all, [&](const Result* result) {
      return static_cast<double>(result->cost.instructions) >
             kTooShort * static_cast<double>(longest);
    });
    if (all.empty()) return;
    absl::StrAppend(&body_,
                    Text(kBarsLeft,
                         y_ + kBarHeight,
                         absl::StrFormat("the short ones, %d times as long:",
                                         longest / Longest(all))));
    y_ += kRow;
    DrawBars(all);
  }

  std::string Finish() && {
    DrawLegend();
    return absl::StrFormat(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
        "font-family=\"sans-serif\" font-size=\"12\">\n"
        "<style>.title { font-size: 15px; font-weight: bold }</style>\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n%s</svg>\n",
        kWidth,
        y_ + kMargin,
        body_);
  }

 private:
  static uint64_t Longest(const std::vector<const Result*>& results) {
    uint64_t longest = 1;
    for (const Result* result : results) {
      longest = std::max(longest, result->cost.instructions);
    }
    return longest;
  }

  void DrawBars(const std::vector<const Result*>& results) {
    const double scale = kBarsWidth / static_cast<double>(Longest(results));
    for (const Result* result : results) {
      DrawBar(*result, scale);
      y_ += kRow;
    }
  }

  void DrawBar(const Result& result, double scale) {
    absl::StrAppend(
        &body_, Text(kMargin, y_ + kBarHeight - 4, Escape(result.firmware)));
    double x = kBarsLeft;
    for (const Segment& segment : result.segments) {
      const double width = static_cast<double>(segment.instructions) * scale;
      absl::StrAppendFormat(
          &body_,
          "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\" "
          "fill=\"%s\"><title>%s: %s</title></rect>\n",
          x,
          y_,
          width,
          kBarHeight,
          kColours[ColourOf(segment.name)],
          Escape(segment.name),
          Millions(segment.instructions));
      x += width;
    }
    absl::StrAppend(
        &body_,
        Text(x + 6, y_ + kBarHeight - 4, Millions(result.cost.instructions)));
  }

  void DrawLegend() {
    y_ += kRow;
    double x = kMargin;
    for (size_t i = 0; i < names_.size(); ++i) {
      if (x + kLegendColumn > kWidth) {
        x = kMargin;
        y_ += kRow;
      }
      absl::StrAppendFormat(
          &body_,
          "<rect x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" "
          "fill=\"%s\"/>\n",
          x,
          y_,
          kColours[i % kColours.size()]);
      absl::StrAppend(&body_, Text(x + 18, y_ + 11, Escape(names_[i])));
      x += kLegendColumn;
    }
    y_ += kRow;
  }

  /// In the order of their first appearance.
  size_t ColourOf(const std::string& name) {
    const auto found = std::ranges::find(names_, name);
    const auto index = static_cast<size_t>(found - names_.begin());
    if (found == names_.end()) names_.push_back(name);
    return index % kColours.size();
  }

  std::vector<std::string> names_;
  std::string body_;
  double y_ = 0;
};

}  // namespace

std::string ToChart(std::span<const ScenarioResults> scenarios) {
  Chart chart;
  for (const ScenarioResults& scenario : scenarios) chart.Draw(scenario);
  return std::move(chart).Finish();
}

}  // namespace flint::bench
