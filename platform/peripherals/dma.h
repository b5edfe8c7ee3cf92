/// Copies blocks of up to three dimensions between any two places of the bus. See kasane/dma.h.
#pragma once

#include <cstdint>
#include <vector>

#include "kasane/dma.h"
#include "models/common/engine.h"
#include "platform/peripherals/register_block.h"

namespace kasane {

struct DmaConfig {
  std::uint32_t burst_bytes = 64;         ///< longest burst
  std::uint32_t fifo_bursts = 2;          ///< bursts held between reading and writing; 1: no overlap
  std::uint32_t width_bytes = 8;          ///< data path of each side: bytes moved in one cycle
  std::uint32_t setup_cycles = 4;         ///< of each command: decoding and loading the address generators
  std::uint64_t most_bytes = 1ull << 30;  ///< of one command; larger ones are refused
};

/// One read and one write channel with a FIFO between them: while a burst is written the next is read, as far
/// as the bus lets them. Copies front to back; overlapping ranges give what that order gives.
class Dma : public Engine {
 public:
  Dma(sc_core::sc_module_name name, const DmaConfig& config, PowerDomain& domain, EnergyAccount& account,
      const Technology& technology);

 private:
  /// A piece of the copy that is one burst on either side.
  struct Burst {
    std::uint64_t source;
    std::uint64_t destination;
    std::uint32_t bytes;
  };
  /// Rows and planes after contiguous ones have been joined.
  struct Shape {
    std::uint64_t row_bytes;
    std::uint64_t rows;
    std::uint64_t planes;
  };
  class Walk;
  class Pipeline;

  Dma(sc_core::sc_module_name name, const DmaConfig& config, RegisterCost cost, PowerDomain& domain,
      EnergyAccount& account);
  void execute(const CommandRecord& record) override;
  std::string_view command_name(std::uint16_t opcode) const override;
  void check(const kasane_dma_copy& copy) const;
  static Shape joined(const kasane_dma_copy& copy);

  DmaConfig config_;
  RegisterCost cost_;
};

}  // namespace kasane
