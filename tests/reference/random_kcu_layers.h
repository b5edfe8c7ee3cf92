/// Random layers for Kernel Comp Units and for the residual that they leave to the NCU.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/reference/kcu_reference.h"
#include "tests/reference/memory_access.h"
#include "tests/reference/random_layers.h"

namespace kasane::reference {

struct KcuLayerLimits {
  LayerLimits map{.channels = 12, .extent = 14, .kernel = 7, .stride = 3};
  uint32_t units = 12;       ///< of a design
  uint32_t kept_block = 16;  ///< at most the NCU's lanes
};

/// At least one unit; kernels of 3, 5 and 7, constants over all of int8 or only a few bits of it.
std::vector<UnitKernel> make_random_units(Random& random, const KcuLayerLimits& limits = {});

/// One residual with the memories it works on, which hold random bytes everywhere else: compare all of FMM.
/// Its kernel has any height and width, and may keep nothing at all.
struct RandomResidual {
  kasane_ncu_residual command;
  Bytes fmm;
  Bytes wm;
  Bytes sums;
  std::string description;

  /// FMM as it must be after the command.
  Bytes expected() const { return residual(command, fmm, wm, sums); }
};

RandomResidual make_random_residual(Random& random, const KcuLayerLimits& limits = {});

/// A convolution for units, and the residual that finishes it. `finish.sums` is the partial sum memory before
/// both. Compare all of the partial sum memory after the convolution, gaps between planes included.
struct RandomKcuLayer {
  std::vector<UnitKernel> units;
  kasane_kcu_convolution convolution;
  Bytes table;
  RandomResidual finish;

  Bytes expected_sums() const { return kcu_convolution(convolution, units, finish.fmm, table, finish.sums); }
  /// FMM after both.
  Bytes expected_fmm() const { return residual(finish.command, finish.fmm, finish.wm, expected_sums()); }
};

/// Every kernel is given to a unit, kept, or left out as zero; at times some are given to units twice.
RandomKcuLayer make_random_kcu_layer(Random& random, const std::vector<UnitKernel>& units,
                                     const KcuLayerLimits& limits = {});

/// The same layer with its jobs, and each job's targets, in another order: it must compute the same.
RandomKcuLayer shuffle_jobs(Random& random, RandomKcuLayer layer);

}  // namespace kasane::reference
