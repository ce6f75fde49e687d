// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_persistence.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "efi/abi/status.h"
#include "efi/variables/variable_store_fixture.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

constexpr uint32_t kAll = kNv | kBs | kRt;

class FakeBackend final : public VariableBackend {
 public:
  Result<Bytes> Load(MutableBytes buffer) override {
    if (!content) return Fail(ErrorCode::kNotFound, "no file");
    if (content->size() > buffer.size()) {
      return Fail(ErrorCode::kNoMemory, "file too large");
    }
    std::ranges::copy(*content, buffer.begin());
    return Bytes(buffer).first(content->size());
  }

  Status Replace(Bytes image) override {
    if (!next) return next;
    content.emplace(image.begin(), image.end());
    return {};
  }

  std::optional<std::vector<std::byte>> content;
  Status next;
};

/// A machine that starts with what the backend holds.
struct Machine {
  explicit Machine(VariableBackend& backend, size_t bytes = 4096)
      : store(bytes),
        saved(bytes),
        persistence(store.nonvolatile(), saved, backend) {
    persistence.Start();
    store.observer = &persistence;
  }

  VariableStore store;
  std::vector<std::byte> saved;
  VariablePersistence persistence;
};

TEST(VariablePersistence, VariablesOutlastTheMachine) {
  FakeBackend backend;
  {
    Machine machine(backend);
    EXPECT_EQ(machine.store.Set(u"A", kAll, "kept"), abi::EFI_SUCCESS);
    EXPECT_EQ(machine.store.Set(u"B", kNv | kBs, "deleted"), abi::EFI_SUCCESS);
    EXPECT_EQ(machine.store.Set(u"C", kBs, "volatile"), abi::EFI_SUCCESS);
    EXPECT_EQ(machine.store.Set(u"B", 0, ""), abi::EFI_SUCCESS);
  }

  Machine next(backend);

  EXPECT_EQ(next.store.Get(u"A").data, "kept");
  EXPECT_EQ(next.store.Names().size(), 1u);
}

TEST(VariablePersistence, AFailedWriteChangesNothing) {
  FakeBackend backend;
  Machine machine(backend);
  ASSERT_EQ(machine.store.Set(u"A", kAll, "old"), abi::EFI_SUCCESS);

  backend.next = Fail(ErrorCode::kDeviceError, "broken disk");
  EXPECT_EQ(machine.store.Set(u"A", kAll, "much newer"), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(machine.store.Set(u"B", kAll, "new"), abi::EFI_DEVICE_ERROR);
  EXPECT_EQ(machine.store.Set(u"A", 0, ""), abi::EFI_DEVICE_ERROR);
  backend.next = Fail(ErrorCode::kNoMemory, "disk is full");
  EXPECT_EQ(machine.store.Set(u"B", kAll, "new"), abi::EFI_OUT_OF_RESOURCES);

  EXPECT_EQ(machine.store.Get(u"A").data, "old");
  EXPECT_EQ(machine.store.Names().size(), 1u);
  backend.next = {};
  EXPECT_EQ(machine.store.Set(u"B", kAll, "new"), abi::EFI_SUCCESS);
  EXPECT_EQ(Machine(backend).store.Names().size(), 2u);
}

TEST(VariablePersistence, StartsEmptyFromAnythingThatIsNoStore) {
  FakeBackend backend;
  EXPECT_TRUE(Machine(backend).store.Names().empty());
  backend.content.emplace(100, std::byte{'x'});
  EXPECT_TRUE(Machine(backend).store.Names().empty());
  backend.content.emplace(5000, std::byte{'x'});

  Machine machine(backend);

  EXPECT_TRUE(machine.store.Names().empty());
  EXPECT_EQ(machine.store.Set(u"A", kAll, "new"), abi::EFI_SUCCESS);
  EXPECT_EQ(Machine(backend).store.Get(u"A").data, "new");
}

TEST(VariablePersistence, WorksWithoutABackend) {
  NoVariableBackend backend;
  Machine machine(backend);

  EXPECT_EQ(machine.store.Set(u"A", kAll, "1"), abi::EFI_SUCCESS);
  EXPECT_EQ(machine.store.Get(u"A").data, "1");
  EXPECT_TRUE(Machine(backend).store.Names().empty());
}

}  // namespace
}  // namespace flint::efi
