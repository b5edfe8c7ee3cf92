/// What a profile says: how much was spent in which call stack, by quantity; and its files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kasane::profile {

/// Outermost frame first. Names in brackets are no functions but hardware, waiting and traps.
using Stack = std::vector<std::string>;

struct Sample {
  Stack stack;
  std::uint64_t value = 0;
};

/// Samples are in the order of their stacks, each stack once, none with 0.
struct Quantity {
  std::string name;  ///< e.g. "instructions"; of a file's name, too
  std::string unit;  ///< for people; empty: a count
  std::vector<Sample> samples;
  std::uint64_t total() const;
};

/// A function's own share, its callees' not included; what hardware did for it is.
struct FunctionShare {
  std::string name;
  std::uint64_t instructions = 0;
  std::uint64_t cycles = 0;         ///< running
  std::uint64_t asleep_cycles = 0;  ///< waiting for an interrupt
  std::uint64_t picojoules = 0;
};

struct Profile {
  Quantity instructions;
  Quantity cycles;  ///< with those asleep, under frames of their own
  Quantity energy;  ///< picojoules

  /// By energy, the largest first.
  std::vector<FunctionShare> functions() const;
};

/// The frame that marks a hart's sleep, as the last or the one before.
inline const std::string asleep_frame = "[asleep]";

/// Sorts by stack and joins equal ones.
Quantity quantity(std::string name, std::string unit, std::vector<Sample> samples);

/// Rounds to integers so that they add up to the rounded sum; `values` is in the order of `stacks`.
std::vector<std::uint64_t> rounded(const std::vector<double>& values);

/// A line for each stack: frames joined by semicolons, a space, the value. Semicolons and line breaks within
/// a name are replaced.
std::string folded_stacks(const Quantity& quantity);

/// All three as one file for speedscope (https://www.speedscope.app).
std::string speedscope_json(const Profile& profile, const std::string& name);

}  // namespace kasane::profile
