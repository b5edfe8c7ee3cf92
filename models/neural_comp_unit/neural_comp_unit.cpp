#include "models/neural_comp_unit/neural_comp_unit.h"

#include <algorithm>

#include "models/neural_comp_unit/costs.h"

namespace kasane {
namespace {

/// What can bound a step of the pipeline.
enum Phase : std::size_t {
  phase_compute,
  phase_load_input,
  phase_load_weights,
  phase_load_sums,
  phase_drain
};
constexpr std::array<std::string_view, 5> phase_names{"compute", "load input", "load weights", "load sums",
                                                      "drain"};

/// Steps shorter than this share a slice.
constexpr std::uint64_t slice_cycles = 256;

BlockId add_block(const char* name, const NcuConfig& config, PowerDomain& domain, EnergyAccount& account,
                  const Technology& technology) {
  check(config);
  const ncu::Structure structure = ncu::structure_of(config, technology);
  const BlockId block = account.add_block(name, structure.area_mm2);
  domain.attach(block, structure.leakage_watts, structure.clock_joules);
  return block;
}

/// From now until `time`; 0 if that has passed.
sc_core::sc_time delay_until(sc_core::sc_time time) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  return time > now ? time - now : sc_core::SC_ZERO_TIME;
}

std::size_t staged_bytes(std::span<const Burst> bursts) {
  return bursts.empty() ? 0 : std::size_t{bursts.back().offset} + bursts.back().bytes;
}

}  // namespace

NeuralCompUnit::NeuralCompUnit(sc_core::sc_module_name name, const NcuConfig& config, PowerDomain& domain,
                               EnergyAccount& account, const Technology& technology)
    : Engine(name, {KASANE_ENGINE_ID_NCU, KASANE_ENGINE_VERSION_1_0},
             add_block(static_cast<const char*>(name), config, domain, account, technology), domain, account),
      config_(config) {
  const auto costs = ncu::operation_costs(config, technology);
  for (std::size_t kind = 0; kind < ncu::operation_count; ++kind) {
    operations_[kind] = account.add_operation(block(), costs[kind].name, costs[kind].joules);
  }
}

std::string_view NeuralCompUnit::command_name(std::uint16_t opcode) const {
  switch (opcode) {
    case KASANE_NCU_CONVOLUTION:
      return "convolution";
    case KASANE_NCU_FULLY_CONNECTED:
      return "fully connected";
    case KASANE_NCU_MAX_POOL:
      return "max pool";
    case KASANE_NCU_AVERAGE_POOL:
      return "average pool";
    case KASANE_NCU_ADD:
      return "add";
    case KASANE_NCU_REQUANTIZE:
      return "requantize";
    case KASANE_NCU_RESIDUAL:
      return "residual";
    default:
      return "unknown";
  }
}

void NeuralCompUnit::execute(const CommandRecord& record) {
  const std::uint32_t error = ncu::check(record.bytes, config_);
  if (error != KASANE_ERROR_NONE) throw CommandError{error};
  const auto datapath = ncu::make_datapath(record.bytes, weights_cache_);
  std::unique_ptr<ncu::SlotSource> schedule;
  if (record.header().opcode == KASANE_NCU_RESIDUAL) {
    const auto command = record.as<kasane_ncu_residual>();
    schedule = ncu::make_schedule(command, config_, read_lists(command));
  } else {
    schedule = ncu::make_schedule(record.bytes, config_);
  }
  walk(*schedule, *datapath, record.header().layer);
}

ncu::KeptKernels NeuralCompUnit::read_lists(const kasane_ncu_residual& command) {
  const ncu::Preparation lists = ncu::preparation_of(command, config_);
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  account().set_activity(block(), Activity::memory);
  sc_core::sc_time end = begin;
  std::vector<std::uint8_t> bytes;
  // Piece by piece: a size that no memory has fails at the memory's end, before the host provides for it.
  while (bytes.size() < lists.bytes) {
    Burst burst = lists.burst(static_cast<std::uint32_t>(bytes.size()));
    burst.offset = 0;
    end = read(weights, {&burst, 1}, command.header.layer, end);
    bytes.insert(bytes.end(), staging_.begin(), staging_.end());
  }
  wait(delay_until(end));
  account().book_busy(block(), Track::phases, phase_names[phase_load_weights], command.header.layer,
                      {begin, sc_core::sc_time_stamp()});
  auto kept = ncu::KeptKernels::decode(command, bytes);
  if (!kept) throw CommandError{KASANE_ERROR_PARAMETER};
  return *std::move(kept);
}

