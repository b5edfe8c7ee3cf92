/// A complete engine in one page, to copy from: output[i] = clamp(input[i] * factor) over int8 vectors on the
/// bus. A real one gives function, schedule and module a file each, and its command a header in
/// sw/include/kasane/.
#pragma once

#include <cstdint>
#include <span>

#include "kasane/engine.h"
#include "models/common/engine.h"
#include "models/technology/technology.h"

namespace kasane::example {

// --- Contract: what firmware and model share. ---

enum { VECTOR_SCALE_ID = 0x4B53FFFF, VECTOR_SCALE_RUN = 0x0001 };

struct vector_scale_command {
  struct kasane_command_header header;
  std::uint64_t input;   ///< bus address
  std::uint64_t output;  ///< bus address
  std::uint32_t count;   ///< elements, 1 to 4096
  std::int32_t factor;   ///< -128 ... 127
  std::uint8_t reserved[96];
};
KASANE_SIZE(vector_scale_command, KASANE_COMMAND_BYTES);

struct VectorScaleConfig {
  std::uint32_t lanes = 4;  ///< elements multiplied in a cycle, at least 1
};

// --- Function: what it computes. No SystemC, no time. ---

void scale(std::span<const std::int8_t> input, std::int32_t factor, std::span<std::int8_t> output);

// --- Schedule: when, and at what cost. No SystemC, no data. ---

struct VectorScaleSchedule {
  std::uint64_t cycles;           ///< of the multipliers
  std::uint64_t multiplications;  ///< int8 x int8
};
VectorScaleSchedule schedule(std::uint32_t count, const VectorScaleConfig& config);

// --- Module: registers, transactions, time and energy. ---

class VectorScale : public Engine {
 public:
  VectorScale(sc_core::sc_module_name name, const VectorScaleConfig& config, PowerDomain& domain,
              EnergyAccount& account, const Technology& technology);

 private:
  void execute(const CommandRecord& record) override;
  std::string_view command_name(std::uint16_t opcode) const override;

  VectorScaleConfig config_;
  OperationId multiply_;
};

}  // namespace kasane::example
