// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "drivers/console/text_output.h"

namespace flint::console {

/// One device for two kinds of speakers: programs, which paint wherever they
/// like, and the firmware's own lines (log, crash dumps), which then begin on a
/// line of their own and in plain colours.
class SharedOutput final {
 public:
  /// `device` must outlive this.
  explicit constexpr SharedOutput(TextOutput& device) : device_(device) {}
  SharedOutput(const SharedOutput&) = delete;
  SharedOutput& operator=(const SharedOutput&) = delete;

  TextOutput& programs() { return programs_; }
  TextOutput& lines() { return lines_; }

 private:
  class Programs final : public TextOutput {
   public:
    explicit constexpr Programs(SharedOutput& shared) : shared_(shared) {}
    void Write(std::string_view bytes) override {
      shared_.is_painted_ = true;
      shared_.device_.Write(bytes);
    }
    void Flush() override { shared_.device_.Flush(); }

   private:
    SharedOutput& shared_;
  };

  class Lines final : public TextOutput {
   public:
    explicit constexpr Lines(SharedOutput& shared) : shared_(shared) {}
    void Write(std::string_view bytes) override {
      // Where the cursor is only the programs' screen knows, and perhaps has
      // not told the terminal yet.
      if (shared_.is_painted_) shared_.device_.Write("\x1B[m\r\n");
      shared_.is_painted_ = false;
      shared_.device_.Write(bytes);
    }
    void Flush() override { shared_.device_.Flush(); }

   private:
    SharedOutput& shared_;
  };

  TextOutput& device_;
  bool is_painted_ = false;
  Programs programs_{*this};
  Lines lines_{*this};
};

}  // namespace flint::console
