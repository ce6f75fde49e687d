// SPDX-License-Identifier: Apache-2.0
// Random calls of the protocols over FAT, and a map that says what must come
// out; now and then a look at every byte of the disk.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "efi/abi/protocol/simple_file_system.h"
#include "efi/abi/status.h"
#include "efi/file_system/file_on_fat_fixture.h"
#include "fs/fat/fat_checker.h"
#include "fs/fat/fsck.h"
#include "fs/fat/writable_volume.h"
#include "gtest/gtest.h"
#include "platforms/base/unicode.h"

namespace flint::efi {
namespace {

constexpr int kOperationCount = 300;
constexpr int kOperationsBetweenChecks = 25;
constexpr size_t kMaxHandles = 6;
constexpr size_t kMaxDepth = 3;

/// What a file must be; handles to it share it.
struct ModelFile {
  bool is_directory = false;
  bool is_deleted = false;
  std::string contents;
};
using ModelFilePointer = std::shared_ptr<ModelFile>;

std::u16string ParentOf(const std::u16string& path) {
  return path.substr(0, path.rfind(u'\\'));
}

class FileModelTest : public FileOnFatTest {
 protected:
  struct Handle {
    abi::EFI_FILE_PROTOCOL* protocol;
    ModelFilePointer file;
  };

  uint32_t Random(size_t limit) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>((state_ >> 33) % limit);
  }

  std::string RandomText(size_t size) {
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>(Random(256));
    return text;
  }

  /// No two are the same but for case.
  std::u16string AnyName() {
    static const std::vector<std::u16string> kNames{u"a",
                                                    u"BOOTX64.EFI",
                                                    u"Mixed Case.txt",
                                                    u"longname-number-1",
                                                    u"longname-number-2",
                                                    u"x.y.z",
                                                    u".hidden",
                                                    u"a+b=c,[d];e",
                                                    u"gr\u00fcn",
                                                    u"\u0437\u0430\u0433",
                                                    u"\u65e5\u672c\u8a9e.txt",
                                                    u"\U0001f980 crab",
                                                    std::u16string(13, u'i'),
                                                    std::u16string(120, u'w'),
                                                    std::u16string(250, u'q')};
    return kNames[Random(kNames.size())];
  }

  /// "" is the root directory.
  std::u16string AnyDirectory() {
    std::vector<std::u16string> paths{u""};
    for (const auto& [path, file] : model_) {
      if (file->is_directory) paths.push_back(path);
    }
    return paths[Random(paths.size())];
  }

  /// A path at which there may be something.
  std::u16string AnyPath() {
    std::u16string path;
    do {
      path = AnyDirectory() + u"\\" + AnyName();
    } while (static_cast<size_t>(std::ranges::count(path, u'\\')) > kMaxDepth);
    return path;
  }

  /// As others may write it.
  std::u16string Vary(std::u16string path) {
    if (Random(2) == 0) return path;
    for (char16_t& unit : path) {
      if (unit >= u'a' && unit <= u'z') unit -= 32;
      if (unit == u'\\' && Random(4) == 0) unit = u'/';
    }
    return path;
  }

  bool IsEmpty(const std::u16string& directory) const {
    return std::ranges::none_of(model_, [&](const auto& entry) {
      return entry.first.starts_with(directory + u"\\");
    });
  }

  /// True if it worked; else the volume must be full.
  bool WorkedUnlessFull(abi::EFI_STATUS status) {
    EXPECT_TRUE(status == abi::EFI_SUCCESS || status == abi::EFI_VOLUME_FULL)
        << status;
    if (status != abi::EFI_SUCCESS) ++full_count_;
    return status == abi::EFI_SUCCESS;
  }

  /// Keeps a handle, in place of another one if there are many.
  void Keep(abi::EFI_FILE_PROTOCOL* protocol, const ModelFilePointer& file) {
    handles_.push_back({protocol, file});
    if (handles_.size() <= kMaxHandles) return;
    const auto old = handles_.begin() + Random(kMaxHandles);
    EXPECT_EQ(old->protocol->Close(old->protocol), abi::EFI_SUCCESS);
    handles_.erase(old);
  }

  /// A handle that was kept, or a new one, of a file; null if there is none.
  const Handle* AnyFile() {
    std::erase_if(handles_, [](const Handle& handle) {
      if (!handle.file->is_deleted) return false;
      // Its file is gone, and so it says.
      size_t size = 0;
      EXPECT_EQ(handle.protocol->Read(handle.protocol, &size, &size),
                abi::EFI_DEVICE_ERROR);
      EXPECT_EQ(handle.protocol->Close(handle.protocol), abi::EFI_SUCCESS);
      return true;
    });
    if (!handles_.empty() && Random(2) == 0) {
      return &handles_[Random(handles_.size())];
    }
    std::vector<std::u16string> paths;
    for (const auto& [path, file] : model_) {
      if (!file->is_directory) paths.push_back(path);
    }
    if (paths.empty()) return nullptr;
    const std::u16string& path = paths[Random(paths.size())];
    Keep(Open(Vary(path), kWrite), model_[path]);
    return &handles_.back();
  }

