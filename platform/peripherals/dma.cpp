#include "platform/peripherals/dma.h"

#include <algorithm>
#include <deque>
#include <stdexcept>

#include "kasane/package.h"

namespace kasane {
namespace {

using sc_core::sc_time;
using sc_core::sc_time_stamp;

/// The FIFO, two address generators of three counters, and the front's registers.
std::uint64_t register_bits(const DmaConfig& config) {
  const std::uint64_t fifo = 8 * std::uint64_t{config.burst_bytes} * config.fifo_bursts;
  constexpr std::uint64_t generators = 2 * (64 + 3 * 32);
  constexpr std::uint64_t front = 8 * KASANE_COMMAND_BYTES + 8 * 32;
  return fifo + generators + front;
}

const DmaConfig& checked(const DmaConfig& config) {
  if (config.burst_bytes == 0 || config.burst_bytes > 4096) {
    throw std::invalid_argument("dma: burst_bytes must be 1 to 4096");
  }
  if (config.fifo_bursts == 0 || config.fifo_bursts > 64) {
    throw std::invalid_argument("dma: fifo_bursts must be 1 to 64");
  }
  if (config.width_bytes == 0) throw std::invalid_argument("dma: width_bytes must be above 0");
  return config;
}

/// Last byte's distance from the first one's address, for rows and planes at least one each.
unsigned __int128 reach(const kasane_dma_copy& copy, std::uint32_t row_pitch, std::uint32_t plane_pitch) {
  using Wide = unsigned __int128;
  return Wide{copy.planes - 1u} * plane_pitch + Wide{copy.rows - 1u} * row_pitch + copy.row_bytes - 1u;
}

bool wraps(std::uint64_t address, unsigned __int128 distance) {
  return address + distance > ~std::uint64_t{0};
}

}  // namespace

/// Cuts a copy into bursts, front to back.
class Dma::Walk {
 public:
  Walk(const kasane_dma_copy& copy, const Shape& shape, std::uint32_t burst_bytes)
      : copy_(copy), shape_(shape), burst_bytes_(burst_bytes) {}

  bool finished() const { return plane_ == shape_.planes; }

  Burst next() {
    const std::uint64_t bytes = std::min<std::uint64_t>(burst_bytes_, shape_.row_bytes - column_);
    const Burst burst{
        copy_.source + plane_ * copy_.source_plane_pitch + row_ * copy_.source_row_pitch + column_,
        copy_.destination + plane_ * copy_.destination_plane_pitch + row_ * copy_.destination_row_pitch +
            column_,
        static_cast<std::uint32_t>(bytes)};
    column_ += bytes;
    if (column_ == shape_.row_bytes) {
      column_ = 0;
      if (++row_ == shape_.rows) {
        row_ = 0;
        ++plane_;
      }
    }
    return burst;
  }

 private:
  const kasane_dma_copy& copy_;
  Shape shape_;
  std::uint32_t burst_bytes_;
  std::uint64_t plane_ = 0;
  std::uint64_t row_ = 0;
  std::uint64_t column_ = 0;
};

/// Both channels and the FIFO during one command. Of the two next transfers the one that can start first is
/// made first, at its very start, so that the bus sees all requests in order of time.
class Dma::Pipeline {
 public:
  Pipeline(Dma& dma, LayerId layer) : dma_(dma), layer_(layer), begin_(sc_time_stamp()) {
    slot_free_.assign(dma.config_.fifo_bursts, begin_);
    read_free_ = write_free_ = first_write_ = last_read_ = begin_;
  }

  void run(Walk walk) {
    while (!walk.finished() || !fifo_.empty()) {
      dma_.wait_until_ready();
      if (dma_.abandoned()) return;
      const bool can_read = !walk.finished() && !slot_free_.empty();
      if (can_read && (fifo_.empty() || read_start() < write_start())) {
        read(walk.next());
      } else {
        write();
      }
    }
    wait_until(write_free_);
    book_phases();
  }

 private:
  struct Held {
    Burst burst;
    std::vector<std::uint8_t> data;
    sc_time arrived;
  };

  sc_time read_start() const { return std::max(read_free_, slot_free_.front()); }
  sc_time write_start() const { return std::max(write_free_, fifo_.front().arrived); }

  static void wait_until(const sc_time& when) {
    if (when > sc_time_stamp()) sc_core::wait(when - sc_time_stamp());
  }

  /// A transfer takes as long as the bus says, and no less than the data path needs.
  sc_time end_of(const sc_time& start, const sc_time& delay, std::uint32_t bytes) const {
    const std::uint32_t width = dma_.config_.width_bytes;
    return std::max(sc_time_stamp() + delay, start + dma_.domain().cycles((bytes + width - 1) / width));
  }

  void book(std::uint32_t bytes, const sc_time& end) {
    const sc_time now = sc_time_stamp();
    dma_.cost_.book(std::uint64_t{8} * bytes, {now, std::max(now, end)}, layer_);
  }

