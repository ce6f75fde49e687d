// SPDX-License-Identifier: Apache-2.0
#include "efi/device_path/node_table.h"

#include <algorithm>
#include <initializer_list>

namespace flint::efi {
namespace {

using enum FieldForm;
using abi::HARDWARE_DEVICE_PATH;
using abi::MEDIA_DEVICE_PATH;
using abi::MESSAGING_DEVICE_PATH;

consteval NodeFormat Format(
    std::string_view name,
    uint8_t type,
    uint8_t subtype,
    uint8_t size_bytes,
    std::initializer_list<Field> fields,
    uint8_t display_field_count = NodeFormat::kMaxFields) {
  NodeFormat format{.name = name,
                    .type = type,
                    .subtype = subtype,
                    .size_bytes = size_bytes,
                    .fields = {},
                    .field_count = static_cast<uint8_t>(fields.size()),
                    .display_field_count = display_field_count};
  std::ranges::copy(fields, format.fields.begin());
  return format;
}

/// [uefi-2.10 10.3.2, 10.3.4, 10.3.5]
constexpr std::array kFormats{
    Format("Pci", HARDWARE_DEVICE_PATH, 1, 6, {{5, 1, kHex}, {4, 1, kHex}}),
    Format("PcCard", HARDWARE_DEVICE_PATH, 2, 5, {{4, 1, kHex}}),
    Format("MemoryMapped",
           HARDWARE_DEVICE_PATH,
           3,
           24,
           {{4, 4, kHex}, {8, 8, kHex}, {16, 8, kHex}}),
    Format("Ctrl", HARDWARE_DEVICE_PATH, 5, 8, {{4, 4, kHex}}),
    Format("BMC", HARDWARE_DEVICE_PATH, 6, 13, {{4, 1, kHex}, {5, 8, kHex}}),

    Format("Scsi", MESSAGING_DEVICE_PATH, 2, 8, {{4, 2, kHex}, {6, 2, kHex}}),
    Format(
        "Fibre", MESSAGING_DEVICE_PATH, 3, 24, {{8, 8, kHex}, {16, 8, kHex}}),
    Format("I1394", MESSAGING_DEVICE_PATH, 4, 16, {{8, 8, kDigits}}),
    Format("USB", MESSAGING_DEVICE_PATH, 5, 6, {{4, 1, kHex}, {5, 1, kHex}}),
    Format("I2O", MESSAGING_DEVICE_PATH, 6, 8, {{4, 4, kHex}}),
    Format("Infiniband",
           MESSAGING_DEVICE_PATH,
           9,
           48,
           {{4, 4, kHex},
            {8, 16, kGuid},
            {24, 8, kHex},
            {32, 8, kHex},
            {40, 8, kHex}}),
    Format("UsbClass",
           MESSAGING_DEVICE_PATH,
           15,
           11,
           {{4, 2, kHex},
            {6, 2, kHex},
            {8, 1, kHex},
            {9, 1, kHex},
            {10, 1, kHex}}),
    Format("Unit", MESSAGING_DEVICE_PATH, 17, 5, {{4, 1, kHex}}),
    Format("Sata",
           MESSAGING_DEVICE_PATH,
           18,
           10,
           {{4, 2, kHex}, {6, 2, kHex}, {8, 2, kHex}}),
    Format("Vlan", MESSAGING_DEVICE_PATH, 20, 6, {{4, 2, kDecimal}}),
    Format("FibreEx",
           MESSAGING_DEVICE_PATH,
           21,
           24,
           {{8, 8, kHexBytes}, {16, 8, kHexBytes}}),
    Format("NVMe",
           MESSAGING_DEVICE_PATH,
           23,
           16,
           {{4, 4, kHex}, {8, 8, kBackwards}}),
    Format("UFS", MESSAGING_DEVICE_PATH, 25, 6, {{4, 1, kHex}, {5, 1, kHex}}),
    Format("SD", MESSAGING_DEVICE_PATH, 26, 5, {{4, 1, kHex}}),
    Format("Bluetooth", MESSAGING_DEVICE_PATH, 27, 10, {{4, 6, kBytes}}),
    Format("eMMC", MESSAGING_DEVICE_PATH, 29, 5, {{4, 1, kHex}}),
    Format("BluetoothLE",
           MESSAGING_DEVICE_PATH,
           30,
           11,
           {{4, 6, kBytes}, {10, 1, kHex}}),
    Format("NVDIMM", MESSAGING_DEVICE_PATH, 32, 20, {{4, 16, kGuid}}),
    Format("RestService",
           MESSAGING_DEVICE_PATH,
           33,
           6,
           {{4, 1, kHex}, {5, 1, kHex}}),

    Format("CDROM",
           MEDIA_DEVICE_PATH,
           2,
           24,
           {{4, 4, kHex}, {8, 8, kHex}, {16, 8, kHex}},
           1),
    Format("Media", MEDIA_DEVICE_PATH, 5, 20, {{4, 16, kGuid}}),
    Format("FvFile", MEDIA_DEVICE_PATH, 6, 20, {{4, 16, kGuid}}),
    Format("Fv", MEDIA_DEVICE_PATH, 7, 20, {{4, 16, kGuid}}),
    Format("Offset", MEDIA_DEVICE_PATH, 8, 24, {{8, 8, kHex}, {16, 8, kHex}}),
};

uint64_t LittleEndian(Bytes bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) {
    value = value << 8 | static_cast<uint8_t>(bytes[i - 1]);
  }
  return value;
}

void StoreLittleEndian(uint64_t value, std::span<uint8_t> out) {
  for (uint8_t& byte : out) {
    byte = static_cast<uint8_t>(value);
    value >>= 8;
  }
}

void FieldToText(FieldForm form, Bytes bytes, TextWriter& out) {
  switch (form) {
    case kHex:
      return out.PutHex(LittleEndian(bytes));
    case kDecimal:
      return out.PutDecimal(LittleEndian(bytes));
    case kDigits:
      return out.PutDigits(LittleEndian(bytes), 2 * bytes.size());
    case kGuid:
      return out.PutGuid(*ReadWire<Guid>(bytes));
    case kHexBytes:
      out.Put("0x");
      return out.PutBytes(bytes);
    case kBytes:
      return out.PutBytes(bytes);
    case kBackwards:
      for (size_t i = bytes.size(); i > 0; --i) {
        if (i != bytes.size()) out.Put(u'-');
        out.PutBytes(bytes.subspan(i - 1, 1));
      }
      return;
  }
}

void FieldFromText(FieldForm form,
                   TextReader argument,
                   std::span<uint8_t> out) {
  switch (form) {
    case kHex:
    case kDecimal:
      return StoreLittleEndian(argument.Integer(), out);
    case kDigits:
      return StoreLittleEndian(argument.HexDigits(), out);
    case kGuid:
      std::ranges::copy(argument.ReadGuid().bytes, out.begin());
      return;
    case kHexBytes:
      if (argument.StartsWith("0x")) {
        argument = TextReader(argument.text().substr(2));
      }
      argument.ReadBytes(out);
      return;
    case kBytes:
      argument.ReadBytes(out);
      return;
    case kBackwards:
      argument.ReadBytes(out);
      std::ranges::reverse(out);
      return;
  }
}

}  // namespace

