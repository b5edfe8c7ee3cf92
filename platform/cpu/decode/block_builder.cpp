/// Decodes straight-line code into blocks.
#include <bit>

#include "platform/cpu/core.h"
#include "platform/cpu/decode/decoder.h"

namespace kasane::cpu {
namespace {

bool ends_block(Format format) {
  return format == Format::b || format == Format::j || format == Format::jalr || format == Format::csr ||
         format == Format::system;
}

class Builder {
 public:
  Builder(Core& core, std::uint64_t pc) : core_(core), start_(pc), pc_(pc) {
    add_marker(core.profiling == nullptr ? enter_block : enter_profiled_block, InstructionClass::none);
  }

  Block* build(FetchFault& fault) {
    while (add_instruction()) {
    }
    fault = fault_;
    return instructions_ == 0 ? nullptr : &finish();
  }

  /// What is left of a block that ends at `end`, not to be found again: the core goes on with its first
  /// instruction, whatever hook there is, and `one_step` halts after it.
  const Op* build_rest(std::uint64_t end, bool one_step, FetchFault& fault) {
    end_ = end;
    halts_ = one_step;
    while (add_instruction()) {
    }
    fault = fault_;
    time_trace_marks();
    return instructions_ == 0 ? nullptr : core_.blocks.make(ops_).ops + 1;
  }

 private:
  void add_marker(Handler handler, InstructionClass kind) {
    Op op{};
    op.handler = handler;
    op.pc = pc_;
    op.kind = kind;
    ops_.push_back(op);
  }

  /// Stands among the instructions as one that costs nothing.
  void add_trace_mark(std::uint32_t bits) {
    add_marker(plain<call_trace>, InstructionClass::system);
    ops_.back().mark = {.bits = bits, .cycles_left = 0};
  }

  void time_trace_marks() {
    std::uint32_t cycles = 0;
    for (auto op = ops_.rbegin(); op != ops_.rend(); ++op) {
      cycles += op->cycles;
      if (op->handler == plain<call_trace>) op->mark.cycles_left = cycles;
    }
  }

  bool is_rest() const { return end_.has_value(); }

  /// The mark that a step ends at within a block.
  bool halt_here() {
    add_marker(plain<halt_within_block>, InstructionClass::none);
    ops_.back().immediate = static_cast<std::int64_t>(*end_);
    return false;
  }

  /// What follows a block's last instruction: a way to the code at `pc`. Also marks the end of the
  /// instructions. Outside machine mode another page may be mapped elsewhere next time.
  void add_link(std::uint64_t pc) {
    Op link{};
    const bool is_lasting = core_.space.in_machine_mode() || page_of(pc) == page_of(start_);
    link.handler = is_lasting ? resolve_link : follow_jump_cache;
    link.pc = pc;
    link.kind = InstructionClass::none;
    ops_.push_back(link);
  }

  /// One more; false where the block ends with it, or before it.
  bool add_instruction() {
    const Fetched low = core_.fetch(pc_);
    if (low.cause != 0) return fault(low.cause, pc_);
    DirectRegion* region = low.region;
    std::uint32_t bits = low.bits;
    std::uint32_t length = 2;
    if ((bits & 3) == 3) {
      const Fetched high = core_.fetch(pc_ + 2);
      if (high.cause != 0) return fault(high.cause, pc_ + 2);
      if (high.region != region) region = nullptr;
      bits |= std::uint32_t{high.bits} << 16;
      length = 4;
      if (page_of(pc_ + 2) != page_of(pc_) && !core_.space.in_machine_mode()) {
        if (!is_first()) return end_before();
        second_page_ = high.physical;
      }
    }
    if (is_first()) {
      region_ = region;
      physical_ = low.physical;
    }
    if (region != region_) return end_before();
    // A hook takes no time and is no instruction: blocks keep their shape, and the chip its timing.
    const bool resumes = is_rest() && is_first();
    if (!resumes && core_.wants_hook(pc_)) add_marker(plain<call_instrumentation>, InstructionClass::system);
    if (core_.is_traced()) add_trace_mark(bits);
    const Decoded decoded = decode(bits, length, pc_, core_.config);
    ops_.push_back(decoded.op);
    if (core_.profiling != nullptr) ops_.back().handler = profiled_handler(decoded);
    ++instructions_;
    pc_ += length;
    if (decoded.format == Format::b || decoded.format == Format::j) {
      if (decoded.format == Format::b) add_link(pc_);
      add_link(static_cast<std::uint64_t>(decoded.op.immediate));
      return false;
    }
    if (ends_block(decoded.format) || region_ == nullptr || page_of(pc_) != page_of(start_) ||
        instructions_ == core_.block_limit() || pc_ == end_) {
      return end_before();
    }
    return halts_ ? halt_here() : true;
  }

  bool is_first() const { return instructions_ == 0; }

  bool end_before() {
    add_link(pc_);
    return false;
  }

  /// Fetch fails: only where control really arrives does it trap.
  bool fault(std::uint64_t cause, std::uint64_t address) {
    if (!is_first()) return end_before();
    fault_ = {cause, address};
    return false;
  }

  Block& finish() {
    time_trace_marks();
    Block& block = core_.blocks.make(ops_);
    block.key = {.physical = physical_, .pc = start_, .machine = core_.space.in_machine_mode()};
    block.bytes = static_cast<std::uint32_t>(pc_ - start_);
    block.region = region_;
    block.second_page = second_page_;
    for (const Op& op : ops_) {
      block.cycles += op.cycles;
      count(op.kind, 1, block.lanes, block.float_lanes);
    }
    const bool is_float = std::bit_cast<std::uint64_t>(block.float_lanes) != 0;
    if (is_float && core_.profiling == nullptr) block.ops->handler = enter_float_block;
    if (region_ != nullptr) keep(block);
    if (core_.profiling != nullptr) core_.profiling->on_decoded(core_, block);
    return block;
  }

  void keep(Block& block) {
    // The fetch unit reads aligned words of 8 bytes, each once a block.
    block.lanes[fetch_lane] = static_cast<std::uint16_t>((pc_ - 1) / 8 - start_ / 8 + 1);
    const std::uint64_t last = second_page_.value_or(physical_ + block.bytes - 1);
    for (const std::uint64_t place : {physical_, last}) {
      if (!core_.blocks.is_code_page(page_of(place))) core_.memory.unmap_writes(*region_, place);
    }
    core_.blocks.enter(block);
  }

  Core& core_;
  std::uint64_t start_;
  std::uint64_t pc_;
  std::uint64_t physical_ = 0;
  std::size_t instructions_ = 0;
  DirectRegion* region_ = nullptr;
  std::optional<std::uint64_t> second_page_;
  std::optional<std::uint64_t> end_;
  bool halts_ = false;
  FetchFault fault_;
  std::vector<Op> ops_;
};

}  // namespace

Block* build_block(Core& core, std::uint64_t pc, FetchFault& fault) {
  return Builder(core, pc).build(fault);
}

const Op* build_rest(Core& core, std::uint64_t pc, std::uint64_t end, bool one_step, FetchFault& fault) {
  return Builder(core, pc).build_rest(end, one_step, fault);
}

}  // namespace kasane::cpu
