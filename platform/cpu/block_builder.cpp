/// Decodes straight-line code into blocks.
#include "platform/cpu/core.h"
#include "platform/cpu/decoder.h"

namespace kasane::cpu {
namespace {

bool ends_block(Format format) {
  return format == Format::b || format == Format::j || format == Format::jalr || format == Format::csr ||
         format == Format::system;
}

/// What follows a block's last instruction: a way to the code at `pc`. Also marks the end of the
/// instructions.
Op link_to(std::uint64_t pc) {
  Op link{};
  link.handler = resolve_link;
  link.pc = pc;
  link.kind = InstructionClass::none;
  return link;
}

class Builder {
 public:
  Builder(Core& core, std::uint64_t pc) : core_(core), start_(pc), pc_(pc) { add_entry(); }

  Block& build() {
    while (add_instruction()) {
    }
    return finish();
  }

 private:
  void add_entry() {
    Op entry{};
    entry.handler = enter_block;
    entry.pc = start_;
    entry.kind = InstructionClass::none;
    ops_.push_back(entry);
  }

  /// One more; false where the block ends with it, or before it.
  bool add_instruction() {
    std::uint16_t low = 0;
    std::uint16_t high = 0;
    DirectRegion* region = nullptr;
    DirectRegion* high_region = nullptr;
    if (!core_.fetch(pc_, low, region)) return fault(pc_);
    const std::uint32_t length = (low & 3) == 3 ? 4 : 2;
    if (length == 4 && !core_.fetch(pc_ + 2, high, high_region)) return fault(pc_ + 2);
    if (length == 4 && high_region != region) region = nullptr;
    if (is_first()) region_ = region;
    if (region != region_) return end_before();
    const Decoded decoded = decode(std::uint32_t{high} << 16 | low, length, pc_, core_.costs);
    ops_.push_back(decoded.op);
    pc_ += length;
    if (decoded.format == Format::b || decoded.format == Format::j) {
      if (decoded.format == Format::b) ops_.push_back(link_to(pc_));
      ops_.push_back(link_to(static_cast<std::uint64_t>(decoded.op.immediate)));
      return false;
    }
    if (ends_block(decoded.format) || region_ == nullptr || page_of(pc_) != page_of(start_) ||
        ops_.size() > Block::max_instructions) {
      return end_before();
    }
    return true;
  }

  bool is_first() const { return ops_.size() == 1; }

  bool end_before() {
    ops_.push_back(link_to(pc_));
    return false;
  }

  /// Fetch fails: only where control really arrives does it trap.
  bool fault(std::uint64_t address) {
    if (!is_first()) return end_before();
    Op op{};
    op.handler = fetch_fault;
    op.pc = pc_;
    op.immediate = static_cast<std::int64_t>(address);
    op.kind = InstructionClass::system;
    op.cycles = 1;
    ops_.push_back(op);
    region_ = nullptr;
    return end_before();
  }

  Block& finish() {
    Block& block = core_.blocks.make(ops_);
    block.pc = start_;
    block.end = pc_;
    block.region = region_;
    for (const Op& op : ops_) {
      block.cycles += op.cycles;
      const auto lane = static_cast<std::uint32_t>(op.kind);
      if (lane < lane_classes) ++block.lanes[lane];
    }
    if (region_ != nullptr) {
      // The fetch unit reads aligned words of 8 bytes, each once a block.
      block.lanes[fetch_lane] = static_cast<std::uint16_t>((pc_ - 1) / 8 - start_ / 8 + 1);
      core_.blocks.enter(block);
      core_.memory.unmap_writes(page_of(start_));
      core_.memory.unmap_writes(page_of(pc_ - 1));
    }
    return block;
  }

  Core& core_;
  std::uint64_t start_;
  std::uint64_t pc_;
  DirectRegion* region_ = nullptr;
  std::vector<Op> ops_;
};

}  // namespace

Block& build_block(Core& core, std::uint64_t pc) {
  return Builder(core, pc).build();
}

}  // namespace kasane::cpu
