// SPDX-License-Identifier: Apache-2.0
#include "efi/image/image_entry.h"

#include <cstdint>

#include "efi/abi/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flint::efi {
namespace {

using namespace abi;

/// What the image functions below see and do.
struct Scene {
  EFI_HANDLE image = nullptr;
  EFI_SYSTEM_TABLE* system_table = nullptr;
  uintptr_t stack = 0;
  ImageFrame outer;
  ImageFrame inner;
  bool came_back = false;
};
Scene* g_scene = nullptr;

class ImageEntryTest : public ::testing::Test {
 protected:
  ImageEntryTest() { g_scene = &scene_; }
  ~ImageEntryTest() override { g_scene = nullptr; }

  EFI_STATUS Enter(EFI_IMAGE_ENTRY_POINT entry) {
    return FlintEnterImage(&scene_.outer, entry, &handle_, &table_);
  }

  Scene scene_;
  int handle_ = 0;
  EFI_SYSTEM_TABLE table_{};
};

EFI_STATUS EFIAPI RecordArguments(EFI_HANDLE image, EFI_SYSTEM_TABLE* table) {
  g_scene->image = image;
  g_scene->system_table = table;
  g_scene->stack = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  return 0x123456789a;
}

TEST_F(ImageEntryTest, PassesArgumentsAndStatus) {
  EXPECT_EQ(Enter(RecordArguments), 0x123456789au);

  EXPECT_EQ(scene_.image, &handle_);
  EXPECT_EQ(scene_.system_table, &table_);
  // At the call the stack is aligned; a frame is two pushes below that.
  EXPECT_EQ(scene_.stack % 16, 0u);
}

[[gnu::noinline]] void LeaveFromDepth(int depth) {
  if (depth == 0) FlintLeaveImage(&g_scene->outer, EFI_ABORTED);
  LeaveFromDepth(depth - 1);
  g_scene->came_back = true;
}

EFI_STATUS EFIAPI LeaveDeep(EFI_HANDLE, EFI_SYSTEM_TABLE*) {
  LeaveFromDepth(20);
  g_scene->came_back = true;
  return EFI_SUCCESS;
}

TEST_F(ImageEntryTest, LeavesFromAnyDepth) {
  EXPECT_EQ(Enter(LeaveDeep), EFI_ABORTED);
  EXPECT_FALSE(scene_.came_back);
}

EFI_STATUS EFIAPI EnterAnother(EFI_HANDLE image, EFI_SYSTEM_TABLE* table) {
  const EFI_STATUS status =
      FlintEnterImage(&g_scene->inner, LeaveDeep, image, table);
  return status + 1;
}

TEST_F(ImageEntryTest, LeavesTheFrameItIsTold) {
  EXPECT_EQ(Enter(EnterAnother), EFI_ABORTED);
}

EFI_STATUS EFIAPI EnterAndReturn(EFI_HANDLE image, EFI_SYSTEM_TABLE* table) {
  return FlintEnterImage(&g_scene->inner, RecordArguments, image, table) + 1;
}

TEST_F(ImageEntryTest, Nests) {
  EXPECT_EQ(Enter(EnterAndReturn), 0x123456789bu);
}

// Image functions that keep nothing of what they should.
extern "C" EFI_STATUS EFIAPI FlintTestSpoilAndReturn(EFI_HANDLE,
                                                     EFI_SYSTEM_TABLE*);
extern "C" EFI_STATUS EFIAPI FlintTestSpoilAndLeave(EFI_HANDLE,
                                                    EFI_SYSTEM_TABLE*);
/// Enters with known values in the registers that a function must preserve,
/// and returns how many of them came back changed.
extern "C" uint64_t FlintTestCountSpoiled(ImageFrame* frame,
                                          EFI_IMAGE_ENTRY_POINT entry);

TEST_F(ImageEntryTest, PreservesOurRegistersWhenTheImageReturns) {
  EXPECT_EQ(FlintTestCountSpoiled(&scene_.outer, FlintTestSpoilAndReturn), 0u);
}

TEST_F(ImageEntryTest, PreservesOurRegistersWhenTheImageLeaves) {
  EXPECT_EQ(FlintTestCountSpoiled(&scene_.outer, FlintTestSpoilAndLeave), 0u);
}

}  // namespace
}  // namespace flint::efi
