/// Knows whether a selected call of a function is under way.
#pragma once

#include <cstdint>
#include <vector>

namespace kasane {

/// Half-open addresses.
struct CodeRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool contains(std::uint64_t address) const { return address >= begin && address < end; }
};

/// A call begins where control comes to the function's first instruction from outside of it, or from inside
/// by a call, and ends where the code goes on at the return address with the stack pointer as it was then.
class CallTracker {
 public:
  /// `call`: the n-th; 0: every one.
  CallTracker(CodeRange function, std::uint64_t call) : function_(function), call_(call) {}

  /// To be told of every instruction before it is executed, with ra and sp. `links`: it keeps a return
  /// address.
  void step(std::uint64_t pc, std::uint64_t return_address, std::uint64_t stack, bool links);
  void enter_trap();
  void leave_trap();

  bool inside() const { return inside_; }
  /// No call will be selected any more.
  bool done() const { return done_; }
  std::uint64_t calls() const { return calls_; }

 private:
  struct Origin {
    std::uint64_t pc = 0;
    bool linked = false;
  };
  static constexpr std::size_t deepest_traps =
      64;  ///< beyond it, origins of the outermost ones are forgotten

  CodeRange function_;
  std::uint64_t call_;
  std::uint64_t calls_ = 0;
  Origin previous_;
  std::vector<Origin> interrupted_;
  bool inside_ = false;
  bool done_ = false;
  std::uint64_t return_address_ = 0;
  std::uint64_t stack_ = 0;
};

}  // namespace kasane
