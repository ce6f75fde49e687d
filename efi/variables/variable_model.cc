// SPDX-License-Identifier: Apache-2.0
#include "efi/variables/variable_model.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "efi/abi/status.h"
#include "efi/variables/variable_format.h"
#include "efi/variables/variable_services.h"
#include "efi/variables/variable_store_fixture.h"

namespace flint::efi {
namespace {

constexpr size_t kMemoryBytes = 1024;
constexpr uint32_t kAll = kNv | kBs | kRt;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "variables differ from the model: %s\n", what);
  std::abort();
}

struct Variable {
  std::u16string name;
  Guid vendor;
  uint32_t attributes;
  std::string data;

  size_t entry_bytes() const {
    return (32 + 2 * (name.size() + 1) + data.size() + 7) / 8 * 8;
  }
};

/// What the specification says of well-formed calls, on a plain list.
class Model {
 public:
  abi::EFI_STATUS Set(const Variable& wanted) {
    const bool append = (wanted.attributes & kAppend) != 0;
    const uint32_t attributes = wanted.attributes & ~kAppend;
    const bool removes =
        (attributes & (kBs | kRt)) == 0 || (wanted.data.empty() && !append);
    const auto it = Find(wanted.name, wanted.vendor);
    if (it == variables.end() || !IsVisible(*it)) {
      if (removes || wanted.data.empty()) return abi::EFI_NOT_FOUND;
      if (it != variables.end()) return abi::EFI_INVALID_PARAMETER;
      if (at_runtime && attributes != kAll) return abi::EFI_INVALID_PARAMETER;
      Variable added = wanted;
      added.attributes = attributes;
      variables.push_back(added);
      if (Fits(added)) return abi::EFI_SUCCESS;
      variables.pop_back();
      return abi::EFI_OUT_OF_RESOURCES;
    }
    if (at_runtime && (it->attributes & kNv) == 0) {
      return abi::EFI_WRITE_PROTECTED;
    }
    if ((attributes & (kBs | kRt)) != 0 && attributes != it->attributes) {
      return abi::EFI_INVALID_PARAMETER;
    }
    if (removes) {
      variables.erase(it);
      return abi::EFI_SUCCESS;
    }
    const std::string old = it->data;
    it->data = append ? old + wanted.data : wanted.data;
    if (Fits(*it)) return abi::EFI_SUCCESS;
    it->data = old;
    return abi::EFI_OUT_OF_RESOURCES;
  }

  bool IsVisible(const Variable& variable) const {
    return !at_runtime || (variable.attributes & kRt) != 0;
  }

  std::vector<VariableStore::Name> Names() const {
    std::vector<VariableStore::Name> names;
    for (const uint32_t kind : {kNv, uint32_t{0}}) {
      for (const Variable& variable : variables) {
        if ((variable.attributes & kNv) == kind && IsVisible(variable)) {
          names.emplace_back(variable.name, variable.vendor);
        }
      }
    }
    return names;
  }

  VariableStore::Got Get(const std::u16string& name, const Guid& vendor) {
    const auto it = Find(name, vendor);
    if (it == variables.end() || !IsVisible(*it)) {
      return {.status = abi::EFI_NOT_FOUND, .attributes = 0, .data = {}};
    }
    return {abi::EFI_SUCCESS, it->attributes, it->data};
  }

  std::vector<Variable> variables;
  bool at_runtime = false;

 private:
  std::vector<Variable>::iterator Find(const std::u16string& name,
                                       const Guid& vendor) {
    return std::ranges::find_if(variables, [&](const Variable& variable) {
      return variable.name == name && variable.vendor == vendor;
    });
  }

  // Whether all variables of that one's kind fit their memory.
  bool Fits(const Variable& one) const {
    size_t used = 24;
    for (const Variable& variable : variables) {
      if (((variable.attributes ^ one.attributes) & kNv) == 0) {
        used += variable.entry_bytes();
      }
    }
    return used <= kMemoryBytes;
  }
};

class Program {
 public:
  explicit Program(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  uint8_t Next() {
    if (bytes_.empty()) return 0;
    const uint8_t value = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return value;
  }

 private:
  std::span<const uint8_t> bytes_;
};

/// One of few names, so that they meet again; of any data.
Variable TakeVariable(Program& program) {
  constexpr std::array<uint32_t, 8> kAttributes = {
      kAll, kNv | kBs, kBs | kRt, kBs, 0, kAll | kAppend, kBs | kAppend, kAll};
  const uint8_t which = program.Next();
  const uint8_t size = program.Next();
  Variable variable;
  variable.name.assign(1 + which % 5, static_cast<char16_t>(u'A' + which % 7));
  variable.vendor = (which & 0x80) != 0 ? kVendorA : kVendorB;
  variable.attributes = kAttributes[program.Next() % kAttributes.size()];
  variable.data.assign(size, static_cast<char>(program.Next()));
  return variable;
}

/// The non-volatile variables are what a file would hold: goes through one.
void Restart(VariableStore& store, Model& model) {
  const Bytes image = store.nonvolatile().Image();
  const std::vector<std::byte> file(image.begin(), image.end());
  const Result<Bytes> checked = CheckVariableFile(file);
  Require(checked.has_value(), "the image is not one");
  store = VariableStore(kMemoryBytes, kMemoryBytes);
  Require(store.nonvolatile().Load(*checked), "the image does not fit");
  model.at_runtime = false;
  std::erase_if(model.variables, [](const Variable& variable) {
    return (variable.attributes & kNv) == 0;
  });
}

void Step(Program& program, VariableStore& store, Model& model) {
  switch (program.Next() % 16) {
    case 0:
      store.phase = VariablePhase::kRuntime;
      model.at_runtime = true;
      return;
    case 1:
      Restart(store, model);
      return;
    default: {
      const Variable variable = TakeVariable(program);
      const abi::EFI_STATUS expected = model.Set(variable);
      const abi::EFI_STATUS status = store.Set(
          variable.name, variable.attributes, variable.data, variable.vendor);
      Require(status == expected, "what SetVariable returns");
    }
  }
}

}  // namespace

void CompareWithModel(std::span<const uint8_t> bytes) {
  VariableStore store(kMemoryBytes, kMemoryBytes);
  Model model;
  for (Program program(bytes); !program.empty();) {
    Step(program, store, model);
    Require(store.Names() == model.Names(), "the enumeration");
    for (const Variable& variable : model.variables) {
      Require(store.Get(variable.name, variable.vendor) ==
                  model.Get(variable.name, variable.vendor),
              "what GetVariable returns");
    }
  }
}

}  // namespace flint::efi
