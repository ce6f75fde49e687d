// SPDX-License-Identifier: Apache-2.0
#include "efi/device_path/path_writer.h"

#include <cstring>
#include <span>

namespace flint::efi {

void PathWriter::Put(Bytes payload) {
  if (!payload.empty() && size_ <= out_.size() &&
      payload.size() <= out_.size() - size_) {
    std::memcpy(out_.data() + size_, payload.data(), payload.size());
  }
  size_ += payload.size();
}

void PathWriter::BeginNode(uint8_t type, uint8_t subtype) {
  node_start_ = size_;
  Put(abi::EFI_DEVICE_PATH_PROTOCOL{
      .Type = type, .SubType = subtype, .Length = 0});
}

void PathWriter::EndNode() {
  const size_t length = size_ - node_start_;
  representable_ &= length <= UINT16_MAX;
  // Fails where the node does not fit, which `Finish` tells.
  static_cast<void>(
      WriteWire(out_,
                node_start_ + offsetof(abi::EFI_DEVICE_PATH_PROTOCOL, Length),
                Le16(static_cast<uint16_t>(length))));
}

void PathWriter::Append(uint8_t type, uint8_t subtype, Bytes payload) {
  BeginNode(type, subtype);
  Put(payload);
  EndNode();
}

void PathWriter::AppendFilePath(std::u16string_view path) {
  BeginNode(abi::MEDIA_DEVICE_PATH, abi::MEDIA_FILEPATH_DP);
  for (const char16_t unit : path) Put(Le16(unit));
  Put(Le16(0));
  EndNode();
}

void PathWriter::EndInstance() {
  Append(abi::END_DEVICE_PATH_TYPE, abi::END_INSTANCE_DEVICE_PATH_SUBTYPE, {});
}

Result<DevicePath> PathWriter::Finish() {
  Append(abi::END_DEVICE_PATH_TYPE, abi::END_ENTIRE_DEVICE_PATH_SUBTYPE, {});
  if (!representable_) {
    return Fail(ErrorCode::kOutOfRange, "device path node is too long");
  }
  if (size_ > out_.size()) {
    return Fail(ErrorCode::kNoMemory, "no room for the device path");
  }
  return DevicePath::Parse(out_.first(size_));
}

}  // namespace flint::efi
