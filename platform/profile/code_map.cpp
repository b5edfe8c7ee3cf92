#include "platform/profile/code_map.h"

#include <iterator>

namespace kasane::profile {

NameId NameTable::add(std::string_view text) {
  const auto known = index_.find(text);
  if (known != index_.end()) return known->second;
  const auto id = static_cast<NameId>(texts_.size());
  texts_.emplace_back(text);
  index_.emplace(text, id);
  return id;
}

void RangeMap::paint(CodeRange range, std::uint32_t value) {
  if (range.begin >= range.end) return;
  const std::uint32_t after = find(range.end).value;
  starts_.erase(starts_.lower_bound(range.begin), starts_.upper_bound(range.end));
  starts_[range.begin] = value;
  starts_[range.end] = after;
}

RangeMap::Found RangeMap::find(std::uint64_t address) const {
  const auto next = starts_.upper_bound(address);
  const auto here = std::prev(next);
  return {{here->first, next == starts_.end() ? ~std::uint64_t{0} : next->first}, here->second};
}

CodeMap::CodeMap() : function_ranges_(0), inlined_calls_(1), inlined_(not_inlined) {
  functions_.push_back(names_.add("(unknown)"));
  bodies_.emplace_back();
}

void CodeMap::add_program(const std::filesystem::path& elf) {
  read_symbols(elf, *this);
  read_inlined_calls(elf, *this);
}

void CodeMap::add_place(std::string_view name, CodeRange range) {
  add_function("(" + std::string(name) + ")", range);
}

CodeMap::Function CodeMap::function_at(std::uint64_t address) const {
  const RangeMap::Found found = function_ranges_.find(address);
  return {found.value, found.range};
}

FunctionId CodeMap::add_function(std::string_view name, CodeRange range) {
  const auto id = static_cast<FunctionId>(functions_.size());
  functions_.push_back(names_.add(name));
  bodies_.push_back(range);
  function_ranges_.paint(range, id);
  return id;
}

InlineId CodeMap::add_inlined(InlineId caller, std::string_view name) {
  inlined_calls_.push_back({caller, names_.add(name)});
  return static_cast<InlineId>(inlined_calls_.size() - 1);
}

std::vector<CodeRange> CodeMap::functions_named(std::string_view name) const {
  std::vector<CodeRange> found;
  for (FunctionId id = 1; id < functions_.size(); ++id) {
    if (names_[functions_[id]] == name) found.push_back(bodies_[id]);
  }
  return found;
}

void CodeMap::merge_function(CodeRange part, std::uint64_t into) {
  function_ranges_.paint(part, function_at(into).id);
}

}  // namespace kasane::profile
