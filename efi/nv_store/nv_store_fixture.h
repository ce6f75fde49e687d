// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/flash/fake_flash.h"
#include "efi/abi/runtime_services.h"
#include "efi/nv_store/nv_format.h"
#include "efi/nv_store/nv_start.h"
#include "efi/nv_store/nv_store.h"
#include "platforms/base/bytes.h"
#include "platforms/base/guid.h"
#include "testing/result_matchers.h"

namespace flint::efi {

inline constexpr uint32_t kNvTestAttributes =
    abi::EFI_VARIABLE_NON_VOLATILE | abi::EFI_VARIABLE_BOOTSERVICE_ACCESS |
    abi::EFI_VARIABLE_RUNTIME_ACCESS;
inline constexpr Guid kNvTestVendor =
    Guid::Of("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0");
inline constexpr uint32_t kSmallVolume = kNvLayouts[1].volume_bytes;

/// Names and data.
using Variables = std::map<std::u16string, std::string>;

/// The store in fake flash, opened anew for everything that is done to it.
class NvFlash {
 public:
  explicit NvFlash(uint64_t size_bytes = kSmallVolume) : flash(size_bytes) {}

  Status Start() { return StartNvStore(flash, Image()); }
  /// One at a time.
  Result<NvStore> Open() { return NvStore::Open(flash, Image()); }

  Status Set(const std::u16string& name, std::string_view text) {
    NvStore store = TRY(Open());
    return store.Set({.key = {NameOf(name), kNvTestVendor},
                      .attributes = kNvTestAttributes,
                      .kept = {},
                      .data = AsBytes(text)});
  }
  Status Remove(const std::u16string& name) {
    NvStore store = TRY(Open());
    return store.Remove({NameOf(name), kNvTestVendor});
  }

  /// What a restarted machine finds.
  Result<Variables> Restart() {
    TRY(Start());
    return List();
  }
  Result<Variables> List() {
    const NvStore store = TRY(Open());
    Variables found;
    for (auto record = store.First(); record; record = store.After(*record)) {
      std::u16string name(record->name.size() / 2 - 1, u'\0');
      std::memcpy(name.data(), record->name.data(), name.size() * 2);
      if (!found.emplace(name, AsText(record->data)).second) {
        return Fail(ErrorCode::kCorrupt, "a variable is listed twice");
      }
    }
    return found;
  }

  static Bytes NameOf(const std::u16string& name) {
    return std::as_bytes(std::span(name.data(), name.size() + 1));
  }

  flash::FakeFlash flash;

 private:
  // Nothing is to be learned from what is in it, or to be kept.
  static MutableBytes Image() {
    static std::vector<std::byte> image(kMaxNvStoreBytes);
    return image;
  }
};

}  // namespace flint::efi
