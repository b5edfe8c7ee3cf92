/// The unit on the real Feature Map Memory and Weight Memory: hand-worked cycles, and how they follow
/// bandwidth.
#include <gtest/gtest.h>
#include <memory>

#include "models/feature_map_memory/feature_map_memory.h"
#include "models/weight_memory/weight_memory.h"
#include "tests/unit/neural_comp_unit/bench.h"
#include "tests/unit/neural_comp_unit/layers.h"

namespace kasane {
namespace {

class ChipBench : public NcuDriver {
 public:
  ChipBench(sc_core::sc_module_name name, const FeatureMapMemoryConfig& fmm_config,
            const WeightMemoryConfig& wm_config, EnergyAccount& account, const Technology& technology)
      : NcuDriver(name, {}, account, technology),
        fmm((std::string(basename()) + "_fmm").c_str(), fmm_config, domain, account, technology),
        wm((std::string(basename()) + "_wm").c_str(), wm_config, domain, account, technology) {
    unit.fmm.socket.bind(fmm.engine_ports[0]);
    unit.weights.socket.bind(wm.engine_ports[0]);
    fmm_access.bind(fmm.bus);
    wm_access.bind(wm.bus);
  }

  /// Constants that every layer here accepts, at the start of WM.
  void write_parameters(std::uint32_t channels) {
    std::vector<kasane_channel_parameters> constants(channels,
                                                     {.bias = 0, .multiplier = 1 << 20, .shift = 28});
    tlm::tlm_generic_payload payload;
    payload.set_write();
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(constants.data()));
    payload.set_data_length(static_cast<unsigned>(constants.size() * sizeof(constants[0])));
    ASSERT_EQ(wm_access->transport_dbg(payload), payload.get_data_length());
  }

  FeatureMapMemory fmm;
  WeightMemory wm;

 private:
  tlm_utils::simple_initiator_socket<ChipBench> fmm_access{"fmm_access"};
  tlm_utils::simple_initiator_socket<ChipBench> wm_access{"wm_access"};
};

template <typename Config>
Config memory(std::uint32_t banks, std::uint32_t port_width) {
  Config config;
  config.banks = banks;
  config.port_width_bytes = port_width;
  return config;
}

class NcuMemories : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    technology = std::make_unique<Technology>(
        Technology::load({.file = KASANE_SOURCE_DIR "/models/technology/tables/45nm.yaml"}));
    account = std::make_unique<EnergyAccount>();
    const auto bench = [](const char* name, std::uint32_t banks, std::uint32_t port) {
      return std::make_unique<ChipBench>(name, memory<FeatureMapMemoryConfig>(banks, port),
                                         memory<WeightMemoryConfig>(banks, port), *account, *technology);
    };
    full = bench("full", 8, 16);
    half_port = bench("half_port", 8, 8);
    one_bank = bench("one_bank", 1, 16);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }

  static std::uint64_t cycles(ChipBench& bench, const kasane_ncu_convolution& layer) {
    bench.write_parameters(layer.output_channels);
    const NcuDriver::Result result = bench.run(ncu::record_of(layer));
    EXPECT_EQ(result.error, std::uint32_t{KASANE_ERROR_NONE});
    return result.cycles;
  }

  static inline std::unique_ptr<Technology> technology;
  static inline std::unique_ptr<EnergyAccount> account;
  static inline std::unique_ptr<ChipBench> full;
  static inline std::unique_ptr<ChipBench> half_port;
  static inline std::unique_ptr<ChipBench> one_bank;
};

const kasane_ncu_convolution conv2 = ncu::convolution({.inputs = 6, .size = 14, .outputs = 16, .kernel = 5});
const kasane_ncu_convolution fc1 = ncu::fully_connected(400, 120);

// conv2, one slot: weights 2400 bytes and parameters 192 bytes at 16 a cycle = 162 (the input's 74
// meanwhile), compute 25 x 100 pixels = 2500, drain 100.
TEST_F(NcuMemories, ConvolutionTakesItsHandWorkedCycles) {
  EXPECT_EQ(cycles(*full, conv2), 162u + 2500u + 100u);
}

// At 8 bytes a cycle: weights 300 + parameters 24; compute as before; 1600 bytes of output take 200 > 100.
TEST_F(NcuMemories, HalfTheBandwidthLengthensLoadAndDrainOnly) {
  EXPECT_EQ(cycles(*half_port, conv2), 324u + 2500u + 200u);
}

// A single bank of 8 bytes is a port of 8 bytes, whatever the port's width.
TEST_F(NcuMemories, OneBankIsAsSlowAsHalfThePort) {
  EXPECT_EQ(cycles(*one_bank, conv2), 324u + 2500u + 200u);
}

// fc1 loads 48,000 bytes of weights once and multiplies for 25 x 8 cycles: it is bound by Weight Memory, so
// that half the bandwidth takes twice the time but for the last drain.
TEST_F(NcuMemories, FullyConnectedLayerFollowsWeightBandwidth) {
  const double ratio = static_cast<double>(cycles(*half_port, fc1)) / static_cast<double>(cycles(*full, fc1));
  EXPECT_NEAR(ratio, 2.0, 0.05);
}

}  // namespace
}  // namespace kasane
