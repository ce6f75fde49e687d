// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "efi/abi/boot_services.h"
#include "efi/abi/status.h"
#include "efi/abi/system_table.h"

/// Checks of the UEFI services that only use what an application has: its
/// handle and the system table. They run as an application in a guest, and on
/// the host.
namespace flint::efi_testing {

/// Is told of what a check expected in vain.
class Report {
 public:
  virtual ~Report() = default;

  /// `actual` is a status if there was one, else 0.
  virtual void Fail(const char* file,
                    int line,
                    std::string_view expectation,
                    uint64_t actual) = 0;
};

/// What a check works with.
class Checker {
 public:
  Checker(efi::abi::EFI_HANDLE image,
          efi::abi::EFI_SYSTEM_TABLE* system,
          Report& report)
      : image_(image), system_(system), report_(report) {}

  efi::abi::EFI_HANDLE image() const { return image_; }
  efi::abi::EFI_SYSTEM_TABLE& system() const { return *system_; }
  efi::abi::EFI_BOOT_SERVICES& boot() const { return *system_->BootServices; }

  /// True if the expectation is met; else it is reported. Use `EXPECT`.
  bool Expect(bool met,
              const char* file,
              int line,
              std::string_view expectation,
              uint64_t actual = 0) {
    if (!met) report_.Fail(file, line, expectation, actual);
    return met;
  }

 private:
  efi::abi::EFI_HANDLE image_;
  efi::abi::EFI_SYSTEM_TABLE* system_;
  Report& report_;
};

/// A check: what it is about, and the function that does it.
struct Check {
  std::string_view name;
  void (*run)(Checker& checker);
};

/// All there are.
std::span<const Check> AllChecks();

}  // namespace flint::efi_testing

/// Goes on if `condition` does not hold; `REQUIRE` ends the check.
#define EXPECT(checker, condition) \
  static_cast<void>(               \
      (checker).Expect((condition), __FILE__, __LINE__, #condition))
#define REQUIRE(checker, condition)                                       \
  do {                                                                    \
    if (!(checker).Expect((condition), __FILE__, __LINE__, #condition)) { \
      return;                                                             \
    }                                                                     \
  } while (false)

/// The same for a call that is to return `status`.
#define EXPECT_STATUS(checker, call, status)                      \
  do {                                                            \
    const ::flint::efi::abi::EFI_STATUS actual_status = (call);   \
    static_cast<void>((checker).Expect(actual_status == (status), \
                                       __FILE__,                  \
                                       __LINE__,                  \
                                       #call " returns " #status, \
                                       actual_status));           \
  } while (false)
#define REQUIRE_STATUS(checker, call, status)                   \
  do {                                                          \
    const ::flint::efi::abi::EFI_STATUS actual_status = (call); \
    if (!(checker).Expect(actual_status == (status),            \
                          __FILE__,                             \
                          __LINE__,                             \
                          #call " returns " #status,            \
                          actual_status)) {                     \
      return;                                                   \
    }                                                           \
  } while (false)
