// SPDX-License-Identifier: Apache-2.0
#include "drivers/virtio_scsi/fake_scsi_adapter.h"

#include <algorithm>

#include "drivers/virtio_scsi/request_format.h"
#include "gtest/gtest.h"
#include "testing/result_matchers.h"

namespace flint::virtio_scsi {
namespace {

constexpr uint8_t kReportLuns = 0xA0;
constexpr uint8_t kInquiry = 0x12;

/// The configuration structure. [virtio-1.2 5.6.4]
struct Configuration {
  Le32 queue_count;
  Le32 seg_max;
  Le32 max_sectors;
  Le32 commands_per_lun;
  Le32 event_info_bytes;
  Le32 sense_bytes;
  Le32 command_bytes;
  Le16 max_channel;
  Le16 max_target;
  Le32 max_lun;
};
static_assert(sizeof(Configuration) == kConfigurationBytes);

std::vector<uint8_t> ConfigurationOf(const FakeScsiAdapter::Options& options) {
  const Configuration fields{.queue_count = uint32_t{1},
                             .seg_max = uint32_t{254},
                             .max_sectors = options.max_sectors,
                             .commands_per_lun = uint32_t{128},
                             .event_info_bytes = uint32_t{16},
                             .sense_bytes = kSenseBytes,
                             .command_bytes = kCommandBytes,
                             .max_channel = uint16_t{0},
                             .max_target = options.max_target,
                             .max_lun = options.max_lun};
  std::vector<uint8_t> bytes;
  for (const std::byte byte : AsBytes(fields)) {
    bytes.push_back(std::to_integer<uint8_t>(byte));
  }
  if (options.short_configuration) bytes.pop_back();
  return bytes;
}

}  // namespace

FakeScsiAdapter::FakeScsiAdapter(GuestMemory& memory, const Options& options)
    : device_(memory,
              {.type = virtio::DeviceType::kScsi,
               .queue_size_max = options.queue_size_max,
               .queue_count = 3,
               .config = ConfigurationOf(options)},
              [this](const auto& request) { return Handle(request); }) {}

bool FakeScsiAdapter::HasTarget(uint8_t target) const {
  return std::ranges::any_of(units_, [target](const auto& unit) {
    return unit.first.target == target;
  });
}

uint32_t FakeScsiAdapter::Handle(const virtio::FakeRequest& request) {
  EXPECT_EQ(request.queue, 2);
  const auto& buffers = request.buffers;
  if (buffers.size() < 2 || buffers.size() > 3) {
    ADD_FAILURE() << "a request of " << buffers.size() << " descriptors";
    return 0;
  }
  EXPECT_FALSE(buffers[0].device_writes);
  EXPECT_EQ(buffers[0].bytes.size(), sizeof(RequestHeader));
  const auto header =
      ReadWire<RequestHeader>(buffers[0].bytes).value_or(RequestHeader{});
  EXPECT_EQ(header.lun[0], 1);
  EXPECT_EQ(header.lun[2] & 0xC0, 0x40);
  const Place place{.target = header.lun[1],
                    .lun = static_cast<uint16_t>((header.lun[2] & 0x3F) << 8 |
                                                 header.lun[3])};
  const size_t answer = buffers[1].device_writes ? 1 : 2;
  if (answer >= buffers.size()) {
    ADD_FAILURE() << "a request without room for the answer";
    return 0;
  }
  EXPECT_EQ(buffers[answer].bytes.size(), sizeof(Response));
  const Bytes written = answer == 2 ? Bytes(buffers[1].bytes) : Bytes();
  const MutableBytes data =
      answer == 1 && buffers.size() == 3 ? buffers[2].bytes : MutableBytes();
  commands_.push_back({place.target,
                       place.lun,
                       header.command[0],
                       written.size() + data.size()});

  Response response{};
  if (answer_all_ >= 0) {
    response.response = static_cast<uint8_t>(answer_all_);
  } else if (!HasTarget(place.target)) {
    response.response = Response::kBadTarget;
  } else {
    const auto result = Run(place, header.command, written);
    const auto sense = scsi::FixedSenseData(result.sense);
    response.status = result.status;
    response.sense_bytes =
        static_cast<uint32_t>(result.status == 0 ? 0 : sense.size());
    std::ranges::copy(sense, response.sense.begin());
    const size_t size = std::min(result.data.size(), data.size());
    std::ranges::copy(std::span(result.data).first(size), data.begin());
    response.residual_bytes = static_cast<uint32_t>(data.size() - size);
  }
  EXPECT_OK(WriteWire(buffers[answer].bytes, 0, response));
  return static_cast<uint32_t>(sizeof(Response) + data.size());
}

scsi::FakeLogicalUnit::Answer FakeScsiAdapter::Run(
    const Place& place, std::span<const uint8_t> command, Bytes written) {
  constexpr scsi::Sense kNoSuchUnit{scsi::Sense::kIllegalRequest, 0x25, 0};
  constexpr uint8_t kCheckCondition = 2;
  if (command[0] == kReportLuns) {
    if (knows_report_luns_) return {.data = ListUnits(place.target)};
    return {.status = kCheckCondition, .sense = kNoSuchUnit};
  }
  const auto unit = units_.find(place);
  if (unit != units_.end()) return unit->second->Run(command, written);
  if (command[0] != kInquiry) {
    return {.status = kCheckCondition, .sense = kNoSuchUnit};
  }
  std::vector<std::byte> inquiry(36);
  inquiry[0] = std::byte{0x7F};
  return {.data = inquiry};
}

std::vector<std::byte> FakeScsiAdapter::ListUnits(uint8_t target) const {
  std::vector<std::byte> list(8);
  for (const auto& [place, unit] : units_) {
    if (place.target != target) continue;
    list.resize(list.size() + 8);
    const std::span entry = std::span(list).last(8);
    entry[0] =
        static_cast<std::byte>(place.lun > 255 ? 0x40 | place.lun >> 8 : 0);
    entry[1] = static_cast<std::byte>(place.lun);
  }
  list[2] = static_cast<std::byte>((list.size() - 8) >> 8);
  list[3] = static_cast<std::byte>(list.size() - 8);
  return list;
}

}  // namespace flint::virtio_scsi
