/// A hart's counters: what it has done, and the registers that run with it.
#pragma once

#include <cstdint>

namespace kasane::cpu {

/// What the hart has done so far; mcycle and minstret run with it.
struct Progress {
  std::uint64_t cycles = 0;
  std::uint64_t instructions = 0;
};

/// A 64-bit counter that software may set and inhibit, running with a count kept elsewhere.
class Counter {
 public:
  std::uint64_t read(std::uint64_t running) const { return inhibited_ ? value_ : running + value_; }
  void write(std::uint64_t value, std::uint64_t running) { value_ = inhibited_ ? value : value - running; }
  void inhibit(bool on, std::uint64_t running) {
    if (on == inhibited_) return;
    value_ = on ? running + value_ : value_ - running;
    inhibited_ = on;
  }
  bool inhibited() const { return inhibited_; }

 private:
  std::uint64_t value_ = 0;  ///< the count itself while inhibited, else what to add to the running count
  bool inhibited_ = false;
};

}  // namespace kasane::cpu
