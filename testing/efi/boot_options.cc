// SPDX-License-Identifier: Apache-2.0

// Plays an operating system that sets boot options and restarts, over as many
// starts as there are steps; which it is at, its load options say:
//
//   (none)   makes Boot0A01 ("ordered") and Boot0A02 ("next"), both of itself,
//            lists the first in BootOrder and has the second booted next
//   next     restarts
//   ordered  has systemd's entry "chosen" booted once
//   chosen   powers the machine off
//
// At every start it tells what firmware and boot loader told it, and waits for
// a key in the end.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

#include "efi/abi/boot_services.h"
#include "efi/abi/load_option.h"
#include "efi/abi/protocol/device_path.h"
#include "efi/abi/protocol/loaded_image.h"
#include "efi/abi/protocol/simple_text.h"
#include "efi/abi/runtime_services.h"
#include "efi/abi/status.h"
#include "platforms/base/bytes.h"
#include "platforms/base/endian.h"
#include "platforms/base/format.h"
#include "testing/efi/application.h"

using namespace flint::efi::abi;
using flint::AsBytes;
using flint::Bytes;
using flint::FixedText;
using flint::Le16;
using flint::Le32;
using flint::efi_testing::Console;

namespace {

constexpr UINT32 kLasting = EFI_VARIABLE_NON_VOLATILE |
                            EFI_VARIABLE_BOOTSERVICE_ACCESS |
                            EFI_VARIABLE_RUNTIME_ACCESS;
constexpr EFI_GUID kLoaderInterface =
    EFI_GUID::Of("4a67b082-0a4c-41cf-b6c7-440b29bb8c4f");

constexpr const CHAR16* kOrderedOption = u"Boot0A01";
constexpr const CHAR16* kNextOption = u"Boot0A02";
constexpr UINT16 kOrdered = 0x0A01;
constexpr UINT16 kNext = 0x0A02;

/// What is told of the boot loader, in this order.
constexpr std::array kLoaderVariables{u"LoaderInfo",
                                      u"LoaderDevicePartUUID",
                                      u"LoaderEntries",
                                      u"LoaderEntrySelected",
                                      u"LoaderImageIdentifier",
                                      u"LoaderBootCountPath",
                                      u"LoaderTimeInitUSec",
                                      u"LoaderTimeExecUSec"};

constexpr UINTN kPauseMicroseconds = 20'000;

using Text = FixedText<240>;

/// The ASCII of UCS-2; each NUL but one at the end as a blank.
Text Narrow(std::span<const CHAR16> units) {
  if (!units.empty() && units.back() == 0)
    units = units.first(units.size() - 1);
  Text text;
  for (const CHAR16 unit : units) {
    const char c = unit == 0 ? ' ' : static_cast<char>(unit);
    text.Append({&c, 1});
  }
  return text;
}

std::span<const CHAR16> Terminated(const CHAR16* text) {
  return {text, std::u16string_view(text).size() + 1};
}

/// A load option while it is put together.
class LoadOptionWriter {
 public:
  void Append(Bytes bytes) {
    const size_t size = std::min(bytes.size(), bytes_.size() - size_);
    std::memcpy(bytes_.data() + size_, bytes.data(), size);
    size_ += size;
  }
  void Append(std::span<const CHAR16> text) { Append(std::as_bytes(text)); }

  std::span<std::byte> bytes() { return std::span(bytes_).first(size_); }

 private:
  std::array<std::byte, 512> bytes_{};
  size_t size_ = 0;
};

class System {
 public:
  System(EFI_HANDLE image, EFI_SYSTEM_TABLE* system)
      : console_(system),
        boot_(*system->BootServices),
        runtime_(*system->RuntimeServices),
        in_(*system->ConIn),
        image_(Get<EFI_LOADED_IMAGE_PROTOCOL>(
            image, EFI_LOADED_IMAGE_PROTOCOL_GUID)) {}

  EFI_STATUS Run() {
    const std::span options(static_cast<const CHAR16*>(image_->LoadOptions),
                            image_->LoadOptionsSize / sizeof(CHAR16));
    const Text step = Narrow(options);
    console_.WriteFormat("step '{}'", step.view());
    TellNumber(u"BootCurrent");
    TellNumber(u"BootNext");
    for (const CHAR16* name : kLoaderVariables) {
      TellText(name);
      // The line loses what its other end does not take in time.
      boot_.Stall(kPauseMicroseconds);
    }
    console_.WriteFormat(
        "step '{}' done: 0x{:x}", step.view(), Take(step.view()));
    WaitForKey();
    runtime_.ResetSystem(
        step.view() == "chosen" ? EfiResetShutdown : EfiResetCold,
        EFI_SUCCESS,
        0,
        nullptr);
    return EFI_ABORTED;
  }

 private:
  template <typename Protocol>
  Protocol* Get(EFI_HANDLE handle, EFI_GUID guid) {
    VOID* interface = nullptr;
    const EFI_STATUS status = boot_.HandleProtocol(handle, &guid, &interface);
    return status == EFI_SUCCESS ? static_cast<Protocol*>(interface) : nullptr;
  }

