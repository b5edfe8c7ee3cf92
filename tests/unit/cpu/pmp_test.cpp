/// Physical memory protection: matching, priority and locks (privileged architecture 1.12, 3.7.1).
#include "platform/cpu/memory/pmp.h"

#include <gtest/gtest.h>

namespace kasane::cpu {
namespace {

constexpr std::uint8_t R = 1, W = 2, X = 4, TOR = 1 << 3, NA4 = 2 << 3, NAPOT = 3 << 3, L = 0x80;

class PmpTest : public ::testing::Test {
 protected:
  void set(std::uint32_t entry, std::uint64_t address, std::uint8_t configuration) {
    protection.write_address(entry, address);
    const std::uint64_t others =
        protection.read_configuration(entry / 8) & ~(std::uint64_t{0xFF} << 8 * (entry % 8));
    protection.write_configuration(entry / 8, others | std::uint64_t{configuration} << 8 * (entry % 8));
  }
  bool loads(std::uint64_t first, std::uint64_t last, Privilege mode = Privilege::user) const {
    return protection.allows(first, last, Access::load, mode);
  }
  PhysicalMemoryProtection protection;
};

TEST_F(PmpTest, WithoutAMatchOnlyMachineModePasses) {
  EXPECT_TRUE(loads(0x1000, 0x1007, Privilege::machine));
  EXPECT_FALSE(loads(0x1000, 0x1007, Privilege::supervisor));
  EXPECT_FALSE(loads(0x1000, 0x1007, Privilege::user));
  const PhysicalMemoryProtection none(0);
  EXPECT_TRUE(none.allows(0x1000, 0x1007, Access::store, Privilege::user));
}

TEST_F(PmpTest, NaturallyAlignedPowersOfTwo) {
  set(0, 0x80000000 >> 2 | 0x1FF, NAPOT | R);  // nine ones: 2^12 bytes
  EXPECT_TRUE(loads(0x80000000, 0x80000007));
  EXPECT_TRUE(loads(0x80000FF8, 0x80000FFF));
  EXPECT_FALSE(loads(0x80001000, 0x80001000));
  EXPECT_FALSE(loads(0x7FFFFFFF, 0x7FFFFFFF));
  EXPECT_FALSE(protection.allows(0x80000000, 0x80000007, Access::store, Privilege::user));
  set(1, (std::uint64_t{1} << 54) - 1, NAPOT | R | W | X);  // everything
  EXPECT_TRUE(loads(0x12345678, 0x1234567F));
}

TEST_F(PmpTest, FourBytes) {
  set(0, 0x80000010 >> 2, NA4 | R);
  EXPECT_TRUE(loads(0x80000010, 0x80000013));
  EXPECT_FALSE(loads(0x80000010, 0x80000017));  // matched in part
  EXPECT_FALSE(loads(0x80000014, 0x80000017));
}

TEST_F(PmpTest, TopOfRangeBeginsAtTheEntryBelow) {
  set(0, 0x80001000 >> 2, 0);
  set(1, 0x80002000 >> 2, TOR | R);
  EXPECT_FALSE(loads(0x80000FFF, 0x80000FFF));
  EXPECT_TRUE(loads(0x80001000, 0x80001FFF));
  EXPECT_FALSE(loads(0x80002000, 0x80002000));
  set(1, 0x80000800 >> 2, TOR | R);  // empty: ends before it begins
  EXPECT_FALSE(loads(0x80000900, 0x80000900));
  PhysicalMemoryProtection first;
  first.write_address(0, 0x1000 >> 2);
  first.write_configuration(0, TOR | R);
  EXPECT_TRUE(first.allows(0, 7, Access::load, Privilege::user));  // from 0 on
}

TEST_F(PmpTest, TheLowestEntryThatMatchesAnyByteDecides) {
  set(0, 0x80000000 >> 2, NA4);
  set(1, (std::uint64_t{1} << 54) - 1, NAPOT | R);
  EXPECT_FALSE(loads(0x80000000, 0x80000003));
  EXPECT_FALSE(loads(0x80000000, 0x80000007));  // in part: refused, though entry 1 would allow it
  EXPECT_FALSE(loads(0x80000000, 0x80000007, Privilege::supervisor));
  EXPECT_TRUE(loads(0x80000004, 0x80000007));
  EXPECT_FALSE(loads(0x80000000, 0x80000007, Privilege::machine));  // in part refuses any mode
  EXPECT_TRUE(loads(0x80000000, 0x80000003, Privilege::machine));
}

TEST_F(PmpTest, LockedEntriesBindMachineModeAndStay) {
  set(0, 0x80000000 >> 2 | 0x1FF, NAPOT | L);
  EXPECT_FALSE(loads(0x80000000, 0x80000007, Privilege::machine));
  set(0, 0x90000000 >> 2 | 0x1FF, NAPOT | R);
  EXPECT_FALSE(loads(0x80000000, 0x80000007, Privilege::machine));
  EXPECT_EQ(protection.read_address(0), 0x80000000u >> 2 | 0x1FF);
  set(2, 0x80008000 >> 2, 0);
  set(3, 0x8000C000 >> 2, TOR | R | L);  // locks address 2, too
  protection.write_address(2, 0);
  EXPECT_EQ(protection.read_address(2), 0x80008000u >> 2);
}

TEST_F(PmpTest, WritableWithoutReadableIsReserved) {
  set(0, 0x80000000 >> 2 | 0x1FF, NAPOT | W);
  EXPECT_FALSE(protection.allows(0x80000000, 0x80000007, Access::store, Privilege::user));
}

TEST_F(PmpTest, WhatIsNotImplementedReadsAsZero) {
  PhysicalMemoryProtection four(4);
  four.write_address(4, 99);
  four.write_configuration(0, ~std::uint64_t{0});
  EXPECT_EQ(four.read_address(4), 0u);
  EXPECT_EQ(four.read_configuration(0), 0x9F9F9F9Fu);
  EXPECT_EQ(four.read_configuration(1), 0u);
}

TEST_F(PmpTest, APageHasOneAnswerOnlyWhereNoEntryDividesIt) {
  set(0, 0x80000800 >> 2, NA4 | R);
  set(1, 0x80000000 >> 2 | 0x7FF, NAPOT | R | W);  // 16 KiB
  const auto page = [this](std::uint64_t first, Access access) {
    return protection.allows_anywhere(first, first + 0xFFF, access, Privilege::user);
  };
  EXPECT_EQ(page(0x80000000, Access::store), std::nullopt);
  EXPECT_EQ(page(0x80001000, Access::store), true);
  EXPECT_EQ(page(0x80001000, Access::fetch), false);
  EXPECT_EQ(page(0x80004000, Access::load), false);
}

}  // namespace
}  // namespace kasane::cpu
