/// Names by number, given by one thread and read by another.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace kasane {

class NameTable {
 public:
  /// The name's number; the same every time. Only ever called by one thread.
  std::uint64_t number(std::string_view name) {
    const auto known = numbers_.find(name);
    if (known != numbers_.end()) return known->second;
    const std::lock_guard guard(mutex_);
    names_.emplace_back(name);
    return numbers_.emplace(name, names_.size() - 1).first->second;
  }

  /// Any thread.
  std::string name(std::uint64_t number) const {
    const std::lock_guard guard(mutex_);
    return names_.at(number);
  }

 private:
  std::map<std::string, std::uint64_t, std::less<>> numbers_;
  mutable std::mutex mutex_;  ///< of names_
  std::vector<std::string> names_;
};

}  // namespace kasane
