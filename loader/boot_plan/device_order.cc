// SPDX-License-Identifier: Apache-2.0
#include "loader/boot_plan/device_order.h"

#include <algorithm>
#include <concepts>

namespace flint::boot_plan {
namespace {

/// Says that nothing is to follow.
constexpr std::string_view kHalt = "HALT";

/// Takes what is before `separator` off `text`, and the separator.
std::string_view TakeUntil(char separator, std::string_view& text) {
  const size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

/// All of `text` as a hexadecimal number.
template <std::unsigned_integral T = uint32_t>
std::optional<T> ParseHex(std::string_view text) {
  if (text.empty() || text.size() > 2 * sizeof(T)) return std::nullopt;
  T number = 0;
  for (const char c : text) {
    number <<= 4;
    if (c >= '0' && c <= '9') {
      number |= static_cast<T>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      number |= static_cast<T>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      number |= static_cast<T>(c - 'A' + 10);
    } else {
      return std::nullopt;
    }
  }
  return number;
}

/// One step of a path: `name@first,second`.
struct Step {
  std::string_view name;
  std::string_view address;

  /// The two numbers of the address, the second being 0 if it is not there.
  std::optional<std::array<uint32_t, 2>> numbers() const {
    std::string_view rest = address;
    const auto first = ParseHex(TakeUntil(',', rest));
    const auto second = rest.empty() ? std::optional(0U) : ParseHex(rest);
    if (!first || !second) return std::nullopt;
    return std::array{*first, *second};
  }
};

Step TakeStep(std::string_view& path) {
  Step step{.name = {}, .address = TakeUntil('/', path)};
  step.name = TakeUntil('@', step.address);
  return step;
}

/// Where the PCI root's ports are is its address; a second root has its bus
/// behind it.
std::optional<uint32_t> ParseRoot(const Step& step) {
  std::string_view address = step.address;
  if (step.name != "pci" || TakeUntil(',', address) != "i0cf8") {
    return std::nullopt;
  }
  return address.empty() ? std::optional(0U) : ParseHex(address);
}

std::optional<PciSlot> ParseSlot(const Step& step) {
  const auto numbers = step.numbers();
  if (!numbers || (*numbers)[0] > 31 || (*numbers)[1] > 7) return std::nullopt;
  return PciSlot{.device = static_cast<uint8_t>((*numbers)[0]),
                 .function = static_cast<uint8_t>((*numbers)[1])};
}

/// Reads what follows the controller. Unknown steps leave the unit unknown.
void ParseUnit(std::string_view path, BootDevice& device) {
  std::optional<uint32_t> channel;
  while (!path.empty()) {
    const Step step = TakeStep(path);
    const auto numbers = step.numbers();
    if (!numbers) return;
    if (step.name == "drive") {
      channel = (*numbers)[0];
    } else if (step.name == "disk" && channel) {
      device.unit = BootDevice::Unit::kAtaDisk;
      device.unit_address = {*channel, (*numbers)[0]};
    } else if (step.name == "disk") {
      device.unit = BootDevice::Unit::kDisk;
      device.unit_address = *numbers;
    } else if (step.name == "namespace") {
      device.unit = BootDevice::Unit::kNamespace;
      device.unit_address = *numbers;
    } else if (step.name != "channel") {
      return;
    }
  }
}

/// The controller at the end of a path over bridges. Nothing if there is none,
/// or too many bridges.
std::optional<BootDevice> ParsePciDevice(const Step& root,
                                         std::string_view line) {
  const auto root_bus = ParseRoot(root);
  if (!root_bus) return std::nullopt;
  BootDevice device{.root_bus = *root_bus};
  while (device.slot_count < BootDevice::kMaxSlots) {
    const Step step = TakeStep(line);
    const auto slot = ParseSlot(step);
    if (!slot) return std::nullopt;
    device.slots[device.slot_count++] = *slot;
    if (step.name == "pci-bridge") continue;
    ParseUnit(line, device);
    return device;
  }
  return std::nullopt;
}

/// Nothing if the line means no device that we may know.
std::optional<BootDevice> ParseLine(std::string_view line) {
  if (!line.starts_with('/')) return std::nullopt;
  line.remove_prefix(1);
  const Step bus = TakeStep(line);
  if (bus.name != "virtio-mmio") return ParsePciDevice(bus, line);
  const auto address = ParseHex<uint64_t>(bus.address);
  if (!address) return std::nullopt;
  BootDevice device{.mmio_address = *address};
  ParseUnit(line, device);
  return device;
}

bool IsSameController(const BootDevice& a, const BootDevice& b) {
  return a.root_bus == b.root_bus && a.mmio_address == b.mmio_address &&
         std::ranges::equal(a.path(), b.path());
}

bool MayBeSameUnit(const BootDevice& line, const BootDevice& device) {
  using Unit = BootDevice::Unit;
  if (line.unit == Unit::kNone || device.unit == Unit::kNone) return true;
  if (line.unit != device.unit) return false;
  // QEMU calls every namespace so that is a device of its own.
  if (line.unit == Unit::kNamespace && line.unit_address[0] == 0) return true;
  return line.unit_address == device.unit_address;
}

}  // namespace

Result<DeviceOrder> DeviceOrder::Parse(std::string_view text, Arena& arena) {
  // QEMU ends the last line by a zero.
  text = text.substr(0, text.find('\0'));
  const auto line_count = static_cast<size_t>(std::ranges::count(text, '\n'));
  const std::span<BootDevice> devices = TRY(
      arena.AllocateArray<BootDevice>(std::min(line_count + 1, kMaxDevices)));
  DeviceOrder order;
  size_t count = 0;
  for (uint32_t index = 0; index < devices.size() && !text.empty(); ++index) {
    const std::string_view line = TakeUntil('\n', text);
    if (const auto device = ParseLine(line)) {
      devices[count] = *device;
      devices[count++].index = index;
    }
    order.is_strict_ |= line == kHalt;
  }
  order.devices_ = devices.first(count);
  return order;
}

std::optional<uint32_t> DeviceOrder::IndexOf(const BootDevice& device) const {
  for (const BootDevice& line : devices_) {
    if (IsSameController(line, device) && MayBeSameUnit(line, device)) {
      return line.index;
    }
  }
  return std::nullopt;
}

}  // namespace flint::boot_plan
