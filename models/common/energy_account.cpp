#include "models/common/energy_account.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "models/common/seconds.h"

namespace kasane {

Energy& Energy::operator+=(const Energy& other) {
  dynamic += other.dynamic;
  leakage += other.leakage;
  return *this;
}

Bytes& Bytes::operator+=(const Bytes& other) {
  read += other.read;
  written += other.written;
  return *this;
}

EnergyRange& EnergyRange::operator+=(const EnergyRange& other) {
  low += other.low;
  high += other.high;
  return *this;
}

Energy BlockEntry::energy() const {
  Energy sum;
  for (const auto& [layer, share] : layers) sum += share.energy;
  return sum;
}

Bytes BlockEntry::bytes() const {
  Bytes sum;
  for (const auto& [layer, share] : layers) sum += share.bytes;
  return sum;
}

BlockId EnergyAccount::add_block(std::string name, double area_mm2) {
  for (const BlockEntry& block : blocks_) {
    if (block.name == name) throw std::invalid_argument("energy account: block '" + name + "' exists twice");
  }
  const BlockId id{static_cast<std::uint32_t>(blocks_.size())};
  blocks_.push_back({.name = std::move(name), .area_mm2 = area_mm2});
  working_.emplace_back();
  return id;
}

OperationId EnergyAccount::add_operation(BlockId block, std::string name, const Figure& joules) {
  const OperationId id{static_cast<std::uint32_t>(operations_.size())};
  operations_.push_back({.name = std::move(name), .joules = joules, .block = block});
  tallies_.push_back({.joules = joules.value});
  blocks_.at(block.index).operations.push_back(id);
  return id;
}

LayerShare& EnergyAccount::find_share(BlockId block, LayerId layer) {
  Working& working = working_[block.index];
  working.cached_share = &blocks_[block.index].layers[layer];  // stable: std::map never moves its nodes
  working.cached_layer = layer;
  return *working.cached_share;
}

double EnergyAccount::add(BlockId block, std::span<const OperationCount> counts, const Interval& when,
                          LayerShare& share) {
  double joules = 0;
  for (const OperationCount& item : counts) {
    if (item.count == 0) continue;
    Tally& tally = tallies_[item.operation.index];
    tally.count += item.count;
    joules += static_cast<double>(item.count) * tally.joules;
  }
  if (joules == 0) return 0;
  Working& working = working_[block.index];
  joules *= working.dynamic_scale;
  share.energy.dynamic += joules;
  working.in_flight.add(when, joules);
  return joules;
}

void EnergyAccount::book(OperationId operation, std::uint64_t count, const Interval& when) {
  book(operation, count, when, layer_);
}

void EnergyAccount::book(OperationId operation, std::uint64_t count, const Interval& when, LayerId layer) {
  const OperationCount one{operation, count};
  book(operations_[operation.index].block, {&one, 1}, when, layer);
}

void EnergyAccount::book(BlockId block, std::span<const OperationCount> counts, const Interval& when,
                         LayerId layer) {
  const double joules = add(block, counts, when, share_of(block, layer));
  if (joules == 0) return;
  feed_.tell([&](ActivityObserver& observer) { observer.on_energy(block, when, joules); });
}

void EnergyAccount::book_access(PortId port, std::span<const OperationCount> counts, const Bytes& moved,
                                const Interval& when, LayerId layer) {
  const BlockId block = feed_.ports()[port.index].block;
  LayerShare& share = share_of(block, layer);
  share.bytes += moved;
  const double joules = add(block, counts, when, share);
  feed_.tell([&](ActivityObserver& observer) { observer.on_access(port, when, joules, moved.total()); });
}

void EnergyAccount::book_bytes(BlockId block, const Bytes& moved, LayerId layer) {
  share_of(block, layer).bytes += moved;
}

void EnergyAccount::book_busy(BlockId block, Track track, std::string_view name, LayerId layer,
                              const Interval& when) {
  if (track == Track::commands) {
    blocks_[block.index].busy += when.length();
    share_of(block, layer).busy += when.length();
  }
  show_idle(block, track, name, layer, when);
}

void EnergyAccount::book_bound(BlockId block, std::string_view stage, LayerId layer,
                               sc_core::sc_time length) {
  auto& bounds = share_of(block, layer).bounds;
  const auto known = std::ranges::find(bounds, stage, [](const auto& bound) { return bound.first; });
  if (known != bounds.end()) {
    known->second += length;
  } else {
    bounds.emplace_back(stage, length);
  }
}

void EnergyAccount::show_idle(BlockId block, Track track, std::string_view name, LayerId layer,
                              const Interval& when) {
  feed_.tell([&](ActivityObserver& observer) { observer.on_slice(block, track, name, layer, when); });
}

void EnergyAccount::set_activity(BlockId worker, Activity activity) {
  const WorkerEntry& entry = feed_.worker(worker);
  if (entry.activity == activity) return;
  times_.settle(layer_);
  if (entry.kind == Worker::engine) {
    times_.change_engine(entry.activity, activity);
  } else {
    times_.change_processor(entry.activity, activity);
  }
  feed_.set_activity(worker, activity);
}

void EnergyAccount::set_dynamic_scale(BlockId block, double scale) {
  Working& working = working_.at(block.index);
  if (working.dynamic_scale == scale) return;
  for (const OperationId id : blocks_[block.index].operations) {
    Operation& operation = operations_[id.index];
    operation.scaled = scaled_count(id);
    operation.counted = count(id);
  }
  working.dynamic_scale = scale;
}

void EnergyAccount::set_background(BlockId block, const Figure& clock_watts, const Figure& leakage_watts) {
  Working& working = working_.at(block.index);
  if (working.clock_watts == clock_watts && working.leakage_watts == leakage_watts) return;
  settle();
  working.clock_watts = clock_watts;
  working.leakage_watts = leakage_watts;
  feed_.tell([&](ActivityObserver& observer) {
    observer.on_background(block, sc_core::sc_time_stamp(), clock_watts.value, leakage_watts.value);
  });
}

void EnergyAccount::enter_layer(LayerId layer) {
  settle();
  layer_ = layer;
  feed_.tell([&](ActivityObserver& observer) { observer.on_layer(layer, sc_core::sc_time_stamp()); });
}

void EnergyAccount::settle() {
  times_.settle(layer_);
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  if (now == settled_) return;
  const double seconds = seconds_of(now - settled_);
  for (std::uint32_t index = 0; index < blocks_.size(); ++index) {
    Working& working = working_[index];
    Energy& energy = share_of({index}, layer_).energy;
    energy.dynamic += working.clock_watts.value * seconds;
    energy.leakage += working.leakage_watts.value * seconds;
    working.background += {(working.clock_watts.low + working.leakage_watts.low) * seconds,
                           (working.clock_watts.high + working.leakage_watts.high) * seconds};
  }
  settled_ = now;
}

Energy EnergyAccount::spent(BlockId block) const {
  Energy energy = blocks_[block.index].energy();
  const Working& working = working_[block.index];
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const double unsettled_seconds = seconds_of(now - settled_);
  energy.dynamic += working.clock_watts.value * unsettled_seconds - working.in_flight.beyond(now);
  energy.leakage += working.leakage_watts.value * unsettled_seconds;
  return energy;
}

double EnergyAccount::watts(BlockId block) const {
  const Working& working = working_[block.index];
  return working.clock_watts.value + working.leakage_watts.value +
         working.in_flight.watts(sc_core::sc_time_stamp());
}

OperationEntry EnergyAccount::operation(OperationId id) const {
  const Operation& operation = operations_.at(id.index);
  return {.name = operation.name, .joules = operation.joules, .count = count(id)};
}

double EnergyAccount::scaled_count(OperationId id) const {
  const Operation& operation = operations_[id.index];
  const double scale = working_[operation.block.index].dynamic_scale;
  return operation.scaled + static_cast<double>(count(id) - operation.counted) * scale;
}

EnergyRange EnergyAccount::range(BlockId block) const {
  EnergyRange sum = working_.at(block.index).background;
  for (const OperationId id : blocks_[block.index].operations) {
    const Figure& joules = operations_[id.index].joules;
    const double count = scaled_count(id);
    sum += {count * joules.low, count * joules.high};
  }
  return sum;
}

void EnergyAccount::observe(ActivityObserver& observer) {
  feed_.observe(observer);
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  for (std::uint32_t index = 0; index < blocks_.size(); ++index) {
    const Working& working = working_[index];
    observer.on_background({index}, now, working.clock_watts.value, working.leakage_watts.value);
  }
}

}  // namespace kasane
