/// Decodes straight-line code into blocks.
#include "platform/cpu/core.h"
#include "platform/cpu/decoder.h"

namespace kasane::cpu {
namespace {

bool ends_block(Format format) {
  return format == Format::b || format == Format::j || format == Format::jalr || format == Format::csr ||
         format == Format::system;
}

class Builder {
 public:
  Builder(Core& core, std::uint64_t pc) : core_(core), start_(pc), pc_(pc) {
    add_marker(enter_block);
    if (core.wants_hook(pc)) add_marker(call_instrumentation);
  }

  Block* build(FetchFault& fault) {
    while (add_instruction()) {
    }
    fault = fault_;
    return instructions_ == 0 ? nullptr : &finish();
  }

 private:
  void add_marker(Handler handler) {
    Op op{};
    op.handler = handler;
    op.pc = start_;
    op.kind = InstructionClass::none;
    ops_.push_back(op);
  }

  /// Stands among the instructions as one that costs nothing.
  void add_trace_mark(std::uint32_t bits) {
    Op op{};
    op.handler = call_trace;
    op.mark = {.bits = bits, .cycles_left = 0};
    op.pc = pc_;
    op.kind = InstructionClass::system;
    ops_.push_back(op);
  }

  void time_trace_marks() {
    std::uint32_t cycles = 0;
    for (auto op = ops_.rbegin(); op != ops_.rend(); ++op) {
      cycles += op->cycles;
      if (op->handler == call_trace) op->mark.cycles_left = cycles;
    }
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
    if (core_.is_traced()) add_trace_mark(bits);
    const Decoded decoded = decode(bits, length, pc_, core_.config);
    ops_.push_back(decoded.op);
    ++instructions_;
    pc_ += length;
    if (decoded.format == Format::b || decoded.format == Format::j) {
      if (decoded.format == Format::b) add_link(pc_);
      add_link(static_cast<std::uint64_t>(decoded.op.immediate));
      return false;
    }
    if (ends_block(decoded.format) || region_ == nullptr || page_of(pc_) != page_of(start_) ||
        instructions_ == core_.block_limit() || core_.wants_hook(pc_)) {
      return end_before();
    }
    return true;
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
      const auto lane = static_cast<std::uint32_t>(op.kind);
      if (lane < lane_classes) ++block.lanes[lane];
    }
    if (region_ != nullptr) keep(block);
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
  FetchFault fault_;
  std::vector<Op> ops_;
};

}  // namespace

Block* build_block(Core& core, std::uint64_t pc, FetchFault& fault) {
  return Builder(core, pc).build(fault);
}

}  // namespace kasane::cpu
