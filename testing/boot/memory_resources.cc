// SPDX-License-Identifier: Apache-2.0
#include "testing/boot/memory_resources.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace flint::boot_test {
namespace {

constexpr uint64_t kMib = 1 << 20;
constexpr uint64_t kFourGib = uint64_t{4} << 30;
constexpr uint64_t kEcamSize = 256 * kMib;
/// Linux keeps the first page to itself.
constexpr uint64_t kFirstRam = 0x1000;
/// Where the PC's extended BIOS data area may start.
constexpr uint64_t kLowestBiosData = 0x80000;
constexpr uint64_t kEndOfConventional = 0xa0000;
/// More than the VMM's tables ever take.
constexpr uint64_t kTablesLimit = kMib;

constexpr std::string_view kRam = "System RAM";

std::string Describe(const std::vector<MemoryResource>& resources) {
  std::string text;
  for (const MemoryResource& resource : resources) {
    absl::StrAppendFormat(&text,
                          "\n  %s%08x-%08x : %s",
                          std::string(static_cast<size_t>(resource.depth), ' '),
                          resource.first,
                          resource.last,
                          resource.name);
  }
  return text;
}

/// Takes a hexadecimal number off the front.
std::optional<uint64_t> TakeHex(std::string_view& text) {
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

bool TakeToken(std::string_view token, std::string_view& text) {
  if (!text.starts_with(token)) return false;
  text.remove_prefix(token.size());
  return true;
}

bool IsReservedName(std::string_view name) {
  return name == "Reserved" || name.starts_with("ACPI") ||
         name.starts_with("PCI MMCONFIG");
}

class Checker {
 public:
  Checker(const std::vector<MemoryResource>& resources,
          const ExpectedMemory& expected)
      : resources_(resources), expected_(expected) {
    for (const MemoryResource& resource : resources) {
      if (resource.depth == 0 && resource.name == kRam) {
        ram_.push_back(resource);
      }
    }
  }

  /// What is wrong, or nothing.
  std::string Check() const {
    const size_t count = expected_.high_end != 0 ? 3 : 2;
    if (ram_.size() != count) {
      return absl::StrCat(ram_.size(), " ranges of RAM instead of ", count);
    }
    if (std::string wrong = CheckRam(); !wrong.empty()) return wrong;
    if (!IsReserved(ram_[1].last + 1, expected_.low_end - 1)) {
      return "what the VMM keeps at RAM's end below 4 GiB is not reserved";
    }
    if (expected_.ecam != 0 &&
        !IsReserved(expected_.ecam, expected_.ecam + kEcamSize - 1)) {
      return "PCI's configuration window is not reserved";
    }
    return CheckKernel();
  }

 private:
  std::string CheckRam() const {
    if (ram_[0].first != kFirstRam || ram_[0].last < kLowestBiosData ||
        ram_[0].last >= kEndOfConventional) {
      return "conventional memory is not what a PC has";
    }
    const uint64_t last =
        expected_.low_end - (expected_.has_tables_at_low_end ? 2 : 1);
    if (ram_[1].first != kMib || ram_[1].last > last ||
        ram_[1].last < expected_.low_end - kTablesLimit) {
      return absl::StrFormat("RAM below 4 GiB does not end near %x",
                             expected_.low_end);
    }
    if (expected_.high_end != 0 &&
        (ram_[2].first != kFourGib || ram_[2].last != expected_.high_end - 1)) {
      return absl::StrFormat("RAM from 4 GiB on does not end at %x",
                             expected_.high_end);
    }
    return "";
  }

  /// Whether resources that nothing may be put into hold all of it.
  bool IsReserved(uint64_t first, uint64_t last) const {
    while (first <= last) {
      const auto holder = std::find_if(resources_.begin(),
                                       resources_.end(),
                                       [=](const MemoryResource& resource) {
                                         return resource.first <= first &&
                                                resource.last >= first &&
                                                IsReservedName(resource.name);
                                       });
      if (holder == resources_.end()) return false;
      first = holder->last + 1;
    }
    return true;
  }

  std::string CheckKernel() const {
    for (const MemoryResource& resource : resources_) {
      if (resource.name != "Kernel code") continue;
      const bool in_ram =
          std::any_of(ram_.begin(), ram_.end(), [&](const MemoryResource& ram) {
            return ram.first <= resource.first && ram.last >= resource.last;
          });
      return in_ram ? "" : "the kernel does not lie in RAM";
    }
    return "there is no kernel";
  }

  const std::vector<MemoryResource>& resources_;
  const ExpectedMemory& expected_;
  std::vector<MemoryResource> ram_;
};

}  // namespace

absl::StatusOr<MemoryResource> ParseMemoryResource(std::string_view line) {
  std::string_view rest = line;
  const size_t indent = std::min(line.find_first_not_of(' '), line.size());
  rest.remove_prefix(indent);
  const std::optional<uint64_t> first = TakeHex(rest);
  const bool dash = TakeToken("-", rest);
  const std::optional<uint64_t> last = TakeHex(rest);
  if (!first || !dash || !last || !TakeToken(" : ", rest)) {
    return absl::InvalidArgumentError(
        absl::StrCat("not a line of /proc/iomem: ", line));
  }
  return MemoryResource{.first = *first,
                        .last = *last,
                        .name = std::string(rest),
                        .depth = static_cast<int>(indent / 2)};
}

absl::Status CheckMemory(const std::vector<MemoryResource>& resources,
                         const ExpectedMemory& expected) {
  const std::string wrong = Checker(resources, expected).Check();
  if (wrong.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(wrong, "; /proc/iomem:", Describe(resources)));
}

}  // namespace flint::boot_test
