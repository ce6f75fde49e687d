// SPDX-License-Identifier: Apache-2.0
#include "boot/firmware/vmm_files.h"

#include <cstdint>
#include <string_view>

#include "drivers/smbios/entry_point.h"
#include "drivers/smbios/structures.h"
#include "platforms/base/log.h"

namespace flint::boot {
namespace {

constexpr std::string_view kSettingPrefix = "opt/flint/";
constexpr std::string_view kWordPrefix = "flint.";
constexpr std::string_view kOrderName = "bootorder";
constexpr std::string_view kDeviceTreeName = "etc/fdt";

constexpr uint32_t kMaxSettingBytes = 4096;
/// Of 256 devices behind as many bridges as there can be.
constexpr uint32_t kMaxOrderBytes = 64 * 1024;
/// As large as QEMU makes it, most of it empty.
constexpr uint32_t kMaxDeviceTreeBytes = 1024 * 1024;

}  // namespace

Status ReadVmmFiles(fw_cfg::FwCfg& device,
                    Arena& arena,
                    bool wants_device_tree,
                    settings::Settings& settings,
                    VmmFiles& files) {
  const auto read_setting = [&](const fw_cfg::File& file) -> Status {
    const std::string_view value =
        TRY(device.ReadText(file, kMaxSettingBytes, arena));
    settings.Apply(file.name.view().substr(kSettingPrefix.size()), value);
    return {};
  };
  const auto read_order = [&](const fw_cfg::File& file) -> Status {
    const std::string_view text =
        TRY(device.ReadText(file, kMaxOrderBytes, arena));
    files.device_order = TRY(boot_plan::DeviceOrder::Parse(text, arena));
    return {};
  };
  const auto read_device_tree = [&](const fw_cfg::File& file) -> Status {
    files.device_tree =
        AsBytes(TRY(device.ReadText(file, kMaxDeviceTreeBytes, arena)));
    return {};
  };
  return device.ForEachFile([&](const fw_cfg::File& file) {
    const std::string_view name = file.name.view();
    Status read = {};
    if (name == kOrderName) read = read_order(file);
    if (name.starts_with(kSettingPrefix)) read = read_setting(file);
    if (name == kDeviceTreeName && wants_device_tree) {
      read = read_device_tree(file);
    }
    if (!read) log::Warning("the VMM's file {}: {}", name, read.error());
  });
}

void ReadOemStrings(GuestMemory& memory, settings::Settings& settings) {
  const Result<smbios::Tables> tables = smbios::Tables::Find(memory);
  if (!tables) return;
  smbios::ForEachOemString(
      tables->structures(), [&settings](std::string_view text) {
        const size_t equals = text.find('=');
        if (!text.starts_with(kWordPrefix) || equals == text.npos) return;
        text.remove_prefix(kWordPrefix.size());
        settings.Apply(text.substr(0, equals - kWordPrefix.size()),
                       text.substr(equals - kWordPrefix.size() + 1));
      });
}

}  // namespace flint::boot
