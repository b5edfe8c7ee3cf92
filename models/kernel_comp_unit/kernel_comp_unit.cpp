#include "models/kernel_comp_unit/kernel_comp_unit.h"

#include <algorithm>
#include <string>
#include <utility>

namespace kasane {
KernelCompUnit::KernelCompUnit(sc_core::sc_module_name name, std::uint32_t number,
                               const kcu::KcuConfig& config, BurstPort& fmm, BurstPort& sums,
                               PowerDomain& domain, EnergyAccount& account, const Technology& technology)
    : sc_module(name),
      kernel_(config.units[number]),
      config_(config),
      fmm_(fmm),
      sums_(sums),
      domain_(domain),
      account_(account),
      block_(add_block(basename(), kcu::unit_structure(kernel_, config, technology), domain, account)) {
  const auto costs = kcu::operation_costs(kernel_, config, technology);
  for (std::size_t kind = 0; kind < kcu::operation_count; ++kind) {
    operations_[kind] = account.add_operation(block_, costs[kind].name, costs[kind].joules);
  }
  account_.feed().add_worker(block_, Worker::engine);
  domain_.on_change([this] { changed_.notify(sc_core::SC_ZERO_TIME); });
  SC_HAS_PROCESS(KernelCompUnit);
  SC_THREAD(run);
}

void KernelCompUnit::start(std::shared_ptr<const kasane_kcu_convolution> command, kcu::Job job, Done done) {
  auto work = std::make_shared<Work>();
  const bool known = !queue_.empty() && queue_.back()->command == command;
  work->phases = known ? queue_.back()->phases
                       : std::make_shared<const std::vector<kcu::Phase>>(kcu::phases_of(*command, config_));
  work->command = std::move(command);
  work->job = std::move(job);
  work->done = std::move(done);
  queue_.push_back(std::move(work));
  changed_.notify(sc_core::SC_ZERO_TIME);
}

void KernelCompUnit::abandon() {
  queue_.clear();
  current_ = nullptr;
  for (Stage* stage : {&loading_, &responding_, &sending_}) {
    if (*stage) stage->work->done = nullptr;  // the step under way ends by itself
    if (*stage) stage->work->failed = true;
  }
  changed_.notify(sc_core::SC_ZERO_TIME);
}

sc_core::sc_time KernelCompUnit::busy_time() const {
  return busy_ ? busy_time_ + (sc_core::sc_time_stamp() - busy_from_) : busy_time_;
}

void KernelCompUnit::forget_busy_time() {
  busy_time_ = sc_core::SC_ZERO_TIME;
  busy_from_ = sc_core::sc_time_stamp();
}

void KernelCompUnit::run() {
  for (;;) {
    while (queue_.empty()) wait(changed_);
    work_through();
  }
}

void KernelCompUnit::work_through() {
  const sc_core::sc_time begin = last_end_ = busy_from_ = sc_core::sc_time_stamp();
  busy_ = true;
  const LayerId layer = queue_.front()->command->header.layer;
  for (;;) {
    while (!domain_.ready() && has_work()) wait(changed_);                // abandoned if power was lost
    std::vector<std::int32_t> responses = std::move(sending_.responses);  // memory to use again
    sending_ = std::move(responding_);
    responding_ = std::move(loading_);
    loading_ = next_stage();
    loading_.responses = std::move(responses);
    if (!loading_ && !responding_ && !sending_) break;
    step();
  }
  busy_time_ = busy_time();
  busy_ = false;
  account_.set_activity(block_, Activity::idle);
  const sc_core::sc_time end = sc_core::sc_time_stamp();
  if (end > begin) account_.book_busy(block_, Track::commands, "jobs", layer, {begin, end});
}

bool KernelCompUnit::has_work() const {
  const auto alive = [](const Stage& stage) { return stage && !stage.work->failed; };
  return !queue_.empty() || current_ || alive(loading_) || alive(responding_);
}

KernelCompUnit::Stage KernelCompUnit::next_stage() {
  if (!current_ && !queue_.empty()) {
    current_ = std::move(queue_.front());
    queue_.pop_front();
    const kasane_kcu_convolution& command = *current_->command;
    current_->plane.resize(std::size_t{command.input_height} * command.input_width);
    next_phase_ = 0;
  }
  if (!current_) return {};
  Stage stage{.work = current_, .phase = next_phase_++, .responses = {}};
  if (stage.last() || current_->failed) current_ = nullptr;
  return stage;
}

/// The three stages work at once; who is first done waits for the slowest.
void KernelCompUnit::step() {
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  sc_core::sc_time end = begin;
  sc_core::sc_time responded;
  const auto spend = [&](const Stage& stage, const kcu::Operations& operations, sc_core::sc_time until) {
    // Later than begin if a port has waited.
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    book(stage, operations, {now, std::max(now, until)});
    end = std::max(end, until);
  };
  const auto after = [&](std::uint64_t cycles) { return begin + domain_.cycles(cycles); };
  if (sending_ && !sending_.work->failed) {
    const std::size_t targets = sending_.work->job.targets.size();
    const sc_core::sc_time sent = send(sending_);
    spend(sending_, kcu::weigh_operations(sending_.of(), targets, config_),
          std::max(sent, after(kcu::weigh_cycles(sending_.of(), targets, config_))));
  }
  if (responding_ && !responding_.work->failed) {
    respond(responding_);
    responded = after(kcu::respond_cycles(responding_.of(), config_));
    spend(responding_, kcu::respond_operations(responding_.of()), responded);
  }
  if (loading_ && !loading_.work->failed) {
    const sc_core::sc_time loaded = load(loading_);
    spend(loading_, kcu::load_operations(loading_.of(), loading_.work->job.targets.size()), loaded);
  }
  const bool computes = responding_ && end == responded;
  account_.set_activity(block_, computes ? Activity::compute : Activity::memory);
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  wait(std::max(end, now) - now);
  if (sending_ && (sending_.last() || sending_.work->failed)) end_job(sending_);
}

sc_core::sc_time KernelCompUnit::load(const Stage& stage) {
  Work& work = *stage.work;
  sc_core::sc_time free = sc_core::sc_time_stamp();
  try {
    for (const Burst& burst : kcu::loads_of(*work.command, stage.of(), work.job.channel)) {
      const auto bytes = std::as_writable_bytes(std::span(work.plane)).subspan(burst.offset, burst.bytes);
      const std::span data(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
      const sc_core::sc_time now = sc_core::sc_time_stamp();
      free = now + fmm_.read(burst.address, data, work.command->header.layer, std::max(free, now) - now);
      account_.book_bytes(block_, {burst.bytes, 0}, work.command->header.layer);
    }
  } catch (const BurstError&) {
    work.failed = true;
  }
  return free;
}

void KernelCompUnit::respond(Stage& stage) {
  const kasane_kcu_convolution& command = *stage.work->command;
  stage.responses.resize(stage.of().responses);
  kcu::respond(kernel_,
               {.input_height = command.input_height,
                .input_width = command.input_width,
                .output_width = command.output_width,
                .stride_height = command.stride_height,
                .stride_width = command.stride_width,
                .pad_top = command.pad_top,
                .pad_left = command.pad_left,
                .pad_value = command.pad_value},
               stage.work->plane, stage.of().first_row, stage.of().rows, stage.responses);
}

sc_core::sc_time KernelCompUnit::send(const Stage& stage) {
  Work& work = *stage.work;
  contributions_.resize(stage.responses.size());
  sc_core::sc_time free = sc_core::sc_time_stamp();
  try {
    for (const kasane_kcu_target& target : work.job.targets) {
      kcu::weigh(stage.responses, target.gain, work.command->gain_shift, contributions_);
      const Burst burst = kcu::sums_of(*work.command, stage.of(), target.output);
      const std::span data(reinterpret_cast<const std::uint8_t*>(contributions_.data()), burst.bytes);
      const sc_core::sc_time now = sc_core::sc_time_stamp();
      free =
          now + sums_.accumulate(burst.address, data, work.command->header.layer, std::max(free, now) - now);
      account_.book_bytes(block_, {0, burst.bytes}, work.command->header.layer);
    }
  } catch (const BurstError&) {
    work.failed = true;
  }
  return free;
}

void KernelCompUnit::end_job(const Stage& stage) {
  Work& work = *stage.work;
  const Done done = std::exchange(work.done, nullptr);
  if (!done) return;  // abandoned, or a phase that followed the one that failed
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  const std::string name = "channel " + std::to_string(work.job.channel);
  account_.book_busy(block_, Track::phases, name, work.command->header.layer, {last_end_, now});
  last_end_ = now;
  done(work.failed ? KASANE_ERROR_ADDRESS : KASANE_ERROR_NONE);
}

void KernelCompUnit::book(const Stage& stage, const kcu::Operations& operations, const Interval& when) {
  std::array<OperationCount, kcu::operation_count> counts{};
  for (std::size_t kind = 0; kind < kcu::operation_count; ++kind) {
    counts[kind] = {operations_[kind], operations[static_cast<kcu::Operation>(kind)]};
  }
  account_.book(block_, counts, when, stage.work->command->header.layer);
}

}  // namespace kasane
