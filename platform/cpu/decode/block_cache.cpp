#include "platform/cpu/decode/block_cache.h"

#include <algorithm>
#include <memory>

#include "platform/cpu/core.h"

namespace kasane::cpu {

Block* BlockCache::find(const BlockKey& key) const {
  const auto found = blocks_.find(key);
  return found == blocks_.end() ? nullptr : found->second;
}

Block& BlockCache::make(const std::vector<Op>& ops) {
  std::pmr::polymorphic_allocator<> allocator(&arena_);
  Block& block = *allocator.new_object<Block>();
  block.ops = allocator.allocate_object<Op>(ops.size());
  std::uninitialized_copy(ops.begin(), ops.end(), block.ops);
  block.ops->block = &block;
  for (Op* op = block.ops + 1; op != block.ops + ops.size(); ++op) {
    if (op->handler == resolve_link || op->handler == follow_jump_cache) op->target = op;
  }
  held_ops_ += ops.size() + sizeof(Block) / sizeof(Op) + 1;
  return block;
}

void BlockCache::enter(Block& block) {
  blocks_[block.key] = &block;
  const std::uint64_t first = block.key.physical;
  const std::uint64_t left_in_page = page_bytes - block.key.pc % page_bytes;
  if (block.bytes <= left_in_page) {
    add_piece(block, first, first + block.bytes - 1);
    return;
  }
  const std::uint64_t second = block.second_page.value_or(first + left_in_page);
  add_piece(block, first, first + left_in_page - 1);
  add_piece(block, second, second + (block.bytes - left_in_page) - 1);
}

void BlockCache::add_piece(Block& block, std::uint64_t first, std::uint64_t last) {
  CodePage& code = pages_[page_of(first)];
  code.pieces.push_back({&block, first, last});
  const auto granule = [](std::uint64_t address) { return address % page_bytes >> granule_bits; };
  for (std::uint64_t g = granule(first); g <= granule(last); ++g) code.granules.set(g);
}

bool BlockCache::touches(const CodePage& code, std::uint64_t page, std::uint64_t first, std::uint64_t last) {
  const std::uint64_t start = page << page_bits;
  const std::uint64_t end = start + ((std::uint64_t{1} << page_bits) - 1);
  const std::uint64_t from = (std::max(first, start) - start) >> granule_bits;
  const std::uint64_t to = (std::min(last, end) - start) >> granule_bits;
  for (std::uint64_t g = from; g <= to; ++g) {
    if (code.granules.test(g)) return true;
  }
  return false;
}

bool BlockCache::is_code(std::uint64_t first, std::uint64_t last) const {
  for (std::uint64_t page = page_of(first); page <= page_of(last); ++page) {
    const auto found = pages_.find(page);
    if (found != pages_.end() && touches(found->second, page, first, last)) return true;
  }
  return false;
}

void BlockCache::invalidate_page(std::uint64_t page, std::uint64_t first, std::uint64_t last) {
  const auto found = pages_.find(page);
  if (found == pages_.end() || !touches(found->second, page, first, last)) return;
  CodePage& code = found->second;
  std::erase_if(code.pieces, [&](const Piece& piece) {
    if (piece.last < first || piece.first > last) return false;
    forget(*piece.block);
    return true;
  });
  // Granules of forgotten blocks stay marked while the page has others: a little caution costs little.
  if (code.pieces.empty()) pages_.erase(found);
}

void BlockCache::forget(Block& block) {
  block.ops->handler = enter_stale_block;
  const auto known = blocks_.find(block.key);
  if (known != blocks_.end() && known->second == &block) blocks_.erase(known);
}

void BlockCache::invalidate(std::uint64_t first, std::uint64_t last) {
  if (page_of(last) - page_of(first) < pages_.size()) {
    for (std::uint64_t page = page_of(first); page <= page_of(last); ++page)
      invalidate_page(page, first, last);
    return;
  }
  std::vector<std::uint64_t> pages;
  for (const auto& [page, code] : pages_) {
    if (page >= page_of(first) && page <= page_of(last)) pages.push_back(page);
  }
  for (const std::uint64_t page : pages) invalidate_page(page, first, last);
}

void BlockCache::clear() {
  blocks_.clear();
  pages_.clear();
  arena_.release();
  held_ops_ = 0;
}

}  // namespace kasane::cpu
