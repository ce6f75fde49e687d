// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "platforms/base/bytes.h"
#include "platforms/base/result.h"

/// The few pieces of AML that are read without an interpreter: constants.
/// [acpi-6.5 20.2]
namespace flint::acpi::aml {

inline constexpr char kNameOp = 0x08;
inline constexpr char kStringPrefix = 0x0D;
inline constexpr char kBufferOp = 0x11;
inline constexpr char kPackageOp = 0x12;
inline constexpr uint8_t kReturnOp = 0xA4;

/// A constant integer. kUnsupported if it is anything else; kTruncated.
/// [acpi-6.5 20.2.3]
Result<uint64_t> ReadInteger(ByteReader& reader);

/// What a PkgLength encloses, itself taken off. kTruncated if it ends beyond
/// the input; kCorrupt if it is shorter than itself. [acpi-6.5 20.2.4]
Result<Bytes> ReadPackage(ByteReader& reader);

}  // namespace flint::acpi::aml
