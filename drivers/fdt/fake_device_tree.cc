// SPDX-License-Identifier: Apache-2.0
#include "drivers/fdt/fake_device_tree.h"

#include "platforms/base/endian.h"

namespace flint::fdt {
namespace {

void Append(std::string& text, uint32_t value) {
  const Be32 number(value);
  text += AsText(AsBytes(number));
}

void Pad(std::string& text) { text.resize((text.size() + 3) / 4 * 4); }

}  // namespace

FakeDeviceTree& FakeDeviceTree::Append32(uint32_t value) {
  Append(structure_, value);
  return *this;
}

FakeDeviceTree& FakeDeviceTree::Begin(std::string_view name) {
  Append32(1);
  structure_ += name;
  structure_ += '\0';
  Pad(structure_);
  return *this;
}

FakeDeviceTree& FakeDeviceTree::End() { return Append32(2); }

FakeDeviceTree& FakeDeviceTree::Nop() { return Append32(4); }

FakeDeviceTree& FakeDeviceTree::Property(std::string_view name,
                                         std::string_view value) {
  Append32(3);
  Append32(static_cast<uint32_t>(value.size()));
  Append32(NameOffset(name));
  structure_ += value;
  Pad(structure_);
  return *this;
}

FakeDeviceTree& FakeDeviceTree::Cells(std::string_view name,
                                      std::initializer_list<uint32_t> values) {
  std::string bytes;
  for (const uint32_t value : values) Append(bytes, value);
  return Property(name, bytes);
}

uint32_t FakeDeviceTree::NameOffset(std::string_view name) {
  const auto offset = static_cast<uint32_t>(strings_.size());
  strings_ += name;
  strings_ += '\0';
  return offset;
}

std::string FakeDeviceTree::Finish() const {
  constexpr uint32_t kHeaderBytes = 40;
  std::string structure = structure_;
  Append(structure, 9);
  const auto structure_size = static_cast<uint32_t>(structure.size());
  const auto strings_size = static_cast<uint32_t>(strings_.size());
  std::string tree;
  for (const uint32_t field : {0xD00D'FEEDu,
                               kHeaderBytes + structure_size + strings_size,
                               kHeaderBytes,
                               kHeaderBytes + structure_size,
                               kHeaderBytes,
                               17u,
                               16u,
                               0u,
                               strings_size,
                               structure_size}) {
    Append(tree, field);
  }
  return tree + structure + strings_;
}

}  // namespace flint::fdt
