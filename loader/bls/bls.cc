// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/bls.h"

#include <algorithm>

#include "loader/bls/glob.h"
#include "loader/bls/text.h"
#include "loader/bls/unified_image.h"
#include "platforms/base/bytes.h"

namespace flint::bls {
namespace {

constexpr std::string_view kConfigPath = "/loader/loader.conf";
constexpr std::string_view kEntriesPath = "/loader/entries";
constexpr std::string_view kImagesPath = "/EFI/Linux";

constexpr size_t kMaxEntriesPerSource = 512;
/// A hostile partition must not starve the others.
constexpr uint64_t kMaxTextBytesPerSource = 1024 * 1024;

struct EntryNode {
  Entry entry;
  EntryNode* next;
};

/// Entries in the order in which they were found.
struct FoundEntries {
  EntryNode* first = nullptr;
  EntryNode* last = nullptr;
  size_t count = 0;

  void Add(EntryNode& node) {
    (last == nullptr ? first : last->next) = &node;
    last = &node;
    ++count;
  }
};

Result<std::string_view> ReadText(volume::FileSystem& file_system,
                                  const volume::File& file,
                                  Arena& arena) {
  if (file.size_bytes > kMaxTextSizeBytes) {
    return Fail(ErrorCode::kUnsupported, "is larger than 64 KiB");
  }
  const std::span<char> text =
      TRY(arena.AllocateArray<char>(static_cast<size_t>(file.size_bytes)));
  TRY(file_system.Read(file, 0, std::as_writable_bytes(text)));
  return std::string_view(text.data(), text.size());
}

/// Absent if there is no such file, or none that can be read.
std::optional<LoaderConfig> ReadConfig(volume::FileSystem& file_system,
                                       Arena& arena) {
  const Result<volume::File> file = file_system.Open(kConfigPath);
  if (!file || file->is_directory) return std::nullopt;
  const Result<std::string_view> text = ReadText(file_system, *file, arena);
  if (!text) return std::nullopt;
  return ParseLoaderConfig(*text);
}

/// Reads the entries of one partition.
class SourceReader {
 public:
  SourceReader(volume::FileSystem& file_system,
               size_t source,
               Architecture architecture,
               Arena& arena)
      : file_system_(file_system),
        source_(source),
        architecture_(architecture),
        arena_(arena) {}

  /// Adds the entries of this type to `found`, up to the failure if there is
  /// one.
  Status Read(EntryType type, FoundEntries& found) {
    const volume::File directory = TRY(file_system_.Open(
        type == EntryType::kText ? kEntriesPath : kImagesPath));
    volume::DirectoryCursor cursor;
    volume::DirectoryEntry item;
    for (size_t count = 0; TRY(file_system_.List(directory, cursor, item));) {
      if (!IsEntry(type, item)) continue;
      if (++count > kMaxEntriesPerSource) {
        return Fail(ErrorCode::kUnsupported,
                    "more than 512 boot entries; the others are ignored");
      }
      EntryNode& node = TRY(arena_.AllocateArray<EntryNode>(1)).front();
      node.entry = TRY(type == EntryType::kText ? ReadTextEntry(item)
                                                : ReadImageEntry(item));
      node.entry.source = source_;
      found.Add(node);
    }
    return {};
  }

 private:
  /// Names starting with a dot are what other systems leave beside a file.
  static bool IsEntry(EntryType type, const volume::DirectoryEntry& item) {
    return !item.file.is_directory && !item.name().starts_with('.') &&
           ParseEntryName(item.name(), SuffixOf(type));
  }

  Result<Entry> ReadTextEntry(const volume::DirectoryEntry& item) {
    const std::string_view name = TRY(arena_.CopyText(item.name()));
    const Result<std::string_view> text = ReadEntryText(item.file);
    Entry entry =
        TRY(ParseEntry(name, text.value_or(""), architecture_, arena_));
    if (!text) entry.obstacle = text.error();
    return entry;
  }

  Result<std::string_view> ReadEntryText(const volume::File& file) {
    if (file.size_bytes > text_budget_bytes_) {
      return Fail(ErrorCode::kUnsupported,
                  "the partition's boot entries exceed 1 MiB");
    }
    const std::string_view text = TRY(ReadText(file_system_, file, arena_));
    text_budget_bytes_ -= text.size();
    return text;
  }

