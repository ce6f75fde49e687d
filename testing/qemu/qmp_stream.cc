// SPDX-License-Identifier: Apache-2.0
#include "testing/qemu/qmp_stream.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace flint::qemu {

absl::Status QmpStream::Append(std::string_view text) {
  partial_ += text;
  size_t begin = 0;
  for (size_t end = partial_.find('\n'); end != std::string::npos;
       end = partial_.find('\n', begin)) {
    const std::string_view line =
        std::string_view(partial_).substr(begin, end - begin);
    if (absl::Status status = Sort(line); !status.ok()) return status;
    begin = end + 1;
  }
  partial_.erase(0, begin);
  return absl::OkStatus();
}

absl::Status QmpStream::Sort(std::string_view line) {
  absl::StatusOr<Json> message = Json::Parse(line);
  if (!message.ok()) return message.status();
  if (!(*message)["event"].is_null()) {
    events_.push_back(*std::move(message));
  } else if (!(*message)["error"].is_null()) {
    replies_.push_back(
        absl::InvalidArgumentError((*message)["error"]["desc"].text()));
  } else if (!(*message)["QMP"].is_null()) {
    is_greeted_ = true;
  } else {
    replies_.push_back((*message)["return"]);
  }
  return absl::OkStatus();
}

std::optional<absl::StatusOr<Json>> QmpStream::TakeReply() {
  if (replies_.empty()) return std::nullopt;
  absl::StatusOr<Json> reply = std::move(replies_.front());
  replies_.pop_front();
  return reply;
}

std::optional<Json> QmpStream::TakeEvent(std::string_view name) {
  const auto event =
      std::find_if(events_.begin(), events_.end(), [&](const Json& candidate) {
        return candidate["event"].text() == name;
      });
  if (event == events_.end()) return std::nullopt;
  Json taken = std::move(*event);
  events_.erase(event);
  return taken;
}

std::string QmpStream::Command(std::string_view command,
                               std::string_view arguments) {
  return absl::StrCat("{\"execute\": ",
                      QuoteJson(command),
                      ", \"arguments\": ",
                      arguments,
                      "}\n");
}

}  // namespace flint::qemu
