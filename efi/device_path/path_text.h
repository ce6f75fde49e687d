// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "efi/device_path/device_path.h"
#include "efi/device_path/node_codec.h"
#include "efi/device_path/path_writer.h"
#include "efi/device_path/text.h"

/// Device paths as text and back. [uefi-2.10 10.6]
namespace flint::efi {

/// Writes a node as text: by its name where it has one and is as long as it
/// has to be, else as a generic `Path(...)`.
void NodeToText(const DeviceNode& node, TextOptions options, TextWriter& out);

/// Writes the nodes, '/' between them and ',' between instances.
void PathToText(const DevicePath& path, TextOptions options, TextWriter& out);

/// Writes the node that the text describes. Text that is no known name with
/// brackets is a file path, as the specification has it.
void NodeFromText(std::u16string_view text, PathWriter& out);

/// Writes the nodes that the text describes; the end node is up to the caller.
void PathFromText(std::u16string_view text, PathWriter& out);

}  // namespace flint::efi
