// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loader/pe/pe_builder.h"
#include "platforms/base/bytes.h"

namespace flint::bls {

/// The name and content of a section.
using FakeSection = std::pair<std::string_view, std::string>;

/// Adds sections to an image, one behind the other, as ukify does.
inline void AddSections(const std::vector<FakeSection>& sections,
                        pe::ImageBuilder& builder) {
  for (const auto& [name, content] : sections) {
    const Bytes bytes = AsBytes(std::string_view(content));
    builder.sections.push_back(
        {.name = name,
         .rva = builder.image_size,
         .virtual_size = static_cast<uint32_t>(bytes.size()),
         .content = {bytes.begin(), bytes.end()}});
    builder.image_size +=
        static_cast<uint32_t>(bytes.size() + 0xfff) & ~uint32_t{0xfff};
  }
}

/// A unified kernel image for tests: an application with these sections.
inline std::string FakeUnifiedImageWith(
    const std::vector<FakeSection>& sections) {
  pe::ImageBuilder builder = pe::ImageBuilder::Application();
  builder.headers_size = 0x1000;
  AddSections(sections, builder);
  return std::string(AsText(builder.Build()));
}

/// One that says this of itself, and holds some kernel.
inline std::string FakeUnifiedImage(std::string_view os_release,
                                    std::string_view command_line = "ro\n") {
  return FakeUnifiedImageWith({{".osrel", std::string(os_release)},
                               {".cmdline", std::string(command_line)},
                               {".linux", "MZ"}});
}

}  // namespace flint::bls
