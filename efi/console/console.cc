// SPDX-License-Identifier: Apache-2.0
#include "efi/console/console.h"

#include <new>
#include <optional>

#include "efi/abi/protocol/device_path.h"
#include "efi/abi/protocol/simple_text.h"
#include "efi/console/key_input.h"
#include "efi/console/simple_text_input.h"
#include "efi/console/simple_text_output.h"
#include "efi/console/text_screen.h"
#include "efi/device_path/nodes.h"
#include "efi/device_path/pool_path.h"

namespace flint::efi {
namespace {

constexpr uint32_t kSerialPortPnp = 0x0501;
constexpr uint64_t kBaudRate = 115'200;
/// A terminal that speaks VT-UTF8. [uefi-2.10 10.3.4.14]
constexpr Guid kUtf8Terminal = Guid::Of("ad15a0d6-8bec-4acf-a073-d01de77e2d88");

constexpr Error kNoMemory(ErrorCode::kNoMemory, "no memory for the console");

/// All objects of the console, in one piece of pool memory.
struct Console final : ExitObserver {
  explicit Console(Environment& environment, const ConsoleParts& parts)
      : screen(parts.out),
        input({.in = parts.in,
               .clock = parts.clock,
               .events = environment.events(),
               .screen = &screen}) {}

  void OnExitBootServices() override { screen.Leave(); }

  TextScreen screen;
  KeyInput input;
  SimpleTextOutput text_output{screen};
  // Their events are members of the protocols: not before there are some.
  std::optional<SimpleTextInput> text_input;
  std::optional<SimpleTextInputEx> text_input_ex;
  abi::EFI_HANDLE handle = nullptr;
};

Status Add(Environment& environment,
           Console& console,
           const abi::EFI_GUID& protocol,
           abi::VOID* interface) {
  const abi::EFI_STATUS status =
      interface == nullptr ? abi::EFI_OUT_OF_RESOURCES
                           : environment.handles().InstallProtocolInterface(
                                 &console.handle,
                                 &protocol,
                                 abi::EFI_NATIVE_INTERFACE,
                                 interface);
  if (abi::EFI_ERROR(status)) return std::unexpected(kNoMemory);
  return {};
}

abi::EFI_DEVICE_PATH_PROTOCOL* MakePath(PoolServices& pool) {
  return BuildPoolPath(pool, [](PathWriter& out) {
    out.Append(nodes::PciRoot(0));
    out.Append(nodes::AcpiDevice(kSerialPortPnp, 0));
    out.Append(nodes::Uart(kBaudRate));
    out.Append(nodes::VendorMessaging(kUtf8Terminal));
  });
}

}  // namespace

Status InstallConsole(Environment& environment, const ConsoleParts& parts) {
  void* const memory = environment.pool().Allocate(sizeof(Console));
  if (memory == nullptr) return std::unexpected(kNoMemory);
  Console& console = *::new (memory) Console(environment, parts);
  TRY(console.input.Start());
  console.text_input.emplace(console.input);
  console.text_input_ex.emplace(console.input);

  TRY(Add(environment,
          console,
          abi::EFI_DEVICE_PATH_PROTOCOL_GUID,
          MakePath(environment.pool())));
  TRY(Add(environment,
          console,
          abi::EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID,
          &console.text_output));
  TRY(Add(environment,
          console,
          abi::EFI_SIMPLE_TEXT_INPUT_PROTOCOL_GUID,
          &*console.text_input));
  TRY(Add(environment,
          console,
          abi::EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID,
          &*console.text_input_ex));

  environment.AddExitObserver(console);
  SystemTables& tables = environment.tables();
  tables.SetConsoleInput(console.handle, &*console.text_input);
  tables.SetConsoleOutput(console.handle, &console.text_output);
  tables.SetStandardError(console.handle, &console.text_output);
  return {};
}

}  // namespace flint::efi
