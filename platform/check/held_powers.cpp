#include "platform/check/held_powers.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kasane::checks {

HeldPowers::HeldPowers(Findings& findings, const std::string& file, std::string place)
    : findings_(findings),
      file_(file),
      place_(std::move(place)),
      power_(findings, file, "power finite and not negative"),
      order_(findings, file, "power from 0 on, in order of time, 0 at the end"),
      total_law_(findings, file, "total power = sum of blocks") {}

std::size_t HeldPowers::add(const std::string& name) {
  curves_.push_back({.name = name});
  return curves_.size() - 1;
}

std::size_t HeldPowers::add_block(const std::string& block) {
  return add(block);
}

std::size_t HeldPowers::add_total() {
  total_ = add("total");
  return *total_;
}

void HeldPowers::set(std::size_t index, std::int64_t at_ps, double watts, std::uint64_t number) {
  Curve& curve = curves_[index];
  const auto where = [&] { return place_ + " " + std::to_string(number) + ": " + curve.name + ": "; };
  ++values_;
  if (!(std::isfinite(watts) && watts >= 0)) {
    power_.violated(where() + "expected 0 W or more, found " + text(watts) + " W");
  }
  const std::int64_t earliest = curve.since_ps;
  if (curve.values == 0 && at_ps != 0) {
    order_.violated(where() + "expected a value at 0, found the first at " + time_text(at_ps));
  }
  if (at_ps < earliest) {
    order_.violated(where() + "expected " + time_text(earliest) + " or later, found " + time_text(at_ps));
    return;
  }
  if (at_ps > moment_ps_) {
    settle();
    moment_ps_ = at_ps;
  } else if (at_ps < moment_ps_) {
    in_step_ = false;
  }
  if (std::isfinite(curve.watts)) {
    curve.joules.add(curve.watts * (static_cast<double>(at_ps - curve.since_ps) * 1e-12));
  }
  curve.since_ps = at_ps;
  curve.watts = watts;
  ++curve.values;
}

void HeldPowers::settle() {
  if (!total_ || !in_step_) return;
  ExactSum sum;
  for (std::size_t index = 0; index < curves_.size(); ++index) {
    if (index != *total_) sum.add(curves_[index].watts);
  }
  ++moments_;
  const double total = curves_[*total_].watts;
  if (!equal(sum.value(), total)) {
    total_law_.violated("before " + time_text(moment_ps_) +
                        " ends: " + expected_found(sum.value(), total, "W"));
  }
}

void HeldPowers::close_total() {
  if (!total_) return findings_.skip(file_ + ": no total power");
  if (!in_step_) total_law_.violated("values of all curves do not come in order of time");
  total_law_.close(counted(moments_, "moment"));
}

/// Every curve is 0 in the end; no curve is without value.
void HeldPowers::close_ends() {
  for (const Curve& curve : curves_) {
    if (curve.values == 0) {
      order_.violated(curve.name + ": expected values, found none");
    } else if (curve.watts != 0) {
      order_.violated(curve.name + ": expected 0 W at the end, found " + text(curve.watts) + " W");
    }
  }
}

void HeldPowers::close(const Ledger* ledger) {
  if (ledger != nullptr) close_ends();
  const std::string counts =
      counted(curves_.size() - (total_ ? 1 : 0), "block") + ", " + counted(values_, "value");
  power_.close(counts);
  order_.close(counts, "end " + time_text(moment_ps_));
  close_total();
  if (ledger == nullptr) return;
  std::vector<BlockEnergy> energies;
  for (std::size_t index = 0; index < curves_.size(); ++index) {
    if (index != total_) energies.push_back({curves_[index].name, curves_[index].joules.value()});
  }
  compare_with_ledger(findings_, file_, *ledger, energies, counts);
}

std::optional<std::int64_t> HeldPowers::end_ps() const {
  if (values_ == 0) return std::nullopt;
  return moment_ps_;
}

}  // namespace kasane::checks
