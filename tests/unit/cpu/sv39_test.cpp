/// Page table walks, each with what the privileged architecture's algorithm (4.3.2) says of it.
#include "platform/cpu/memory/sv39.h"

#include <gtest/gtest.h>
#include <map>
#include <vector>

namespace kasane::cpu {
namespace {

constexpr std::uint64_t V = 1, R = 2, W = 4, X = 8, U = 16, G = 32, A = 64, D = 128;
constexpr std::uint64_t root = 0x80100;
constexpr std::uint64_t middle = 0x80200;
constexpr std::uint64_t bottom = 0x80300;

constexpr std::uint64_t entry(std::uint64_t page, std::uint64_t bits) {
  return page << 10 | bits;
}

class Table : public PageTableMemory {
 public:
  bool read_entry(std::uint64_t address, std::uint64_t& value) override {
    reads.push_back(address);
    if (address == refused) return false;
    value = entries[address];
    return true;
  }
  bool write_entry(std::uint64_t address, std::uint64_t value) override {
    if (address == read_only) return false;
    entries[address] = value;
    return true;
  }
  std::map<std::uint64_t, std::uint64_t> entries;
  std::vector<std::uint64_t> reads;
  std::uint64_t refused = 0;
  std::uint64_t read_only = 0;
};

/// The address with these three indices: VPN[2], VPN[1], VPN[0].
constexpr std::uint64_t address_of(std::uint64_t top, std::uint64_t mid, std::uint64_t low) {
  const std::uint64_t address = top << 30 | mid << 21 | low << 12 | 0xABC;
  return top >= 256 ? address | ~((std::uint64_t{1} << 39) - 1) : address;
}

class Sv39Test : public ::testing::Test {
 protected:
  Sv39Test() {
    table.entries[(root << 12) + 8 * 3] = entry(middle, V);
    table.entries[(middle << 12) + 8 * 5] = entry(bottom, V);
  }
  std::uint64_t& leaf() { return table.entries[(bottom << 12) + 8 * 7]; }
  WalkResult walk(std::uint64_t bits, const PageRequest& request) {
    leaf() = entry(0x12345, bits);
    return walk_sv39(address_of(3, 5, 7), root, request, table);
  }
  WalkEnd end(std::uint64_t bits, const PageRequest& request) { return walk(bits, request).end; }
  Table table;
};

const PageRequest user_load{.access = Access::load, .mode = Privilege::user};
const PageRequest user_store{.access = Access::store, .mode = Privilege::user};
const PageRequest user_fetch{.access = Access::fetch, .mode = Privilege::user};
const PageRequest supervisor_load{.access = Access::load, .mode = Privilege::supervisor};
const PageRequest supervisor_fetch{.access = Access::fetch, .mode = Privilege::supervisor};

TEST_F(Sv39Test, ReadsOneEntryALevelWhereTheIndicesSay) {
  const WalkResult result = walk(V | R | U | A, user_load);
  EXPECT_EQ(result.end, WalkEnd::found);
  EXPECT_EQ(result.page, 0x12345u);
  EXPECT_EQ(table.reads, (std::vector<std::uint64_t>{0x80100000 + 24, 0x80200000 + 40, 0x80300000 + 56}));
}

TEST_F(Sv39Test, LargerPagesTakeTheirLowPagesFromTheAddress) {
  table.entries[(middle << 12) + 8 * 5] = entry(0x40000 + 0x200, V | R | U | A);
  EXPECT_EQ(walk_sv39(address_of(3, 5, 7), root, user_load, table).page, 0x40207u);
  table.entries[(root << 12) + 8 * 3] = entry(0x40000 * 3, V | R | U | A);
  EXPECT_EQ(walk_sv39(address_of(3, 5, 7), root, user_load, table).page, 0x40000u * 3 + (5 << 9 | 7));
  table.entries[(root << 12) + 8 * 3] = entry(0x40000 * 3 + 0x200, V | R | U | A);  // misaligned
  EXPECT_EQ(walk_sv39(address_of(3, 5, 7), root, user_load, table).end, WalkEnd::page_fault);
}

TEST_F(Sv39Test, AddressesMustBeSignExtended) {
  table.entries[(root << 12) + 8 * 511] = entry(0, V | R | U | A);
  EXPECT_EQ(walk_sv39(address_of(511, 0, 0), root, user_load, table).end, WalkEnd::found);
  const std::uint64_t without_sign = address_of(511, 0, 0) & ((std::uint64_t{1} << 39) - 1);
  EXPECT_EQ(walk_sv39(without_sign, root, user_load, table).end, WalkEnd::page_fault);
  EXPECT_EQ(walk_sv39(std::uint64_t{1} << 62, root, user_load, table).end, WalkEnd::page_fault);
}

TEST_F(Sv39Test, MalformedEntriesFault) {
  EXPECT_EQ(end(R | U | A, user_load), WalkEnd::page_fault);           // not valid
  EXPECT_EQ(end(V | W | U | A | D, user_store), WalkEnd::page_fault);  // writable, not readable
  EXPECT_EQ(end(V | W | X | U | A | D, user_fetch), WalkEnd::page_fault);
  EXPECT_EQ(end(V, user_load), WalkEnd::page_fault);  // a pointer at the last level
  EXPECT_EQ(end(V | R | U | A | std::uint64_t{1} << 54, user_load), WalkEnd::page_fault);  // reserved bits
  EXPECT_EQ(end(V | R | U | A | std::uint64_t{1} << 63, user_load), WalkEnd::page_fault);
  EXPECT_EQ(end(V | R | U | A | G | 3 << 8, user_load), WalkEnd::found);  // global; software's own bits
  for (const std::uint64_t bit : {A, D, U}) {
    table.entries[(middle << 12) + 8 * 5] = entry(bottom, V | bit);  // reserved in a pointer
    EXPECT_EQ(end(V | R | U | A, user_load), WalkEnd::page_fault);
  }
}

TEST_F(Sv39Test, PermissionsFollowModeSumAndMxr) {
  EXPECT_EQ(end(V | R | A, user_load), WalkEnd::page_fault);
  EXPECT_EQ(end(V | R | U | A, supervisor_load), WalkEnd::page_fault);
  PageRequest sum = supervisor_load;
  sum.user_memory = true;
  EXPECT_EQ(end(V | R | U | A, sum), WalkEnd::found);
  sum.access = Access::fetch;  // never executes user pages
  EXPECT_EQ(end(V | R | X | U | A, sum), WalkEnd::page_fault);
  EXPECT_EQ(end(V | X | A, supervisor_fetch), WalkEnd::found);
  EXPECT_EQ(end(V | R | A, supervisor_fetch), WalkEnd::page_fault);
  EXPECT_EQ(end(V | X | A, supervisor_load), WalkEnd::page_fault);
  PageRequest mxr = supervisor_load;
  mxr.executable_readable = true;
  EXPECT_EQ(end(V | X | A, mxr), WalkEnd::found);
  EXPECT_EQ(end(V | R | U | A, user_store), WalkEnd::page_fault);
  EXPECT_EQ(end(V | R | W | U | A | D, user_store), WalkEnd::found);
}

TEST_F(Sv39Test, TheWalkerSetsAccessedAndDirtyOrFaults) {
  EXPECT_EQ(end(V | R | W | U, user_load), WalkEnd::found);
  EXPECT_EQ(leaf(), entry(0x12345, V | R | W | U | A));
  EXPECT_EQ(end(V | R | W | U, user_store), WalkEnd::found);
  EXPECT_EQ(leaf(), entry(0x12345, V | R | W | U | A | D));
  for (PageRequest request : {user_load, user_store}) {
    request.updates_entries = false;
    EXPECT_EQ(end(V | R | W | U, request), WalkEnd::page_fault);
    EXPECT_EQ(leaf(), entry(0x12345, V | R | W | U));
    EXPECT_EQ(end(V | R | W | U | A | D, request), WalkEnd::found);
  }
  PageRequest load = user_load;
  load.updates_entries = false;
  EXPECT_EQ(end(V | R | W | U | A, load), WalkEnd::found);  // a load needs no D
}

TEST_F(Sv39Test, WhatMemoryRefusesIsAnAccessFault) {
  table.refused = (middle << 12) + 8 * 5;
  EXPECT_EQ(end(V | R | U | A, user_load), WalkEnd::access_fault);
  table.refused = 0;
  table.read_only = (bottom << 12) + 8 * 7;
  EXPECT_EQ(end(V | R | U | A, user_load), WalkEnd::found);
  EXPECT_EQ(end(V | R | U, user_load), WalkEnd::access_fault);
}

}  // namespace
}  // namespace kasane::cpu