  /// Until somebody has read what is on the line: the end of the machine takes
  /// away what has not been sent.
  void WaitForKey() {
    UINTN index = 0;
    boot_.WaitForEvent(1, &in_.WaitForKey, &index);
  }

  void TellNumber(const CHAR16* name) {
    EFI_GUID vendor = EFI_GLOBAL_VARIABLE;
    UINT16 number = 0;
    UINTN size = sizeof(number);
    const EFI_STATUS status = runtime_.GetVariable(
        const_cast<CHAR16*>(name), &vendor, nullptr, &size, &number);
    if (status == EFI_NOT_FOUND) return;
    console_.WriteFormat(
        "{} = {:x} (0x{:x})", Narrow(Terminated(name)).view(), number, status);
  }

  void TellText(const CHAR16* name) {
    EFI_GUID vendor = kLoaderInterface;
    std::array<CHAR16, 200> text{};
    UINTN size = sizeof(text);
    const EFI_STATUS status = runtime_.GetVariable(
        const_cast<CHAR16*>(name), &vendor, nullptr, &size, text.data());
    if (status == EFI_NOT_FOUND) return;
    console_.WriteFormat(
        "{} = {} (0x{:x})",
        Narrow(Terminated(name)).view(),
        Narrow(std::span(text).first(size / sizeof(CHAR16))).view(),
        status);
  }

  EFI_STATUS Take(std::string_view step) {
    if (step.empty()) return MakeOptions();
    if (step == "ordered") {
      return Set(u"LoaderEntryOneShot",
                 kLoaderInterface,
                 std::as_bytes(Terminated(u"chosen.conf")));
    }
    return EFI_SUCCESS;
  }

  EFI_STATUS MakeOptions() {
    EFI_STATUS status = MakeOption(kOrderedOption, true, u"ordered");
    if (status == EFI_SUCCESS) {
      status = MakeOption(kNextOption, false, u"next");
    }
    const Le16 ordered(kOrdered);
    const Le16 next(kNext);
    if (status == EFI_SUCCESS) {
      status = Set(u"BootOrder", EFI_GLOBAL_VARIABLE, AsBytes(ordered));
    }
    if (status == EFI_SUCCESS) {
      status = Set(u"BootNext", EFI_GLOBAL_VARIABLE, AsBytes(next));
    }
    return status;
  }

  /// An option of this image, by a short path: with its partition, or by its
  /// file alone.
  EFI_STATUS MakeOption(const CHAR16* name,
                        bool with_partition,
                        const CHAR16* step) {
    const Bytes partition = with_partition ? PartitionNode() : Bytes{};
    const Bytes file = Nodes(image_->FilePath);
    const EFI_DEVICE_PATH_PROTOCOL end{
        .Type = END_DEVICE_PATH_TYPE,
        .SubType = END_ENTIRE_DEVICE_PATH_SUBTYPE,
        .Length = sizeof(EFI_DEVICE_PATH_PROTOCOL)};
    LoadOptionWriter option;
    option.Append(AsBytes(EFI_LOAD_OPTION{
        .Attributes = LOAD_OPTION_ACTIVE,
        .FilePathListLength = static_cast<UINT16>(partition.size() +
                                                  file.size() + sizeof(end))}));
    option.Append(Terminated(step));
    option.Append(partition);
    option.Append(file);
    option.Append(AsBytes(end));
    option.Append(Terminated(step));
    return Set(name, EFI_GLOBAL_VARIABLE, option.bytes());
  }

  /// The nodes of a path, without its end.
  static Bytes Nodes(const EFI_DEVICE_PATH_PROTOCOL* path) {
    const auto* const start = reinterpret_cast<const std::byte*>(path);
    const std::byte* at = start;
    while (true) {
      const auto& node = *reinterpret_cast<const EFI_DEVICE_PATH_PROTOCOL*>(at);
      if (node.Type == END_DEVICE_PATH_TYPE) return {start, at};
      at += node.Length;
    }
  }

  /// The last node of our volume's path, which says what partition it is.
  Bytes PartitionNode() {
    Bytes nodes = Nodes(Get<EFI_DEVICE_PATH_PROTOCOL>(
        image_->DeviceHandle, EFI_DEVICE_PATH_PROTOCOL_GUID));
    return nodes.last(std::min(nodes.size(), sizeof(HARDDRIVE_DEVICE_PATH)));
  }

  EFI_STATUS Set(const CHAR16* name, EFI_GUID vendor, Bytes data) {
    return runtime_.SetVariable(const_cast<CHAR16*>(name),
                                &vendor,
                                kLasting,
                                data.size(),
                                const_cast<std::byte*>(data.data()));
  }

  Console console_;
  EFI_BOOT_SERVICES& boot_;
  EFI_RUNTIME_SERVICES& runtime_;
  EFI_SIMPLE_TEXT_INPUT_PROTOCOL& in_;
  EFI_LOADED_IMAGE_PROTOCOL* image_;
};

}  // namespace

EFI_STATUS EFIAPI EfiMain(EFI_HANDLE image, EFI_SYSTEM_TABLE* system) {
  return System(image, system).Run();
}
