/// An engine whose commands run as slots through load, compute and drain, all three at once on successive
/// slots, in lock-step: it moves the data, spends the time, books the energy.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "models/common/engine.h"
#include "models/common/phase_slices.h"
#include "models/common/slot.h"

namespace kasane {

/// `Slot` derives from SlotWork.
template <typename Slot>
class PipelinedEngine : public Engine {
 public:
  using Operations = typename Slot::Operations;

  BurstPort fmm{"fmm"};          ///< Feature Map Memory; addresses are offsets into it
  BurstPort weights{"weights"};  ///< Weight Memory, likewise
  BurstPort sums{"sums"};        ///< partial sum memory, likewise; unbound where no slot loads sums

 protected:
  /// `costs`: name and energy of each operation, in the order of their enumeration.
  template <typename Costs>
  PipelinedEngine(sc_core::sc_module_name name, EngineIdentity identity, BlockId block, PowerDomain& domain,
                  EnergyAccount& account, const Costs& costs)
      : Engine(name, identity, block, domain, account) {
    for (std::size_t kind = 0; kind < operations_.size(); ++kind) {
      operations_[kind] = account.add_operation(block, costs[kind].name, costs[kind].joules);
    }
  }

  /// Executes all slots. Throws CommandError for channel parameters out of range, and BurstError.
  void walk(SlotSource<Slot>& schedule, SlotDatapath<Slot>& datapath, LayerId layer);

  /// What a command's schedule cannot be made without, read from Weight Memory; takes the time of that.
  std::vector<std::uint8_t> prepare(const Preparation& preparation, LayerId layer);

  /// Called with what each step of the pipeline has booked.
  virtual void executed(const Operations&) {}

 private:
  /// What can bound a step of the pipeline.
  enum Phase : std::size_t { compute, load_input, load_weights, expand_weights, load_sums, drain };
  static constexpr std::array<std::string_view, 6> phase_names{"compute",        "load input", "load weights",
                                                               "expand weights", "load sums",  "drain"};
  using PhaseEnds = std::array<sc_core::sc_time, phase_names.size()>;

  /// Steps shorter than this share a slice.
  static constexpr std::uint64_t slice_cycles = 256;

  /// Slots in the pipeline; null where a stage has nothing to do.
  struct Stages {
    const Slot* loading = nullptr;
    const Slot* computing = nullptr;
    const Slot* draining = nullptr;
  };

  void step(const Stages& stages, SlotDatapath<Slot>& datapath, LayerId layer, PhaseSlices& slices);
  void load(const Slot& slot, SlotDatapath<Slot>& datapath, LayerId layer, sc_core::sc_time fmm_free,
            PhaseEnds& ends);
  // Each moves a slot's bursts one after the other, the first no earlier than `start`; returns when the last
  // is complete.
  sc_core::sc_time store(const Slot& slot, SlotDatapath<Slot>& datapath, LayerId layer,
                         sc_core::sc_time start);
  sc_core::sc_time read(BurstPort& port, std::span<const Burst> bursts, LayerId layer,
                        sc_core::sc_time start);  ///< into staging_
  void book(const Operations& operations, const Interval& when, LayerId layer);

  /// From now until `time`; 0 if that has passed.
  static sc_core::sc_time delay_until(sc_core::sc_time time) {
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    return time > now ? time - now : sc_core::SC_ZERO_TIME;
  }
  static std::size_t staged_bytes(std::span<const Burst> bursts) {
    return bursts.empty() ? 0 : std::size_t{bursts.back().offset} + bursts.back().bytes;
  }

