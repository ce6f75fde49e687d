// SPDX-License-Identifier: Apache-2.0
#include "efi/device_path/path_text.h"

#include <string>
#include <vector>

#include "efi/device_path/nodes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

constexpr TextOptions kPlain{.display_only = false, .allow_shortcuts = false};
constexpr TextOptions kShortcuts{.display_only = false,
                                 .allow_shortcuts = true};
constexpr TextOptions kDisplay{.display_only = true, .allow_shortcuts = true};

std::string Narrow(std::u16string_view text) {
  return std::string(text.begin(), text.end());
}
std::u16string Wide(std::string_view text) {
  return std::u16string(text.begin(), text.end());
}

/// The path that the text describes, as bytes.
std::vector<std::byte> FromText(std::string_view text) {
  const std::u16string wide = Wide(text);
  PathWriter counter{{}};
  PathFromText(wide, counter);
  static_cast<void>(counter.Finish());
  std::vector<std::byte> bytes(counter.size_bytes());
  PathWriter writer(bytes);
  PathFromText(wide, writer);
  EXPECT_THAT(writer.Finish(), testing::IsOk());
  return bytes;
}

std::string ToText(Bytes bytes, TextOptions options) {
  const auto path = DevicePath::Parse(bytes);
  EXPECT_THAT(path, testing::IsOk());
  if (!path) return {};
  TextWriter counter{{}};
  PathToText(*path, options, counter);
  std::u16string text(counter.size(), u'?');
  TextWriter writer(text);
  PathToText(*path, options, writer);
  EXPECT_EQ(writer.size(), text.size());
  return Narrow(text);
}

/// The text of a path of this one node, given as hexadecimal digits.
std::string NodeText(std::string_view digits, TextOptions options = kPlain) {
  const std::u16string wide = Wide(digits);
  std::vector<uint8_t> bytes(digits.size() / 2);
  TextReader(wide).ReadBytes(bytes);
  const uint8_t end[] = {0x7f, 0xff, 4, 0};
  bytes.insert(bytes.end(), std::begin(end), std::end(end));
  return ToText(std::as_bytes(std::span(bytes)), options);
}

class RoundTripTest : public ::testing::TestWithParam<const char*> {};

TEST_P(RoundTripTest, ComesBackAsItWas) {
  const std::vector<std::byte> bytes = FromText(GetParam());

  EXPECT_EQ(ToText(bytes, kShortcuts), GetParam());
}

TEST_P(RoundTripTest, ComesBackWithoutShortcutsAsTheSameBytes) {
  const std::vector<std::byte> bytes = FromText(GetParam());

  EXPECT_EQ(FromText(ToText(bytes, kPlain)), bytes);
}

INSTANTIATE_TEST_SUITE_P(
    Hardware,
    RoundTripTest,
    ::testing::Values("Pci(0x1F,0x7)",
                      "PcCard(0x3)",
                      "MemoryMapped(0xB,0xFFE00000,0xFFFFFFFF)",
                      "VenHw(DB5B6BA7-0DFC-4E7C-A7E0-1D4F3B2A6C55)",
                      "VenHw(DB5B6BA7-0DFC-4E7C-A7E0-1D4F3B2A6C55,00FF7A)",
                      "Ctrl(0xFFFFFFFF)",
                      "BMC(0x1,0xCA2)",
                      "HardwarePath(77)",
                      "HardwarePath(77,0102AB)"));

INSTANTIATE_TEST_SUITE_P(Acpi,
                         RoundTripTest,
                         ::testing::Values("PciRoot(0x0)",
                                           "PcieRoot(0x1)",
                                           "Floppy(0x1)",
                                           "Keyboard(0x0)",
                                           "Serial(0x2)",
                                           "ParallelPort(0x3)",
                                           "Acpi(PNP0C0A,0x0)",
                                           "Acpi(0x01234567,0x7)",
                                           "AcpiExp(PNP0A03,0,pci0)",
                                           "AcpiEx(PNP0A08,PNP0A03,0x2,,,)",
                                           "AcpiEx(0,ABC1234,0x0,hid,cid,uid)",
                                           "AcpiAdr(0x80010100)",
                                           "AcpiAdr(0x80010100,0x1,0xFFFFFFFF)",
                                           "AcpiPath(4,00000000)"));

