#include "models/kernel_comp_unit/kernel_dispatcher.h"

#include <algorithm>
#include <string>
#include <utility>

namespace kasane {
namespace {

/// NCU opcodes are below, the units' above.
constexpr std::uint16_t first_foreign_opcode = 0x0100;

Structure checked_structure(const kcu::KcuConfig& units, const Technology& technology) {
  kcu::check(units);
  return kcu::dispatcher_structure(technology);
}

std::vector<std::unique_ptr<BurstPort>> make_ports(const std::string& name, std::uint32_t count) {
  std::vector<std::unique_ptr<BurstPort>> ports;
  for (std::uint32_t n = 0; n < count; ++n) {
    ports.push_back(std::make_unique<BurstPort>((name + "_" + std::to_string(n)).c_str()));
  }
  return ports;
}

std::uint64_t sums_end(const kasane_kcu_convolution& command) {
  return command.sums_address + std::uint64_t{command.output_channels} * command.sums_channel_pitch;
}

bool overlap(const kasane_kcu_convolution& a, const kasane_kcu_convolution& b) {
  return a.sums_address < sums_end(b) && b.sums_address < sums_end(a);
}

}  // namespace

KernelDispatcher::KernelDispatcher(sc_core::sc_module_name name, const KernelDispatcherConfig& config,
                                   PowerDomain& domain, EnergyAccount& account, const Technology& technology)
    : Engine(name, {KASANE_ENGINE_ID_KCU, KASANE_ENGINE_VERSION_1_0},
             add_block(static_cast<const char*>(name), checked_structure(config.units, technology), domain,
                       account),
             domain, account),
      fmm(make_ports("fmm", config.units.ports)),
      sums(make_ports("sums", config.units.ports)),
      config_(config),
      passes_level_(account.feed().add_level(block(), "unit jobs", LevelKind::count)),
      job_byte_(account.add_operation(block(), "job_register_byte", kcu::job_byte_joules(technology))) {
  for (std::uint32_t n = 0; n < config_.units.units.size(); ++n) {
    const std::uint32_t port = n % config_.units.ports;
    units_.push_back(std::make_unique<KernelCompUnit>(("kernel_comp_unit_" + std::to_string(n)).c_str(), n,
                                                      config_.units, *fmm[port], *sums[port], domain, account,
                                                      technology));
  }
  add_registers();
  this->domain().on_change([this] { progress_.notify(sc_core::SC_ZERO_TIME); });  // the clock may be back
  SC_HAS_PROCESS(KernelDispatcher);
  SC_THREAD(feed_ncu);
}

void KernelDispatcher::add_registers() {
  const auto constant = [this](const char* name, std::uint64_t offset, const char* text,
                               std::uint64_t value) {
    bank().add({name, offset, Access::read_only, text, static_cast<std::uint32_t>(value)});
  };
  const auto counter = [this](const std::string& name, std::uint64_t offset, const std::string& text,
                              const std::function<std::uint64_t()>& value) {
    bank().add({.name = name + "_LOW",
                .offset = offset,
                .access = Access::read_only,
                .description = text + ", bits 31:0",
                .on_read = [value] { return static_cast<std::uint32_t>(value()); }});
    bank().add({.name = name + "_HIGH",
                .offset = offset + 4,
                .access = Access::read_only,
                .description = text + ", bits 63:32",
                .on_read = [value] { return static_cast<std::uint32_t>(value() >> 32); }});
  };
  constant("UNITS", KASANE_KCU_UNITS, "number of units", config_.units.units.size());
  constant("DESIGN", KASANE_KCU_DESIGN, "CRC-32 of the units' kernels", kcu::design_crc(config_.units.units));
  constant("SUMS_BYTES", KASANE_KCU_SUMS_BYTES, "size of the partial sum memory", config_.sums_bytes);
  constant("TABLE_BYTES", KASANE_KCU_TABLE_BYTES, "size of the correspondence table memory",
           config_.table_bytes);
  counter("JOBS", KASANE_KCU_JOBS_LOW, "jobs done", [this] { return jobs_done_; });
  counter("UNIT_CYCLES", KASANE_KCU_UNIT_CYCLES_LOW, "busy cycles of all units together", [this] {
    sc_core::sc_time sum;
    for (const auto& unit : units_) sum += unit->busy_time();
    return domain().cycles_in(sum);
  });
  counter("NCU_WAIT", KASANE_KCU_NCU_WAIT_LOW, "cycles in which a list ran but the NCU had no record",
          [this] { return ncu_wait_cycles(); });
}

std::string_view KernelDispatcher::command_name(std::uint16_t opcode) const {
  if (opcode == KASANE_KCU_CONVOLUTION) return "issue jobs";
  return opcode < first_foreign_opcode ? "issue to NCU" : "unknown";
}

void KernelDispatcher::execute(const CommandRecord& record) {
  if (!listing_) {
    listing_ = true;
    ncu_idle_from_ = sc_core::sc_time_stamp();
  }
  if (error_ != KASANE_ERROR_NONE) throw CommandError{error_};
  account().set_activity(block(), Activity::memory);
  layer_ = record.header().layer;
  const std::uint16_t opcode = record.header().opcode;
  if (opcode == KASANE_KCU_CONVOLUTION) return convolve(record.as<kasane_kcu_convolution>());
  if (opcode == 0 || opcode >= first_foreign_opcode) throw CommandError{KASANE_ERROR_OPCODE};
  forward(record);
}

void KernelDispatcher::convolve(const kasane_kcu_convolution& command) {
  const std::uint32_t error = kcu::check(command, config_.units, config_.sums_bytes, config_.table_bytes);
  if (error != KASANE_ERROR_NONE) throw CommandError{error};
  if (std::exchange(reading_, false)) {
    for (const auto& band : bands_) band->closed = true;
  }
  wait_for_sums(command);
  std::erase_if(bands_, [](const auto& band) { return band->closed && band->readers == 0; });
  wait_until_ready();
  if (stopping()) return;
  std::vector<kcu::Job> jobs = read_jobs(command);
  wait_until_ready();
  if (stopping()) return;
  clear_sums(command);
  if (stopping()) return;
  const auto band = std::make_shared<Band>();
  band->command = std::make_shared<kasane_kcu_convolution>(command);
  bands_.push_back(band);
  start_jobs(band, std::move(jobs));
}

/// An earlier band's partial sums are free once the NCU has read them, or, if it never will, once they are
/// complete.
void KernelDispatcher::wait_for_sums(const kasane_kcu_convolution& command) {
  const auto in_use = [&](const std::shared_ptr<Band>& band) {
    return (band->readers > 0 || band->passes_left > 0) && overlap(*band->command, command);
  };
  while (!stopping() && std::any_of(bands_.begin(), bands_.end(), in_use)) {
    account().set_activity(block(), Activity::idle);
    wait(progress_);
  }
  account().set_activity(block(), Activity::memory);
}

std::vector<kcu::Job> KernelDispatcher::read_jobs(const kasane_kcu_convolution& command) {
  std::vector<std::uint8_t> bytes(command.table_bytes);
  wait(table.read(command.table_address, bytes, command.header.layer, sc_core::SC_ZERO_TIME));
  account().book_bytes(block(), {bytes.size(), 0}, command.header.layer);
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  account().book(job_byte_, bytes.size(), {now, now}, command.header.layer);
  std::vector<kcu::Job> jobs;
  if (!kcu::decode(bytes, command, config_.units, jobs)) throw CommandError{KASANE_ERROR_PARAMETER};
  return jobs;
}

/// The ports share the work, one output map each in turn.
void KernelDispatcher::clear_sums(const kasane_kcu_convolution& command) {
  const std::vector<std::uint8_t> zeros(std::size_t{4} * command.output_height * command.output_width);
  std::vector<sc_core::sc_time> free(sums.size());
  for (std::uint32_t output = 0; output < command.output_channels; ++output) {
    const std::size_t port = output % sums.size();
    free[port] = sums[port]->write(command.sums_address + output * command.sums_channel_pitch, zeros,
                                   command.header.layer, free[port]);
  }
  account().book_bytes(block(), {0, zeros.size() * command.output_channels}, command.header.layer);
  wait(*std::max_element(free.begin(), free.end()));
}

void KernelDispatcher::start_jobs(const std::shared_ptr<Band>& band, std::vector<kcu::Job> jobs) {
  for (kcu::Job& job : jobs) {
    const std::size_t targets = job.targets.size();
    // More targets than a unit holds: the convolution is done again for the rest.
    for (std::size_t first = 0; first < targets; first += config_.units.target_slots) {
      const std::size_t last = std::min<std::size_t>(first + config_.units.target_slots, targets);
      const bool whole = last == targets;
      kcu::Job pass{.unit = job.unit, .channel = job.channel, .targets = {}};
      if (first == 0 && whole) {
        pass.targets = std::move(job.targets);
      } else {
        pass.targets.assign(job.targets.begin() + static_cast<std::ptrdiff_t>(first),
                            job.targets.begin() + static_cast<std::ptrdiff_t>(last));
      }
      ++band->passes_left;
      show_passes(passes_ + 1);
      units_[job.unit]->start(band->command, std::move(pass),
                              [this, band, whole](std::uint32_t error) { pass_done(*band, whole, error); });
    }
  }
}

void KernelDispatcher::pass_done(Band& band, bool last, std::uint32_t error) {
  --band.passes_left;
  show_passes(passes_ - 1);
  if (last && error == KASANE_ERROR_NONE) ++jobs_done_;
  if (error != KASANE_ERROR_NONE) fail(error);
  if (band.passes_left == 0 || error != KASANE_ERROR_NONE) progress_.notify(sc_core::SC_ZERO_TIME);
}

void KernelDispatcher::fail(std::uint32_t error) {
  if (error_ == KASANE_ERROR_NONE) error_ = error;
  stop_units();
}

void KernelDispatcher::stop_units() {
  for (const auto& unit : units_) unit->abandon();
  for (const auto& band : bands_) band->passes_left = 0;
  show_passes(0);
}

void KernelDispatcher::show_passes(std::uint64_t passes) {
  passes_ = passes;
  account().feed().set_level(passes_level_, passes);
}

void KernelDispatcher::on_reset() {
  stop_units();
  for (const auto& unit : units_) unit->forget_busy_time();
  jobs_done_ = 0;
  ncu_idle_ = sc_core::SC_ZERO_TIME;
  ncu_idle_from_ = sc_core::sc_time_stamp();
  progress_.notify(sc_core::SC_ZERO_TIME);
}

/// It may read what the last run of units' commands leaves; sums of earlier runs have had their readers.
void KernelDispatcher::forward(const CommandRecord& record) {
  Forward entry{.address = record.address, .layer = layer_, .bands = {}};
  for (const auto& band : bands_) {
    if (band->closed) continue;
    ++band->readers;
    entry.bands.push_back(band);
  }
  forwards_.push_back(std::move(entry));
  reading_ = true;
  progress_.notify(sc_core::SC_ZERO_TIME);
}

void KernelDispatcher::forwarded(const Forward& forward) {
  for (const auto& band : forward.bands) --band->readers;
}

/// Waits for units and NCU; after an error or a reset only for what cannot be called back: the NCU's present
/// record.
void KernelDispatcher::end_list() {
  const sc_core::sc_time begin = sc_core::sc_time_stamp();
  const auto passes_left = [](const std::shared_ptr<Band>& band) { return band->passes_left > 0; };
  while (!stopping() && (!forwards_.empty() || std::any_of(bands_.begin(), bands_.end(), passes_left)))
    wait(progress_);
  if (stopping()) {
    stop_units();
    while (ncu_working_) wait(progress_);
    forwards_.clear();
  }
  bands_.clear();
  reading_ = false;
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  if (now > begin) account().book_busy(block(), Track::commands, "complete", layer_, {begin, now});
  if (listing_) ncu_idle_ += now - ncu_idle_from_;
  listing_ = false;
  const std::uint32_t error = std::exchange(error_, KASANE_ERROR_NONE);
  if (error != KASANE_ERROR_NONE) throw CommandError{error};
}

/// The process that keeps the NCU fed: one record after the other, each once its bands are complete.
void KernelDispatcher::feed_ncu() {
  const auto complete = [](const std::shared_ptr<Band>& band) { return band->passes_left == 0; };
  for (;;) {
    while (stopping() || !domain().ready() || forwards_.empty() ||
           !std::all_of(forwards_.front().bands.begin(), forwards_.front().bands.end(), complete)) {
      wait(progress_);
    }
    ncu_working_ = true;
    ncu_idle_ += sc_core::sc_time_stamp() - ncu_idle_from_;
    const std::uint32_t error = run_on_ncu(forwards_.front());
    ncu_idle_from_ = sc_core::sc_time_stamp();
    ncu_working_ = false;
    forwarded(forwards_.front());
    forwards_.pop_front();
    if (error != KASANE_ERROR_NONE) fail(error);
    progress_.notify(sc_core::SC_ZERO_TIME);
  }
}

/// As a driver would, but with the NCU's interrupt off: its end is seen on its busy line.
std::uint32_t KernelDispatcher::run_on_ncu(const Forward& forward) {
  const LayerId layer = forward.layer;
  try {
    write_ncu(KASANE_ENGINE_CONTROL, 0, layer);
    write_ncu(KASANE_ENGINE_COMMAND_LOW, static_cast<std::uint32_t>(forward.address), layer);
    write_ncu(KASANE_ENGINE_COMMAND_HIGH, static_cast<std::uint32_t>(forward.address >> 32), layer);
    write_ncu(KASANE_ENGINE_COMMAND_COUNT, 1, layer);
    write_ncu(KASANE_ENGINE_DOORBELL, 1, layer);
    if ((read_ncu(KASANE_ENGINE_STATUS, layer) & KASANE_STATUS_BUSY) != 0) {
      while (ncu_busy.read()) wait(ncu_busy.negedge_event());
    }
    write_ncu(KASANE_ENGINE_INTERRUPT, KASANE_INTERRUPT_DONE | KASANE_INTERRUPT_ERROR, layer);
    const std::uint32_t status = read_ncu(KASANE_ENGINE_STATUS, layer);
    if ((status & KASANE_STATUS_DONE) != 0) return KASANE_ERROR_NONE;
    const std::uint32_t error = read_ncu(KASANE_ENGINE_ERROR, layer);
    return error != KASANE_ERROR_NONE ? error
                                      : std::uint32_t{KASANE_ERROR_ADDRESS};  // reset by somebody else
  } catch (const BurstError&) {
    return KASANE_ERROR_ADDRESS;
  }
}

void KernelDispatcher::write_ncu(std::uint64_t offset, std::uint32_t value, LayerId layer) {
  wait_until_ready();
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
  wait(ncu.write(config_.ncu_base + offset, {bytes, sizeof(value)}, layer, sc_core::SC_ZERO_TIME));
}

std::uint32_t KernelDispatcher::read_ncu(std::uint64_t offset, LayerId layer) {
  wait_until_ready();
  std::uint32_t value = 0;
  auto* bytes = reinterpret_cast<std::uint8_t*>(&value);
  wait(ncu.read(config_.ncu_base + offset, {bytes, sizeof(value)}, layer, sc_core::SC_ZERO_TIME));
  return value;
}

std::uint64_t KernelDispatcher::ncu_wait_cycles() {
  sc_core::sc_time idle = ncu_idle_;
  if (listing_ && !ncu_working_) idle += sc_core::sc_time_stamp() - ncu_idle_from_;
  return domain().cycles_in(idle);
}

}  // namespace kasane
