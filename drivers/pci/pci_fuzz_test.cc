// SPDX-License-Identifier: Apache-2.0
// Configuration space whose every byte is the input's: scanning, walking
// capabilities, decoding and measuring BARs must end, and stay in bounds.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "drivers/pci/bar.h"
#include "drivers/pci/capability.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"

namespace flint::pci {
namespace {

/// Accesses that a scan and all that follows may cost: every function of every
/// bus, several times. More means that something does not end.
constexpr uint64_t kAccessesMax = 256 * 32 * 8 * 128;

/// Answers with the input's bytes, at a place depending on what is asked for,
/// and with something else the next time.
class HostileConfig final : public PciConfig {
 public:
  explicit HostileConfig(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  std::span<const BusRange> bus_ranges() const override { return kRanges; }
  uint8_t Read8(const Address& address, uint16_t offset) override {
    return Byte(address, offset);
  }
  uint16_t Read16(const Address& address, uint16_t offset) override {
    return static_cast<uint16_t>(Byte(address, offset) |
                                 Byte(address, offset + 1u) << 8);
  }
  uint32_t Read32(const Address& address, uint16_t offset) override {
    return Read16(address, offset) |
           uint32_t{Read16(address, static_cast<uint16_t>(offset + 2))} << 16;
  }
  void Write8(const Address&, uint16_t, uint8_t) override { ++salt_; }
  void Write16(const Address&, uint16_t, uint16_t) override { ++salt_; }
  void Write32(const Address&, uint16_t, uint32_t) override { ++salt_; }

 private:
  static constexpr std::array<BusRange, 2> kRanges{{{0, 0, 255}, {1, 8, 9}}};

  uint8_t Byte(const Address& address, unsigned offset) {
    if (++access_count_ > kAccessesMax) std::abort();
    if (bytes_.empty()) return 0xFF;
    const size_t place = (address.bus * 64u + address.device * 256u +
                          address.function * 16u + offset + salt_) %
                         bytes_.size();
    return bytes_[place];
  }

  std::span<const uint8_t> bytes_;
  size_t salt_ = 0;
  uint64_t access_count_ = 0;
};

void Exercise(std::span<const uint8_t> input) {
  HostileConfig config(input);
  static std::array<Function, 256> storage;
  const ScanResult result = Scan(config, storage);
  for (size_t i = 0; i < result.functions.size(); ++i) {
    const Function& function = result.functions[i];
    if (i > 0 && !(result.functions[i - 1].address < function.address)) {
      std::abort();
    }
    CapabilityWalk walk(config, function.address);
    for (int count = 0; walk.Next(); ++count) {
      if (count >= 48) std::abort();
    }
    for (uint8_t index = 0; index < 7; ++index) {
      static_cast<void>(ReadBar(config, function, index));
      const auto size = MeasureBar(config, function, index);
      if (size && (*size & (*size - 1)) != 0) std::abort();
    }
  }
}

}  // namespace
}  // namespace flint::pci

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::pci::Exercise({data, size});
  return 0;
}