void NeuralCompUnit::walk(ncu::SlotSource& schedule, ncu::Datapath& datapath, LayerId layer) {
  PhaseSlices slices(account(), block(), layer, phase_names, domain().cycles(slice_cycles));
  std::array<ncu::Slot, 3> slots;
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

void NeuralCompUnit::step(const Stages& stages, ncu::Datapath& datapath, LayerId layer, PhaseSlices& slices) {
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  std::array<sc_core::sc_time, phase_names.size()> ends;
  ends.fill(begin);
  sc_core::sc_time fmm_free = begin;  // the FMM port carries stores first, then loads
  ncu::Operations operations;
  // In this order every stage finds what the former step left: a tile drains before the next one computes.
  if (stages.draining != nullptr) {
    fmm_free = store(*stages.draining, datapath, layer, begin);
    ends[phase_drain] = std::max(begin + domain().cycles(stages.draining->drain_cycles), fmm_free);
    operations += stages.draining->drain_operations;
  }
  if (stages.computing != nullptr) {
    datapath.compute(*stages.computing);
    ends[phase_compute] = begin + domain().cycles(stages.computing->compute_cycles);
    operations += stages.computing->compute_operations;
  }
  if (stages.loading != nullptr) {
    ends[phase_load_weights] = load_weights(*stages.loading, datapath, layer, begin);
    ends[phase_load_sums] = load_sums(*stages.loading, datapath, layer, begin);
    ends[phase_load_input] = load_input(*stages.loading, datapath, layer, fmm_free);
    operations += stages.loading->load_operations;
  }
  const auto slowest = std::max_element(ends.begin(), ends.end());
  const auto bound = static_cast<std::size_t>(slowest - ends.begin());
  account().set_activity(block(), bound == phase_compute ? Activity::compute : Activity::memory);
  const sc_core::sc_time now = sc_core::sc_time_stamp();  // later than begin if a port has waited
  const Interval rest{now, std::max(now, *slowest)};
  book(operations, rest, layer);
  wait(rest.length());
  slices.add(bound, {begin, rest.end});
}

sc_core::sc_time NeuralCompUnit::store(const ncu::Slot& slot, ncu::Datapath& datapath, LayerId layer,
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

sc_core::sc_time NeuralCompUnit::load_input(const ncu::Slot& slot, ncu::Datapath& datapath, LayerId layer,
                                            sc_core::sc_time start) {
  if (!slot.fresh_input) return start;
  start = read(fmm, slot.input_loads, layer, start);
  datapath.load_input(slot, staging_);
  return start;
}

sc_core::sc_time NeuralCompUnit::load_weights(const ncu::Slot& slot, ncu::Datapath& datapath, LayerId layer,
                                              sc_core::sc_time start) {
  if (slot.fresh_parameters) {
    start = read(weights, {&slot.parameter_load, 1}, layer, start);
    if (!datapath.load_parameters(staging_)) throw CommandError{KASANE_ERROR_PARAMETER};
  }
  if (slot.fresh_weights) {
    start = read(weights, slot.weight_loads, layer, start);
    datapath.load_weights(slot, staging_);
  }
  return start;
}

sc_core::sc_time NeuralCompUnit::load_sums(const ncu::Slot& slot, ncu::Datapath& datapath, LayerId layer,
                                           sc_core::sc_time start) {
  if (slot.sum_loads.empty()) return start;
  start = read(sums, slot.sum_loads, layer, start);
  datapath.load_sums(slot, staging_);
  return start;
}

sc_core::sc_time NeuralCompUnit::read(BurstPort& port, std::span<const Burst> bursts, LayerId layer,
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

void NeuralCompUnit::book(const ncu::Operations& operations, const Interval& when, LayerId layer) {
  std::array<OperationCount, ncu::operation_count> counts;
  for (std::size_t kind = 0; kind < counts.size(); ++kind) {
    counts[kind] = {operations_[kind], operations[static_cast<ncu::Operation>(kind)]};
  }
  account().book(block(), counts, when, layer);
}

}  // namespace kasane
