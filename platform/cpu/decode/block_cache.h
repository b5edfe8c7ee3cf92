/// Decoded basic blocks, found by address, forgotten when the memory under them is written.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <unordered_map>
#include <vector>

#include "platform/cpu/decode/instruction.h"
#include "platform/cpu/memory/direct_memory.h"

namespace kasane::cpu {

/// Counts of the classes float_add to float_divide, kept apart: blocks that have none do not pay for them.
using FloatLanes [[gnu::vector_size(8)]] = std::uint16_t;
inline constexpr std::uint32_t first_float_class = static_cast<std::uint32_t>(InstructionClass::float_add);
inline constexpr std::uint32_t float_classes = 4;
static_assert(static_cast<std::uint32_t>(InstructionClass::float_divide) ==
              first_float_class + float_classes - 1);

/// Adds `by` to the class's lane, if it has one.
inline void count(InstructionClass kind, int by, Lanes& lanes, FloatLanes& float_lanes) {
  const auto number = static_cast<std::uint32_t>(kind);
  const std::uint32_t float_number = number - first_float_class;
  if (number < lane_classes) lanes[number] = static_cast<std::uint16_t>(lanes[number] + by);
  if (float_number < float_classes)
    float_lanes[float_number] = static_cast<std::uint16_t>(float_lanes[float_number] + by);
}

/// What a block is known by: where its code lies and at which address it runs. In machine mode its links may
/// lead anywhere, in other modes only within its page, so that the two never share a block.
struct BlockKey {
  std::uint64_t physical = 0;
  std::uint64_t pc = 0;
  bool machine = true;

  bool operator==(const BlockKey&) const = default;
};
struct BlockKeyHash {
  std::size_t operator()(const BlockKey& key) const {
    return (key.physical ^ key.pc << 20 ^ (key.machine ? 1u : 0u)) * 0x9E3779B97F4A7C15u >> 16;
  }
};

/// Straight-line code up to a jump, a page's end or max_instructions.
struct Block {
  static constexpr std::size_t max_instructions = 64;
  Lanes lanes{};  ///< what executing it whole adds
  FloatLanes float_lanes{};
  std::int64_t cycles = 0;  ///< of the whole block; taken branches and stalls come on top
  BlockKey key;
  std::uint32_t bytes = 0;
  DirectRegion* region = nullptr;  ///< null: executed once
  Op* ops = nullptr;               ///< entry, instructions, links
  /// Of a block outside machine mode that is one instruction across two pages: where the second page was.
  std::optional<std::uint64_t> second_page;
  // A profiler's names for it: the function it belongs to, and its number there.
  std::uint32_t function = 0;
  std::uint32_t number = 0;

  std::uint64_t end() const { return key.pc + bytes; }  ///< exclusive
};

/// One indirect jump's way: the block at `pc` in the mapping and memory region that `space` stands for.
struct JumpEntry {
  std::uint64_t pc = 1;  ///< no code is at an odd address
  std::uint64_t space = 0;
  const Op* ops = nullptr;
};
/// Blocks by hash of their address.
using JumpCache = std::array<JumpEntry, 2048>;
inline std::size_t jump_slot(std::uint64_t pc) {
  return (pc >> 1) % std::tuple_size_v<JumpCache>;
}

/// Blocks stay in memory until clear(): one that is invalidated only loses its name, and its entry leads back
/// to the core. So links need no undoing, and a block may be invalidated while it runs.
class BlockCache {
 public:
  Block* find(const BlockKey& key) const;
  /// Room for a block with these ops (entry and links included).
  Block& make(const std::vector<Op>& ops);
  /// Makes it known by its key, and its memory known as code.
  void enter(Block& block);

  // All that follows is by physical addresses.
  /// Whether a write to [first, last] may touch decoded code.
  bool is_code(std::uint64_t first, std::uint64_t last) const;
  bool is_code_page(std::uint64_t page) const { return pages_.contains(page); }
  /// Forgets the blocks that overlap [first, last].
  void invalidate(std::uint64_t first, std::uint64_t last);
  void invalidate_all() { invalidate(0, ~std::uint64_t{0}); }
  /// Frees memory; no block may be running.
  void clear();
  /// clear() is due: what is held, mostly of invalidated blocks, has grown large.
  bool is_full() const { return held_ops_ > max_ops; }

 private:
  static constexpr std::size_t max_ops = std::size_t{1} << 20;
  static constexpr std::uint32_t granule_bits = 6;
  /// What of a block lies in one page.
  struct Piece {
    Block* block;
    std::uint64_t first;
    std::uint64_t last;
  };
  struct CodePage {
    std::vector<Piece> pieces;
    std::bitset<(std::size_t{1} << (page_bits - granule_bits))> granules;
  };
  void add_piece(Block& block, std::uint64_t first, std::uint64_t last);
  void forget(Block& block);
  static bool touches(const CodePage& code, std::uint64_t page, std::uint64_t first, std::uint64_t last);
  void invalidate_page(std::uint64_t page, std::uint64_t first, std::uint64_t last);

  std::unordered_map<BlockKey, Block*, BlockKeyHash> blocks_;
  std::unordered_map<std::uint64_t, CodePage> pages_;
  std::pmr::monotonic_buffer_resource arena_;
  std::size_t held_ops_ = 0;
};

/// Handlers of what is no instruction: a block's entry, that of one with floating-point instructions, an
/// invalidated block's entry, a link not yet resolved, a link that may not be, as it leads to another page,
/// and the calls of instrumentation.
const Op* enter_block(const Op* op, Core& core, std::int64_t budget, Lanes lanes);
const Op* enter_float_block(const Op* op, Core& core, std::int64_t budget, Lanes lanes);
const Op* enter_profiled_block(const Op* op, Core& core, std::int64_t budget, Lanes lanes);
const Op* enter_stale_block(const Op* op, Core& core, std::int64_t budget, Lanes lanes);
const Op* resolve_link(const Op* op, Core& core, std::int64_t budget, Lanes lanes);
const Op* follow_jump_cache(const Op* op, Core& core, std::int64_t budget, Lanes lanes);
const Op* call_instrumentation(const Op* op, Core& core);
const Op* call_trace(const Op* op, Core& core);
/// Where one step ends that is not the last of its block.
const Op* halt_within_block(const Op* op, Core& core);

/// Why there is no code to decode.
struct FetchFault {
  std::uint64_t cause = 0;
  std::uint64_t address = 0;
};

/// Decodes the code at `pc`; null where its first instruction cannot be fetched, and `fault` says why.
Block* build_block(Core& core, std::uint64_t pc, FetchFault& fault);

/// The same for the rest, from `pc` to `end`, of a block that the core has halted in; with `one_step` the
/// core halts after one instruction. Its first instruction's op: the rest is not kept, and charges nothing.
const Op* build_rest(Core& core, std::uint64_t pc, std::uint64_t end, bool one_step, FetchFault& fault);

}  // namespace kasane::cpu
