#include "platform/cpu/hart_config.h"

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <utility>

namespace kasane {
namespace {

constexpr std::uint32_t max_cycles = 1000;  // keeps a block's cycles within the counters' lanes

}  // namespace

void check(const HartConfig& config, const char* where) {
  const auto fail = [where](const std::string& what) {
    throw std::invalid_argument(std::string(where) + ": " + what);
  };
  if (config.quantum == sc_core::SC_ZERO_TIME) fail("the quantum must be above 0");
  if (config.reset_vector % 2 != 0) fail("the reset vector must be even");
  if (config.pmp_regions > 16) fail("pmp_regions must be from 0 to 16");
  const CycleCosts& cycles = config.cycles;
  for (const auto& [name, value] : {std::pair{"alu", cycles.alu},
                                    {"load", cycles.load},
                                    {"store", cycles.store},
                                    {"branch", cycles.branch},
                                    {"branch_taken", cycles.branch_taken},
                                    {"jump", cycles.jump},
                                    {"multiply", cycles.multiply},
                                    {"divide", cycles.divide},
                                    {"csr", cycles.csr},
                                    {"atomic", cycles.atomic},
                                    {"fence", cycles.fence},
                                    {"system", cycles.system},
                                    {"float_add", cycles.float_add},
                                    {"float_multiply", cycles.float_multiply},
                                    {"float_fused", cycles.float_fused},
                                    {"float_divide", cycles.float_divide},
                                    {"trap", cycles.trap}}) {
    if (value < 1 || value > max_cycles) {
      fail("cycles of '" + std::string(name) + "' must be from 1 to " + std::to_string(max_cycles));
    }
  }
  if (cycles.branch_taken < cycles.branch)
    fail("cycles of 'branch_taken' must be at least those of 'branch'");
}

}  // namespace kasane
