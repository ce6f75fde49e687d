// SPDX-License-Identifier: Apache-2.0
#include "drivers/fw_cfg/fake_fw_cfg.h"

#include <algorithm>
#include <array>
#include <bit>

#include "drivers/fw_cfg/fw_cfg_format.h"
#include "gtest/gtest.h"
#include "platforms/base/bytes.h"

namespace flint::fw_cfg {
namespace {

template <WireType T>
std::string TextOf(const T& value) {
  return std::string(AsText(AsBytes(value)));
}

}  // namespace

FakeFwCfg::FakeFwCfg(io::FakeRegisterIo& ports,
                     GuestMemory& memory,
                     bool has_dma)
    : ports_(ports), memory_(memory), has_dma_(has_dma) {
  ports_.AddRegister(Selector::kOffset, 16);
  ports_.OnWrite(Selector::kOffset,
                 [this](uint32_t key) { Select(static_cast<uint16_t>(key)); });
  ports_.AddRegister(Data::kOffset, 8);
  ports_.OnRead(Data::kOffset, [this] { return uint32_t{TakeByte()}; });
  if (!has_dma_) return;
  ports_.AddRegister(DmaAddressHigh::kOffset, 32);
  ports_.AddRegister(DmaAddressLow::kOffset, 32);
  ports_.OnWrite(DmaAddressLow::kOffset, [this](uint32_t) { StartTransfer(); });
}

void FakeFwCfg::AddFile(std::string_view name, std::string_view content) {
  files_.push_back({.name = std::string(name),
                    .content = std::string(content),
                    .size_bytes = static_cast<uint32_t>(content.size())});
}

void FakeFwCfg::AddWritableFile(std::string_view name, uint32_t size_bytes) {
  AddFile(name, std::string(size_bytes, '\0'));
  files_.back().is_writable = true;
}

std::string FakeFwCfg::ContentOfFile(std::string_view name) const {
  return std::ranges::find(files_, name, &Entry::name)->content;
}

void FakeFwCfg::AddItem(uint16_t key, std::string_view content) {
  items_[key] = content;
}

void FakeFwCfg::ClaimSize(std::string_view name, uint32_t size_bytes) {
  std::ranges::find(files_, name, &Entry::name)->size_bytes = size_bytes;
}

std::string FakeFwCfg::Directory() const {
  const auto count = static_cast<uint32_t>(files_.size());
  std::string bytes = TextOf(DirectoryHeader{claimed_count_.value_or(count)});
  for (size_t i = 0; i < files_.size(); ++i) {
    DirectoryEntry entry{};
    entry.size_bytes = files_[i].size_bytes;
    entry.key = static_cast<uint16_t>(kFirstFileKey + i);
    entry.reserved = uint16_t{0xA5A5};
    files_[i].name.copy(entry.name.data(), entry.name.size());
    bytes += TextOf(entry);
  }
  return bytes;
}

std::string FakeFwCfg::ContentOf(uint16_t key) const {
  switch (key) {
    case kSignatureKey:
      return {kSignature.begin(), kSignature.end()};
    case kFeaturesKey:
      return TextOf(Le32(has_dma_ ? 3U : 1U));
    case kDirectoryKey:
      return Directory();
    default:
      break;
  }
  if (const auto item = items_.find(key); item != items_.end()) {
    return item->second;
  }
  if (key < kFirstFileKey || key - kFirstFileKey >= int(files_.size())) {
    return "";
  }
  return files_[size_t(key - kFirstFileKey)].content;
}

void FakeFwCfg::Select(uint16_t key) {
  selected_key_ = key;
  selected_ = ContentOf(key);
  position_ = 0;
}

/// Beyond the end there are zeros.
uint8_t FakeFwCfg::TakeByte() {
  if (position_ >= selected_.size()) return 0;
  return static_cast<uint8_t>(selected_[position_++]);
}

void FakeFwCfg::StartTransfer() {
  ++transfer_count_;
  const uint64_t high = std::byteswap(ports_.value(DmaAddressHigh::kOffset));
  const uint64_t low = std::byteswap(ports_.value(DmaAddressLow::kOffset));
  const auto bytes = memory_.Map(high << 32 | low, sizeof(DmaAccess));
  ASSERT_TRUE(bytes) << "the transfer is in no memory";
  if (is_stuck_) return;
  auto access = *ReadWire<DmaAccess>(*bytes);
  access.control =
      fails_ ? DmaAccess::kError
             : Perform(access.control, access.size_bytes, access.address);
  ASSERT_TRUE(WriteWire(*bytes, 0, access));
}

/// Returns what `control` is then.
uint32_t FakeFwCfg::Perform(uint32_t control,
                            uint32_t size_bytes,
                            uint64_t address) {
  if ((control & DmaAccess::kSelect) != 0) {
    Select(static_cast<uint16_t>(control >> 16));
  }
  if ((control & DmaAccess::kRead) != 0) {
    const auto out = memory_.Map(address, size_bytes);
    if (!out) return DmaAccess::kError;
    for (std::byte& byte : *out) byte = std::byte{TakeByte()};
  } else if ((control & DmaAccess::kWrite) != 0) {
    const auto in = memory_.Map(address, size_bytes);
    if (!in || !WriteSelected(*in)) return DmaAccess::kError;
  } else if ((control & DmaAccess::kSkip) != 0) {
    position_ = std::min<size_t>(position_ + size_bytes, selected_.size());
  }
  return 0;
}

bool FakeFwCfg::WriteSelected(Bytes bytes) {
  const int index = selected_key_ - kFirstFileKey;
  if (index < 0 || index >= int(files_.size())) return false;
  Entry& file = files_[size_t(index)];
  if (!file.is_writable || bytes.size() > file.content.size() - position_) {
    return false;
  }
  file.content.replace(position_, bytes.size(), AsText(bytes));
  position_ += bytes.size();
  return true;
}

}  // namespace flint::fw_cfg
