// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "efi/device_path/device_path.h"
#include "efi/device_path/path_writer.h"
#include "efi/device_path/text.h"

namespace flint::efi {

/// How a field of a node is written as an argument.
enum class FieldForm : uint8_t {
  kHex,        // 0x1F
  kDecimal,    // 31
  kDigits,     // 000000000000001F, of the field's width
  kGuid,       // xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx
  kBytes,      // 0123456789ab, in memory's order
  kHexBytes,   // the same after 0x
  kBackwards,  // ab-89-67..., from the last byte to the first
};

/// One field of a node: where it is and how it is written.
struct Field {
  uint8_t offset;
  uint8_t size_bytes;
  FieldForm form;
};

/// A node whose text is its name and its fields, in the text's order: both
/// directions of the conversion follow from it. [uefi-2.10 10.6.1.6]
struct NodeFormat {
  static constexpr size_t kMaxFields = 5;

  std::string_view name;
  uint8_t type;
  uint8_t subtype;
  /// The size of the node.
  uint8_t size_bytes;
  std::array<Field, kMaxFields> fields;
  uint8_t field_count;
  /// How many of them are shown where brevity counts.
  uint8_t display_field_count;

  std::span<const Field> field_list() const {
    return std::span(fields).first(field_count);
  }
};

/// The format of a node of this type, or null if it has none or the node is
/// too short for it.
const NodeFormat* FindFormat(const DeviceNode& node);

/// The format of this name, or null.
const NodeFormat* FindFormat(TextReader name);

/// Writes `node`, for which `format` was found, as text.
void FieldsToText(const NodeFormat& format,
                  const DeviceNode& node,
                  bool display_only,
                  TextWriter& out);

/// Writes the node that the arguments describe.
void FieldsFromText(const NodeFormat& format,
                    Arguments arguments,
                    PathWriter& out);

}  // namespace flint::efi
