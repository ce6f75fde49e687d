// SPDX-License-Identifier: Apache-2.0

// The table, and the services that have no file of their own.

#include "efi/runtime/runtime_program.h"

#include <array>
#include <cstring>
#include <string>

#include "efi/abi/status.h"
#include "efi/runtime/program_fixture.h"
#include "efi/runtime/runtime_variables.h"

namespace flint::efi {
namespace {

class RuntimeProgramTest : public ProgramTest {};

TEST_F(RuntimeProgramTest, TheTableIsComplete) {
  EXPECT_EQ(services.Hdr.Signature, abi::EFI_RUNTIME_SERVICES_SIGNATURE);
  EXPECT_EQ(services.Hdr.Revision, abi::EFI_RUNTIME_SERVICES_REVISION);
  EXPECT_TRUE(HasRightCrc(services));
  std::array<void*, 14> functions;
  std::memcpy(functions.data(), &services.GetTime, sizeof(functions));
  for (const void* function : functions) EXPECT_NE(function, nullptr);
}

TEST_F(RuntimeProgramTest, VariablesObeyThePhase) {
  ASSERT_EQ(SetText(services, u"Name", "value"), abi::EFI_SUCCESS);
  char16_t name[] = u"Volatile";
  Guid vendor = kTestVendor;
  char data[] = "x";
  ASSERT_EQ(services.SetVariable(name, &vendor, 6, 1, data), abi::EFI_SUCCESS);
  ASSERT_EQ(services.SetVariable(name, &vendor, 6, 1, data), abi::EFI_SUCCESS);

  handoff.phase = RuntimePhase::kPhysical;

  EXPECT_EQ(services.SetVariable(name, &vendor, 6, 1, data),
            abi::EFI_WRITE_PROTECTED);
  EXPECT_EQ(SetText(services, u"Name", "new"), abi::EFI_SUCCESS);
  EXPECT_EQ(GetText(services, u"Name"), "new");
}

TEST_F(RuntimeProgramTest, TheFirmwareIsToldOfChangesUntilItIsGone) {
  struct Told {
    int count = 0;
    abi::EFI_STATUS status = abi::EFI_SUCCESS;
  } told;
  handoff.hooks.context = &told;
  handoff.hooks.on_nonvolatile_change = [](void* context) {
    auto& to = *static_cast<Told*>(context);
    ++to.count;
    return to.status;
  };

  EXPECT_EQ(SetText(services, u"Name", "value"), abi::EFI_SUCCESS);
  EXPECT_EQ(told.count, 1);
  told.status = abi::EFI_DEVICE_ERROR;
  EXPECT_EQ(SetText(services, u"Name", "new"), abi::EFI_DEVICE_ERROR);
  handoff.hooks = {};
  EXPECT_EQ(SetText(services, u"Name", "newer"), abi::EFI_SUCCESS);
  EXPECT_EQ(told.count, 2);
}

TEST_F(RuntimeProgramTest, TheMonotonicCountIsKept) {
  handoff.monotonic_high = 41;
  abi::UINT32 count = 0;

  EXPECT_EQ(services.GetNextHighMonotonicCount(&count), abi::EFI_SUCCESS);
  EXPECT_EQ(count, 42u);
  EXPECT_EQ(services.GetNextHighMonotonicCount(&count), abi::EFI_SUCCESS);
  EXPECT_EQ(count, 43u);

  EXPECT_EQ(services.GetNextHighMonotonicCount(nullptr),
            abi::EFI_INVALID_PARAMETER);
  const auto kept = VariablesOf(handoff, nullptr)
                        .Find(kMonotonicCountName, kFlintVariableGuid);
  ASSERT_TRUE(kept);
  EXPECT_EQ(*ReadWire<Le32>(*kept), 43u);
}

TEST_F(RuntimeProgramTest, ACountThatCannotBeKeptIsNotGivenOut) {
  handoff.hooks.on_nonvolatile_change = [](void*) {
    return abi::EFI_DEVICE_ERROR;
  };
  abi::UINT32 count = 7;

  EXPECT_EQ(services.GetNextHighMonotonicCount(&count), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(count, 7u);
  EXPECT_EQ(handoff.monotonic_high, 0u);
}

class CapsuleTest : public RuntimeProgramTest {
 protected:
  abi::EFI_STATUS Update(abi::UINT32 flags, uint64_t list) {
    capsule.Flags = flags;
    return services.UpdateCapsule(capsules.data(), capsules.size(), list);
  }

  abi::EFI_CAPSULE_HEADER capsule{.CapsuleGuid = kTestVendor,
                                  .HeaderSize = sizeof(capsule),
                                  .Flags = 0,
                                  .CapsuleImageSize = sizeof(capsule)};
  std::array<abi::EFI_CAPSULE_HEADER*, 1> capsules{&capsule};
  abi::UINT64 size = 0;
  abi::EFI_RESET_TYPE type{};
};

TEST_F(CapsuleTest, AreNotTaken) {
  EXPECT_EQ(Update(0, 0), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(Update(abi::CAPSULE_FLAGS_PERSIST_ACROSS_RESET, 0x1000),
            abi::EFI_UNSUPPORTED);
  EXPECT_EQ(services.QueryCapsuleCapabilities(
                capsules.data(), capsules.size(), &size, &type),
            abi::EFI_UNSUPPORTED);
}

TEST_F(CapsuleTest, AreCheckedAllTheSame) {
  EXPECT_EQ(services.UpdateCapsule(capsules.data(), 0, 0),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.UpdateCapsule(nullptr, 1, 0), abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Update(abi::CAPSULE_FLAGS_PERSIST_ACROSS_RESET, 0),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Update(abi::CAPSULE_FLAGS_POPULATE_SYSTEM_TABLE, 0x1000),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(Update(abi::CAPSULE_FLAGS_INITIATE_RESET, 0x1000),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(services.QueryCapsuleCapabilities(capsules.data(), 0, &size, &type),
            abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      services.QueryCapsuleCapabilities(capsules.data(), 1, nullptr, &type),
      abi::EFI_INVALID_PARAMETER);
  EXPECT_EQ(
      services.QueryCapsuleCapabilities(capsules.data(), 1, &size, nullptr),
      abi::EFI_INVALID_PARAMETER);
  capsules[0] = nullptr;
  EXPECT_EQ(services.UpdateCapsule(capsules.data(), 1, 0),
            abi::EFI_INVALID_PARAMETER);
}

TEST_F(CapsuleTest, AreNoServiceAtRuntime) {
  handoff.phase = RuntimePhase::kPhysical;

  EXPECT_EQ(services.UpdateCapsule(nullptr, 0, 0), abi::EFI_UNSUPPORTED);
  EXPECT_EQ(services.QueryCapsuleCapabilities(nullptr, 0, nullptr, nullptr),
            abi::EFI_UNSUPPORTED);
}

}  // namespace
}  // namespace flint::efi