  Result<Entry> ReadImageEntry(const volume::DirectoryEntry& item) {
    if (window_.empty()) {
      window_ = TRY(arena_.AllocateArray<std::byte>(kImageWindowBytes));
    }
    const std::string_view path = TRY(ImagePath(item.name()));
    Entry entry = MakeEntry(EntryType::kUnifiedImage,
                            path.substr(kImagesPath.size() + 1));
    entry.program = path;
    TRY(ReadUnifiedImage(file_system_,
                         item.file,
                         architecture_,
                         window_,
                         text_budget_bytes_,
                         arena_,
                         entry));
    return entry;
  }

  Result<std::string_view> ImagePath(std::string_view name) {
    const std::span<char> path =
        TRY(arena_.AllocateArray<char>(kImagesPath.size() + 1 + name.size()));
    auto end = std::ranges::copy(kImagesPath, path.begin()).out;
    *end++ = '/';
    std::ranges::copy(name, end);
    return std::string_view(path.data(), path.size());
  }

  volume::FileSystem& file_system_;
  size_t source_;
  Architecture architecture_;
  Arena& arena_;
  MutableBytes window_;
  uint64_t text_budget_bytes_ = kMaxTextBytesPerSource;
};

/// Reads the entries of both types of one partition, and sums up.
SourceSummary ReadSource(SourceReader& reader, FoundEntries& found) {
  SourceSummary summary;
  const size_t count_before = found.count;
  const Status texts = reader.Read(EntryType::kText, found);
  if (!texts) summary.problem = texts.error();
  const Status images = reader.Read(EntryType::kUnifiedImage, found);
  // Most partitions have none.
  if (!images && images.error().code() != ErrorCode::kNotFound) {
    summary.image_problem = images.error();
  }
  summary.entry_count = found.count - count_before;
  return summary;
}

/// The entries as an array in menu order. Insertion by binary search: stable,
/// and within bounds whatever hostile versions make of the order.
Result<std::span<Entry>> Sort(const FoundEntries& found, Arena& arena) {
  const std::span<Entry> entries = TRY(arena.AllocateArray<Entry>(found.count));
  constexpr auto kBefore = [](const Entry& a, const Entry& b) {
    return CompareForMenu(a.sort_fields(), b.sort_fields()) < 0;
  };
  auto end = entries.begin();
  for (EntryNode* node = found.first; node != nullptr; node = node->next) {
    *end = node->entry;
    std::rotate(
        std::upper_bound(entries.begin(), end, *end, kBefore), end, end + 1);
    ++end;
  }
  return entries;
}

/// Moves what loader.conf prefers to the front, in its order.
void MoveDefaultFirst(std::string_view pattern, std::span<Entry> entries) {
  auto front = entries.begin();
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    if (entry->sort_fields().bad || !Matches(pattern, *entry)) continue;
    std::rotate(front, entry, entry + 1);
    ++front;
  }
}

}  // namespace

Result<EntryList> ReadEntries(std::span<volume::FileSystem* const> sources,
                              Architecture architecture,
                              Arena& arena) {
  const std::span<SourceSummary> summaries =
      TRY(arena.AllocateArray<SourceSummary>(sources.size()));
  LoaderConfig config;
  FoundEntries found;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (const auto own = ReadConfig(*sources[i], arena)) config = *own;
    SourceReader reader(*sources[i], i, architecture, arena);
    summaries[i] = ReadSource(reader, found);
  }
  EntryList list;
  list.config = config;
  list.sources = summaries;
  const std::span<Entry> entries = TRY(Sort(found, arena));
  MoveDefaultFirst(list.config.default_pattern, entries);
  list.entries = entries;
  return list;
}

bool Matches(std::string_view pattern, const Entry& entry) {
  if (pattern.empty()) return false;
  if (MatchesGlob(pattern, entry.id) || MatchesGlob(pattern, entry.file_name)) {
    return true;
  }
  // The id with its suffix, where the file name has counters between them.
  const std::string_view suffix = SuffixOf(entry.type);
  if (pattern.size() <= suffix.size()) return false;
  const std::string_view stem =
      pattern.substr(0, pattern.size() - suffix.size());
  return EqualIgnoringCase(pattern.substr(stem.size()), suffix) &&
         MatchesGlob(stem, entry.id);
}

}  // namespace flint::bls