const NodeFormat* FindFormat(const DeviceNode& node) {
  const auto format =
      std::ranges::find_if(kFormats, [&node](const NodeFormat& candidate) {
        return node.Is(candidate.type, candidate.subtype) &&
               node.size_bytes() >= candidate.size_bytes;
      });
  return format != kFormats.end() ? &*format : nullptr;
}

const NodeFormat* FindFormat(TextReader name) {
  const auto format = std::ranges::find_if(
      kFormats,
      [name](const NodeFormat& candidate) { return name.Is(candidate.name); });
  return format != kFormats.end() ? &*format : nullptr;
}

void FieldsToText(const NodeFormat& format,
                  const DeviceNode& node,
                  bool display_only,
                  TextWriter& out) {
  out.Put(format.name);
  char16_t separator = u'(';
  const size_t count =
      display_only ? std::min(format.field_count, format.display_field_count)
                   : format.field_count;
  for (const Field& field : format.field_list().first(count)) {
    out.Put(separator);
    separator = u',';
    FieldToText(
        field.form, node.bytes().subspan(field.offset, field.size_bytes), out);
  }
  out.Put(u')');
}

void FieldsFromText(const NodeFormat& format,
                    Arguments arguments,
                    PathWriter& out) {
  std::array<uint8_t, 64> node{};
  for (const Field& field : format.field_list()) {
    FieldFromText(field.form,
                  arguments.Next(),
                  std::span(node).subspan(field.offset, field.size_bytes));
  }
  const size_t header_size = sizeof(abi::EFI_DEVICE_PATH_PROTOCOL);
  out.Append(format.type,
             format.subtype,
             std::as_bytes(std::span(node))
                 .subspan(header_size, format.size_bytes - header_size));
}

}  // namespace flint::efi
