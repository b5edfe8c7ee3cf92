#include "platform/profile/profile.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace kasane::profile {
namespace {

bool is_function(const std::string& frame) {
  return !frame.starts_with('[');
}

/// The function that a stack ends in, or the last frame where it has none.
const std::string& owner(const Stack& stack) {
  const auto found = std::find_if(stack.rbegin(), stack.rend(), is_function);
  return found == stack.rend() ? stack.back() : *found;
}

}  // namespace

std::uint64_t Quantity::total() const {
  std::uint64_t sum = 0;
  for (const Sample& sample : samples) sum += sample.value;
  return sum;
}

Quantity quantity(std::string name, std::string unit, std::vector<Sample> samples) {
  std::sort(samples.begin(), samples.end(),
            [](const Sample& a, const Sample& b) { return a.stack < b.stack; });
  Quantity result{std::move(name), std::move(unit), {}};
  for (Sample& sample : samples) {
    if (sample.value == 0) continue;
    if (!result.samples.empty() && result.samples.back().stack == sample.stack) {
      result.samples.back().value += sample.value;
    } else {
      result.samples.push_back(std::move(sample));
    }
  }
  return result;
}

std::vector<std::uint64_t> rounded(const std::vector<double>& values) {
  std::vector<std::uint64_t> result;
  result.reserve(values.size());
  double exact = 0;
  double given = 0;
  for (const double value : values) {
    exact += value;
    const double whole = std::max(0.0, std::round(exact) - given);
    given += whole;
    result.push_back(static_cast<std::uint64_t>(whole));
  }
  return result;
}

std::vector<FunctionShare> Profile::functions() const {
  std::map<std::string, FunctionShare> shares;
  const auto share_of = [&](const Stack& stack) -> FunctionShare& { return shares[owner(stack)]; };
  for (const Sample& sample : instructions.samples) share_of(sample.stack).instructions += sample.value;
  for (const Sample& sample : energy.samples) share_of(sample.stack).picojoules += sample.value;
  for (const Sample& sample : cycles.samples) {
    FunctionShare& share = share_of(sample.stack);
    (sample.stack.back() == asleep_frame ? share.asleep_cycles : share.cycles) += sample.value;
  }
  std::vector<FunctionShare> result;
  for (auto& [name, share] : shares) {
    share.name = name;
    result.push_back(std::move(share));
  }
  std::stable_sort(result.begin(), result.end(), [](const FunctionShare& a, const FunctionShare& b) {
    return a.picojoules > b.picojoules;
  });
  return result;
}

std::string folded_stacks(const Quantity& quantity) {
  std::string text;
  for (const Sample& sample : quantity.samples) {
    const char* separator = "";
    for (const std::string& frame : sample.stack) {
      text += separator;
      separator = ";";
      for (const char character : frame) {
        const bool taken = character == ';' || static_cast<unsigned char>(character) < ' ';
        text += taken ? ':' : character;
      }
    }
    text += ' ' + std::to_string(sample.value) + '\n';
  }
  return text;
}

}  // namespace kasane::profile
