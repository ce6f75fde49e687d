// SPDX-License-Identifier: Apache-2.0
#include "loader/bzimage/kernel_image.h"

#include <functional>
#include <string>
#include <string_view>

#include "loader/bzimage/fake_kernel.h"
#include "testing/result_matchers.h"

namespace flint::bzimage {
namespace {

using linux_params::SetupHeader;
using ::testing::Each;
using testing::IsError;

Result<KernelImage> Parse(std::string_view file) {
  return ParseKernelImage(AsBytes(file.substr(0, kHeaderReadSizeBytes)),
                          file.size());
}

/// What is said of a kernel with one thing changed; empty if it is fine.
std::string Reason(const std::function<void(SetupHeader&)>& change) {
  FakeKernel kernel;
  change(kernel.header);
  const auto image = Parse(kernel.File());
  return image ? "" : std::string(image.error().reason());
}

TEST(KernelImage, SaysWhatTheHeaderSays) {
  ASSERT_OK_AND_ASSIGN(const KernelImage image, Parse(FakeKernel().File()));

  EXPECT_EQ(image.setup_size_bytes, 40u * 512);
  EXPECT_EQ(image.kernel_size_bytes, FakeKernel::kKernelSizeBytes);
  EXPECT_EQ(image.memory_size_bytes, 1024u * 1024);
  EXPECT_EQ(image.preferred_address, 0x1000000u);
  EXPECT_EQ(image.preferred_alignment, 0x200000u);
  EXPECT_EQ(image.min_alignment, 0x200000u);
  EXPECT_TRUE(image.relocatable);
  EXPECT_TRUE(image.can_use_high_memory());
  EXPECT_EQ(image.header().kernel_info_offset, 0x777u);
}

TEST(KernelImage, KeepsNothingBehindTheHeadersEnd) {
  FakeKernel kernel;
  kernel.header.version = 0x20d;
  kernel.header.jump_distance = 0x268 - 0x202;

  ASSERT_OK_AND_ASSIGN(const KernelImage image, Parse(kernel.File()));

  EXPECT_EQ(image.header().handover_offset, 0x190u);
  EXPECT_EQ(image.header().kernel_info_offset, 0u);
  EXPECT_THAT(image.setup.later_fields, Each(0));
}

TEST(KernelImage, KeepsFieldsThatItDoesNotKnow) {
  FakeKernel kernel;
  kernel.header.jump_distance = 0x270 - 0x202;
  ASSERT_OK_AND_ASSIGN(const KernelImage longer, Parse(kernel.File()));
  kernel.header.jump_distance = 0xff;
  ASSERT_OK_AND_ASSIGN(const KernelImage longest, Parse(kernel.File()));

  EXPECT_EQ(longer.setup.later_fields[3], 0xcc);
  EXPECT_EQ(longer.setup.later_fields[4], 0);
  EXPECT_THAT(longest.setup.later_fields, Each(0xcc));
}

TEST(KernelImage, TakesZeroSetupSectorsForFour) {
  FakeKernel kernel;
  kernel.header.setup_sects = 0;

  ASSERT_OK_AND_ASSIGN(const KernelImage image, Parse(kernel.File()));

  EXPECT_EQ(image.setup_size_bytes, 5u * 512);
}

TEST(KernelImage, NeedsMemoryForAtLeastItself) {
  FakeKernel kernel;
  kernel.header.init_size = 4096;

  ASSERT_OK_AND_ASSIGN(const KernelImage image, Parse(kernel.File()));

  EXPECT_EQ(image.memory_size_bytes, FakeKernel::kKernelSizeBytes);
}

TEST(KernelImage, UnderstandsEveryAlignment) {
  const auto alignments = [](uint32_t preferred, uint8_t min) {
    FakeKernel kernel;
    kernel.header.kernel_alignment = preferred;
    kernel.header.min_alignment = min;
    const auto image = Parse(kernel.File());
    return std::pair(image->preferred_alignment, image->min_alignment);
  };

  EXPECT_EQ(alignments(0x1000000, 21), std::pair(0x1000000ul, 0x200000ul));
  EXPECT_EQ(alignments(0x200000, 0), std::pair(0x200000ul, 0x200000ul));
  EXPECT_EQ(alignments(0x200000, 4), std::pair(0x200000ul, 0x1000ul));
  EXPECT_EQ(alignments(0x200000, 24), std::pair(0x200000ul, 0x200000ul));
  EXPECT_EQ(alignments(0, 0), std::pair(0x1000ul, 0x1000ul));
}

TEST(KernelImage, RefusesWhatIsNoKernel) {
  EXPECT_THAT(Parse(""), IsError(ErrorCode::kCorrupt));
  EXPECT_EQ(Reason([](auto& h) { h.boot_flag = 0; }),
            "not a Linux kernel (no boot sector)");
  EXPECT_EQ(Reason([](auto& h) { h.header = 0x53726449; }),
            "not a Linux kernel (no setup header)");
  EXPECT_EQ(Reason([](auto& h) { h.jump_opcode = 0xe9; }),
            "not a Linux kernel (no setup header)");
}

TEST(KernelImage, RefusesKernelsWithoutThe64BitEntry) {
  EXPECT_EQ(Reason([](auto& h) { h.version = 0x20b; }),
            "kernel's boot protocol is older than 2.12 (Linux 3.8)");
  EXPECT_EQ(Reason([](auto& h) { h.version = 0x20c; }), "");
  EXPECT_EQ(Reason([](auto& h) { h.xloadflags = 0; }),
            "kernel has no 64-bit entry (a 32-bit kernel?)");
  EXPECT_EQ(Reason([](auto& h) { h.loadflags = 0; }),
            "kernel is a zImage, not a bzImage");
  // An old header is short, which is not what is wrong with it.
  EXPECT_EQ(Reason([](auto& h) {
              h.version = 0x204;
              h.jump_distance = 0x22c - 0x202;
            }),
            "kernel's boot protocol is older than 2.12 (Linux 3.8)");
}

TEST(KernelImage, RefusesContradictions) {
  EXPECT_EQ(Reason([](auto& h) { h.jump_distance = 0x267 - 0x202; }),
            "kernel's setup header is shorter than its version asks for");
  EXPECT_EQ(Reason([](auto& h) { h.syssize = 0x20; }),
            "kernel has no code at its 64-bit entry");
  EXPECT_EQ(
      Reason([](auto& h) { h.payload_length = FakeKernel::kKernelSizeBytes; }),
      "kernel's payload lies beyond the kernel's end");
  EXPECT_EQ(Reason([](auto& h) { h.payload_length = 0xffffffff; }),
            "kernel's payload lies beyond the kernel's end");
  EXPECT_EQ(Reason([](auto& h) { h.kernel_alignment = 0x300000; }),
            "kernel's alignment is not a power of two");
  EXPECT_EQ(Reason([](auto& h) { h.min_alignment = 32; }),
            "kernel's minimum alignment is absurd");
  EXPECT_EQ(Reason([](auto& h) { h.pref_address = 0x1000200; }),
            "kernel's preferred address contradicts its alignment");
  EXPECT_EQ(Reason([](auto& h) { h.pref_address = 0x100000000; }),
            "kernel wants to be above 4 GiB");
  EXPECT_EQ(Reason([](auto& h) { h.init_size = 0xff000001; }),
            "kernel wants to be above 4 GiB");
}

TEST(KernelImage, NoticesEveryTruncation) {
  const std::string file = FakeKernel().File();

  for (size_t size = 0; size < file.size();
       size += size < kHeaderReadSizeBytes ? 1 : 4097) {
    const auto image = Parse(std::string_view(file).substr(0, size));
    EXPECT_THAT(
        image,
        IsError(size < 0x26c ? ErrorCode::kCorrupt : ErrorCode::kTruncated))
        << size;
  }
  EXPECT_THAT(Parse(std::string_view(file).substr(0, file.size() - 1)),
              IsError(ErrorCode::kTruncated));
  EXPECT_OK(Parse(file + "a signature"));
}

}  // namespace
}  // namespace flint::bzimage
