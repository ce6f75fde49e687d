// SPDX-License-Identifier: Apache-2.0

// What hostile_arguments_test.cc does, for protocols and handles.
// [uefi-2.10 7.3]

#include "efi/abi/status.h"
#include "efi/image/hostile_arguments.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;

TEST_F(HostileArguments, OfProtocolInstallationAreRefused) {
  Expect({
      {"no handle",
       kInvalid,
       [&] {
         return boot_.InstallProtocolInterface(
             nullptr, &guid_, EFI_NATIVE_INTERFACE, nullptr);
       }},
      {"no protocol",
       kInvalid,
       [&] {
         return boot_.InstallProtocolInterface(
             &out_, nullptr, EFI_NATIVE_INTERFACE, nullptr);
       }},
      {"on no handle",
       kInvalid,
       [&] {
         return boot_.InstallProtocolInterface(
             &stranger_, &guid_, EFI_NATIVE_INTERFACE, nullptr);
       }},
      {"twice",
       kInvalid,
       [&] {
         return boot_.InstallProtocolInterface(
             &handle_, &guid_, EFI_NATIVE_INTERFACE, nullptr);
       }},
      {"uninstalling from null",
       kInvalid,
       [&] {
         return boot_.UninstallProtocolInterface(nullptr, &guid_, &target_);
       }},
      {"uninstalling from no handle",
       kInvalid,
       [&] {
         return boot_.UninstallProtocolInterface(stranger_, &guid_, &target_);
       }},
      {"uninstalling nothing",
       kInvalid,
       [&] {
         return boot_.UninstallProtocolInterface(handle_, nullptr, &target_);
       }},
      {"reinstalling on no handle",
       kInvalid,
       [&] {
         return boot_.ReinstallProtocolInterface(
             stranger_, &guid_, &target_, nullptr);
       }},
      {"reinstalling nothing",
       kInvalid,
       [&] {
         return boot_.ReinstallProtocolInterface(
             handle_, nullptr, &target_, nullptr);
       }},
      {"several on null",
       kInvalid,
       [&] {
         return boot_.InstallMultipleProtocolInterfaces(
             nullptr, &other_guid_, &target_, nullptr);
       }},
      {"several from no handle",
       kInvalid,
       [&] {
         return boot_.UninstallMultipleProtocolInterfaces(
             stranger_, &guid_, &target_, nullptr);
       }},
      {"notification of nothing",
       kInvalid,
       [&] {
         return boot_.RegisterProtocolNotify(nullptr, event_, &pointer_);
       }},
      {"notification by no event",
       kInvalid,
       [&] {
         return boot_.RegisterProtocolNotify(&guid_, stranger_, &pointer_);
       }},
      {"notification without result",
       kInvalid,
       [&] { return boot_.RegisterProtocolNotify(&guid_, event_, nullptr); }},
      {"a table without name",
       kInvalid,
       [&] { return boot_.InstallConfigurationTable(nullptr, &target_); }},
  });

  EXPECT_EQ(Interface(handle_, guid_), &target_);
  EXPECT_FALSE(HasProtocol(handle_, other_guid_));
  EXPECT_EQ(out_, nullptr);
}

TEST_F(HostileArguments, OfSearchesAreRefused) {
  const auto no_way = static_cast<EFI_LOCATE_SEARCH_TYPE>(7);
  const auto locate = [&](EFI_LOCATE_SEARCH_TYPE way, EFI_GUID* protocol) {
    return boot_.LocateHandle(way, protocol, nullptr, &size_, nullptr);
  };

  Expect({
      {"no such way", kInvalid, [&] { return locate(no_way, &guid_); }},
      {"no protocol", kInvalid, [&] { return locate(ByProtocol, nullptr); }},
      {"no registration",
       kInvalid,
       [&] {
         return boot_.LocateHandle(
             ByRegisterNotify, nullptr, stranger_, &size_, nullptr);
       }},
      {"no size",
       kInvalid,
       [&] {
         return boot_.LocateHandle(
             AllHandles, nullptr, nullptr, nullptr, nullptr);
       }},
      {"no room",
       EFI_BUFFER_TOO_SMALL,
       [&] { return locate(ByProtocol, &guid_); }},
      {"no memory",
       kInvalid,
       [&] {
         size_ = kHuge;
         return locate(ByProtocol, &guid_);
       }},
      {"no count",
       kInvalid,
       [&] {
         return boot_.LocateHandleBuffer(
             AllHandles, nullptr, nullptr, nullptr, &handles_);
       }},
      {"no result",
       kInvalid,
       [&] {
         return boot_.LocateHandleBuffer(
             AllHandles, nullptr, nullptr, &count_, nullptr);
       }},
      {"no such protocol",
       kInvalid,
       [&] { return boot_.LocateProtocol(nullptr, nullptr, &pointer_); }},
      {"a protocol by no registration",
       kInvalid,
       [&] { return boot_.LocateProtocol(&guid_, stranger_, &pointer_); }},
      {"a protocol without result",
       kInvalid,
       [&] { return boot_.LocateProtocol(&guid_, nullptr, nullptr); }},
      {"a path of nothing",
       kInvalid,
       [&] { return boot_.LocateDevicePath(nullptr, &path_, &out_); }},
      {"no path",
       kInvalid,
       [&] { return boot_.LocateDevicePath(&guid_, nullptr, &out_); }},
      {"a path that is null",
       kInvalid,
       [&] { return boot_.LocateDevicePath(&guid_, &path_, &out_); }},
      {"protocols of no handle",
       kInvalid,
       [&] { return boot_.ProtocolsPerHandle(stranger_, &guids_, &count_); }},
      {"protocols without result",
       kInvalid,
       [&] { return boot_.ProtocolsPerHandle(handle_, nullptr, &count_); }},
      {"protocols without count",
       kInvalid,
       [&] { return boot_.ProtocolsPerHandle(handle_, &guids_, nullptr); }},
  });

  EXPECT_EQ(handles_, nullptr);
  EXPECT_EQ(pointer_, nullptr);
}

