// SPDX-License-Identifier: Apache-2.0

// A hostile store, notes and spare area: the first byte says how long the notes
// are that follow it, and the rest are records, in the store and in the spare
// area. Headers are right: no fuzzer finds checksums.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>
#include <string>

#include "efi/nv_store/nv_store_fixture.h"

namespace flint::efi {
namespace {

constexpr NvLayout kLayout = kNvLayouts[1];

void Put(NvFlash& store, uint32_t offset, uint32_t room, Bytes bytes) {
  std::ranges::copy(bytes.first(std::min<size_t>(bytes.size(), room)),
                    store.flash.contents().begin() + offset);
}

void PutRecords(NvFlash& store, uint32_t offset, Bytes records) {
  const NvHeaders headers = MakeNvHeaders(kLayout);
  Put(store, offset, sizeof(headers), AsBytes(headers));
  Put(store,
      offset + kFirstNvRecord,
      kLayout.store_bytes - kFirstNvRecord,
      records);
}

/// Vendors with names, whatever these are, and data.
using Records = std::map<std::string, std::string>;

Records List(NvFlash& flash) {
  const Result<NvStore> store = flash.Open();
  if (!store) std::abort();
  Records records;
  for (auto record = store->First(); record; record = store->After(*record)) {
    std::string key(AsText(AsBytes(record->vendor)));
    key += AsText(record->name);
    if (!records.emplace(key, AsText(record->data)).second) std::abort();
  }
  return records;
}

/// What can be opened can be changed, and nothing else changes by that.
void Fuzz(Bytes input) {
  if (input.empty()) return;
  NvFlash store;
  const size_t notes_bytes = std::min<size_t>(
      std::to_integer<size_t>(input.front()), input.size() - 1);
  const Bytes notes = input.subspan(1, notes_bytes);
  const Bytes records = input.subspan(1 + notes_bytes);
  PutRecords(store, 0, records);
  const NvWorkingHeader working = MakeNvWorkingHeader();
  Put(store, kLayout.working_offset(), sizeof(working), AsBytes(working));
  Put(store,
      kLayout.working_offset() + static_cast<uint32_t>(sizeof(working)),
      kNvBlockBytes - sizeof(working),
      notes);
  PutRecords(store, kLayout.spare_offset(), records);

  if (!store.Start()) return;
  Records expected = List(store);
  const std::u16string name = u"Set";
  const Status set = store.Set(name, "by the fuzzer");
  if (!set) {
    if (set.error().code() != ErrorCode::kNoMemory) std::abort();
    return;
  }
  std::string key(AsText(AsBytes(kNvTestVendor)));
  key += AsText(NvFlash::NameOf(name));
  expected[key] = "by the fuzzer";
  if (!store.Start() || List(store) != expected) std::abort();
}

}  // namespace
}  // namespace flint::efi

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flint::efi::Fuzz(std::as_bytes(std::span(data, size)));
  return 0;
}