INSTANTIATE_TEST_SUITE_P(
    Messaging,
    RoundTripTest,
    ::testing::Values(
        "Ata(Primary,Master,0x0)",
        "Ata(Secondary,Slave,0x3)",
        "Scsi(0x1,0x2)",
        "Fibre(0x123456789ABCDEF0,0x1)",
        "FibreEx(0x0123456789ABCDEF,0x0001000000000000)",
        "I1394(0123456789ABCDEF)",
        "USB(0x2,0x0)",
        "I2O(0x7)",
        "Infiniband(0x1,15E39A00-1DD2-1000-8D7F-00A0C92408FC,0x2,0x3,0x4)",
        "VenMsg(15E39A00-1DD2-1000-8D7F-00A0C92408FC,01)",
        "VenPcAnsi()",
        "VenVt100()",
        "VenVt100Plus()",
        "VenUtf8()",
        "DebugPort()",
        "UartFlowCtrl(None)",
        "UartFlowCtrl(Hardware)",
        "UartFlowCtrl(XonXoff)",
        "SAS(0x1,0x2,0x3,NoTopology,0,0,0,0x0)",
        "SAS(0x1,0x2,0x3,SATA,External,Expanded,0x9,0x4)",
        "SAS(0x1,0x2,0x3,SAS,Internal,Direct,0,0x4)",
        "SAS(0x1,0x2,0x3,0x85,0,0,0,0x4)",
        "SasEx(0x0000000000000001,0x0000000000000002,0x3,SATA,Internal,"
        "Direct,0x100)",
        "MAC(0123456789AB,0x1)",
        "IPv4(192.168.0.1,TCP,Static,10.0.0.5,10.0.0.1,255.255.255.0)",
        "IPv4(0.0.0.0,UDP,DHCP,0.0.0.0,0.0.0.0,0.0.0.0)",
        "IPv6(FE80:0000:0000:0000:0000:0000:0000:0001,TCP,"
        "StatefulAutoConfigure,0000:0000:0000:0000:0000:0000:0000:0000,0x40,"
        "2001:0DB8:0000:0000:0000:0000:0000:0001)",
        "Uart(115200,8,N,1)",
        "Uart(DEFAULT,DEFAULT,D,D)",
        "Uart(9600,7,E,1.5)",
        "UsbClass(0xFFFF,0xFFFF,0xFF,0xFE,0xFD)",
        "UsbMassStorage(0x1234,0x5678,0x6,0x50)",
        "UsbHID(0x1,0x2,0x3,0x4)",
        "UsbDeviceFirmwareUpdate(0x1,0x2,0x3)",
        "UsbWwid(0x46D,0xC31C,0x1,\"serial,(1)/2\")",
        "Unit(0x1)",
        "Sata(0x5,0xFFFF,0x0)",
        "iSCSI(iqn.2015-02.com.x:disk,0x1,0x0100000000000000,CRC32C,None,"
        "CHAP_UNI,TCP)",
        "iSCSI(target,0x0,0x0000000000000000,None,CRC32C,None,TCP)",
        "Vlan(4094)",
        "NVMe(0x1,00-25-38-5B-71-B0-2C-5A)",
        "Uri(http://10.0.0.1/boot,v1.efi)",
        "UFS(0x1,0x2)",
        "SD(0x1)",
        "eMMC(0x0)",
        "Bluetooth(0123456789AB)",
        "BluetoothLE(0123456789AB,0x1)",
        "Wi-Fi(my network)",
        "Dns(8.8.8.8,8.8.4.4)",
        "Dns(2001:4860:4860:0000:0000:0000:0000:8888)",
        "NVDIMM(15E39A00-1DD2-1000-8D7F-00A0C92408FC)",
        "RestService(0x1,0x2)",
        "Msg(99,00)"));

