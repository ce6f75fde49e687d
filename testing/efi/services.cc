// SPDX-License-Identifier: Apache-2.0

// Runs all checks and writes a line for each: "PASS: pages", "FAIL: pages",
// after a line for every expectation that was not met; and at the end
// "N passed, N failed".

#include <string_view>

#include "efi/abi/status.h"
#include "testing/efi/application.h"
#include "testing/efi/checks/checker.h"

using namespace flint::efi::abi;
using namespace flint::efi_testing;

namespace {

class ConsoleReport final : public Report {
 public:
  explicit ConsoleReport(Console& console) : console_(console) {}

  void Fail(const char* file,
            int line,
            std::string_view expectation,
            uint64_t actual) override {
    ++failure_count_;
    console_.WriteFormat(
        "  {}:{}: expected {} (0x{:x})", file, line, expectation, actual);
  }

  size_t failure_count() const { return failure_count_; }

 private:
  Console& console_;
  size_t failure_count_ = 0;
};

}  // namespace

EFI_STATUS EFIAPI EfiMain(EFI_HANDLE image, EFI_SYSTEM_TABLE* system) {
  Console console(system);
  size_t failed = 0;
  for (const Check& check : AllChecks()) {
    ConsoleReport report(console);
    Checker checker(image, system, report);
    check.run(checker);
    const bool passed = report.failure_count() == 0;
    if (!passed) ++failed;
    console.WriteFormat("{}: {}", passed ? "PASS" : "FAIL", check.name);
  }
  console.WriteFormat(
      "{} passed, {} failed", AllChecks().size() - failed, failed);
  return failed == 0 ? EFI_SUCCESS : EFI_ABORTED;
}
