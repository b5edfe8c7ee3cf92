#include "models/common/energy_account.h"

#include <stdexcept>
#include <utility>

#include "models/common/seconds.h"

namespace kasane {

Energy& Energy::operator+=(const Energy& other) {
  dynamic += other.dynamic;
  leakage += other.leakage;
  return *this;
}

EnergyRange& EnergyRange::operator+=(const EnergyRange& other) {
  low += other.low;
  high += other.high;
  return *this;
}

Energy BlockEntry::total() const {
  Energy sum;
  for (const auto& [layer, joules] : energy) sum += joules;
  return sum;
}

BlockId EnergyAccount::add_block(std::string name, double area_mm2) {
  for (const BlockEntry& block : blocks_) {
    if (block.name == name) throw std::invalid_argument("energy account: block '" + name + "' exists twice");
  }
  const BlockId id{static_cast<std::uint32_t>(blocks_.size())};
  blocks_.push_back({.name = std::move(name), .area_mm2 = area_mm2});
  backgrounds_.emplace_back();
  return id;
}

OperationId EnergyAccount::add_operation(BlockId block, std::string name, const Figure& joules) {
  const OperationId id{static_cast<std::uint32_t>(operations_.size())};
  operations_.push_back({.entry = {.name = std::move(name), .joules = joules}, .block = block});
  blocks_.at(block.index).operations.push_back(id);
  return id;
}

Energy& EnergyAccount::energy_of(BlockId block, LayerId layer) {
  Background& background = backgrounds_[block.index];
  if (background.cached_energy == nullptr || background.cached_layer != layer) {
    background.cached_energy = &blocks_[block.index].energy[layer];  // stable: std::map never moves its nodes
    background.cached_layer = layer;
  }
  return *background.cached_energy;
}

void EnergyAccount::book(OperationId operation, std::uint64_t count, const Interval& when) {
  book(operation, count, when, layer_);
}

void EnergyAccount::book(OperationId operation, std::uint64_t count, const Interval& when, LayerId layer) {
  if (count == 0) return;
  Operation& op = operations_[operation.index];
  op.entry.count += count;
  const double joules =
      static_cast<double>(count) * op.entry.joules.value * backgrounds_[op.block.index].dynamic_scale;
  energy_of(op.block, layer).dynamic += joules;
  for (ActivityObserver* observer : observers_) observer->on_energy(op.block, when, joules);
}

void EnergyAccount::book(BlockId block, std::span<const OperationCount> counts, const Interval& when,
                         LayerId layer) {
  double joules = 0;
  for (const OperationCount& item : counts) {
    OperationEntry& entry = operations_[item.operation.index].entry;
    entry.count += item.count;
    joules += static_cast<double>(item.count) * entry.joules.value;
  }
  if (joules == 0) return;
  joules *= backgrounds_[block.index].dynamic_scale;
  energy_of(block, layer).dynamic += joules;
  for (ActivityObserver* observer : observers_) observer->on_energy(block, when, joules);
}

void EnergyAccount::book_busy(BlockId block, Track track, std::string_view name, LayerId layer,
                              const Interval& when) {
  if (track == Track::commands) {
    blocks_[block.index].busy += when.length();
    blocks_[block.index].busy_in[layer] += when.length();
  }
  for (ActivityObserver* observer : observers_) observer->on_slice(block, track, name, layer, when);
}

void EnergyAccount::show_idle(BlockId block, Track track, std::string_view name, LayerId layer,
                              const Interval& when) {
  for (ActivityObserver* observer : observers_) observer->on_slice(block, track, name, layer, when);
}

void EnergyAccount::book_bytes(BlockId block, std::uint64_t read, std::uint64_t written) {
  blocks_[block.index].bytes_read += read;
  blocks_[block.index].bytes_written += written;
}

void EnergyAccount::set_dynamic_scale(BlockId block, double scale) {
  Background& background = backgrounds_.at(block.index);
  if (background.dynamic_scale == scale) return;
  for (const OperationId id : blocks_[block.index].operations) {
    Operation& operation = operations_[id.index];
    operation.scaled = scaled_count(operation);
    operation.counted = operation.entry.count;
  }
  background.dynamic_scale = scale;
}

void EnergyAccount::set_background(BlockId block, const Figure& clock_watts, const Figure& leakage_watts) {
  Background& background = backgrounds_.at(block.index);
  if (background.clock_watts == clock_watts && background.leakage_watts == leakage_watts) return;
  settle();
  background.clock_watts = clock_watts;
  background.leakage_watts = leakage_watts;
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  for (ActivityObserver* observer : observers_) {
    observer->on_background(block, now, clock_watts.value, leakage_watts.value);
  }
}

void EnergyAccount::report_power_state(BlockId block, double volts, double hertz, bool clocked,
                                       bool powered) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  for (ActivityObserver* observer : observers_) {
    observer->on_power_state(block, now, volts, hertz, clocked, powered);
  }
}

void EnergyAccount::enter_layer(LayerId layer) {
  settle();
  layer_ = layer;
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  for (ActivityObserver* observer : observers_) observer->on_layer(layer, now);
}

void EnergyAccount::settle() {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  if (now == settled_) return;
  const sc_core::sc_time elapsed = now - settled_;
  const double seconds = seconds_of(elapsed);
  for (std::uint32_t index = 0; index < blocks_.size(); ++index) {
    Background& background = backgrounds_[index];
    Energy& energy = energy_of({index}, layer_);
    energy.dynamic += background.clock_watts.value * seconds;
    energy.leakage += background.leakage_watts.value * seconds;
    background.spent += {(background.clock_watts.low + background.leakage_watts.low) * seconds,
                         (background.clock_watts.high + background.leakage_watts.high) * seconds};
  }
  layer_times_[layer_] += elapsed;
  settled_ = now;
}

double EnergyAccount::scaled_count(const Operation& operation) const {
  const double scale = backgrounds_[operation.block.index].dynamic_scale;
  return operation.scaled + static_cast<double>(operation.entry.count - operation.counted) * scale;
}

EnergyRange EnergyAccount::range(BlockId block) const {
  EnergyRange sum = backgrounds_.at(block.index).spent;
  for (const OperationId id : blocks_[block.index].operations) {
    const Operation& operation = operations_[id.index];
    const double count = scaled_count(operation);
    sum += {count * operation.entry.joules.low, count * operation.entry.joules.high};
  }
  return sum;
}

void EnergyAccount::observe(ActivityObserver& observer) {
  observers_.push_back(&observer);
  // A late observer starts from the present levels.
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  for (std::uint32_t index = 0; index < blocks_.size(); ++index) {
    const Background& background = backgrounds_[index];
    observer.on_background({index}, now, background.clock_watts.value, background.leakage_watts.value);
  }
}

}  // namespace kasane