INSTANTIATE_TEST_SUITE_P(
    Media,
    RoundTripTest,
    ::testing::Values(
        "HD(1,GPT,15E39A00-1DD2-1000-8D7F-00A0C92408FC,0x22,0x2710000)",
        "HD(4,MBR,0x0000ABCD,0x3F,0x12345)",
        "HD(0,0,0,0x0,0x0)",
        "CDROM(0x1,0x22,0x33)",
        "VenMedia(15E39A00-1DD2-1000-8D7F-00A0C92408FC,AB)",
        "\\EFI\\BOOT\\BOOTX64.EFI",
        "Media(15E39A00-1DD2-1000-8D7F-00A0C92408FC)",
        "FvFile(15E39A00-1DD2-1000-8D7F-00A0C92408FC)",
        "Fv(15E39A00-1DD2-1000-8D7F-00A0C92408FC)",
        "Offset(0x100,0x1FF)",
        "VirtualDisk(0x1000,0x1FFF,1)",
        "VirtualCD(0x1000,0x1FFF,0)",
        "PersistentVirtualDisk(0x1000,0x1FFF,0)",
        "PersistentVirtualCD(0x1000,0x1FFF,0)",
        "RamDisk(0x1000,0x1FFF,2,15E39A00-1DD2-1000-8D7F-00A0C92408FC)",
        "MediaPath(99)",
        "BBS(HD,disk 1,0x100)",
        "BBS(0x80,other,0x0)",
        "BbsPath(2)",
        "Path(9,8,07)"));

INSTANTIATE_TEST_SUITE_P(
    Paths,
    RoundTripTest,
    ::testing::Values(
        "",
        "PciRoot(0x0)/Pci(0x3,0x0)/"
        "HD(15,GPT,15E39A00-1DD2-1000-8D7F-00A0C92408FC,0x22,0x2710000)/"
        "\\EFI\\BOOT\\BOOTX64.EFI",
        "PciRoot(0x0)/Pci(0x1,0x0)/Serial(0x0)/Uart(115200,8,N,1)/VenVt100(),"
        "PciRoot(0x0)/Pci(0x2,0x0)/USB(0x1,0x0)"));

TEST(PathToText, WritesTheBytesThatTheSpecificationLaysOut) {
  EXPECT_EQ(NodeText("01010600021F"), "Pci(0x1F,0x2)");
  EXPECT_EQ(NodeText("02010C00D041030A01000000"), "PciRoot(0x1)");
  EXPECT_EQ(NodeText("031710000100000001020304050607FF"),
            "NVMe(0x1,FF-07-06-05-04-03-02-01)");
  EXPECT_EQ(NodeText("03120A00010000800200"), "Sata(0x1,0x8000,0x2)");
  EXPECT_EQ(NodeText("0401"
                     "2A00"
                     "0F000000"
                     "2200000000000000"
                     "7102000000000000"
                     "009AE315D21D00108D7F00A0C92408FC"
                     "02"
                     "02"),
            "HD(15,GPT,15E39A00-1DD2-1000-8D7F-00A0C92408FC,0x22,0x271)");
  EXPECT_EQ(NodeText("040408005C004100"), "\\A");
}

TEST(PathToText, ShowsLessForDisplayOnly) {
  const auto display = [](std::string_view text) {
    return ToText(FromText(text), kDisplay);
  };

  EXPECT_EQ(display("Ata(Primary,Slave,0x2)"), "Ata(0x2)");
  EXPECT_EQ(display("HD(4,MBR,0x0000ABCD,0x3F,0x12345)"),
            "HD(4,MBR,0x0000ABCD)");
  EXPECT_EQ(display("CDROM(0x1,0x22,0x33)"), "CDROM(0x1)");
  EXPECT_EQ(display("BBS(HD,disk 1,0x100)"), "BBS(HD,disk 1)");
  EXPECT_EQ(display("IPv4(192.168.0.1,TCP,Static,10.0.0.5)"),
            "IPv4(192.168.0.1)");
  EXPECT_EQ(display("AcpiExp(PNP0A03,0,pci0)"), "PciRoot(pci0)");
  EXPECT_EQ(display("AcpiEx(0,ABC1234,0x3,hid,cid,uid)"),
            "AcpiEx(hid,ABC1234,0x3)");
}

