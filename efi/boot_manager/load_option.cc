// SPDX-License-Identifier: Apache-2.0
#include "efi/boot_manager/load_option.h"

#include <algorithm>

#include "platforms/base/endian.h"
#include "platforms/base/unicode.h"

namespace flint::efi {
namespace {

/// Takes UTF-16 up to its NUL, which is taken too.
Result<Bytes> TakeText(ByteReader& reader) {
  const Bytes start = reader.remaining();
  size_t size = 0;
  while (TRY(reader.Read<Le16>()) != 0) size += sizeof(Le16);
  return start.first(size);
}

/// Takes a character off UTF-16 at any alignment.
char32_t TakeCharacter(Bytes& text) {
  char16_t units[2] = {};
  const size_t count = std::min<size_t>(text.size() / sizeof(Le16), 2);
  for (size_t i = 0; i < count; ++i) {
    // Within the text, as `count` says.
    units[i] = uint16_t{*ReadWire<Le16>(text, i * sizeof(Le16))};
  }
  std::span<const char16_t> rest(units, count);
  const char32_t character = TakeUtf16(rest);
  text = text.subspan((count - rest.size()) * sizeof(Le16));
  return character;
}

Status CheckPaths(Bytes paths) {
  if (paths.empty()) {
    return Fail(ErrorCode::kCorrupt, "load option has no device path");
  }
  while (!paths.empty()) {
    const Result<DevicePath> path = DevicePath::Parse(paths);
    if (!path) {
      return Fail(ErrorCode::kCorrupt, "load option has a bad device path");
    }
    paths = paths.subspan(path->size_bytes());
  }
  return {};
}

/// Adds bytes to a buffer, and notices when it is full.
class Appender {
 public:
  explicit Appender(MutableBytes out) : out_(out) {}

  template <WireType T>
  void Append(const T& value) {
    Append(AsBytes(value));
  }
  void Append(Bytes bytes) {
    if (bytes.size() > out_.size() - size_) {
      overflowed_ = true;
      return;
    }
    std::ranges::copy(bytes, out_.subspan(size_).begin());
    size_ += bytes.size();
  }

  Result<Bytes> Finish() const {
    if (overflowed_) {
      return Fail(ErrorCode::kNoMemory, "load option does not fit");
    }
    return Bytes(out_.first(size_));
  }

 private:
  MutableBytes out_;
  size_t size_ = 0;
  bool overflowed_ = false;
};

}  // namespace

Result<LoadOption> LoadOption::Parse(Bytes bytes) {
  ByteReader reader(bytes);
  const auto header = TRY(reader.Read<abi::EFI_LOAD_OPTION>());
  LoadOption option;
  option.attributes_ = header.Attributes;
  option.description_ = TRY(TakeText(reader));
  option.paths_ = TRY(reader.ReadBytes(header.FilePathListLength));
  option.optional_data_ = reader.remaining();
  TRY(CheckPaths(option.paths_));
  return option;
}

std::string_view LoadOption::Description(std::span<char> out) const {
  size_t size = 0;
  Bytes rest = description_;
  while (!rest.empty() && AppendUtf8(TakeCharacter(rest), out, size)) {
  }
  return {out.data(), size};
}

DevicePath LoadOption::path() const {
  // Checked when the option was parsed.
  return *DevicePath::Parse(paths_);
}

Result<Bytes> BuildLoadOption(const LoadOptionParts& parts, MutableBytes out) {
  size_t paths_size = 0;
  for (const DevicePath& path : parts.paths) paths_size += path.size_bytes();
  if (paths_size == 0 || paths_size > UINT16_MAX) {
    return Fail(ErrorCode::kInvalidArgument,
                "load option has no device path, or too long ones");
  }
  if (parts.description.find(u'\0') != std::u16string_view::npos) {
    return Fail(ErrorCode::kInvalidArgument,
                "load option's description has a NUL");
  }
  Appender appender(out);
  appender.Append(abi::EFI_LOAD_OPTION{
      .Attributes = parts.attributes,
      .FilePathListLength = static_cast<uint16_t>(paths_size)});
  for (const char16_t unit : parts.description) appender.Append(Le16(unit));
  appender.Append(Le16(uint16_t{0}));
  for (const DevicePath& path : parts.paths) appender.Append(path.bytes());
  appender.Append(parts.optional_data);
  return appender.Finish();
}

}  // namespace flint::efi
