// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "drivers/pci/registers.h"
#include "drivers/pci_assignment/assignment.h"
#include "drivers/pci_assignment/pci_assignment_fixture.h"
#include "testing/result_matchers.h"

namespace flint::pci {
namespace {

class PciIsAssigned : public PciAssignment {
 protected:
  bool IsAssignedNow() {
    return IsAssigned(tree_, Scan(tree_, functions_).functions);
  }

  std::array<Function, 16> functions_;
};

TEST_F(PciIsAssigned, TellsWhetherAnybodyHasBeenThere) {
  FakePciTree::Add(root_, 0, 0x0600);
  AddVirtio(FakePciTree::AddBridge(root_, 1).bus_behind(), 0);
  AddVirtio(root_, 2);

  EXPECT_FALSE(IsAssignedNow());
  ASSERT_OK(Assign());
  EXPECT_TRUE(IsAssignedNow());
}

TEST_F(PciIsAssigned, CountsAnyAddressOfAnyFunction) {
  FakePciFunction& first = AddVirtio(root_, 1);
  AddVirtio(root_, 2);

  for (const uint16_t offset :
       std::initializer_list<uint16_t>{0x10, 0x14, 0x20, 0x24}) {
    first.Write(offset, 4, 0x8000'0000);
    EXPECT_TRUE(IsAssignedNow()) << offset;
    first.Write(offset, 4, 0);
    EXPECT_FALSE(IsAssignedNow()) << offset;
  }
}

// cloud-hypervisor's devices decode nothing at first; those of firmware do.
TEST_F(PciIsAssigned, CountsWhatDecodesButBridgesOfTheChipset) {
  FakePciTree::Add(root_, 1, 0x0601).Write(Command::kOffset, 2, 7);
  FakePciFunction& display = FakePciTree::Add(root_, 2, 0x0300);

  EXPECT_FALSE(IsAssignedNow());
  display.Write(Command::kOffset, 2, Command::kMemorySpace);
  EXPECT_TRUE(IsAssignedNow());
}

TEST_F(PciIsAssigned, CostsLittleWhereTheLastFunctionTells) {
  for (uint8_t device = 0; device < 8; ++device) AddVirtio(root_, device);
  ASSERT_OK(Assign());
  const auto functions = Scan(tree_, functions_).functions;
  const size_t before = tree_.access_count();

  EXPECT_TRUE(IsAssigned(tree_, functions));

  EXPECT_EQ(tree_.access_count(), before + 1);
}

}  // namespace
}  // namespace flint::pci
