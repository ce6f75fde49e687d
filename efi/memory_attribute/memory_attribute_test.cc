// SPDX-License-Identifier: Apache-2.0
#include "efi/memory_attribute/memory_attribute.h"

#include <map>

#include "efi/environment/host_environment.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;  // NOLINT(google-build-using-namespace)

/// Protections of the pages that are RAM in a `HostRam`, remembered only.
class FakeProtection final : public PageProtection {
 public:
  Status Reset(uint64_t address, uint64_t size_bytes) override {
    return Set(address, size_bytes, EFI_MEMORY_XP);
  }
  Status AllowExecution() override { return {}; }

  Status Set(uint64_t address,
             uint64_t size_bytes,
             uint64_t protections) override {
    ++set_count;
    if (set_count > sets_allowed) {
      return Fail(ErrorCode::kNoMemory, "no page tables");
    }
    for (uint64_t at = address; at < address + size_bytes; at += 4096) {
      pages_[at] = protections;
    }
    return {};
  }

  Result<uint64_t> Get(uint64_t address, uint64_t size_bytes) override {
    const uint64_t first = pages_[address];
    bool agrees = true;
    for (uint64_t at = address; at < address + size_bytes; at += 4096) {
      if (at < 0x10'0000 || at >= 0x5000'0000) {
        return flint::Fail(ErrorCode::kOutOfRange, "not mapped");
      }
      agrees = agrees && pages_[at] == first;
    }
    if (!agrees) return Fail(ErrorCode::kInvalidArgument, "differ");
    return first;
  }

  int set_count = 0;
  int sets_allowed = 1'000;

 private:
  std::map<uint64_t, uint64_t> pages_;
};

class MemoryAttributeTest : public ::testing::Test {
 protected:
  MemoryAttributeTest() {
    EXPECT_EQ(host_.boot_services().AllocatePages(
                  AllocateAnyPages, EfiLoaderCode, 8, &pages_),
              EFI_SUCCESS);
  }

  EFI_STATUS Set(uint64_t address, uint64_t size, uint64_t attributes) {
    return protocol_->SetMemoryAttributes(protocol_, address, size, attributes);
  }
  EFI_STATUS Clear(uint64_t address, uint64_t size, uint64_t attributes) {
    return protocol_->ClearMemoryAttributes(
        protocol_, address, size, attributes);
  }
  uint64_t AttributesAt(uint64_t page, uint64_t count = 1) {
    UINT64 attributes = 0;
    EXPECT_EQ(protocol_->GetMemoryAttributes(
                  protocol_, pages_ + page * 4096, count * 4096, &attributes),
              EFI_SUCCESS);
    return attributes;
  }

  HostEnvironment host_;
  FakeProtection protection_;
  MemoryAttribute memory_attribute_{host_.ram().map(), protection_};
  EFI_MEMORY_ATTRIBUTE_PROTOCOL* protocol_ = &memory_attribute_;
  EFI_PHYSICAL_ADDRESS pages_ = 0;
};

TEST_F(MemoryAttributeTest, AddsAndTakesAway) {
  EXPECT_EQ(AttributesAt(0, 8), 0u);
  EXPECT_EQ(Set(pages_, 8 * 4096, EFI_MEMORY_XP), EFI_SUCCESS);
  EXPECT_EQ(Set(pages_ + 4096, 4096, EFI_MEMORY_RO), EFI_SUCCESS);
  EXPECT_EQ(AttributesAt(1), EFI_MEMORY_XP | EFI_MEMORY_RO);
  EXPECT_EQ(AttributesAt(0), EFI_MEMORY_XP);

  EXPECT_EQ(Clear(pages_ + 4096, 4096, EFI_MEMORY_XP), EFI_SUCCESS);
  EXPECT_EQ(AttributesAt(1), EFI_MEMORY_RO);
  EXPECT_EQ(AttributesAt(2, 6), EFI_MEMORY_XP);
}

TEST_F(MemoryAttributeTest, KeepsWhatDiffersInARange) {
  ASSERT_EQ(Set(pages_ + 3 * 4096, 4096, EFI_MEMORY_RO), EFI_SUCCESS);
  ASSERT_EQ(Set(pages_ + 4 * 4096, 4096, EFI_MEMORY_RP), EFI_SUCCESS);

  EXPECT_EQ(Set(pages_, 7 * 4096, EFI_MEMORY_XP), EFI_SUCCESS);

  EXPECT_EQ(AttributesAt(0, 3), EFI_MEMORY_XP);
  EXPECT_EQ(AttributesAt(3), EFI_MEMORY_XP | EFI_MEMORY_RO);
  EXPECT_EQ(AttributesAt(4), EFI_MEMORY_XP | EFI_MEMORY_RP);
  EXPECT_EQ(AttributesAt(5, 2), EFI_MEMORY_XP);
  EXPECT_EQ(AttributesAt(7), 0u);
}

