#include "platform/check/vcd_laws.h"

#include <charconv>
#include <cmath>

#include "platform/check/csv_reader.h"
#include "platform/check/held_powers.h"
#include "platform/check/vcd_reader.h"

namespace kasane::checks {
namespace {

constexpr const char* file_name = "waves.vcd";

/// What a variable is to the laws.
struct Role {
  std::optional<std::size_t> power;  ///< curve of HeldPowers
  bool is_bandwidth = false;
  double last = 0;  ///< of reals
};

class ChangeLaws {
 public:
  ChangeLaws(Findings& findings, const VcdReader& reader)
      : reader_(reader),
        powers_(findings, file_name, "line"),
        order_(findings, file_name, "times in order"),
        values_law_(findings, file_name, "values fit their variables"),
        ends_(findings, file_name, "bandwidths 0 at the end") {
    for (const VcdVariable& variable : reader.variables()) roles_.push_back(role_of(variable));
  }

  void see(const VcdChange& change) {
    if (change.kind == VcdChange::Kind::time) {
      if (change.time < time_) {
        order_.violated(where() + "expected #" + std::to_string(time_) + " or later, found #" +
                        std::to_string(change.time));
      }
      time_ = std::max(time_, change.time);
      ++times_;
      return;
    }
    ++changes_;
    const std::string& type = reader_.variables()[change.variable].type;
    if (type == "real") {
      see_real(change);
    } else if (!fits(type, change)) {
      values_law_.violated(where() + name(change.variable) + ": '" + change.value + "' is no value of a " +
                           type);
    }
  }

  void close(const Ledger* ledger) {
    order_.close(counted(times_, "time"));
    values_law_.close(counted(changes_, "change") + " of " + counted(roles_.size(), "variable"));
    if (ledger != nullptr) close_bandwidths();
    powers_.close(ledger);
  }

  std::optional<std::int64_t> power_end_ps() const { return powers_.end_ps(); }

 private:
  std::string where() const { return line_text(reader_.line()) + ": "; }
  std::string name(std::size_t variable) const {
    return reader_.variables()[variable].scope + "." + reader_.variables()[variable].name;
  }

  /// Blocks are the scopes that hold a power_W.
  Role role_of(const VcdVariable& variable) {
    Role role;
    if (variable.name == "power_W") {
      role.power = powers_.add_block(variable.scope.substr(variable.scope.rfind('.') + 1));
    } else if (variable.name == "total_power_W") {
      role.power = powers_.add_total();
    }
    role.is_bandwidth = variable.name.ends_with("_bandwidth_Bps");
    return role;
  }

  static bool fits(const std::string& type, const VcdChange& change) {
    if (type == "wire") {
      return change.kind == VcdChange::Kind::scalar && (change.value == "0" || change.value == "1");
    }
    if (type == "integer") {
      return change.kind == VcdChange::Kind::vector && !change.value.empty() &&
             change.value.find_first_not_of("01") == std::string::npos;
    }
    return type == "string" && change.kind == VcdChange::Kind::text;
  }

  void see_real(const VcdChange& change) {
    double value = 0;
    const char* end = change.value.data() + change.value.size();
    const auto [rest, error] = std::from_chars(change.value.data(), end, value);
    if (change.kind != VcdChange::Kind::real || error != std::errc() || rest != end) {
      values_law_.violated(where() + name(change.variable) + ": '" + change.value + "' is no real number");
      return;
    }
    Role& role = roles_[change.variable];
    role.last = value;
    if (role.power) {
      powers_.set(*role.power, time_, value, reader_.line());
    } else if (!(std::isfinite(value) && value >= 0)) {
      values_law_.violated(where() + name(change.variable) + ": expected 0 or more, found " + text(value));
    }
  }

  void close_bandwidths() {
    std::uint64_t count = 0;
    for (std::size_t variable = 0; variable < roles_.size(); ++variable) {
      if (!roles_[variable].is_bandwidth) continue;
      ++count;
      if (roles_[variable].last != 0) {
        ends_.violated(name(variable) + ": expected 0 at the end, found " + text(roles_[variable].last));
      }
    }
    ends_.close(counted(count, "bandwidth"));
  }

  const VcdReader& reader_;
  HeldPowers powers_;
  Law order_, values_law_, ends_;
  std::vector<Role> roles_;
  std::int64_t time_ = 0;
  std::uint64_t times_ = 0;
  std::uint64_t changes_ = 0;
};

}  // namespace

std::optional<std::int64_t> check_vcd(const std::filesystem::path& path, const Ledger* ledger,
                                      Findings& findings) {
  Law form(findings, file_name, "can be read to its end");
  try {
    VcdReader reader(path);
    ChangeLaws laws(findings, reader);
    if (reader.timescale() != "1ps") form.violated("expected timescale 1ps, found " + reader.timescale());
    VcdChange change;
    while (reader.next(change)) laws.see(change);
    if (reader.ends_within_line() && ledger != nullptr) form.violated("the last line has no end");
    form.close(counted(reader.line(), "line"));
    laws.close(ledger);
    return laws.power_end_ps();
  } catch (const Malformed& error) {
    form.violated(error.what());
    form.close("");
    return std::nullopt;
  }
}

}  // namespace kasane::checks
