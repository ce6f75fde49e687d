// SPDX-License-Identifier: Apache-2.0

// The linked program, in memory at random addresses, moved by the services it
// provides, with what it leaves behind made inaccessible.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "drivers/io/fake_register_io.h"
#include "drivers/rtc/fake_cmos.h"
#include "efi/runtime/embedded_image.h"
#include "efi/runtime/handoff_fixture.h"
#include "efi/runtime/image_format.h"
#include "efi/runtime/user_mode_machine.h"
#include "testing/result_matchers.h"

namespace flint::efi {
namespace {

constexpr uint64_t kPage = abi::EFI_PAGE_SIZE;
constexpr uint64_t kAreaBytes = 8 * kPage;

/// Pages that can be seen at several addresses, as physical memory can.
class PhysicalPages {
 public:
  explicit PhysicalPages(uint64_t size_bytes)
      : size_bytes_(size_bytes), file_(memfd_create("pages", 0)) {
    EXPECT_EQ(ftruncate(file_, static_cast<off_t>(size_bytes)), 0);
  }
  ~PhysicalPages() { close(file_); }

  uint64_t size_bytes() const { return size_bytes_; }
  uint64_t page_count() const { return size_bytes_ / kPage; }

  /// Shows them at a random address where nothing is yet.
  MutableBytes MapSomewhere(std::mt19937_64& random) {
    for (;;) {
      const uint64_t address = (random() & 0x3FFF'FFFF'F000) + 0x1'0000'0000;
      void* const at = mmap(reinterpret_cast<void*>(address),
                            size_bytes_,
                            PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_FIXED_NOREPLACE,
                            file_,
                            0);
      if (at != MAP_FAILED) return {static_cast<std::byte*>(at), size_bytes_};
    }
  }

 private:
  uint64_t size_bytes_;
  int file_;
};

uint64_t AddressOf(MutableBytes bytes) {
  return reinterpret_cast<uint64_t>(bytes.data());
}

class RuntimeImageTest : public ::testing::Test {
 protected:
  RuntimeImageTest()
      : image(*RuntimeImage::Parse(RuntimeImageBytes())),
        code_pages(image.page_count() * kPage),
        data_pages(2 * kPage + 2 * kAreaBytes) {
    code = code_pages.MapSomewhere(random);
    data = data_pages.MapSomewhere(random);
    image.CopyTo(code);
    Protect(code);
    handoff = reinterpret_cast<RuntimeHandoff*>(data.data());
    FillHandoff(*handoff, AddressOf(data) + 2 * kPage, kAreaBytes);
    handoff->image = {AddressOf(code), code.size()};
    handoff->clock.kind = RuntimeClockKind::kCmos;
    handoff->clock.century_register = 0x32;
    const auto start =
        reinterpret_cast<RuntimeEntry>(AddressOf(code) + image.entry());
    EXPECT_EQ(start(handoff), abi::EFI_SUCCESS);
  }

  // The protections that the firmware gives it.
  void Protect(MutableBytes at) {
    for (const RuntimeSection& section : image.sections()) {
      const bool is_read_only = (section.protections & abi::EFI_MEMORY_RO) != 0;
      const bool is_code = (section.protections & abi::EFI_MEMORY_XP) == 0;
      EXPECT_TRUE(is_read_only || !is_code);
      EXPECT_EQ(mprotect(at.data() + section.offset,
                         section.page_count * kPage,
                         PROT_READ | (is_read_only ? 0 : PROT_WRITE) |
                             (is_code ? PROT_EXEC : 0)),
                0);
    }
  }

  abi::EFI_RUNTIME_SERVICES& services() { return handoff->services; }

  /// What an operating system does: maps everything elsewhere, tells, and uses
  /// only the new addresses from then on.
  void MoveEverything() {
    handoff->phase = RuntimePhase::kPhysical;
    const MutableBytes new_code = code_pages.MapSomewhere(random);
    const MutableBytes new_data = data_pages.MapSomewhere(random);
    Protect(new_code);
    ASSERT_EQ(SetMap(services(),
                     {Mapping(AddressOf(code),
                              AddressOf(new_code),
                              code_pages.page_count()),
                      Mapping(AddressOf(data),
                              AddressOf(new_data),
                              data_pages.page_count())}),
              abi::EFI_SUCCESS);
    ASSERT_EQ(mprotect(code.data(), code.size(), PROT_NONE), 0);
    ASSERT_EQ(mprotect(data.data(), data.size(), PROT_NONE), 0);
    code = new_code;
    data = new_data;
    handoff = reinterpret_cast<RuntimeHandoff*>(data.data());
  }