  void Create(bool is_directory) {
    const std::u16string path = AnyPath();
    if (model_.contains(path)) return;
    const abi::EFI_STATUS status =
        TryToOpen(path, kCreate, is_directory ? abi::EFI_FILE_DIRECTORY : 0);
    if (!WorkedUnlessFull(status)) return;
    const auto file = std::make_shared<ModelFile>();
    file->is_directory = is_directory;
    model_[path] = file;
    if (is_directory) {
      EXPECT_EQ(opened_->Close(opened_), abi::EFI_SUCCESS);
    } else {
      Keep(opened_, file);
    }
  }

  void WriteSome() {
    const Handle* const handle = AnyFile();
    if (handle == nullptr) return;
    std::string& contents = handle->file->contents;
    const size_t offset = Random(contents.size() + 1500);
    const std::string data =
        RandomText(1 + Random(Random(8) == 0 ? 40'000 : 3000));
    EXPECT_EQ(handle->protocol->SetPosition(handle->protocol, offset),
              abi::EFI_SUCCESS);
    if (!WorkedUnlessFull(Write(handle->protocol, data))) return;
    if (contents.size() < offset + data.size()) {
      contents.resize(offset + data.size());
    }
    contents.replace(offset, data.size(), data);
  }

  void ReadSome() {
    const Handle* const handle = AnyFile();
    if (handle == nullptr) return;
    const std::string& contents = handle->file->contents;
    const size_t offset = Random(contents.size() + 1);
    std::string text(Random(50'000), '?');
    size_t size = text.size();
    abi::EFI_FILE_PROTOCOL* const file = handle->protocol;
    EXPECT_EQ(file->SetPosition(file, offset), abi::EFI_SUCCESS);
    EXPECT_EQ(file->Read(file, &size, text.data()), abi::EFI_SUCCESS);
    EXPECT_EQ(text.substr(0, size), contents.substr(offset, text.size()));
  }

  void Resize() {
    const Handle* const handle = AnyFile();
    if (handle == nullptr) return;
    const auto entry = std::ranges::find(
        model_,
        handle->file,
        &std::pair<const std::u16string, ModelFilePointer>::second);
    const std::u16string name =
        entry->first.substr(entry->first.rfind(u'\\') + 1);
    const size_t size = Random(3) == 0 ? 0 : Random(9000);
    if (WorkedUnlessFull(SetNameAndSize(handle->protocol, name, size))) {
      handle->file->contents.resize(size);
    }
  }

  void Delete() {
    if (model_.empty()) return;
    const auto victim = std::next(model_.begin(), Random(model_.size()));
    const auto [path, file] = *victim;
    abi::EFI_FILE_PROTOCOL* const handle = Open(Vary(path), kWrite);
    const bool may_work = !file->is_directory || IsEmpty(path);
    EXPECT_EQ(handle->Delete(handle),
              may_work ? abi::EFI_SUCCESS : abi::EFI_WARN_DELETE_FAILURE);
    if (!may_work) return;
    file->is_deleted = true;
    model_.erase(path);
  }

  void Move() {
    if (model_.empty()) return;
    const auto moved = std::next(model_.begin(), Random(model_.size()));
    const auto [from, file] = *moved;
    const std::u16string to = AnyPath();
    abi::EFI_FILE_PROTOCOL* const handle = Open(Vary(from), kWrite);
    const abi::EFI_STATUS status =
        SetNameAndSize(handle, to, file->contents.size());
    EXPECT_EQ(handle->Close(handle), abi::EFI_SUCCESS);
    if (from == to) {
      EXPECT_EQ(status, abi::EFI_SUCCESS);
    } else if (model_.contains(to)) {
      EXPECT_EQ(status, abi::EFI_ACCESS_DENIED);
    } else if (file->is_directory && to.starts_with(from + u"\\")) {
      EXPECT_EQ(status, abi::EFI_INVALID_PARAMETER);
    } else if (WorkedUnlessFull(status)) {
      Rename(from, to);
    }
  }

  void Rename(const std::u16string& from, const std::u16string& to) {
    std::map<std::u16string, ModelFilePointer> renamed;
    for (const auto& [path, file] : model_) {
      const bool follows = path == from || path.starts_with(from + u"\\");
      renamed[follows ? to + path.substr(from.size()) : path] = file;
    }
    model_ = renamed;
  }

  void Operate() {
    switch (Random(12)) {
      case 0:
      case 1:
        return Create(false);
      case 2:
        return Create(true);
      case 3:
      case 4:
      case 5:
        return WriteSome();
      case 6:
      case 7:
        return ReadSome();
      case 8:
        return Resize();
      case 9:
        return Delete();
      default:
        return Move();
    }
  }

  /// The disk holds what the model says, and nothing is wrong with it.
  void CheckDisk() {
    ASSERT_EQ(root_->Flush(root_), abi::EFI_SUCCESS);
    const fat::CheckReport report = volume_.Check();
    ASSERT_TRUE(report.IsSpotless())
        << (report.damage.empty() ? "lost clusters" : report.damage.front());
    ASSERT_FALSE(report.is_marked);
    std::map<std::string, std::string> expected;
    for (const auto& [path, file] : model_) {
      std::array<char, 4096> text;
      std::string name(*Utf16ToUtf8(path, text));
      std::ranges::replace(name, '\\', '/');
      expected[name.substr(1) + (file->is_directory ? "/" : "")] =
          file->contents;
    }
    ASSERT_EQ(report.files, expected);
  }

  /// Every directory lists what is in it.
  void CheckListings() {
    std::map<std::u16string, std::set<std::u16string>> expected{{u"", {}}};
    for (const auto& [path, file] : model_) {
      if (file->is_directory) expected[path];
      expected[ParentOf(path)].insert(path.substr(path.rfind(u'\\') + 1));
    }
    for (const auto& [path, names] : expected) {
      abi::EFI_FILE_PROTOCOL* const directory =
          Open(path.empty() ? u"\\" : path, kRead);
      ASSERT_EQ(List(directory), names);
      EXPECT_EQ(directory->Close(directory), abi::EFI_SUCCESS);
    }
  }

  static std::set<std::u16string> List(abi::EFI_FILE_PROTOCOL* directory) {
    std::set<std::u16string> names;
    while (true) {
      alignas(8) std::array<std::byte, 1024> bytes;
      size_t size = bytes.size();
      EXPECT_EQ(directory->Read(directory, &size, bytes.data()),
                abi::EFI_SUCCESS);
      if (size <= sizeof(abi::EFI_FILE_INFO)) return names;
      std::u16string name((size - sizeof(abi::EFI_FILE_INFO)) / 2 - 1, u'?');
      std::memcpy(name.data(),
                  bytes.data() + sizeof(abi::EFI_FILE_INFO),
                  name.size() * 2);
      EXPECT_TRUE(names.insert(name).second);
    }
  }

  std::map<std::u16string, ModelFilePointer> model_;
  std::vector<Handle> handles_;
  size_t full_count_ = 0;
  uint64_t state_ = 1;
};

TEST_P(FileModelTest, DoesWhatTheModelDoes) {
  for (int i = 1; i <= kOperationCount; ++i) {
    SCOPED_TRACE(i);
    Operate();
    if (HasFailure()) return;
    if (i % kOperationsBetweenChecks != 0) continue;
    CheckDisk();
    CheckListings();
    if (HasFailure()) return;
  }
  const fat::Verdict verdict = fat::RunFsck(volume_.disk().contents());
  EXPECT_EQ(verdict.status, 0) << ::testing::PrintToString(verdict.lines);
}

/// More sizes of clusters and sectors.
std::vector<fat::VolumeKind> Kinds() {
  std::vector<fat::VolumeKind> kinds = fat::VolumeKinds();
  kinds.push_back({"Fat12WithLargeClusters",
                   {.type = fat::FatType::kFat12,
                    .sectors_per_cluster = 32,
                    .root_entry_count = 64,
                    .cluster_count = 40},
                   512});
  kinds.push_back({"Fat16WithLargeClusters",
                   {.type = fat::FatType::kFat16,
                    .sectors_per_cluster = 4,
                    .cluster_count = 4100},
                   512});
  kinds.push_back({"Fat32WithLargeSectors",
                   {.type = fat::FatType::kFat32,
                    .sector_size_bytes = 4096,
                    .sectors_per_cluster = 2,
                    .with_information = true,
                    .cluster_count = 100},
                   4096});
  return kinds;
}

INSTANTIATE_TEST_SUITE_P(,
                         FileModelTest,
                         ::testing::ValuesIn(Kinds()),
                         [](const auto& kind) {
                           return std::string(kind.param.name);
                         });

}  // namespace
}  // namespace flint::efi
