// SPDX-License-Identifier: Apache-2.0
#include "efi/block_io/attachment_path.h"

#include <array>
#include <string>

#include "drivers/pci/fake_pci_config.h"
#include "drivers/pci/scan.h"
#include "efi/device_path/device_path.h"
#include "efi/device_path/path_text.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using block::Attachment;
using ::flint::testing::IsError;

constexpr pci::Address kController{0, 0, 3, 0};

class AttachmentPathTest : public ::testing::Test {
 protected:
  AttachmentPathTest() { config_.AddFunction(kController); }

  Status Append(const Attachment& attachment, PathWriter& path) {
    const auto found = pci::Scan(config_, storage_);
    return AppendAttachmentPath(config_, found.functions, attachment, path);
  }

  /// The path as text.
  std::u16string PathOf(const Attachment& attachment) {
    FixedPathWriter<256> writer;
    EXPECT_OK(Append(attachment, *writer));
    const auto path = writer->Finish();
    EXPECT_TRUE(path.has_value());
    std::array<char16_t, 256> text{};
    TextWriter out(text);
    PathToText(*path, {}, out);
    return {text.data(), out.size()};
  }

  pci::FakePciConfig config_;
  std::array<pci::Function, 16> storage_{};
};

TEST_F(AttachmentPathTest, EndsAtAControllerThatIsADisk) {
  EXPECT_EQ(PathOf(Attachment::OnPci(kController)),
            u"PciRoot(0x0)/Pci(0x3,0x0)");
}

TEST_F(AttachmentPathTest, NamesTheDiskOfAController) {
  const auto on_pci = Attachment::OnPci(kController);

  EXPECT_EQ(PathOf(on_pci.SataPort(5)),
            u"PciRoot(0x0)/Pci(0x3,0x0)/Sata(0x5,0xFFFF,0x0)");
  EXPECT_EQ(PathOf(on_pci.NvmeNamespace(2, 0x0011'2233'4455'6677)),
            u"PciRoot(0x0)/Pci(0x3,0x0)/NVMe(0x2,00-11-22-33-44-55-66-77)");
  EXPECT_EQ(PathOf(on_pci.ScsiUnit(1, 2)),
            u"PciRoot(0x0)/Pci(0x3,0x0)/Scsi(0x1,0x2)");
}

TEST_F(AttachmentPathTest, NamesAControllerOnVirtioMmioByItsAddress) {
  const auto on_mmio = Attachment::OnVirtioMmio(0xFEB0'2A00);

  EXPECT_EQ(PathOf(on_mmio),
            u"VenHw(837DCA9E-E874-4D82-B29A-23FE0E23D1E2,002AB0FE00000000)");
  EXPECT_TRUE(PathOf(on_mmio.ScsiUnit(0, 1)).ends_with(u")/Scsi(0x0,0x1)"));
}

TEST_F(AttachmentPathTest, FailsWhereNoBridgeLeads) {
  FixedPathWriter<256> writer;

  EXPECT_THAT(Append(Attachment::OnPci({0, 9, 0, 0}), *writer),
              IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace flint::efi
