/// The engine that software sees of the Kernel Comp Units: hands jobs to the units and the rest to the NCU.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "models/common/engine.h"
#include "models/kernel_comp_unit/kernel_comp_unit.h"

namespace kasane {

/// What the dispatcher must know of its neighbours.
struct KernelDispatcherConfig {
  kcu::KcuConfig units;
  std::uint64_t sums_bytes = 0;   ///< of the partial sum memory
  std::uint64_t table_bytes = 0;  ///< of the correspondence table memory
  std::uint64_t ncu_base = 0;     ///< bus address of the NCU's registers
};

/// Executes the lists of kasane/kernel_comp_units.h. Its units are modules and blocks of their own,
/// kernel_comp_unit_0 and so on.
class KernelDispatcher : public Engine {
 public:
  std::vector<std::unique_ptr<BurstPort>> fmm;   ///< the units' ports to Feature Map Memory
  std::vector<std::unique_ptr<BurstPort>> sums;  ///< the units' ports to the partial sum memory
  BurstPort table{"table"};                      ///< correspondence table memory
  BurstPort ncu{"ncu"};                          ///< the bus, for the NCU's registers
  sc_core::sc_in<bool> ncu_busy{"ncu_busy"};     ///< the NCU's Engine::busy

  /// Throws std::invalid_argument for impossible units.
  KernelDispatcher(sc_core::sc_module_name name, const KernelDispatcherConfig& config, PowerDomain& domain,
                   EnergyAccount& account, const Technology& technology);

 protected:
  void execute(const CommandRecord& record) override;
  void end_list() override;
  void on_reset() override;
  std::string_view command_name(std::uint16_t opcode) const override;

 private:
  /// A command of the units whose partial sums are in use.
  struct Band {
    std::shared_ptr<const kasane_kcu_convolution> command;
    std::size_t passes_left = 0;
    std::size_t readers = 0;  ///< NCU records that read its partial sums and have yet to end
    bool closed = false;      ///< no further record of the list reads them
  };
  /// A record for the NCU and what must be complete before it.
  struct Forward {
    std::uint64_t address = 0;
    LayerId layer = no_layer;
    std::vector<std::shared_ptr<Band>> bands;
  };

  void add_registers();
  void convolve(const kasane_kcu_convolution& command);
  void wait_for_sums(const kasane_kcu_convolution& command);
  std::vector<kcu::Job> read_jobs(const kasane_kcu_convolution& command);
  void clear_sums(const kasane_kcu_convolution& command);
  void start_jobs(const std::shared_ptr<Band>& band, std::vector<kcu::Job> jobs);
  void pass_done(Band& band, bool last, std::uint32_t error);
  void fail(std::uint32_t error);
  void stop_units();
  void show_passes(std::uint64_t passes);
  void forward(const CommandRecord& record);
  void forwarded(const Forward& forward);
  bool stopping() const { return error_ != KASANE_ERROR_NONE || abandoned(); }

  void feed_ncu();
  std::uint32_t run_on_ncu(const Forward& forward);
  void write_ncu(std::uint64_t offset, std::uint32_t value, LayerId layer);
  std::uint32_t read_ncu(std::uint64_t offset, LayerId layer);
  std::uint64_t ncu_wait_cycles();

  const KernelDispatcherConfig config_;
  LevelId passes_level_;
  OperationId job_byte_;
  std::vector<std::unique_ptr<KernelCompUnit>> units_;
  std::deque<std::shared_ptr<Band>> bands_;  ///< whose partial sums are in use, oldest first
  std::deque<Forward> forwards_;             ///< the first one is with the NCU or waits for its bands
  sc_core::sc_event progress_;               ///< a job or an NCU record has ended, or one has come
  std::uint32_t error_ = KASANE_ERROR_NONE;  ///< the first one of the present list
  std::uint64_t jobs_done_ = 0;
  std::uint64_t passes_ = 0;  ///< that units have not finished
  LayerId layer_ = no_layer;  ///< of the last record
  bool listing_ = false;      ///< a list is under way
  bool reading_ = false;      ///< the last record was the NCU's
  bool ncu_working_ = false;
  sc_core::sc_time ncu_idle_from_;  ///< while a list is under way and the NCU is not working
  sc_core::sc_time ncu_idle_;
};

}  // namespace kasane
