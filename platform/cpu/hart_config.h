/// What a hart is and what its instructions cost in cycles.
#pragma once

#include <cstdint>

#include <systemc>

namespace kasane {

/// Kinds of instructions that cost alike in time and energy.
enum class InstructionClass : std::uint8_t {
  alu,
  load,
  store,
  branch,
  jump,
  multiply,
  divide,
  csr,
  atomic,
  system,     ///< fences, MRET, WFI
  float_add,  ///< also comparison, conversion and moves
  float_multiply,
  float_fused,
  float_divide,  ///< also square roots
  none,          ///< not an instruction: markers within a decoded block
};
inline constexpr std::uint32_t instruction_classes = static_cast<std::uint32_t>(InstructionClass::none);

/// Cycles by instruction class, memory stalls not included. Each from 1 to 1000. Defaults: a single-issue
/// in-order five-stage pipeline with a pipelined multiplier and a bit-serial divider. Floating point as in
/// Rocket (rocket-chip, FPUParams: results after 3 cycles for singles, 4 for doubles, a new operation each
/// cycle): one cycle to issue, one of waiting for operands on average (choice); the iterative divider as
/// LLVM's scheduling model of Rocket has it.
struct CycleCosts {
  std::uint32_t alu = 1;
  std::uint32_t load = 1;
  std::uint32_t store = 1;
  std::uint32_t branch = 1;
  std::uint32_t branch_taken = 3;  ///< a conditional branch that is taken, in all; at least `branch`
  std::uint32_t jump = 2;
  std::uint32_t multiply = 1;
  std::uint32_t divide = 34;
  std::uint32_t csr = 2;
  std::uint32_t atomic = 3;
  std::uint32_t fence = 1;
  std::uint32_t system = 3;  ///< MRET, WFI
  std::uint32_t float_add = 2;
  std::uint32_t float_multiply = 2;
  std::uint32_t float_fused = 2;
  std::uint32_t float_divide = 20;
  std::uint32_t trap = 4;  ///< from the last instruction before a trap to the handler's first
};

/// What becomes of a load or store whose address is not a multiple of its size. Atomic accesses trap in any
/// case.
enum class Misaligned : std::uint8_t {
  hardware,  ///< memory answers as to an aligned one; devices do not
  trap,
};

struct HartConfig {
  std::uint64_t hart_id = 0;
  std::uint64_t reset_vector = 0;
  Misaligned misaligned = Misaligned::hardware;
  /// Whether the page table walker sets the A and D bits of Sv39; else a page that lacks them faults.
  bool hardware_ad = true;
  std::uint32_t pmp_regions = 16;  ///< of physical memory protection, 0 to 16
  /// How far the hart may run ahead of the rest of the chip.
  sc_core::sc_time quantum{1, sc_core::SC_US};
  /// How far it may run ahead where the kernel has nothing scheduled: nobody could see the difference.
  /// Not above the quantum: never further than the quantum.
  sc_core::sc_time lookahead{100, sc_core::SC_US};
  CycleCosts cycles;
};

/// Throws std::invalid_argument, with `where` in its text, where the configuration is impossible.
void check(const HartConfig& config, const char* where);

}  // namespace kasane
