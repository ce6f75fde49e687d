// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "drivers/acpi_loader/loader_format.h"
#include "platforms/base/bytes.h"

namespace flint::acpi_loader {

/// Writes scripts as a VMM does; what no field covers is garbage.
class FakeScript {
 public:
  FakeScript& Allocate(std::string_view file,
                       uint32_t alignment,
                       uint8_t zone) {
    return Add(AllocateCommand{.command = kAllocateCommand,
                               .file = Name(file),
                               .alignment = alignment,
                               .zone = zone});
  }

  FakeScript& AddPointer(std::string_view target,
                         std::string_view source,
                         uint32_t offset,
                         uint8_t size_bytes) {
    return Add(AddPointerCommand{.command = kAddPointerCommand,
                                 .target = Name(target),
                                 .source = Name(source),
                                 .offset = offset,
                                 .size_bytes = size_bytes});
  }

  FakeScript& AddChecksum(std::string_view file,
                          uint32_t offset,
                          uint32_t start,
                          uint32_t size_bytes) {
    return Add(AddChecksumCommand{.command = kAddChecksumCommand,
                                  .file = Name(file),
                                  .offset = offset,
                                  .start = start,
                                  .size_bytes = size_bytes});
  }

  FakeScript& WritePointer(std::string_view target,
                           std::string_view source,
                           uint32_t target_offset,
                           uint32_t source_offset,
                           uint8_t size_bytes) {
    return Add(WritePointerCommand{.command = kWritePointerCommand,
                                   .target = Name(target),
                                   .source = Name(source),
                                   .target_offset = target_offset,
                                   .source_offset = source_offset,
                                   .size_bytes = size_bytes});
  }

  FakeScript& Unknown(uint32_t command) { return Add(Le32(command)); }
  FakeScript& Append(const FakeScript& other) {
    text_ += other.text_;
    return *this;
  }
  /// Takes bytes off the end.
  FakeScript& Cut(size_t count) {
    text_.resize(text_.size() - count);
    return *this;
  }

  const std::string& text() const { return text_; }

 private:
  static FileName Name(std::string_view text) {
    FileName name{};
    std::ranges::copy(text, name.begin());
    return name;
  }

  template <WireType T>
  FakeScript& Add(const T& command) {
    std::string entry(kEntryBytes, '\xA5');
    const std::string_view bytes = AsText(AsBytes(command));
    std::ranges::copy(bytes, entry.begin());
    text_ += entry;
    return *this;
  }

  std::string text_;
};

}  // namespace flint::acpi_loader
