/// What Kernel Comp Units and the NCU's residual do, element by element, from the definitions in
/// kasane/kernel_comp_units.h and kasane/neural_comp_unit.h. It shares no code with the models and is written
/// to be read, not to be fast.
#pragma once

#include <cstdint>
#include <vector>

#include "kasane/kernel_comp_units.h"
#include "tests/reference/ncu_reference.h"

namespace kasane::reference {

/// One unit: a hard-wired kernel of `size` x `size` constants, row by row.
struct UnitKernel {
  uint32_t size;
  std::vector<int8_t> constants;
};

/// One entry of the correspondence table.
struct Job {
  uint16_t unit;
  uint16_t channel;
  std::vector<kasane_kcu_target> targets;
};

/// KASANE_KCU_DESIGN of these units, bit by bit from CRC-32's polynomial.
uint32_t design_crc(const std::vector<UnitKernel>& units);

/// The jobs of a record. Throws std::invalid_argument if they are not job_count jobs in exactly table_bytes,
/// or one has no target or a reserved field that is not zero.
std::vector<Job> decode_table(const kasane_kcu_convolution& command, const Bytes& table);

/// Replaces the record's jobs in the table memory; the jobs take table_bytes altogether.
Bytes encode_table(const kasane_kcu_convolution& command, const std::vector<Job>& jobs, Bytes table);

/// Returns the partial sum memory as it is after the command; gaps between the planes keep their content.
/// Throws std::invalid_argument for a table that does not fit the record or the units, std::out_of_range
/// where the command leaves a memory.
Bytes kcu_convolution(const kasane_kcu_convolution& command, const std::vector<UnitKernel>& units,
                      const Bytes& fmm, const Bytes& table, Bytes sums);

/// Returns FMM as it is after the command; inputs are read before anything is written. Throws
/// std::invalid_argument if the kept lists contradict the record, std::out_of_range as above.
Bytes residual(const kasane_ncu_residual& command, Bytes fmm, const Bytes& wm, const Bytes& sums);

}  // namespace kasane::reference
