// SPDX-License-Identifier: Apache-2.0
#include "efi/runtime/driver_image.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "loader/pe/pe_format.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

using flint::testing::IsError;

/// The headers of a driver, and 20 bytes that are its relocations.
struct Driver {
  pe::DosHeader dos{};
  pe::FileHeader file{};
  pe::OptionalHeader optional{};
  std::array<pe::DataDirectory, 6> directories{};
  std::array<std::byte, 20> relocations{};

  Driver() {
    dos.magic = pe::DosHeader::kMagic;
    dos.pe_offset = sizeof(dos);
    file.signature = pe::FileHeader::kSignature;
    optional.directory_count = 6;
    directories[5].rva = offsetof(Driver, relocations);
    directories[5].size_bytes = sizeof(relocations);
  }
  MutableBytes bytes() { return std::as_writable_bytes(std::span(this, 1)); }
};

TEST(DriverImage, TellsWhereItIsAndWhereItsRelocationsAre) {
  Driver driver;

  ASSERT_OK_AND_ASSIGN(const RuntimeDriver found,
                       DescribeDriver(driver.bytes()));

  EXPECT_EQ(found.address, reinterpret_cast<uint64_t>(&driver));
  EXPECT_EQ(found.size_bytes, sizeof(driver));
  EXPECT_EQ(found.relocations_offset, offsetof(Driver, relocations));
  EXPECT_EQ(found.relocations_size_bytes, 20u);
}

TEST(DriverImage, MayHaveNoRelocations) {
  Driver driver;
  driver.optional.directory_count = 5;

  ASSERT_OK_AND_ASSIGN(const RuntimeDriver found,
                       DescribeDriver(driver.bytes()));

  EXPECT_EQ(found.relocations_size_bytes, 0u);
}

TEST(DriverImage, RefusesHeadersThatWereOverwritten) {
  Driver driver;
  driver.dos.magic = 0;
  EXPECT_THAT(DescribeDriver(driver.bytes()), IsError(ErrorCode::kCorrupt));
  driver = Driver();
  driver.file.signature = 0;
  EXPECT_THAT(DescribeDriver(driver.bytes()), IsError(ErrorCode::kCorrupt));
  driver = Driver();
  driver.dos.pe_offset = UINT32_MAX;
  EXPECT_THAT(DescribeDriver(driver.bytes()), IsError(ErrorCode::kTruncated));
  driver = Driver();
  driver.directories[5].rva = sizeof(Driver) - 19;
  EXPECT_THAT(DescribeDriver(driver.bytes()), IsError(ErrorCode::kTruncated));
  driver = Driver();
  for (size_t size = 0; size < sizeof(Driver); ++size) {
    EXPECT_THAT(DescribeDriver(driver.bytes().first(size)),
                IsError(ErrorCode::kTruncated));
  }
}

}  // namespace
}  // namespace flint::efi