  void read(const Burst& burst) {
    wait_until(read_start());
    const sc_time start = sc_time_stamp();
    Held held{burst, std::vector<std::uint8_t>(burst.bytes), {}};
    const sc_time delay = dma_.bus.read(burst.source, held.data, layer_, sc_core::SC_ZERO_TIME);
    held.arrived = end_of(start, delay, burst.bytes);
    read_free_ = last_read_ = held.arrived;
    slot_free_.pop_front();
    book(burst.bytes, held.arrived);
    dma_.account().book_bytes(dma_.block(), {burst.bytes, 0}, layer_);
    fifo_.push_back(std::move(held));
  }

  void write() {
    wait_until(write_start());
    const sc_time start = sc_time_stamp();
    if (!written_) first_write_ = start;
    written_ = true;
    const Held& held = fifo_.front();
    const sc_time delay = dma_.bus.write(held.burst.destination, held.data, layer_, sc_core::SC_ZERO_TIME);
    write_free_ = end_of(start, delay, held.burst.bytes);
    slot_free_.push_back(write_free_);
    book(held.burst.bytes, write_free_);
    dma_.account().book_bytes(dma_.block(), {0, held.burst.bytes}, layer_);
    fifo_.pop_front();
  }

  /// fill: only reads; stream: both; drain: only writes.
  void book_phases() {
    const sc_time drain = std::max(first_write_, last_read_);
    const auto phase = [this](std::string_view name, const sc_time& from, const sc_time& to) {
      if (to > from) dma_.account().book_busy(dma_.block(), Track::phases, name, layer_, {from, to});
    };
    phase("fill", begin_, first_write_);
    phase("stream", first_write_, drain);
    phase("drain", drain, write_free_);
  }

  Dma& dma_;
  LayerId layer_;
  sc_time begin_;
  std::deque<sc_time> slot_free_;  ///< free FIFO slots, by the time from which they are
  std::deque<Held> fifo_;
  sc_time read_free_;
  sc_time write_free_;
  sc_time first_write_;
  sc_time last_read_;
  bool written_ = false;
};

Dma::Dma(sc_core::sc_module_name name, const DmaConfig& config, PowerDomain& domain, EnergyAccount& account,
         const Technology& technology)
    : Dma(name, config,
          RegisterCost(base_name(name), register_bits(checked(config)), domain, account, technology), domain,
          account) {}

Dma::Dma(sc_core::sc_module_name name, const DmaConfig& config, RegisterCost cost, PowerDomain& domain,
         EnergyAccount& account)
    : Engine(name, {KASANE_ENGINE_ID_DMA, KASANE_ENGINE_VERSION_1_0}, cost.block(), domain, account),
      config_(config),
      cost_(cost) {}

std::string_view Dma::command_name(std::uint16_t opcode) const {
  return opcode == KASANE_DMA_COPY ? "copy" : "unknown";
}

void Dma::check(const kasane_dma_copy& copy) const {
  const bool absolute =
      copy.source_space == KASANE_SPACE_ABSOLUTE && copy.destination_space == KASANE_SPACE_ABSOLUTE;
  const bool zero = std::all_of(std::begin(copy.reserved), std::end(copy.reserved),
                                [](std::uint8_t byte) { return byte == 0; });
  const bool some = copy.row_bytes != 0 && copy.rows != 0 && copy.planes != 0;
  if (!absolute || !zero || !some) throw CommandError{KASANE_ERROR_PARAMETER};
  const auto total = static_cast<unsigned __int128>(copy.row_bytes) * copy.rows * copy.planes;
  if (total > config_.most_bytes) throw CommandError{KASANE_ERROR_PARAMETER};
  if (wraps(copy.source, reach(copy, copy.source_row_pitch, copy.source_plane_pitch)) ||
      wraps(copy.destination, reach(copy, copy.destination_row_pitch, copy.destination_plane_pitch))) {
    throw CommandError{KASANE_ERROR_ADDRESS};
  }
}

Dma::Shape Dma::joined(const kasane_dma_copy& copy) {
  Shape shape{copy.row_bytes, copy.rows, copy.planes};
  const bool rows_touch = shape.rows == 1 || (copy.source_row_pitch == copy.row_bytes &&
                                              copy.destination_row_pitch == copy.row_bytes);
  if (!rows_touch) return shape;
  shape = {shape.row_bytes * shape.rows, 1, shape.planes};
  const bool planes_touch = shape.planes == 1 || (copy.source_plane_pitch == shape.row_bytes &&
                                                  copy.destination_plane_pitch == shape.row_bytes);
  if (planes_touch) shape = {shape.row_bytes * shape.planes, 1, 1};
  return shape;
}

void Dma::execute(const CommandRecord& record) {
  if (record.header().opcode != KASANE_DMA_COPY) throw CommandError{KASANE_ERROR_OPCODE};
  const auto copy = record.as<kasane_dma_copy>();
  check(copy);
  account().set_activity(block(), Activity::memory);
  wait(domain().cycles(config_.setup_cycles));
  Pipeline(*this, copy.header.layer).run(Walk(copy, joined(copy), config_.burst_bytes));
}

}  // namespace kasane