TEST_F(MemoryAttributeTest, ChangesNothingThatIsSoAlready) {
  EXPECT_EQ(Clear(pages_, 8 * 4096, EFI_MEMORY_RP | EFI_MEMORY_RO),
            EFI_SUCCESS);

  EXPECT_EQ(protection_.set_count, 0);
}

TEST_F(MemoryAttributeTest, SaysIfPagesDiffer) {
  ASSERT_EQ(Set(pages_ + 4096, 4096, EFI_MEMORY_RO), EFI_SUCCESS);
  UINT64 attributes = 7;

  EXPECT_EQ(
      protocol_->GetMemoryAttributes(protocol_, pages_, 2 * 4096, &attributes),
      EFI_NO_MAPPING);
  EXPECT_EQ(attributes, 7u);
}

TEST_F(MemoryAttributeTest, RefusesBadParameters) {
  UINT64 attributes = 0;
  const auto get = protocol_->GetMemoryAttributes;

  EXPECT_EQ(get(protocol_, pages_, 0, &attributes), EFI_INVALID_PARAMETER);
  EXPECT_EQ(get(protocol_, pages_, 4096, nullptr), EFI_INVALID_PARAMETER);
  EXPECT_EQ(get(nullptr, pages_, 4096, &attributes), EFI_INVALID_PARAMETER);
  EXPECT_EQ(get(protocol_, pages_ + 1, 4096, &attributes), EFI_UNSUPPORTED);
  EXPECT_EQ(get(protocol_, pages_, 100, &attributes), EFI_UNSUPPORTED);
  EXPECT_EQ(get(protocol_, 0, 4096, &attributes), EFI_UNSUPPORTED);
  EXPECT_EQ(get(protocol_, ~uint64_t{4095}, 2 * 4096, &attributes),
            EFI_UNSUPPORTED);
  for (const auto change :
       {protocol_->SetMemoryAttributes, protocol_->ClearMemoryAttributes}) {
    EXPECT_EQ(change(nullptr, pages_, 4096, EFI_MEMORY_RO),
              EFI_INVALID_PARAMETER);
    EXPECT_EQ(change(protocol_, pages_, 0, EFI_MEMORY_RO),
              EFI_INVALID_PARAMETER);
    EXPECT_EQ(change(protocol_, pages_, 4096, 0), EFI_INVALID_PARAMETER);
    EXPECT_EQ(change(protocol_, pages_, 4096, EFI_MEMORY_RO | EFI_MEMORY_WB),
              EFI_INVALID_PARAMETER);
    EXPECT_EQ(change(protocol_, pages_ + 8, 4096, EFI_MEMORY_RO),
              EFI_UNSUPPORTED);
    EXPECT_EQ(change(protocol_, pages_, 4095, EFI_MEMORY_RO), EFI_UNSUPPORTED);
    EXPECT_EQ(change(protocol_, 0x6000'0000, 4096, EFI_MEMORY_RO),
              EFI_UNSUPPORTED);
  }
  EXPECT_EQ(protection_.set_count, 0);
}

TEST_F(MemoryAttributeTest, LeavesTheFirmwareAlone) {
  memory::MemoryMap& map = host_.ram().map();
  map.Claim(HostRam::kLowAddress, 4096, memory::MemoryType::kImage);
  VOID* small = nullptr;
  ASSERT_EQ(host_.boot_services().AllocatePool(EfiLoaderData, 64, &small),
            EFI_SUCCESS);
  const uint64_t slab =
      host_.ram().AddressOf(static_cast<const std::byte*>(small)) &
      ~uint64_t{4095};

  EXPECT_EQ(Set(HostRam::kLowAddress, 4096, EFI_MEMORY_RP), EFI_ACCESS_DENIED);
  EXPECT_EQ(Set(HostRam::kLowAddress + 4096, 4096, EFI_MEMORY_RP), EFI_SUCCESS);
  EXPECT_EQ(Set(HostRam::kLowAddress, 2 * 4096, EFI_MEMORY_RP),
            EFI_ACCESS_DENIED);
  EXPECT_EQ(Set(slab, 4096, EFI_MEMORY_RO), EFI_ACCESS_DENIED);
  EXPECT_EQ(Set(0x20'0000, 4096, EFI_MEMORY_RO), EFI_ACCESS_DENIED);
}

TEST_F(MemoryAttributeTest, SaysIfPageTablesRunOut) {
  protection_.sets_allowed = 0;

  EXPECT_EQ(Set(pages_, 4096, EFI_MEMORY_RO), EFI_OUT_OF_RESOURCES);
}

}  // namespace
}  // namespace flint::efi
