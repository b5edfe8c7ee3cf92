#include "platform/debug/points.h"

namespace kasane::gdb {
namespace {

constexpr std::uint64_t software_breakpoint = 0;
constexpr std::uint64_t hardware_breakpoint = 1;
constexpr std::uint64_t last_type = 4;
constexpr std::size_t most_points = 10'000;
constexpr std::uint64_t most_watched_bytes = std::uint64_t{1} << 20;

bool is_breakpoint(std::uint64_t type) {
  return type <= hardware_breakpoint;
}

WatchKind watch_kind(std::uint64_t type) {
  return type == 2 ? WatchKind::write : type == 3 ? WatchKind::read : WatchKind::access;
}

}  // namespace

Points::~Points() {
  for (const Point& point : std::set<Point>(points_)) {
    points_.erase(point);
    clear(point);
  }
}

bool Points::add(std::uint64_t type, std::uint64_t address, std::uint64_t bytes) {
  if (type > last_type || points_.size() >= most_points) return false;
  if (!is_breakpoint(type) && (bytes == 0 || bytes > most_watched_bytes || address + (bytes - 1) < address))
    return false;
  const Point point{type, address, is_breakpoint(type) ? 0 : bytes};
  if (points_.insert(point).second) set(point);
  return true;
}

bool Points::remove(std::uint64_t type, std::uint64_t address, std::uint64_t bytes) {
  if (type > last_type) return false;
  const Point point{type, address, is_breakpoint(type) ? 0 : bytes};
  if (points_.erase(point) != 0) clear(point);
  return true;
}

bool Points::is_breakpoint_set(std::uint64_t address) const {
  return points_.contains({software_breakpoint, address, 0}) ||
         points_.contains({hardware_breakpoint, address, 0});
}

void Points::set(const Point& point) {
  if (is_breakpoint(point.type)) {
    hart_.add_breakpoint(point.address);
  } else {
    hart_.add_watchpoint(point.address, point.bytes, watch_kind(point.type));
  }
}

void Points::clear(const Point& point) {
  if (!is_breakpoint(point.type)) {
    hart_.remove_watchpoint(point.address, point.bytes, watch_kind(point.type));
  } else if (!is_breakpoint_set(point.address)) {  // both kinds may have been there
    hart_.remove_breakpoint(point.address);
  }
}

}  // namespace kasane::gdb
