// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "efi/memory/page_protection.h"

namespace flint::efi {

/// The protections of the test's own pages, set for real: what is not
/// executable cannot be executed. Only whole pages are accepted.
class HostProtection final : public PageProtection {
 public:
  Status Set(uint64_t address,
             uint64_t size_bytes,
             uint64_t protections) override;
  /// Whether or not execution is allowed: to none.
  Status Reset(uint64_t address, uint64_t size_bytes) override {
    return Set(address, size_bytes, 0);
  }
  Status AllowExecution() override;
  bool execution_allowed() const { return execution_allowed_; }
  Result<uint64_t> Get(uint64_t address, uint64_t size_bytes) override;

  /// The protections of one page; 0 unless set.
  uint64_t At(uint64_t address) const;

  /// Refuses to protect anything from now on.
  void Fail() { failing_ = true; }

 private:
  std::map<uint64_t, uint64_t> pages_;  // those that are not 0
  bool failing_ = false;
  bool execution_allowed_ = false;
};

}  // namespace flint::efi
