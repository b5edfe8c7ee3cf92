/// The breakpoints and watchpoints that a client has set.
#pragma once

#include <cstdint>
#include <set>
#include <tuple>

#include "platform/cpu/debug/debug_port.h"

namespace kasane::gdb {

/// Takes them back when it goes.
class Points {
 public:
  explicit Points(DebugPort& hart) : hart_(hart) {}
  ~Points();
  Points(const Points&) = delete;
  Points& operator=(const Points&) = delete;

  /// As in the packets Z and z: types 0 and 1 are breakpoints by software and by hardware, which are the same
  /// to the hart, 2 to 4 watchpoints of writes, reads, and both. False for any other type, for a watchpoint
  /// of no bytes, and for more points than anybody sets by hand.
  bool add(std::uint64_t type, std::uint64_t address, std::uint64_t bytes);
  bool remove(std::uint64_t type, std::uint64_t address, std::uint64_t bytes);

  /// The breakpoint there was asked for as one by hardware.
  bool is_hardware(std::uint64_t address) const { return points_.contains({1, address, 0}); }

 private:
  struct Point {
    std::uint64_t type;
    std::uint64_t address;
    std::uint64_t bytes;  ///< 0 for breakpoints
    bool operator<(const Point& other) const {
      return std::tie(type, address, bytes) < std::tie(other.type, other.address, other.bytes);
    }
  };
  void set(const Point& point);
  void clear(const Point& point);
  bool is_breakpoint_set(std::uint64_t address) const;

  DebugPort& hart_;
  std::set<Point> points_;
};

}  // namespace kasane::gdb
