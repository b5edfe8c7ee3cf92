/// A Kernel Comp Unit on the chip: works through a queue of jobs, moves the data, spends the time, books the
/// energy.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <systemc>

#include "models/common/burst_port.h"
#include "models/common/energy_account.h"
#include "models/common/power_domain.h"
#include "models/kernel_comp_unit/costs.h"
#include "models/kernel_comp_unit/function.h"
#include "models/kernel_comp_unit/job.h"
#include "models/kernel_comp_unit/schedule.h"

namespace kasane {

class KernelCompUnit : public sc_core::sc_module {
 public:
  /// Called in the unit's thread when a job has ended: KASANE_ERROR_NONE or why it failed.
  using Done = std::function<void(std::uint32_t error)>;

  /// The unit that is config.units[number]; its ports are shared with others. Adds itself to the account
  /// under its basename.
  KernelCompUnit(sc_core::sc_module_name name, std::uint32_t number, const kcu::KcuConfig& config,
                 BurstPort& fmm, BurstPort& sums, PowerDomain& domain, EnergyAccount& account,
                 const Technology& technology);

  /// Appends a job to the queue. `command` is one that kcu::check accepts.
  void start(std::shared_ptr<const kasane_kcu_convolution> command, kcu::Job job, Done done);

  /// Forgets the queue and what is under way; nobody hears of these jobs.
  void abandon();

  BlockId block() const { return block_; }
  /// Since the beginning or forget_busy_time(), the present jobs included.
  sc_core::sc_time busy_time() const;
  void forget_busy_time();

 private:
  /// A job in the queue or under way.
  struct Work {
    std::shared_ptr<const kasane_kcu_convolution> command;
    kcu::Job job;
    Done done;
    std::shared_ptr<const std::vector<kcu::Phase>> phases;  ///< shared by the jobs of a command
    std::vector<std::int8_t> plane;  ///< the input channel as loaded so far; empty in the queue
    bool failed = false;
  };
  /// A phase on its way through the pipeline.
  struct Stage {
    std::shared_ptr<Work> work;
    std::size_t phase = 0;
    std::vector<std::int32_t> responses;

    explicit operator bool() const { return work != nullptr; }
    const kcu::Phase& of() const { return (*work->phases)[phase]; }
    bool last() const { return phase + 1 == work->phases->size(); }
  };

  void run();
  void work_through();
  bool has_work() const;
  Stage next_stage();
  void step();
  sc_core::sc_time load(const Stage& stage);
  void respond(Stage& stage);
  sc_core::sc_time send(const Stage& stage);
  void end_job(const Stage& stage);
  void book(const Stage& stage, const kcu::Operations& operations, const Interval& when);

  const kcu::UnitKernel& kernel_;
  const kcu::KcuConfig& config_;
  BurstPort& fmm_;
  BurstPort& sums_;
  PowerDomain& domain_;
  EnergyAccount& account_;
  BlockId block_;
  std::array<OperationId, kcu::operation_count> operations_{};

  std::deque<std::shared_ptr<Work>> queue_;
  std::shared_ptr<Work> current_;  ///< whose phases are being loaded
  std::size_t next_phase_ = 0;
  Stage loading_;
  Stage responding_;
  Stage sending_;
  std::vector<std::int32_t> contributions_;
  sc_core::sc_event changed_;  ///< a job has come, or the domain changed
  bool busy_ = false;
  sc_core::sc_time busy_from_;  ///< while busy
  sc_core::sc_time busy_time_;  ///< before
  sc_core::sc_time last_end_;   ///< of the last job's slice
};

}  // namespace kasane
