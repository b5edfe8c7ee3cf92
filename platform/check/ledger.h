/// What summary.json says that traces are compared with.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kasane::checks {

struct Ledger {
  struct Block {
    std::string name;
    double dynamic = 0;  ///< joules
    double leakage = 0;  ///< joules
    double joules() const { return dynamic + leakage; }
  };
  struct Peak {
    std::int64_t window_ns = 0;
    double watts = 0;
    std::int64_t begin_ps = 0;
  };

  double simulated_seconds = 0;
  std::vector<Block> blocks;
  std::vector<Peak> peaks;
  boost::json::object document;  ///< all of it

  const Block* block(std::string_view name) const;
  std::int64_t end_ns() const;  ///< the run's end, the rest cut off
};

/// Throws CannotRead where the file is no JSON or lacks what every summary has.
Ledger read_ledger(const std::filesystem::path& path);

/// A member of a summary's object, with messages that name it. Throw CannotRead.
double number_of(const boost::json::object& object, std::string_view key, const std::string& where);
std::string_view text_of(const boost::json::object& object, std::string_view key, const std::string& where);
const boost::json::object& object_of(const boost::json::object& object, std::string_view key,
                                     const std::string& where);
const boost::json::array& list_of(const boost::json::object& object, std::string_view key,
                                  const std::string& where);
const boost::json::object& as_object(const boost::json::value& value, const std::string& where);

}  // namespace kasane::checks