  std::mt19937_64 random{std::random_device{}()};
  io::FakeRegisterIo ports{0x1'0000, io::FakeRegisterIo::Empty::kReadsAllOnes};
  rtc::FakeCmos cmos{ports};
  UserModeMachine machine{ports};
  RuntimeImage image;
  PhysicalPages code_pages;
  PhysicalPages data_pages;
  MutableBytes code;
  MutableBytes data;
  RuntimeHandoff* handoff = nullptr;
};

TEST_F(RuntimeImageTest, ServesVariablesWhereverItIs) {
  EXPECT_TRUE(HasRightCrc(services()));
  EXPECT_EQ(SetText(services(), u"Name", "before"), abi::EFI_SUCCESS);
  EXPECT_EQ(GetText(services(), u"Name"), "before");

  MoveEverything();

  EXPECT_TRUE(HasRightCrc(services()));
  EXPECT_EQ(GetText(services(), u"Name"), "before");
  EXPECT_EQ(SetText(services(), u"Name", "after"), abi::EFI_SUCCESS);
  EXPECT_EQ(SetText(services(), u"Other", "new"), abi::EFI_SUCCESS);
  EXPECT_EQ(GetText(services(), u"Name"), "after");
  char16_t name[16] = u"Name";
  Guid vendor = kTestVendor;
  abi::UINTN size = sizeof(name);
  EXPECT_EQ(services().GetNextVariableName(&size, name, &vendor),
            abi::EFI_SUCCESS);
  EXPECT_EQ(std::u16string(name), u"Other");
  abi::UINT64 a = 0;
  abi::UINT64 b = 0;
  abi::UINT64 c = 0;
  EXPECT_EQ(services().QueryVariableInfo(kTestAttributes, &a, &b, &c),
            abi::EFI_SUCCESS);
  EXPECT_LT(b, a);
}

TEST_F(RuntimeImageTest, KeepsTheTimeWhereverItIs) {
  const auto works = [&] {
    cmos.set_time({2031, 2, 3, 4, 5, 6});
    abi::EFI_TIME time{};
    abi::EFI_TIME_CAPABILITIES capabilities{};
    EXPECT_EQ(services().GetTime(&time, &capabilities), abi::EFI_SUCCESS);
    EXPECT_EQ(time.Year, 2031);
    EXPECT_EQ(time.Second, 6);
    EXPECT_EQ(capabilities.Resolution, 1u);
    time.Year = 2040;
    EXPECT_EQ(services().SetTime(&time), abi::EFI_SUCCESS);
    EXPECT_EQ(cmos.time().year, 2040);
    abi::BOOLEAN enabled = 0;
    abi::BOOLEAN pending = 0;
    handoff->clock.has_alarm = 1;
    time.Hour = 5;
    EXPECT_EQ(services().SetWakeupTime(abi::TRUE, &time), abi::EFI_SUCCESS);
    EXPECT_EQ(services().GetWakeupTime(&enabled, &pending, &time),
              abi::EFI_SUCCESS);
    EXPECT_EQ(enabled, abi::TRUE);
    EXPECT_EQ(time.Hour, 5);
  };

  works();
  MoveEverything();
  works();
}

TEST_F(RuntimeImageTest, CountsByTheProcessorWhereverItIs) {
  handoff->clock.kind = RuntimeClockKind::kCounter;
  handoff->clock.start_seconds = rtc::ToSeconds({2031, 2, 3, 4, 5, 6});
  handoff->clock.counter_start = __builtin_ia32_rdtsc();
  const auto works = [&] {
    abi::EFI_TIME time{};
    EXPECT_EQ(services().GetTime(&time, nullptr), abi::EFI_SUCCESS);
    EXPECT_EQ(time.Year, 2031);
  };

  works();
  MoveEverything();
  works();
}

TEST_F(RuntimeImageTest, CountsResetsAndRefusesCapsulesWhereverItIs) {
  const auto works = [&](abi::UINT32 expected) {
    abi::UINT32 count = 0;
    EXPECT_EQ(services().GetNextHighMonotonicCount(&count), abi::EFI_SUCCESS);
    EXPECT_EQ(count, expected);
    abi::EFI_CAPSULE_HEADER capsule{};
    abi::EFI_CAPSULE_HEADER* capsules = &capsule;
    abi::UINT64 size = 0;
    abi::EFI_RESET_TYPE type{};
    EXPECT_EQ(services().UpdateCapsule(&capsules, 1, 0), abi::EFI_UNSUPPORTED);
    EXPECT_EQ(services().QueryCapsuleCapabilities(&capsules, 1, &size, &type),
              abi::EFI_UNSUPPORTED);
  };

  works(1);
  MoveEverything();
  works(2);
}

TEST_F(RuntimeImageTest, EndsTheMachineWhereverItIs) {
  handoff->power.has_acpi = 1;
  handoff->power.reset_value = 0x42;
  handoff->power.reset = {
      .space = RuntimeSpace::kPort, .reserved = 0, .address = 0xCF8};
  handoff->power.pm1a_control = {
      .space = RuntimeSpace::kPort, .reserved = 0, .address = 0x604};
  handoff->power.has_soft_off = 1;
  handoff->power.soft_off_a = 5;
  const auto works = [&] {
    ports.AddRegister(0xCF8, 8);
    ports.AddRegister(0xCF9, 8);
    ports.AddRegister(0x64, 8);
    ports.AddRegister(0x604, 16);
    ports.ForgetAccesses();
    EXPECT_TRUE(machine.Halts(
        [&] { services().ResetSystem(abi::EfiResetShutdown, 0, 0, nullptr); }));
    EXPECT_EQ(ports.value(0x604), 5u << 10 | 1u << 13);
    EXPECT_EQ(ports.write_count(0xCF8), 0);
  };

  works();
  MoveEverything();
  works();
}

TEST_F(RuntimeImageTest, IsMovedOnlyOnce) {
  EXPECT_EQ(SetMap(services(), {}), abi::EFI_UNSUPPORTED) << "before the exit";
  MoveEverything();
  EXPECT_EQ(SetMap(services(), {}), abi::EFI_UNSUPPORTED);
  void* pointer = code.data();
  EXPECT_EQ(services().ConvertPointer(0, &pointer), abi::EFI_NOT_FOUND);
}

TEST_F(RuntimeImageTest, RefusesAHandoffOfAnotherVersion) {
  const auto start =
      reinterpret_cast<RuntimeEntry>(AddressOf(code) + image.entry());

  handoff->version = RuntimeHandoff::kVersion + 1;
  EXPECT_EQ(start(handoff), abi::EFI_INCOMPATIBLE_VERSION);
  handoff->version = RuntimeHandoff::kVersion;
  handoff->size_bytes += 8;
  EXPECT_EQ(start(handoff), abi::EFI_INCOMPATIBLE_VERSION);
}

}  // namespace
}  // namespace flint::efi