TEST_F(HostileArguments, OfOpenProtocolAreRefused) {
  const auto open = [&](EFI_HANDLE handle, EFI_HANDLE agent, UINT32 how) {
    return boot_.OpenProtocol(handle, &guid_, &pointer_, agent, nullptr, how);
  };

  Expect({
      {"null",
       kInvalid,
       [&] { return boot_.HandleProtocol(nullptr, &guid_, &pointer_); }},
      {"no handle",
       kInvalid,
       [&] { return boot_.HandleProtocol(stranger_, &guid_, &pointer_); }},
      {"no protocol",
       kInvalid,
       [&] { return boot_.HandleProtocol(handle_, nullptr, &pointer_); }},
      {"no result",
       kInvalid,
       [&] { return boot_.HandleProtocol(handle_, &guid_, nullptr); }},
      {"opening no handle",
       kInvalid,
       [&] { return open(stranger_, firmware_, 2); }},
      {"opening in no way",
       kInvalid,
       [&] { return open(handle_, firmware_, 0); }},
      {"opening in every way",
       kInvalid,
       [&] { return open(handle_, firmware_, 0x3F); }},
      {"opening for nobody",
       kInvalid,
       [&] { return open(handle_, stranger_, EFI_OPEN_PROTOCOL_EXCLUSIVE); }},
      {"opening for no controller",
       kInvalid,
       [&] { return open(handle_, firmware_, EFI_OPEN_PROTOCOL_BY_DRIVER); }},
      {"closing of no handle",
       kInvalid,
       [&] {
         return boot_.CloseProtocol(stranger_, &guid_, firmware_, nullptr);
       }},
      {"closing nothing",
       kInvalid,
       [&] {
         return boot_.CloseProtocol(handle_, nullptr, firmware_, nullptr);
       }},
      {"closing for nobody",
       kInvalid,
       [&] { return boot_.CloseProtocol(handle_, &guid_, nullptr, nullptr); }},
      {"users of nothing",
       kInvalid,
       [&] {
         return boot_.OpenProtocolInformation(
             handle_, nullptr, &entries_, &count_);
       }},
      {"users without result",
       kInvalid,
       [&] {
         return boot_.OpenProtocolInformation(
             handle_, &guid_, nullptr, &count_);
       }},
      {"users without count",
       kInvalid,
       [&] {
         return boot_.OpenProtocolInformation(
             handle_, &guid_, &entries_, nullptr);
       }},
      {"connecting null",
       kInvalid,
       [&] {
         return boot_.ConnectController(nullptr, nullptr, nullptr, FALSE);
       }},
      {"connecting no handle",
       kInvalid,
       [&] {
         return boot_.ConnectController(stranger_, nullptr, nullptr, TRUE);
       }},
      {"disconnecting null",
       kInvalid,
       [&] { return boot_.DisconnectController(nullptr, nullptr, nullptr); }},
      {"disconnecting no driver",
       kInvalid,
       [&] { return boot_.DisconnectController(handle_, stranger_, nullptr); }},
      {"disconnecting no child",
       kInvalid,
       [&] { return boot_.DisconnectController(handle_, nullptr, stranger_); }},
  });

  EXPECT_EQ(pointer_, nullptr);
}

}  // namespace
}  // namespace flint::efi