  std::array<OperationId, Operations::size> operations_{};
  std::vector<std::uint8_t> staging_;  ///< bytes on their way between a port and a buffer
};

template <typename Slot>
std::vector<std::uint8_t> PipelinedEngine<Slot>::prepare(const Preparation& preparation, LayerId layer) {
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  account().set_activity(block(), Activity::memory);
  sc_core::sc_time end = begin;
  std::vector<std::uint8_t> bytes;
  // Piece by piece: a size that no memory has fails at the memory's end, before the host provides for it.
  while (bytes.size() < preparation.bytes) {
    Burst burst = preparation.burst(static_cast<std::uint32_t>(bytes.size()));
    burst.offset = 0;
    end = read(weights, {&burst, 1}, layer, end);
    bytes.insert(bytes.end(), staging_.begin(), staging_.end());
  }
  this->wait(delay_until(end));
  const Interval when{begin, sc_core::sc_time_stamp()};
  account().book_bound(block(), phase_names[load_weights], layer, when.length());
  account().book_busy(block(), Track::phases, phase_names[load_weights], layer, when);
  return bytes;
}

template <typename Slot>
void PipelinedEngine<Slot>::walk(SlotSource<Slot>& schedule, SlotDatapath<Slot>& datapath, LayerId layer) {
  PhaseSlices slices(account(), block(), layer, phase_names, domain().cycles(slice_cycles));
  std::array<Slot, 3> slots;
  Stages stages;
  for (std::size_t next = 0;; next = (next + 1) % slots.size()) {
    stages.draining = stages.computing;
    stages.computing = stages.loading;
    stages.loading = schedule.next(slots[next]) ? &slots[next] : nullptr;
    if (stages.loading == nullptr && stages.computing == nullptr && stages.draining == nullptr) return;
    wait_until_ready();
    if (abandoned()) return;
    step(stages, datapath, layer, slices);
  }
}

template <typename Slot>
void PipelinedEngine<Slot>::step(const Stages& stages, SlotDatapath<Slot>& datapath, LayerId layer,
                                 PhaseSlices& slices) {
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  PhaseEnds ends;
  ends.fill(begin);
  sc_core::sc_time fmm_free = begin;  // the FMM port carries stores first, then loads
  Operations operations;
  // In this order every stage finds what the former step left: a tile drains before the next one computes.
  if (stages.draining != nullptr) {
    fmm_free = store(*stages.draining, datapath, layer, begin);
    ends[drain] = std::max(begin + domain().cycles(stages.draining->drain_cycles), fmm_free);
    operations += stages.draining->drain_operations;
  }
  if (stages.computing != nullptr) {
    datapath.compute(*stages.computing);
    ends[compute] = begin + domain().cycles(stages.computing->compute_cycles);
    operations += stages.computing->compute_operations;
  }
  if (stages.loading != nullptr) {
    load(*stages.loading, datapath, layer, fmm_free, ends);
    operations += stages.loading->load_operations;
  }
  operations += datapath.counted();
  const auto slowest = std::max_element(ends.begin(), ends.end());
  const auto bound = static_cast<std::size_t>(slowest - ends.begin());
  account().set_activity(block(), bound == compute ? Activity::compute : Activity::memory);
  const sc_core::sc_time now = sc_core::sc_time_stamp();  // later than begin if a port has waited
  const Interval rest{now, std::max(now, *slowest)};
  book(operations, rest, layer);
  this->wait(rest.length());
  sc_core::sc_time length = rest.end - begin;
  if (bound == compute && stages.computing->drain_wait_cycles > 0) {
    const sc_core::sc_time waiting = domain().cycles(stages.computing->drain_wait_cycles);
    account().book_bound(block(), phase_names[drain], layer, waiting);
    length -= waiting;
  }
  account().book_bound(block(), phase_names[bound], layer, length);
  slices.add(bound, {begin, rest.end});
}

template <typename Slot>
void PipelinedEngine<Slot>::load(const Slot& slot, SlotDatapath<Slot>& datapath, LayerId layer,
                                 sc_core::sc_time fmm_free, PhaseEnds& ends) {
  if (slot.fresh_parameters) {
    ends[load_weights] = read(weights, {&slot.parameter_load, 1}, layer, ends[load_weights]);
    if (!datapath.load_parameters(staging_)) throw CommandError{KASANE_ERROR_PARAMETER};
  }
  if (slot.fresh_weights) {
    ends[load_weights] = read(weights, slot.weight_loads, layer, ends[load_weights]);
    const std::uint32_t error = datapath.load_weights(slot, staging_);
    if (error != KASANE_ERROR_NONE) throw CommandError{error};
    ends[expand_weights] += domain().cycles(slot.expand_cycles);
  }
  if (!slot.sum_loads.empty()) {
    ends[load_sums] = read(sums, slot.sum_loads, layer, ends[load_sums]);
    datapath.load_sums(slot, staging_);
  }
  ends[load_input] = fmm_free;
  if (slot.fresh_input) {
    ends[load_input] = read(fmm, slot.input_loads, layer, fmm_free);
    datapath.load_input(slot, staging_);
  }
}

template <typename Slot>
sc_core::sc_time PipelinedEngine<Slot>::store(const Slot& slot, SlotDatapath<Slot>& datapath, LayerId layer,
                                              sc_core::sc_time start) {
  if (slot.stores.empty()) return start;
  staging_.resize(staged_bytes(slot.stores));
  datapath.drain(slot, staging_);
  for (const Burst& burst : slot.stores) {
    const auto data = std::span(staging_).subspan(burst.offset, burst.bytes);
    start = sc_core::sc_time_stamp() + fmm.write(burst.address, data, layer, delay_until(start));
  }
  account().book_bytes(block(), {0, staging_.size()}, layer);
  return start;
}

template <typename Slot>
sc_core::sc_time PipelinedEngine<Slot>::read(BurstPort& port, std::span<const Burst> bursts, LayerId layer,
                                             sc_core::sc_time start) {
  staging_.resize(staged_bytes(bursts));
  for (const Burst& burst : bursts) {
    const auto data = std::span(staging_).subspan(burst.offset, burst.bytes);
    const sc_core::sc_time end = port.read(burst.address, data, layer, delay_until(start));
    start = sc_core::sc_time_stamp() + end;
  }
  account().book_bytes(block(), {staging_.size(), 0}, layer);
  return start;
}

template <typename Slot>
void PipelinedEngine<Slot>::book(const Operations& operations, const Interval& when, LayerId layer) {
  std::array<OperationCount, Operations::size> counts;
  for (std::size_t kind = 0; kind < counts.size(); ++kind) {
    counts[kind] = {operations_[kind], operations.all()[kind]};
  }
  account().book(block(), counts, when, layer);
  executed(operations);
}

}  // namespace kasane
