// SPDX-License-Identifier: Apache-2.0
// A disk controller of any kind, all of whose answers are the input's:
// configuration space, which says what it is, registers, and what it writes
// into the memory it shares with the driver, at any moment. Probing, reading,
// writing and quiescing must end, stay in bounds, and touch nothing else.
//
// The input is 256 bytes of configuration space, 512 bytes of registers for
// each of two windows, the first of which are also the I/O ports, and then a
// stream of disturbances. One that begins as the registers of a virtio-mmio
// device do, is such a device: 512 bytes of registers, and then the stream.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <span>

#include "boot/memory/e820.h"
#include "boot/memory/memory_map.h"
#include "drivers/block/disk_list.h"
#include "drivers/block/mmio_disks.h"
#include "drivers/block/pci_disks.h"
#include "drivers/clock/fake_clock.h"
#include "drivers/io/device_mapper.h"
#include "drivers/io/driver_resources.h"
#include "drivers/pci/pci_config.h"
#include "drivers/pci/scan.h"
#include "drivers/virtio/mmio_devices.h"
#include "platforms/base/fake_guest_memory.h"

namespace flint::block {
namespace {

constexpr uint64_t kPagesAddress = 0x100'0000;
constexpr uint64_t kPagesBytes = 64 * 4096;
constexpr uint64_t kBufferAddress = 0x200'0000;
constexpr uint64_t kBufferBytes = 16 * 4096;
constexpr size_t kConfigBytes = 256;
constexpr size_t kWindowBytes = 512;
constexpr std::array<uint8_t, 4> kMmioMagic = {'v', 'i', 'r', 't'};

/// The input, front to back; zeros behind its end, which disturb nothing.
class Stream {
 public:
  explicit Stream(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  uint8_t Next() {
    if (bytes_.empty()) return 0;
    const uint8_t byte = bytes_[0];
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  uint16_t Next16() {
    const uint8_t low = Next();
    return static_cast<uint16_t>(low | Next() << 8);
  }
  std::span<const uint8_t> Take(size_t size) {
    const auto taken = bytes_.first(std::min(size, bytes_.size()));
    bytes_ = bytes_.subspan(taken.size());
    return taken;
  }
  bool empty() const { return bytes_.empty(); }

 private:
  std::span<const uint8_t> bytes_;
};

/// One function on an otherwise empty bus.
class HostileConfig final : public pci::PciConfig {
 public:
  explicit HostileConfig(std::span<const uint8_t> bytes) {
    std::ranges::copy(bytes, bytes_.begin());
  }

  std::span<const pci::BusRange> bus_ranges() const override { return kRanges; }
  uint8_t Read8(const pci::Address& address, uint16_t offset) override {
    if (address.device != 3 || offset >= kConfigBytes) return 0xFF;
    return bytes_[offset];
  }
  uint16_t Read16(const pci::Address& address, uint16_t offset) override {
    return static_cast<uint16_t>(
        Read8(address, offset) |
        Read8(address, static_cast<uint16_t>(offset + 1)) << 8);
  }
  uint32_t Read32(const pci::Address& address, uint16_t offset) override {
    return Read16(address, offset) |
           uint32_t{Read16(address, static_cast<uint16_t>(offset + 2))} << 16;
  }
  void Write8(const pci::Address&, uint16_t, uint8_t) override {}
  void Write16(const pci::Address&, uint16_t, uint16_t) override {}
  void Write32(const pci::Address&, uint16_t, uint32_t) override {}

 private:
  static constexpr std::array<pci::BusRange, 1> kRanges{{{0, 0, 0}}};

  std::array<uint8_t, kConfigBytes> bytes_{};
};

/// Registers that keep what is written to them, and read as that, disturbed.
class HostileWindow final : public io::RegisterIo {
 public:
  HostileWindow(uint64_t size_bytes,
                std::span<const uint8_t> image,
                Stream& stream)
      : size_bytes_(size_bytes), stream_(stream) {
    std::ranges::copy(image, bytes_.begin());
  }

  uint64_t size_bytes() const override { return size_bytes_; }
  uint8_t Read8(uint64_t offset) override {
    Check(offset, 1);
    return Keep(offset) ^ stream_.Next();
  }
  uint16_t Read16(uint64_t offset) override {
    Check(offset, 2);
    return static_cast<uint16_t>(Read8(offset) | Read8(offset + 1) << 8);
  }
  uint32_t Read32(uint64_t offset) override {
    Check(offset, 4);
    return Read16(offset) | uint32_t{Read16(offset + 2)} << 16;
  }
  void Write8(uint64_t offset, uint8_t value) override {
    Check(offset, 1);
    Keep(offset) = value;
  }
  void Write16(uint64_t offset, uint16_t value) override {
    Check(offset, 2);
    Write8(offset, static_cast<uint8_t>(value));
    Write8(offset + 1, static_cast<uint8_t>(value >> 8));
  }
  void Write32(uint64_t offset, uint32_t value) override {
    Check(offset, 4);
    Write16(offset, static_cast<uint16_t>(value));
    Write16(offset + 2, static_cast<uint16_t>(value >> 16));
  }

 private:
  void Check(uint64_t offset, uint64_t width) const {
    if (offset % width != 0 || offset + width > size_bytes_) std::abort();
  }
  uint8_t& Keep(uint64_t offset) { return bytes_[offset % kWindowBytes]; }

  uint64_t size_bytes_;
  Stream& stream_;
  std::array<uint8_t, kWindowBytes> bytes_{};
};

class HostileMapper final : public io::DeviceMapper {
 public:
  HostileMapper(Stream& stream,
                std::span<const uint8_t> first,
                std::span<const uint8_t> second)
      : stream_(stream), images_{first, second} {}

  Result<io::RegisterIo*> Map(uint64_t address, uint64_t size_bytes) override {
    if (size_bytes == 0 || address + size_bytes - 1 < address) std::abort();
    const auto image = windows_.size() < images_.size()
                           ? images_[windows_.size()]
                           : std::span<const uint8_t>();
    return &windows_.emplace_back(size_bytes, image, stream_);
  }

 private:
  Stream& stream_;
  std::array<std::span<const uint8_t>, 2> images_;
  std::deque<HostileWindow> windows_;
};

/// The machine, and the device's writes into shared memory.
class Machine {
 public:
  explicit Machine(Stream& stream) : stream_(stream) {
    const std::array<memory::E820Entry, 1> entries{
        {{.address = kPagesAddress,
          .size_bytes = kPagesBytes,
          .type = memory::E820Type::kRam}}};
    pages_.Build(entries, uint64_t{1} << 46);
    clock_.OnRelax([this] { Disturb(); });
  }

  io::DriverResources resources() {
    return {
        .clock = clock_, .memory = memory_, .pages = pages_, .arena = arena_};
  }
  MutableBytes buffer() { return buffer_; }

 private:
  void Disturb() {
    if (stream_.empty()) return;
    for (const memory::MemoryRange& range : pages_.ranges()) {
      if (range.type != memory::MemoryType::kFirmware) continue;
      const uint64_t offset =
          range.address - kPagesAddress + stream_.Next16() % range.size_bytes();
      shared_[offset] = std::byte{stream_.Next()};
    }
  }

  Stream& stream_;
  FakeGuestMemory memory_;
  MutableBytes shared_ = memory_.AddRegion(kPagesAddress, kPagesBytes);
  MutableBytes buffer_ = memory_.AddRegion(kBufferAddress, kBufferBytes);
  std::array<memory::MemoryRange, 8> ranges_{};
  memory::MemoryMap pages_{ranges_};
  // A second each reading: half a minute is soon over.
  clock::FakeClock clock_{clock::kNanosecondsPerSecond};
  std::array<std::byte, 32768> arena_memory_{};
  Arena arena_{arena_memory_};
};

void Use(BlockDevice& disk, MutableBytes buffer) {
  const BlockGeometry& geometry = disk.geometry();
  if (geometry.block_count == 0 || geometry.block_size_bytes < 512 ||
      geometry.block_count > UINT64_MAX / geometry.block_size_bytes) {
    std::abort();
  }
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(disk.Read({{{.lba = 0, .buffer = buffer}}}));
    static_cast<void>(disk.Write({{{.lba = 0, .buffer = buffer}}}));
    static_cast<void>(disk.Flush());
  }
  static_cast<void>(disk.Quiesce());
  if (disk.Read({{{.lba = 0, .buffer = buffer.first(0)}}}).has_value()) {
    std::abort();
  }
}

void UseAll(std::span<const Disk> disks, Machine& machine) {
  for (const Disk& disk : disks) {
    if ((disk.device != nullptr) != disk.status.has_value()) std::abort();
    if (disk.device != nullptr) Use(*disk.device, machine.buffer());
  }
  if (std::ranges::any_of(machine.buffer(), [](std::byte byte) {
        return byte != std::byte{0xA5};
      })) {
    std::abort();
  }
}

void ExercisePci(Stream stream) {
  HostileConfig config(stream.Take(kConfigBytes));
  const auto first = stream.Take(kWindowBytes);
  const auto second = stream.Take(kWindowBytes);
  HostileMapper mapper(stream, first, second);
  HostileWindow ports(0x1'0000, first, stream);
  Machine machine(stream);
  std::array<pci::Function, 8> functions{};
  std::array<Disk, 2> storage{};
  DiskList disks(storage);

  const pci::ScanResult found = pci::Scan(config, functions);
  AddPciDisks({.config = config, .mapper = mapper, .ports = ports},
              found.functions,
              machine.resources(),
              disks);
  UseAll(disks.disks(), machine);
}

void ExerciseMmio(Stream stream) {
  HostileMapper mapper(stream, stream.Take(kWindowBytes), {});
  Machine machine(stream);
  const io::DriverResources resources = machine.resources();
  virtio::MmioDevices devices(mapper, resources.arena);
  std::array<Disk, 2> storage{};
  DiskList disks(storage);

  devices.LookAt(0xFEB0'0000, kWindowBytes);
  AddMmioDisks(devices.devices(), resources, disks);
  UseAll(disks.disks(), machine);
}

void Exercise(std::span<const uint8_t> input) {
  const auto start = input.first(std::min(input.size(), kMmioMagic.size()));
  if (std::ranges::equal(start, kMmioMagic)) {
    ExerciseMmio(Stream(input));
  } else {
    ExercisePci(Stream(input));
  }
}

}  // namespace
}  // namespace flint::block

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::block::Exercise({data, size});
  return 0;
}
