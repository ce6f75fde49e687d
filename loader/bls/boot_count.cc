// SPDX-License-Identifier: Apache-2.0
#include "loader/bls/boot_count.h"

#include <algorithm>
#include <cstdint>

#include "fs/volume/file_writer.h"
#include "loader/bls/entry.h"

namespace flint::bls {

Result<FileName> CountBootAttempt(volume::FileSystem& file_system,
                                  const EntryFile& file) {
  const auto parsed = ParseEntryName(file.name, file.suffix);
  if (!parsed) {
    return Fail(ErrorCode::kInvalidArgument, "not the name of a boot entry");
  }
  if (!parsed->count || parsed->count->tries_left == 0) {
    return FileName(file.name);
  }
  volume::FileWriter* const writer = file_system.writer();
  if (writer == nullptr) {
    return Fail(ErrorCode::kReadOnly, "boot attempts cannot be counted");
  }
  const uint32_t done = parsed->count->tries_done;
  FileName name;
  name.AppendFormat("{}+{}-{}{}",
                    parsed->id,
                    parsed->count->tries_left - 1,
                    std::max(done, done + 1),
                    file.name.substr(file.name.size() - file.suffix.size()));
  const volume::File directory = TRY(file_system.Open(file.directory));
  volume::File entry = TRY(file_system.Open(directory, file.name));
  TRY(writer->Move(entry, directory, name.view()));
  TRY(writer->Flush());
  return name;
}

}  // namespace flint::bls