TEST(PathToText, NamesVendorNodesOnlyWithShortcuts) {
  const std::vector<std::byte> bytes = FromText("VenVt100()");

  EXPECT_EQ(ToText(bytes, kPlain),
            "VenMsg(DFA66065-B419-11D3-9A2D-0090273FC14D)");
}

TEST(PathToText, ShowsNodesTooShortForTheirTypeAsTheyAre) {
  EXPECT_EQ(NodeText("0101050002"), "HardwarePath(1,02)");
  EXPECT_EQ(NodeText("02010400"), "AcpiPath(1)");
  EXPECT_EQ(NodeText("02020F000000000000000000000000"),
            "AcpiPath(2,0000000000000000000000)");
  EXPECT_EQ(NodeText("0301050000"), "Msg(1,00)");
  EXPECT_EQ(NodeText("030A0500AA"), "Msg(10,AA)");
  EXPECT_EQ(NodeText("030B0500AA"), "Msg(11,AA)");
  EXPECT_EQ(NodeText("030F0500AA"), "Msg(15,AA)");
  EXPECT_EQ(NodeText("0401050000"), "MediaPath(1,00)");
  EXPECT_EQ(NodeText("0501050000"), "BbsPath(1,00)");
}

TEST(PathToText, ReadsOldAndUnterminatedNodes) {
  // IPv4 without gateway; extended ACPI without all of its strings.
  EXPECT_EQ(NodeText("030C13000A000001C0A80001000000000600"
                     "01"),
            "IPv4(192.168.0.1,TCP,Static,10.0.0.1)");
  EXPECT_EQ(NodeText("02021200D041030A00000000000000004142"),
            "AcpiEx(PNP0A03,0,0x0,AB,,)");
  EXPECT_EQ(NodeText("04040700410042"), "A");
}

TEST(NodeToText, ShowsAnEndNodeAsItIs) {
  std::u16string text(16, u' ');
  TextWriter writer(text);

  NodeToText(DeviceNode(DevicePath::Empty().bytes()), kPlain, writer);

  EXPECT_EQ(Narrow(text.substr(0, writer.size())), "Path(127,255)");
}

TEST(PathFromText, DefaultsMissingArgumentsToZero) {
  EXPECT_EQ(ToText(FromText("Pci(3)"), kPlain), "Pci(0x3,0x0)");
  EXPECT_EQ(ToText(FromText("PciRoot()"), kPlain), "PciRoot(0x0)");
  EXPECT_EQ(ToText(FromText("MAC()"), kPlain), "MAC(000000000000,0x0)");
}

TEST(PathFromText, ReadsDecimalAndHexadecimalAndSpaces) {
  EXPECT_EQ(ToText(FromText("Pci(31, 0x7)"), kPlain), "Pci(0x1F,0x7)");
  EXPECT_EQ(ToText(FromText("Pci(0X1f,7)"), kPlain), "Pci(0x1F,0x7)");
}

TEST(PathFromText, TakesWhatIsNoNodeAsAFilePath) {
  for (const char* text :
       {"Pci", "Unknown(1)", "\\dir (1)\\file.efi", "Pci(1", "pci(1,2)"}) {
    const std::vector<std::byte> bytes = FromText(text);
    ASSERT_GT(bytes.size(), 8u);
    EXPECT_EQ(bytes[0], std::byte{4}) << text;
    EXPECT_EQ(bytes[1], std::byte{4}) << text;
    EXPECT_EQ(ToText(bytes, kPlain), text);
  }
}

TEST(PathFromText, IgnoresEmptyNodes) {
  EXPECT_EQ(ToText(FromText("/PciRoot(0x0)//Pci(0x1,0x0)/"), kPlain),
            "PciRoot(0x0)/Pci(0x1,0x0)");
}

TEST(PathFromText, ExpandsIpv6Gaps) {
  EXPECT_EQ(ToText(FromText("Dns(2001:db8::7,::1,1::)"), kPlain),
            "Dns(2001:0DB8:0000:0000:0000:0000:0000:0007,"
            "0000:0000:0000:0000:0000:0000:0000:0001,"
            "0001:0000:0000:0000:0000:0000:0000:0000)");
}

}  // namespace
}  // namespace flint::efi
